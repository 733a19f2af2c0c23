"""The verbs of `mysfits`, a module for each group of them."""
