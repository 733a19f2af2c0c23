"""Catalog of the mysfits that there are."""
