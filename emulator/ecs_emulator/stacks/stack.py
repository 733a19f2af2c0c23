"""Stacks of a local cloud: made, changed, deleted, one operation at a time for each."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3

from ecs_emulator.clock import Clock
from ecs_emulator.stacks import bootstrap, exports, files, nested
from ecs_emulator.stacks.audit import audit
from ecs_emulator.stacks.background import BackgroundOperations
from ecs_emulator.stacks.changes import NoUpdates, planned
from ecs_emulator.stacks.deletion import delete_stack
from ecs_emulator.stacks.errors import TemplateError, of
from ecs_emulator.stacks.operation import StackOperation
from ecs_emulator.stacks.parameters import parameter_values
from ecs_emulator.stacks.plan import UpdatePlan
from ecs_emulator.stacks.resources.provider import Context, PhysicalResource, Provider, Stopped, StubSettings
from ecs_emulator.stacks.resources.registry import ResourceTypes, known
from ecs_emulator.stacks.rules import check_rules
from ecs_emulator.stacks.stack_file import StackFile
from ecs_emulator.stacks.state import STACK_TYPE, DesiredState, Resource, Stack, first_cause, new_stack
from ecs_emulator.stacks.templates import Document

__all__ = ["NoUpdates", "Stacks"]

_PATIENCE = 3 * 60 * 60  # seconds that CloudFormation waits for a service
_DEAD = {"CREATE_FAILED", "DELETE_COMPLETE", "DELETE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}


class Stacks:
    """Stacks in one cloud. `tasks_run` says that a scheduler and a load balancer are behind its endpoint.

    `stubs` says what becomes of resource types that are not known here.
    What waits for a resource gives up when `stopping` is set. `completed` hears of each stack that is made or changed.
    May be used by several threads at once. Everything that cannot be done is a TemplateError.
    """

    def __init__(
        self,
        session: boto3.Session,
        region: str,
        *,
        tasks_run: bool = False,
        clock: Clock | None = None,
        stopping: threading.Event | None = None,
        completed: Callable[[Stack], None] | None = None,
        stubs: StubSettings | None = None,
    ) -> None:
        self.region = region
        stubs = stubs or StubSettings()
        self.context = Context(session, region, (clock or Clock()).shortened(_PATIENCE), stopping, stubs)
        types = {**known(tasks_run=tasks_run), STACK_TYPE: nested.provider(self)}
        self._providers: Mapping[str, Provider] = ResourceTypes(types, strict=stubs.strict)
        self.completed = completed
        self._lock = threading.RLock()
        self._stacks: dict[str, Stack] = {}  # by id, also those that are deleted
        self.background = BackgroundOperations()
        self.stood_in: dict[str, str] = {}  # parameters of `deploy_files` that nobody gave a value
        self.passed: dict[str, str] = {}  # parameters of `deploy_files` that have an output of that name, by its stack
        self.renamed: dict[str, str] = {}  # names of stacks from which others import by them, by file

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs of all stacks, save those that a stubbed resource has part in; a later stack wins."""
        return {output.name: output.value for stack in self.all() for output in stack.outputs if not output.stubbed}

    def deploy_all(self, stacks: Iterable[StackFile], overrides: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """Deploy stacks in their order; `overrides` are more parameters, by stack."""
        for stack in stacks:
            self._deploy(stack, (overrides or {}).get(stack.name, {}))

    def deploy_files(self, paths: Sequence[Path], parameters: Mapping[str, Any]) -> None:
        """Deploy a stack for each template file, named after it. Raises TemplateErrors for all that is wrong."""
        audit(paths, parameters, self._providers, self.context.stubs)
        for stack in files.named_files(paths, parameters):
            self.stood_in |= {name: str(value) for name, value in stack.parameters.items() if name not in parameters}
            if stack.name != files.stack_name(stack.file):
                self.renamed[stack.file.name] = stack.name
            self.stood_in |= bootstrap.stand_in(self.context, stack.document)
            self.passed |= stack.passed
            self._deploy(stack, exports.carried(stack.passed, self.all()))

    def deploy_document(self, name: str, document: Document, parameters: Mapping[str, Any]) -> None:
        """Deploy one stack, whether anything changes or not."""
        with suppress(NoUpdates):
            self.deploy(name, document, parameters)

    def deploy(
        self,
        name: str,
        document: Document,
        parameters: Mapping[str, Any],
        *,
        text: str | None = None,
        folder: Path | None = None,
        is_nested: bool = False,
        source: str | None = None,
    ) -> Stack:
        """Make a stack or change it, and wait for it. `text` is the template as its author wrote it, `source` its file.

        Raises TemplateError with the first cause when it fails; it is rolled back then. Raises NoUpdates.
        """
        with of(source or name):
            desired = self.desired_state(document, parameters, text=text, folder=folder)
            stack = self.begin(name, desired, is_nested=is_nested)
        self.work(stack, desired)
        if stack.status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            with of(source or name):
                raise TemplateError(first_cause(stack))
        return stack

    def desired_state(
        self, document: Document, parameters: Mapping[str, Any], *, text: str | None = None, folder: Path | None = None
    ) -> DesiredState:
        """A template with its parameters, checked."""
        values = parameter_values(document, parameters, self.context)
        check_rules(document, values)
        return DesiredState(
            document, text or json.dumps(document, indent=2, default=str), dict(parameters), values, folder
        )

    def plan(self, stack: Stack, desired: DesiredState) -> UpdatePlan:
        """Update plan."""
        return planned(stack, desired, self._importable(stack), self._providers, self.context)

    def review(self, name: str) -> Stack:
        """A new stack that has no resources yet."""
        with self._lock:
            stack = new_stack(self.region, name)
            self._stacks[stack.id] = stack
            stack.turn("REVIEW_IN_PROGRESS", "User Initiated")
            return stack

    def begin(self, name: str, desired: DesiredState, *, is_nested: bool = False, rolls_back: bool = True) -> Stack:
        """Claim a stack for `work`. Raises NoUpdates."""
        with self._lock:
            stack = self.named(name) or new_stack(self.region, name)
            self._check_free(stack, "updated")
            if self.plan(stack, desired).is_empty and stack.stable_state is not None:
                raise NoUpdates
            self._stacks[stack.id] = stack
            stack.is_nested, stack.rolls_back, stack.desired_state = is_nested, rolls_back, desired
            stack.updated = datetime.now(UTC) if stack.stable_state else None
            stack.turn("UPDATE_IN_PROGRESS" if stack.stable_state else "CREATE_IN_PROGRESS", "User Initiated")
            return stack

    def work(self, stack: Stack, desired: DesiredState) -> None:
        """Make a stack that was claimed what is wanted: afterwards it is complete, or rolled back."""
        imports = self._importable(stack)
        work = StackOperation(
            stack,
            desired,
            self._providers,
            self.context,
            imports,
            lambda outputs: exports.check_outputs(stack, outputs, self.all()),
        )
        self._guarded(stack, work.run)
        if self.completed and stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            self.completed(stack)

    def delete(self, name: str, kept: Sequence[str] = ()) -> Stack | None:
        """Take a stack down, and wait for it; None when there is none."""
        stack = self.begin_delete(name)
        if stack:
            self.work_delete(stack, kept)
        return stack

    def begin_delete(self, name: str) -> Stack | None:
        """Claim a stack for `work_delete`; None when there is none."""
        with self._lock:
            stack = self.named(name)
            if stack is None or not stack.is_there:
                return None
            self._check_free(stack, "deleted")
            if stack.protected:
                raise TemplateError(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
            for export in stack.exports:
                exports.check_unused(stack, export, "deleted", self.all())
            stack.turn("DELETE_IN_PROGRESS", "User Initiated")
            return stack

    def work_delete(self, stack: Stack, kept: Sequence[str] = ()) -> None:
        """Take down a stack that was claimed, but for the resources `kept`."""
        self._guarded(stack, lambda: delete_stack(stack, self._providers, self.context, frozenset(kept)))
        if not stack.is_there:
            stack.deleted = datetime.now(UTC)

    def close(self) -> None:
        """End what is under way, as it is."""
        self.context.stop()
        self.background.join()

    def all(self) -> list[Stack]:
        """The stacks that there are, in the order in which they were made."""
        return [stack for stack in self.ever() if stack.is_there]

    def resources(self) -> list[tuple[Resource, PhysicalResource, Provider]]:
        """The resources that are there, with what makes those of their type."""
        found = [each for stack in self.all() for each in list(stack.resources.values())]
        return [(each, each.physical, self._providers[each.type]) for each in found if each.physical]

    def ever(self) -> list[Stack]:
        """All stacks, also those that are deleted."""
        with self._lock:
            return list(self._stacks.values())

    def named(self, name: str) -> Stack | None:
        """The stack with a name or an id; a deleted one has but its id."""
        with self._lock:
            return self._stacks.get(name) or next((stack for stack in self.all() if stack.name == name), None)

    def _importable(self, stack: Stack) -> dict[str, str]:
        return {**self.context.stubs.exports, **exports.importable(stack, self.all())}

    def _deploy(self, stack: StackFile, more: Mapping[str, Any]) -> None:
        parameters = {**stack.parameters, **more}
        with suppress(NoUpdates):
            folder, source = stack.folder, stack.file.name
            self.deploy(stack.name, stack.document, parameters, text=stack.text, folder=folder, source=source)

    def _guarded(self, stack: Stack, run: Callable[[], None]) -> None:
        try:
            run()
        except Stopped:
            stack.turn(stack.status.replace("_IN_PROGRESS", "_FAILED"), "The emulator has ended.")
        finally:
            if stack.is_busy:
                stack.turn(stack.status.replace("_IN_PROGRESS", "_FAILED"), "Internal Failure")

    def _check_free(self, stack: Stack, done: str) -> None:
        """Check that no other operation has the stack, and it can have one again."""
        if stack.is_busy or (done == "updated" and stack.status in _DEAD):
            raise TemplateError(f"Stack:{stack.id} is in {stack.status} state and can not be {done}.")
