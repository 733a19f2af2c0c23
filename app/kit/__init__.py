"""What features are built with. The kit knows no feature."""
