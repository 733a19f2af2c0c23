"""Calls of the verbs, as the recorder has seen them, and the actions that IAM judges them by."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import botocore.session
import click

CALLS = Path(__file__).parent / "calls.json"

# IAM's prefix where it is not the name that a service's requests are signed for.
_PREFIXES = {"cloudwatch": "cloudwatch"}
# IAM's names where they are others than the operation's: Amazon S3 User Guide, "Policy actions for Amazon S3".
_ACTIONS = {
    "s3:DeleteObjects": ["s3:DeleteObject", "s3:DeleteObjectVersion"],
    "s3:GetPublicAccessBlock": ["s3:GetAccountPublicAccessBlock"],
    "s3:ListObjectVersions": ["s3:ListBucketVersions"],
    "s3:ListObjectsV2": ["s3:ListBucket"],
}


@cache
def verbs() -> frozenset[str]:
    """Verbs that work on AWS as well: those that have --aws, or one of whose own verbs has."""
    # Here and not above: every run of pytest loads the recorder, and most tests need no command.
    from mysfits.cli import main

    def has(command: click.Command) -> bool:
        own = any("--aws" in each.opts for each in command.params)
        return own or (isinstance(command, click.Group) and any(map(has, command.commands.values())))

    return frozenset(name for name, command in main.commands.items() if has(command))


def on_aws(made: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Calls of the verbs that work on AWS."""
    return {(verb, operation) for verb, operation in made if verb in verbs()}


@cache
def recorded() -> frozenset[tuple[str, str]]:
    """Verb and operation (`status`, `elbv2:DescribeRules`; botocore's names) of every call."""
    return frozenset((verb, each) for verb, operations in json.loads(CALLS.read_text()).items() for each in operations)


def write(made: Iterable[tuple[str, str]]) -> None:
    """Write the calls of the verbs that work on AWS."""
    found: dict[str, list[str]] = {}
    for verb, operation in sorted(on_aws(made)):
        found.setdefault(verb, []).append(operation)
    CALLS.write_text(json.dumps(found, indent=2) + "\n")


def actions(operation: str) -> list[str]:
    """IAM's actions for an operation of botocore's."""
    service, _, name = operation.partition(":")
    action = f"{_PREFIXES.get(service) or _signed(service)}:{name}"
    return _ACTIONS.get(action, [action])


@cache
def _signed(service: str) -> str:
    return str(botocore.session.get_session().get_service_model(service).signing_name)
