"""Operator's tools: they need AWS's API and nothing else, so they work on the emulator and on AWS."""
