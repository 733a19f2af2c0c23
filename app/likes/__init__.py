"""A visitor likes a mysfit."""
