"""Dynamic references of a template: values of SSM and Secrets Manager, by `{{resolve:service:key}}`.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ecs_emulator.cloud.secret_values import ARN_PARTS, secret_value
from ecs_emulator.stacks.errors import TemplateError
from ecs_emulator.stacks.values import is_unknown

Clients = Callable[[str], Any]  # a client by the name of its service

_REFERENCE = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):([^{}]+)\}\}")


def resolved(clients: Clients, value: Any) -> Any:
    """A value with every dynamic reference in it resolved, as far as it is known. Raises TemplateError."""
    if isinstance(value, dict):
        return {name: resolved(clients, each) for name, each in value.items()}
    if isinstance(value, list):
        return [resolved(clients, each) for each in value]
    if not isinstance(value, str) or "{{resolve:" not in value or is_unknown(value):
        return value
    return _REFERENCE.sub(lambda found: _value(clients, found[1], found[2]), value)


def _value(clients: Clients, service: str, key: str) -> str:
    reference = f"{{{{resolve:{service}:{key}}}}}"
    try:
        if service == "secretsmanager":
            return _secret(clients(service), key)
        # A name, and a version if there is one.
        return str(clients("ssm").get_parameter(Name=key, WithDecryption=True)["Parameter"]["Value"])
    except ClientError as error:
        why = error.response["Error"].get("Message") or error.response["Error"]["Code"]
        raise TemplateError(f"Could not resolve {reference}: {why}") from error
    except (BotoCoreError, KeyError, TypeError, ValueError) as error:
        raise TemplateError(f"Could not resolve {reference}: {error!r}.") from error


def _secret(client: Any, key: str) -> str:
    parts = key.split(":")
    own = ARN_PARTS if parts[0] == "arn" else 1
    kind, json_key, stage, version = [*parts[own:], "", "", "", ""][:4]
    if kind not in ("", "SecretString"):
        raise ValueError(f"{kind} is not SecretString")
    return secret_value(client, ":".join(parts[:own]), json_key, stage, version)
