"""A container's secrets are fetched when its task starts, and one that is missing keeps it from starting."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from ecs_emulator.scheduler.secrets import ContainerSecrets, SecretMissing
from emulator.tests.scheduler.launches import a_container

FAILED = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "


@pytest.fixture(scope="module")
def arn(session: boto3.Session) -> str:
    session.client("ssm").put_parameter(Name="/app/level", Value="debug", Type="SecureString", Overwrite=True)
    client: Any = session.client("secretsmanager")
    made: str = client.create_secret(Name="app-secret", SecretString='{"user": "me", "port": 1}')["ARN"]
    return made


def values(session: boto3.Session, *value_from: str) -> list[str]:
    secrets = [{"name": f"V{index}", "valueFrom": each} for index, each in enumerate(value_from)]
    return list(ContainerSecrets(session).variables(a_container("web:v1", secrets=secrets)).values())


def test_secrets_come_from_secrets_manager_and_from_ssm(session: boto3.Session, arn: str) -> None:
    parameter = "arn:aws:ssm:us-east-1:123456789012:parameter/app/level"
    assert values(session, arn, f"{arn}:user::", f"{arn}:port:AWSCURRENT:", "/app/level", parameter) == [
        '{"user": "me", "port": 1}',
        "me",
        "1",
        "debug",
        "debug",
    ]


@pytest.mark.parametrize(
    ("value_from", "why"),
    [
        (
            "/app/nothing",
            "unable to retrieve secrets from ssm: service call has been retried 1 time(s): ParameterNotFound",
        ),
        (
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:nothing-AbCdEf",
            "unable to retrieve secret from asm: service call has been retried 1 time(s): ResourceNotFoundException",
        ),
    ],
)
def test_a_secret_that_is_missing_is_said_as_ecs_says_it(session: boto3.Session, value_from: str, why: str) -> None:
    with pytest.raises(SecretMissing) as refused:
        values(session, value_from)
    assert str(refused.value).startswith(FAILED + why)


def test_a_key_that_a_secret_has_not_is_said(session: boto3.Session, arn: str) -> None:
    with pytest.raises(SecretMissing, match="did not contain json key colour"):
        values(session, f"{arn}:colour::")
