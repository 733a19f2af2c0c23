"""All tests of this repository: what each needs (tests/tiers.py), and what they share."""

import functools

import botocore.session

pytest_plugins = ["tests.tiers", "tests.rights.recorder"]

# Each session of boto3 would read AWS's descriptions of its services anew, which takes longer than most tests.
botocore.session.create_loader = functools.cache(botocore.session.create_loader)
