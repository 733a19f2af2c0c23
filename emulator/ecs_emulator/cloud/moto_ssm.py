"""Corrections of moto's Parameter Store: names, values and paths that SSM refuses.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
"""

from __future__ import annotations

import json
import re
from typing import Any

import regex
from moto.ssm.exceptions import SSMException, ValidationException
from moto.ssm.responses import SimpleSystemManagerResponse

from ecs_emulator.cloud.moto_overrides import override

_NAME = re.compile(r"[a-zA-Z0-9_.\-/]+")
_LEVELS = 15
_LONGEST = {"Advanced": 8_192, "Intelligent-Tiering": 8_192}  # characters of a value; of the standard tier half of it
_STANDARD = 4_096
_DEADLINE = 0.1  # seconds for a pattern and a value; what takes longer is not judged


def install() -> None:
    """Refuse so from now on, in this process."""
    override(SimpleSystemManagerResponse, "put_parameter", _parameter_put)
    override(SimpleSystemManagerResponse, "get_parameters_by_path", _found_by_path)


def _parameter_put(before: Any, response: SimpleSystemManagerResponse) -> Any:
    given = json.loads(response.body)
    _check_name(given["Name"])
    longest = _LONGEST.get(given.get("Tier", ""), _STANDARD)
    if len(given["Value"]) > longest:
        kind = "Standard" if longest == _STANDARD else "Advanced"
        message = f"{kind} tier parameters support a maximum parameter value of {longest} characters."
        raise ValidationException(message)
    if (pattern := given.get("AllowedPattern")) and not _fits(pattern, given["Value"]):
        message = f"Parameter value, cannot be validated against allowedPattern: {pattern}"
        raise SSMException("ParameterPatternMismatchException", message)
    return before(response)


def _check_name(name: str) -> None:
    """Raises SSMException for what is no name of a parameter."""
    if not _NAME.fullmatch(name):
        symbols = "each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_"
        message = f"Parameter name: can only consist of sub-paths divided by slash symbol; {symbols}"
        raise ValidationException(message)
    if "/" in name and not name.startswith("/"):
        raise ValidationException("Parameter name must be a fully qualified name.")
    if name.count("/") > _LEVELS:
        message = f"Parameter name: a hierarchy can have a maximum of {_LEVELS} levels."
        raise SSMException("HierarchyLevelLimitExceededException", message)


def _fits(pattern: str, value: str) -> bool:
    try:
        return regex.fullmatch(pattern, value, timeout=_DEADLINE) is not None
    except (regex.error, TimeoutError):
        return True


def _found_by_path(before: Any, response: SimpleSystemManagerResponse) -> Any:
    if not json.loads(response.body)["Path"].startswith("/"):
        message = 'The parameter doesn\'t meet the parameter name requirements. It must begin with a forward slash "/".'
        raise ValidationException(message)
    return before(response)
