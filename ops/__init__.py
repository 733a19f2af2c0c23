"""The `mysfits` command: what operates the platform, on AWS and in the rehearsal alike."""
