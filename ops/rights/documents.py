"""Policies that are kept beside this module: those of the verbs, and those of the templates' resources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NotRequired, TypedDict

FOLDER = Path(__file__).parent


class Statement(TypedDict):
    """Statement of a policy that allows actions (`ecs:UpdateService`) on ARNs with wildcards."""

    Sid: str
    Effect: str
    Action: list[str]
    Resource: list[str]
    Condition: NotRequired[dict[str, dict[str, list[str]]]]


class Policy(TypedDict):
    """Policy as IAM takes it."""

    Version: str
    Statement: list[Statement]


def of_verb(verb: str) -> list[Statement]:
    """Rights that a verb needs for the calls that it makes itself."""
    return _read(verb)


def of_template(name: str) -> list[Statement]:
    """Rights that CloudFormation uses of whoever deploys a template (`network`), changes or deletes it."""
    return _read(f"stack-{name}")


def _read(name: str) -> list[Statement]:
    policy: Policy = json.loads((FOLDER / f"{name}.json").read_text())
    return policy["Statement"]
