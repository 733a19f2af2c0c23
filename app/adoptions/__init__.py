"""A visitor adopts a mysfit, once."""
