"""What CloudWatch says of a service is what its visitors met."""
