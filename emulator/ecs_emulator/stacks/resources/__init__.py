"""Resource providers: each type made, changed and ended through the AWS API of the local cloud."""
