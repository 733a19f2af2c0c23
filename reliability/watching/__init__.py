"""Watching: CloudWatch says of a service what its visitors met."""
