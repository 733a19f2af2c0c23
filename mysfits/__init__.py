"""The `mysfits` command: one file for each verb, named as typed."""
