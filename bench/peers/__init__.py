"""Peers: the same routes as a competent person would write them with what is common, to compare with."""
