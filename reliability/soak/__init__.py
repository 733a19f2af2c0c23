"""Soak: the split assembly under mixed load for long, with a rollout, a killed task and a throttled table in it."""
