"""AWS on this machine, from the templates that AWS would play."""
