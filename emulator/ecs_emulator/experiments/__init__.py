"""Drills: something is done to a service under constant load, and what its visitors noticed is judged."""
