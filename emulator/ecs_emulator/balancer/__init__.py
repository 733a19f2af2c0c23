"""The application load balancer: its rules, its targets, and Envoy, which carries the requests."""
