"""A task pulls from ECR what its execution role may, and is told by ECS's words what it may not."""

from __future__ import annotations

from typing import Any

import pytest

from ecs_emulator.scheduler.pulls import Pulls

HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
ROLE = "arn:aws:iam::123456789012:role/web-ExecutionRole"
ARN = "arn:aws:ecr:us-east-1:123456789012:repository"
LOGIN = {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"}
FORBIDDEN = (
    "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {image}: pulling "
    f"from host {HOST} failed with status code [manifests {{tag}}]: 403 Forbidden"
)


def pull(repository: str, *actions: str) -> dict[str, Any]:
    wanted = list(actions) or ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    return {"Effect": "Allow", "Action": wanted, "Resource": f"{ARN}/{repository}"}


def refusal(image: str, *statements: dict[str, Any], role: str | None = ROLE) -> str | None:
    policies = [{"Statement": list(statements)}]
    return Pulls(lambda arn: policies if arn == ROLE else None).refusal(image, role, "0a1b")


@pytest.mark.parametrize(
    ("image", "statements"),
    [
        (f"{HOST}/web:v1", [LOGIN, pull("web")]),
        (f"{HOST}/team/web@sha256:0", [LOGIN, pull("team/*")]),
        (f"{HOST}/web", [{"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}]),
        # Nobody's repository but another's, or everybody's: it is not known here who may.
        ("999999999999.dkr.ecr.us-east-1.amazonaws.com/web:v1", []),
        ("public.ecr.aws/docker/library/python:3.13-slim", []),
        ("nginx:1", []),
        # What cannot be judged is no reason to refuse.
        (f"{HOST}/web:v1", [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]),
    ],
)
def test_what_the_role_may_pull_is_pulled(image: str, statements: list[dict[str, Any]]) -> None:
    assert refusal(image, *statements) is None


@pytest.mark.parametrize(
    ("image", "tag", "statements"),
    [
        (f"{HOST}/web:v1", "v1", [LOGIN]),
        (f"{HOST}/web:v1", "v1", [LOGIN, pull("placeholder")]),
        (f"{HOST}/web", "latest", [LOGIN, pull("web", "ecr:BatchGetImage")]),
        (f"{HOST}/web:v1", "v1", [LOGIN, pull("web"), {**pull("web"), "Effect": "Deny"}]),
    ],
)
def test_what_the_role_may_not_pull_is_forbidden(image: str, tag: str, statements: list[dict[str, Any]]) -> None:
    assert refusal(image, *statements) == FORBIDDEN.format(image=image, tag=tag)


def test_a_role_that_may_not_log_in_pulls_nothing() -> None:
    why = refusal(f"{HOST}/web:v1", pull("web"))
    assert why is not None
    assert why.startswith("ResourceInitializationError: unable to pull secrets or registry auth: execution resource")
    assert "assumed-role/web-ExecutionRole/0a1b is not authorized to perform: ecr:GetAuthorizationToken" in why


@pytest.mark.parametrize("role", [None, "arn:aws:iam::123456789012:role/made-by-hand"])
def test_of_a_role_that_is_not_known_nothing_is_refused(role: str | None) -> None:
    assert refusal(f"{HOST}/web:v1", role=role) is None
