"""A counter that expires."""
