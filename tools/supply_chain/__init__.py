"""What the platform is made of besides its own code: what is locked, under which licences, what is known against it."""
