"""Parameters of a template: given or default, checked as CloudFormation checks them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ecs_emulator.stacks.errors import TemplateError, shown
from ecs_emulator.stacks.patterns import DEADLINE, NoPattern, TooLong, mismatch
from ecs_emulator.stacks.quotas import PARAMETER_VALUE
from ecs_emulator.stacks.resources.provider import Context
from ecs_emulator.stacks.templates import Document

# https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html
_PUBLIC = "/aws/service/"
_STORED = re.compile(r"AWS::SSM::Parameter::Value<(.+)>")


def parameter_values(document: Document, given: Mapping[str, Any], context: Context | None = None) -> dict[str, Any]:
    """The value of every parameter: given or default, checked as CloudFormation checks it.

    A parameter that names one of SSM has that one's value, from the local cloud at `place`. Raises TemplateError.
    """
    declared = document.get("Parameters", {})
    for name in given:
        if name not in declared:
            raise TemplateError(f"There is no parameter {name}. There are: {', '.join(declared)}.")
    values = {name: _parameter(name, spec, given) for name, spec in declared.items()}
    _check_patterns(declared, values)
    return {name: _resolved(value, declared[name]["Type"], context) for name, value in values.items()}


def _parameter(name: str, spec: Document, given: Mapping[str, Any]) -> Any:
    value = given.get(name, spec.get("Default"))
    if value is None:
        raise TemplateError(f"The parameter {name} needs a value.")
    is_list = _is_list(spec["Type"])
    text = ",".join(map(_text, value)) if isinstance(value, list) else _text(value)
    if len(text.encode(errors="replace")) > PARAMETER_VALUE:
        raise TemplateError(f"{name} is {shown(text)}; it should have {PARAMETER_VALUE} bytes at most.")
    values = [part.strip() for part in text.split(",") if text] if is_list else [text]
    allowed = list(map(_text, spec["AllowedValues"])) if "AllowedValues" in spec else None
    for each in values:
        if allowed is not None and each not in allowed:
            raise TemplateError(f"{name} is {shown(each)}; it should be one of {', '.join(allowed)}.")
        _check(name, spec, each)
    return values if is_list else text


def _is_list(type_name: str) -> bool:
    return type_name == "CommaDelimitedList" or type_name.startswith("List<")


def _resolved(value: Any, type_name: str, context: Context | None) -> Any:
    stored = _STORED.fullmatch(type_name)
    if not stored:
        return value
    if context is None:
        raise TemplateError(f"The value of {value} in SSM is known only in a local cloud.")
    try:
        found = context.client("ssm").get_parameter(Name=value)["Parameter"]["Value"]
    except (BotoCoreError, ClientError) as error:
        if value.startswith(_PUBLIC):
            # What AWS itself tells there is an image of an instance, and no instance is behind anything here.
            return "ami-stand-in"
        message = f"Unable to fetch parameters [{value}] from parameter store for this account."
        raise TemplateError(message) from error
    return found.split(",") if _is_list(stored[1]) else found


def _check_patterns(declared: Document, values: Mapping[str, Any]) -> None:
    pairs = [(name, pair) for name, spec in declared.items() for pair in _pairs(spec, values[name])]
    names = {pair: name for name, pair in reversed(pairs)}
    try:
        wrong = mismatch([pair for _, pair in pairs])
    except NoPattern as error:
        message = f"the AllowedPattern {shown(error.pair[0])} is no regular expression here: {error}."
        raise TemplateError(message).within("Parameters", names[error.pair]).rooted() from error
    except TooLong as error:
        message = (
            f"the AllowedPattern {shown(error.pair[0])} takes more than {DEADLINE} s to match {shown(error.pair[1])}."
        )
        raise TemplateError(message).within("Parameters", names[error.pair]).rooted() from error
    if wrong:
        raise TemplateError(f"{names[wrong]} is {shown(wrong[1])}; it should match {wrong[0]}.")


def _pairs(spec: Document, value: Any) -> Iterator[tuple[str, str]]:
    if "AllowedPattern" in spec:
        for each in value if isinstance(value, list) else [value]:
            yield str(spec["AllowedPattern"]), each


def _check(name: str, spec: Document, text: str) -> None:
    shortest, longest = int(spec.get("MinLength", 0)), int(spec.get("MaxLength", PARAMETER_VALUE))
    if not shortest <= len(text) <= longest:
        raise TemplateError(f"{name} is {shown(text)}; it should have {shortest} to {longest} characters.")
    if spec["Type"] == "Number":
        try:
            number = float(text)
        except ValueError:
            raise TemplateError(f"{name} is {shown(text)}; it should be a number.") from None
        least, most = (float(str(spec.get(each, other))) for each, other in (("MinValue", "-inf"), ("MaxValue", "inf")))
        if not least <= number <= most:
            raise TemplateError(f"{name} is {shown(text)[1:-1]}, out of its bounds.")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
