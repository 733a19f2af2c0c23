"""Secrets of containers, from Secrets Manager and from SSM's parameter store, fetched when a task starts; and files.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ecs_emulator.cloud.secret_values import ARN_PARTS, secret_value
from ecs_emulator.scheduler import environment_files
from ecs_emulator.sessions import ClientCache

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef

_UNABLE = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed:"


class SecretMissing(Exception):
    """A secret that cannot be had; the message is ECS's reason of the container."""


class ContainerSecrets:
    """Secrets that containers name, as `session` finds them."""

    def __init__(self, session: boto3.Session) -> None:
        self._client = ClientCache(session).client

    def of_files(self, definition: ContainerDefinitionOutputTypeDef) -> dict[str, str]:
        """A container's variables by its `environmentFiles`. Raises SecretMissing."""
        if not definition.get("environmentFiles"):
            return {}
        try:
            return environment_files.variables(definition, self._client("s3"))
        except environment_files.FileMissing as error:
            raise SecretMissing(str(error)) from error

    def variables(self, definition: ContainerDefinitionOutputTypeDef) -> dict[str, str]:
        """A container's variables by its `secrets`. Raises SecretMissing."""
        return {each["name"]: self._value(each["valueFrom"]) for each in definition.get("secrets", [])}

    def _value(self, value_from: str) -> str:
        if ":secretsmanager:" in value_from:
            return self._secret(value_from)
        # An ARN of another service, or a name.
        name = value_from.partition(":parameter")[2] if ":parameter/" in value_from else value_from
        try:
            return str(self._client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
        except (BotoCoreError, ClientError) as error:
            why = f"unable to retrieve secrets from ssm: service call has been retried 1 time(s): {_said(error)}"
            raise SecretMissing(f"{_UNABLE} {why}: invalid parameters: {name}") from error

    def _secret(self, value_from: str) -> str:
        parts = value_from.split(":")
        key, stage, version = [*parts[ARN_PARTS:], "", "", ""][:3]
        try:
            return secret_value(self._client("secretsmanager"), ":".join(parts[:ARN_PARTS]), key, stage, version)
        except (BotoCoreError, ClientError) as error:
            why = f"unable to retrieve secret from asm: service call has been retried 1 time(s): {_said(error)}"
            raise SecretMissing(f"{_UNABLE} {why}") from error
        except (KeyError, TypeError, ValueError) as error:
            why = f"retrieved secret from Secrets Manager did not contain json key {key}"
            raise SecretMissing(f"{_UNABLE} {why}") from error


def _said(error: Exception) -> str:
    if isinstance(error, ClientError):
        return f"{error.response['Error']['Code']}: {error.response['Error'].get('Message', '')}"
    return str(error)
