"""Golden journey over HTTP, and what stands around it: each step says what was expected and what came."""
