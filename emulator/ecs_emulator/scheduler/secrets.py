"""Secrets of containers, from Secrets Manager and from SSM's parameter store, fetched when a task starts.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar.html
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef

_UNABLE = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed:"
_SECRET_PARTS = 7  # of a secret's ARN; its JSON key, version stage and version id may follow


class SecretMissing(Exception):
    """A secret that cannot be had; the message is ECS's reason of the container."""


class ContainerSecrets:
    """Secrets that containers name, as `session` finds them."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session
        self._lock = threading.Lock()  # a session is not for several threads, a client is

    def variables(self, definition: ContainerDefinitionOutputTypeDef) -> dict[str, str]:
        """A container's variables by its `secrets`. Raises SecretMissing."""
        return {each["name"]: self._value(each["valueFrom"]) for each in definition.get("secrets", [])}

    def _value(self, value_from: str) -> str:
        if ":secretsmanager:" in value_from:
            return self._secret(value_from)
        # An ARN of another service, or a name.
        name = value_from.partition(":parameter")[2] if ":parameter/" in value_from else value_from
        try:
            with self._lock:
                ssm = self._session.client("ssm")
            return str(ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
        except (BotoCoreError, ClientError) as error:
            why = f"unable to retrieve secrets from ssm: service call has been retried 1 time(s): {_said(error)}"
            raise SecretMissing(f"{_UNABLE} {why}: invalid parameters: {name}") from error

    def _secret(self, value_from: str) -> str:
        parts = value_from.split(":")
        key, stage, version = [*parts[_SECRET_PARTS:], "", "", ""][:3]
        wanted = {"VersionStage": stage, "VersionId": version}
        asked = {name: value for name, value in wanted.items() if value}
        try:
            with self._lock:
                client = self._session.client("secretsmanager")
            text = client.get_secret_value(SecretId=":".join(parts[:_SECRET_PARTS]), **asked)["SecretString"]
            return str(json.loads(text)[key]) if key else text
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
