"""Deterministic simulation testing of the scheduler: time, processes, targets and calls all follow from one seed."""
