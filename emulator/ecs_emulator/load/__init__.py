"""Constant load on an API, counted exactly: who was answered, by which revision, how fast, and who was not."""
