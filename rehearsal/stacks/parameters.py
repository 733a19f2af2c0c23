"""The parameters of a template: given or default, checked as CloudFormation checks them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.stacks.resources.kind import Place
from rehearsal.stacks.templates import Document, TemplateError

_STORED = re.compile(r"AWS::SSM::Parameter::Value<(.+)>")


def parameter_values(document: Document, given: Mapping[str, Any], place: Place | None = None) -> dict[str, Any]:
    """The value of every parameter: given or default, checked as CloudFormation checks it.

    A parameter that names one of SSM has that one's value, from the local cloud at `place`. Raises TemplateError.
    """
    declared = document.get("Parameters", {})
    for name in given:
        if name not in declared:
            raise TemplateError(f"There is no parameter {name}. There are: {', '.join(declared)}.")
    values = {name: _parameter(name, spec, given) for name, spec in declared.items()}
    return {name: _resolved(value, declared[name]["Type"], place) for name, value in values.items()}


def _parameter(name: str, spec: Document, given: Mapping[str, Any]) -> Any:
    value = given.get(name, spec.get("Default"))
    if value is None:
        raise TemplateError(f"The parameter {name} needs a value.")
    is_list = _is_list(spec["Type"])
    text = ",".join(map(_text, value)) if isinstance(value, list) else _text(value)
    values = [part.strip() for part in text.split(",") if text] if is_list else [text]
    for each in values:
        _check(name, spec, each)
    return values if is_list else text


def _is_list(type_name: str) -> bool:
    return type_name == "CommaDelimitedList" or type_name.startswith("List<")


def _resolved(value: Any, type_name: str, place: Place | None) -> Any:
    stored = _STORED.fullmatch(type_name)
    if not stored:
        return value
    if place is None:
        raise TemplateError(f"The value of {value} in SSM is known only in a local cloud.")
    try:
        found = place.client("ssm").get_parameter(Name=value)["Parameter"]["Value"]
    except ClientError as error:
        message = f"Unable to fetch parameters [{value}] from parameter store for this account."
        raise TemplateError(message) from error
    return found.split(",") if _is_list(stored[1]) else found


def _check(name: str, spec: Document, text: str) -> None:
    if "AllowedValues" in spec and text not in map(_text, spec["AllowedValues"]):
        raise TemplateError(f"{name} is {text!r}; it should be one of {spec['AllowedValues']}.")
    if "AllowedPattern" in spec and not re.fullmatch(spec["AllowedPattern"], text):
        raise TemplateError(f"{name} is {text!r}; it should match {spec['AllowedPattern']}.")
    shortest, longest = int(spec.get("MinLength", 0)), int(spec.get("MaxLength", 4096))
    if not shortest <= len(text) <= longest:
        raise TemplateError(f"{name} is {text!r}; it should have {shortest} to {longest} characters.")
    if spec["Type"] == "Number":
        try:
            number = float(text)
        except ValueError:
            raise TemplateError(f"{name} is {text!r}; it should be a number.") from None
        if not float(spec.get("MinValue", "-inf")) <= number <= float(spec.get("MaxValue", "inf")):
            raise TemplateError(f"{name} is {text}, out of its bounds.")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
