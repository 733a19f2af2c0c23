"""IAM of moto with the policies that AWS manages, and with its documents of any version.

The policies cost 0.2 s and 14 MB, spent when the emulator is first asked for something. Without them it attaches none,
and a name that AWS does not know would be no mistake.
"""

from __future__ import annotations

from moto.iam import models
from moto.iam.policy_validation import BaseIAMPolicyValidator


def install() -> None:
    """Let moto know the policies of AWS, and take a document of version 2008-10-17, or without one.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
    """
    models.load_iam_aws_managed_policies = lambda: True  # type: ignore[attr-defined]
    # At its first call moto looks for the account of a key in every partition, and makes a backend for each.
    models.PARTITION_NAMES = ["aws"]  # type: ignore[attr-defined]
    BaseIAMPolicyValidator._validate_version = lambda _: None  # type: ignore[method-assign,assignment]
