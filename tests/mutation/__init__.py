"""Mutation score: of small changes to the code, how many some fast test notices."""
