"""Faults: one thing after the other goes wrong around the running platform, and what its visitors noticed is judged."""
