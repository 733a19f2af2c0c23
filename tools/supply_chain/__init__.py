"""Supply chain of the platform: what is locked, under which licences, what is known against it."""
