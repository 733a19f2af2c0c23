"""Message board of the people who live with mysfits: the features users, threads and posts."""
