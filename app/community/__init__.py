"""The people who live with mysfits, and what they talk about: the features users, threads and posts."""
