"""Reliability of the platform when things go wrong: each promise has a command, which puts its figures on one page."""
