"""Which mysfits there are."""
