"""Resource provider: how a type is made, changed in place and ended, and what a change must replace."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ecs_emulator.sessions import ClientCache
from ecs_emulator.stacks.errors import TemplateError
from ecs_emulator.stacks.resources.dynamic import resolved
from ecs_emulator.stacks.schema import TEXT, Schema, check
from ecs_emulator.stacks.values import UNKNOWN

Properties = dict[str, Any]
TAGS = [{"Key": TEXT, "Value": TEXT}]
PAUSE = 0.1  # seconds between two looks at something that takes its time


@dataclass(frozen=True)
class PhysicalResource:
    """A resource: what `!Ref` gives of it, and what `!GetAtt` gives.

    A stubbed one exists nowhere; any attribute of it is a text that says whose it would be.
    """

    ref: str
    attributes: dict[str, Any] = field(default_factory=dict)
    stubbed: bool = False


class PartiallyCreated(Exception):
    """A resource that exists, but is not as it was asked for; the message says why."""

    def __init__(self, reason: str, physical: PhysicalResource) -> None:
        super().__init__(reason)
        self.physical = physical


class Stopped(Exception):
    """The emulator ends while a stack is worked on."""


@dataclass(frozen=True)
class StubSettings:
    """Settings of what stands in: `strict` refuses stubs; `attributes` are true values of theirs, by
    `Resource.Attribute`, or by `Resource` what `Ref` gives; `exports` are those of stacks that are not here, by name.
    """

    strict: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    exports: Mapping[str, str] = field(default_factory=dict)

    def told(self, logical_id: str, physical: PhysicalResource) -> PhysicalResource:
        """A resource with the true values of its attributes, if it is a stub."""
        own = {
            name.partition(".")[2]: value for name, value in self.attributes.items() if _resource(name) == logical_id
        }
        if not own or not physical.stubbed:
            return physical
        return replace(physical, ref=own.pop("", physical.ref), attributes={**physical.attributes, **own})


def _resource(name: str) -> str:
    return name.partition(".")[0]


class Context:
    """Context of providers: the clients of the local cloud, and the patience for what takes its time."""

    def __init__(
        self,
        session: boto3.Session,
        region: str,
        patience: float,
        stopping: threading.Event | None = None,
        stubs: StubSettings | None = None,
    ) -> None:
        self.client = ClientCache(session).client
        self._stopping = stopping or threading.Event()
        self.region = region
        self.patience = patience  # seconds
        self.stubs = stubs or StubSettings()

    def pause(self) -> None:
        """Wait a moment. Raises Stopped."""
        if self._stopping.wait(PAUSE):
            raise Stopped

    def stop(self) -> None:
        """End every wait."""
        self._stopping.set()


Create = Callable[[Context, str, Properties], PhysicalResource]
Update = Callable[[Context, PhysicalResource, Properties, Properties], PhysicalResource]
Delete = Callable[[Context, PhysicalResource, Properties], None]
Prepare = Callable[[Context, Properties, Path | None], Properties]  # the folder of the template's file
Refusals = Callable[[Properties], Iterable[TemplateError]]
Untag = Callable[[list[str]], object]  # with keys
Tag = Callable[[list[dict[str, str]]], object]  # with `Key` and `Value` of each


@dataclass(frozen=True)
class Provider:
    """A resource type.

    `create` gets the physical name that the resource has unless its properties name it, `update` what there is with
    the properties before and after, `delete` what there is with its properties. `replaced_by` are the properties of
    which the AWS resource reference says "Update requires: Replacement"; `kept` those of them that cannot change here,
    because the replacement would lose what is stored. `name` is the property that names it. `prepare` reads what the
    properties name outside of the template, and so what changes with them. `note` is what the event says when one has
    been made or changed. `effective` are the properties that have an effect, None when all have. `schema` is of the
    properties that the functions look into themselves; the rest is up to the API that gets them. `refusals` are errors
    on what the API would refuse, here alone or on AWS too, for all of them to be told before anything is made.
    """

    create: Create
    update: Update
    delete: Delete
    replaced_by: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    name: str | None = None
    stubbed: bool = False
    prepare: Prepare | None = None
    note: str | None = None
    effective: frozenset[str] | None = None
    schema: Schema = field(default_factory=dict)
    refusals: Refusals | None = None

    def prepared(self, context: Context, properties: Properties, folder: Path | None) -> Properties:
        """The properties with what they name outside of the template. Raises TemplateError.

        A stub, which nobody asks, keeps its dynamic references as they are written.
        """
        if not self.stubbed:
            properties = resolved(context.client, properties)
        try:
            check(self.schema, properties, allowed=UNKNOWN)
        except TemplateError as error:
            error.within("Properties")
            raise
        return self.prepare(context, properties, folder) if self.prepare else properties


@contextmanager
def finishing(physical: PhysicalResource) -> Iterator[None]:
    """The rest of the work on a resource that exists already. Raises PartiallyCreated when it fails."""
    try:
        yield
    except (TemplateError, BotoCoreError, ClientError) as error:
        raise PartiallyCreated(reason(error), physical) from error


_HANDLER_CODES = (
    ("NotFound", "NotFound"),
    ("NoSuchEntity", "NotFound"),
    ("Malformed", "InvalidRequest"),
    ("AlreadyExists", "AlreadyExists"),
    ("Duplicate", "AlreadyExists"),
    ("InUse", "ResourceConflict"),
    ("Valid", "InvalidRequest"),
    ("Invalid", "InvalidRequest"),
    ("AccessDenied", "AccessDenied"),
)


def reason(error: Exception) -> str:
    """Reason of a resource's failure, in CloudFormation's words where AWS refused it."""
    if isinstance(error, ClientError):
        detail = error.response["Error"]
        code = next((code for part, code in _HANDLER_CODES if part in detail["Code"]), "GeneralServiceException")
        return handler_message(detail.get("Message", detail["Code"]), code)
    return str(error)


def handler_message(message: str, code: str = "GeneralServiceException") -> str:
    return f'Resource handler returned message: "{message}" (HandlerErrorCode: {code})'


def changed(before: Properties, after: Properties) -> set[str]:
    """The names of the properties that differ."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def no_change(
    _context: Context, physical: PhysicalResource, _before: Properties, _after: Properties
) -> PhysicalResource:
    return physical


def only(properties: Properties, names: Iterable[str]) -> Properties:
    """The properties of these names, of which each may be missing."""
    return {name: properties[name] for name in names if name in properties}


def retag(before: Properties, after: Properties, untag: Untag, tag: Tag) -> None:
    """Take the tags from a resource that are gone, and give it those that there are, where they differ."""
    if before.get("Tags", []) == after.get("Tags", []):
        return
    there = {str(each["Key"]): str(each["Value"]) for each in after.get("Tags", [])}
    if gone := [str(each["Key"]) for each in before.get("Tags", []) if each["Key"] not in there]:
        untag(gone)
    if there:
        tag([{"Key": key, "Value": value} for key, value in there.items()])
