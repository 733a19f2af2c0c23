"""`kill -9` of a rehearsal's main process, again and again under clients, and what is there at each next start."""
