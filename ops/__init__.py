"""Operation of the platform, on AWS and on the emulator alike: the library of the `mysfits` command."""
