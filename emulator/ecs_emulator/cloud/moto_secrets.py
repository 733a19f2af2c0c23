"""Corrections of moto's Secrets Manager: names, values and changes that it refuses.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
"""

from __future__ import annotations

import re
from typing import Any

from moto.secretsmanager.exceptions import InvalidParameterException, InvalidRequestException, ValidationException
from moto.secretsmanager.models import SecretsManagerBackend

from ecs_emulator.cloud.moto_overrides import override

_NAME = re.compile(r"[a-zA-Z0-9/_+=.@!-]+")
_BOTH = "You can't specify both a binary secret value and a string secret value in the same secret."
_DELETED = "You can't perform this operation on the secret because it was marked for deletion."


def install() -> None:
    """Refuse so from now on, in this process."""
    override(SecretsManagerBackend, "create_secret", _created)
    override(SecretsManagerBackend, "put_secret_value", _value_put)


def _created(before: Any, backend: SecretsManagerBackend, name: str, **given: Any) -> Any:
    if not _NAME.fullmatch(name):
        message = "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: "
        raise ValidationException(message + "-/_+=.@!")
    _check_value(given)
    return before(backend, name=name, **given)


def _value_put(before: Any, backend: SecretsManagerBackend, secret_id: str, **given: Any) -> Any:
    _check_value(given)
    if backend._is_valid_identifier(secret_id) and backend.secrets[secret_id].is_deleted():
        raise InvalidRequestException(_DELETED)
    return before(backend, secret_id=secret_id, **given)


def _check_value(given: dict[str, Any]) -> None:
    if given.get("secret_string") is not None and given.get("secret_binary") is not None:
        raise InvalidParameterException(_BOTH)
