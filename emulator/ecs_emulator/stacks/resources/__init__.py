"""The resource types, each made, changed and ended through the AWS API of the local cloud."""
