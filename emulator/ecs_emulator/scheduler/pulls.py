"""Pulls from ECR: whether a task's execution role may, in ECS's words where it may not.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/ECR_on_ECS.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ecs_emulator.cloud.iam import CannotJudge, allows
from ecs_emulator.local import ACCOUNT

# Policies of a role by its ARN; None where they are not known, and so cannot be judged.
RolePolicies = Callable[[str], Sequence[Mapping[str, Any]] | None]

_IMAGE = re.compile(
    rf"(?P<host>{ACCOUNT}\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com)/(?P<repository>[^:@]+)[:@]?(?P<tag>.*)"
)
_LOGIN, _PULL = "ecr:GetAuthorizationToken", ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


def nothing_known(_arn: str) -> None:
    """Policies where there are no stacks to read them in."""


class Pulls:
    """Pulls of this account's repositories by the roles whose policies are known."""

    def __init__(self, policies: RolePolicies = nothing_known) -> None:
        self._policies = policies

    def refusal(self, reference: str, role: str | None, task_id: str) -> str | None:
        """Reason for which a task cannot pull an image, None when it can or nothing is known of its role."""
        image = _IMAGE.fullmatch(reference)
        policies = self._policies(role) if image and role else None
        if image is None or role is None or policies is None:
            return None
        repository = f"arn:aws:ecr:{image['region']}:{ACCOUNT}:repository/{image['repository']}"
        try:
            if not allows(policies, _LOGIN, "*"):
                user = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role.rpartition('/')[2]}/{task_id}"
                return (
                    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
                    "retrieval failed: unable to retrieve ecr registry auth: service call has been retried 1 time(s): "
                    f"AccessDeniedException: User: {user} is not authorized to perform: {_LOGIN} on resource: * "
                    f"because no identity-based policy allows the {_LOGIN} action"
                )
            if not all(allows(policies, action, repository) for action in _PULL):
                return (
                    "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref "
                    f"{reference}: pulling from host {image['host']} failed with status code "
                    f"[manifests {image['tag'] or 'latest'}]: 403 Forbidden"
                )
        except CannotJudge:
            return None
        return None
