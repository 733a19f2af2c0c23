"""IAM of moto with the policies that AWS manages, with its documents of any version, and roles with a trust policy.

The policies cost 0.2 s and 14 MB, spent when the emulator is first asked for something. Without them it attaches none,
and a name that AWS does not know would be no mistake.
"""

from __future__ import annotations

from typing import Any

from moto.iam import models
from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.models import IAMBackend, Role
from moto.iam.policy_validation import BaseIAMPolicyValidator

from ecs_emulator.cloud.moto_overrides import override, replace


def install() -> None:
    """Let moto know the policies of AWS, and take a document of version 2008-10-17, or without one.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
    """
    replace(models, "load_iam_aws_managed_policies", lambda: True)
    # At its first call moto looks for the account of a key in every partition, and makes a backend for each.
    replace(models, "PARTITION_NAMES", ["aws"])
    replace(BaseIAMPolicyValidator, "_validate_version", lambda _: None)
    override(IAMBackend, "create_role", _created)
    replace(IAMBackend, "update_assume_role_policy", _updated)


def _created(
    before: Any, backend: IAMBackend, role_name: str, assume_role_policy_document: str, *args: Any, **kwargs: Any
) -> Role:
    """Raises MalformedPolicyDocument, and what moto does."""
    _check_trust(assume_role_policy_document)
    made: Role = before(backend, role_name, assume_role_policy_document, *args, **kwargs)
    return made


def _updated(backend: IAMBackend, role_name: str, policy_document: str) -> None:
    """Raises MalformedPolicyDocument, and NoSuchEntity."""
    role = backend.get_role(role_name)
    _check_trust(policy_document)
    role.assume_role_policy_document = policy_document


def _check_trust(document: str) -> None:
    """Actions are not judged, of which moto knows a few.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    judge = BaseIAMPolicyValidator(document)
    try:
        judge._validate_syntax()
    except (AssertionError, AttributeError, LookupError, TypeError, ValueError):
        raise MalformedPolicyDocument("Syntax errors in policy.") from None
    for statement in judge._statements:
        if "Principal" not in statement and "NotPrincipal" not in statement:
            raise MalformedPolicyDocument("Missing required field Principal")
        if "Resource" in statement or "NotResource" in statement:
            raise MalformedPolicyDocument("Has prohibited field Resource")
