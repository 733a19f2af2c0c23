"""AWS endpoint that clients talk to, and what stands behind it."""
