"""Kit that features are built with. It knows no feature."""
