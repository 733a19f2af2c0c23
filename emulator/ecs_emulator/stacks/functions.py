"""Intrinsic functions of values alone: what each gives for an argument that is worked out.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from __future__ import annotations

import ipaddress
import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

from ecs_emulator.stacks.arguments import items, plain, whole
from ecs_emulator.stacks.errors import TemplateError, shown
from ecs_emulator.stacks.quotas import CIDR_BLOCKS, TEXT
from ecs_emulator.stacks.values import UNKNOWN, is_unknown


def _select(argument: Any) -> Any:
    index, values = items("Fn::Select", argument, 2)
    if is_unknown(values):
        return UNKNOWN
    if not isinstance(values, list):
        raise TemplateError(f"Fn::Select takes a list of values; it is {shown(values)}.")
    position = whole("Fn::Select", index)
    if not 0 <= position < len(values):
        raise TemplateError(f"Select {position} of a list of {len(values)}.")
    return values[position]


def _cidr(argument: Any) -> list[str]:
    block, count, bits = [*items("Fn::Cidr", argument, 2, 3), 8][:3]
    number = whole("Fn::Cidr", count)
    if not 1 <= number <= CIDR_BLOCKS:
        raise TemplateError(f"Fn::Cidr gives 1 to {CIDR_BLOCKS} blocks, not {number}.")
    if is_unknown(block):
        return [UNKNOWN] * number
    try:
        network = ipaddress.ip_network(plain("Fn::Cidr", block))
        subnets = network.subnets(new_prefix=network.max_prefixlen - whole("Fn::Cidr", bits))
        return [str(subnet) for subnet, _ in zip(subnets, range(number), strict=False)]
    except ValueError as error:
        raise TemplateError(f"Cidr of {shown(block)}: {error}.") from error


def _join(argument: Any) -> str:
    separator, values = items("Fn::Join", argument, 2)
    if isinstance(values, str) and is_unknown(values):
        return UNKNOWN
    if not isinstance(values, list):
        raise TemplateError(f"Fn::Join takes a list of texts; it is {shown(values)}.")
    texts, between = [plain("Fn::Join", value) for value in values], plain("Fn::Join", separator)
    if sum(map(len, texts)) + len(between) * len(texts) > TEXT:
        raise TemplateError(f"the value has more than {TEXT} characters.")
    return between.join(texts)


def _split(argument: Any) -> list[str]:
    separator, text = (plain("Fn::Split", each) for each in items("Fn::Split", argument, 2))
    if not separator:
        raise TemplateError("Fn::Split takes a separator of one character at least.")
    return [UNKNOWN] if is_unknown(text) else text.split(separator)


def _base64(argument: Any) -> str:
    text = plain("Fn::Base64", argument)
    return UNKNOWN if is_unknown(text) else b64encode(text.encode(errors="replace")).decode()


def _length(argument: Any) -> Any:
    if is_unknown(argument):
        return UNKNOWN
    if not isinstance(argument, list):
        raise TemplateError(f"Fn::Length takes a list; it is {shown(argument)}.")
    return len(argument)


def _to_json(argument: Any) -> str:
    if not isinstance(argument, dict | list):
        raise TemplateError(f"Fn::ToJsonString takes a mapping or a list; it is {shown(argument)}.")
    return json.dumps(argument, separators=(",", ":"))


def _not(argument: Any) -> bool:
    [one] = items("Fn::Not", argument, 1)
    return not one


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "Fn::Base64": _base64,
    "Fn::Cidr": _cidr,
    "Fn::Join": _join,
    "Fn::Not": _not,
    "Fn::Select": _select,
    "Fn::Split": _split,
}
# Those of the transform AWS::LanguageExtensions.
EXTENSIONS: dict[str, Callable[[Any], Any]] = {"Fn::Length": _length, "Fn::ToJsonString": _to_json}
