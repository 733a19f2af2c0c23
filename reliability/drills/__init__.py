"""Drills of this platform."""
