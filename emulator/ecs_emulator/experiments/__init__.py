"""Drills: something is done to a rehearsal under constant load, and what its visitors noticed is judged."""
