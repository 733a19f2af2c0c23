"""Stack operation: create, update and delete, and the rollback when one fails.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-describing-stacks.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ecs_emulator.stacks.changes import check_type, kind_of, other_attributes
from ecs_emulator.stacks.deletion import REFUSALS, end
from ecs_emulator.stacks.provisioning import Imports, Provisioning, StackOutput, pseudo_parameters
from ecs_emulator.stacks.resources.provider import (
    Context,
    PartiallyCreated,
    PhysicalResource,
    Properties,
    Provider,
    changed,
    reason,
)
from ecs_emulator.stacks.state import DesiredState, Resource, Stack
from ecs_emulator.stacks.templates import Document, TemplateError

Check = Callable[[list[StackOutput]], None]  # raises TemplateError when a stack may not have such outputs


class StackOperation:
    """One operation that makes a stack what is wanted. `check` judges the outputs that it would have."""

    def __init__(
        self,
        stack: Stack,
        desired: DesiredState,
        providers: Mapping[str, Provider],
        context: Context,
        exports: Mapping[str, str],
        check: Check,
    ) -> None:
        self._stack = stack
        self._desired = desired
        self._providers = providers
        self._context = context
        self._check = check
        self._imports = Imports(exports)
        self._is_update = stack.stable_state is not None
        self._verb = "UPDATE" if self._is_update else "CREATE"
        self._undo: list[Callable[[], None]] = []
        self._replaced: list[Resource] = []
        self._order: list[str] = []

    def run(self) -> None:
        """Leaves the stack complete, or rolled back with the first cause in its events. Raises Stopped."""
        stack, desired = self._stack, self._desired
        pseudo = pseudo_parameters(self._context.region, stack.name, stack.id)
        provisioning = Provisioning(self._settle, desired.document, desired.values, pseudo, self._imports)
        stack.races = provisioning.races
        try:
            provisioning.make_all()
            outputs = provisioning.outputs()
            self._check(outputs)
        except REFUSALS as error:
            self._fail(reason(error))
            return
        stack.stable_state, stack.outputs, stack.imports = desired, outputs, self._imports.used
        self._clean_up()
        stack.turn(f"{self._verb}_COMPLETE")

    def _settle(self, logical_id: str, resource: Document, properties: Properties) -> PhysicalResource:
        provider = kind_of(self._providers, resource["Type"])
        properties = provider.prepared(self._context, properties, self._desired.folder)
        self._order.append(logical_id)
        old = self._stack.resources.get(logical_id)
        if old is None or old.physical is None:
            return self._create(provider, logical_id, resource, properties)
        check_type(old, resource)
        differing = changed(old.properties, properties)
        if differing & provider.replaced_by:
            return self._replace(provider, old, resource, properties)
        if differing:
            return self._update(provider, old, resource, properties)
        if other_attributes(old.written, resource):
            self._undo.append(lambda: self._put(old))
            self._put(replace(old, written=resource))
        return old.physical

    def _create(
        self, provider: Provider, logical_id: str, resource: Document, properties: Properties
    ) -> PhysicalResource:
        new = Resource(logical_id, resource["Type"], f"{self._stack.name}-{logical_id}", None, properties, resource)
        self._undo.append(lambda: self._take_away(new))
        return self._make(provider, new, "CREATE")

    def _replace(
        self, provider: Provider, old: Resource, resource: Document, properties: Properties
    ) -> PhysicalResource:
        own_name = provider.name and properties.get(provider.name)
        if own_name and own_name == old.properties.get(provider.name or ""):
            raise TemplateError(
                "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
                f"Rename {own_name} and update the stack again."
            )
        generation = old.generation + 1
        name = f"{self._stack.name}-{old.logical_id}-{generation}"
        new = Resource(old.logical_id, old.type, name, None, properties, resource, generation)
        self._undo.append(lambda: self._put_back(new, old))
        because = "Requested update requires the creation of a new physical resource; hence creating one."
        physical = self._make(provider, new, "UPDATE", because)
        self._replaced.append(old)
        return physical

    def _make(self, provider: Provider, new: Resource, verb: str, because: str | None = None) -> PhysicalResource:
        self._put(new)
        self._stack.turn_resource(new, f"{verb}_IN_PROGRESS", because)
        try:
            made = provider.create(self._context, new.name, new.properties)
            new.physical = self._context.stubs.told(new.logical_id, made)
        except REFUSALS as error:
            new.physical = error.physical if isinstance(error, PartiallyCreated) else None
            self._stack.turn_resource(new, f"{verb}_FAILED", reason(error))
            raise
        self._stack.turn_resource(new, f"{verb}_COMPLETE", self._stack.warning(new.logical_id) or provider.note)
        return new.physical

    def _update(
        self, provider: Provider, old: Resource, resource: Document, properties: Properties
    ) -> PhysicalResource:
        new = replace(old, properties=properties, written=resource)
        self._put(new)
        self._undo.append(lambda: self._change_back(provider, new, old))
        return self._change(provider, new, old.properties)

    def _change(self, provider: Provider, resource: Resource, before: Properties) -> PhysicalResource:
        """Bring what there is from the properties `before` to those of `resource`."""
        assert resource.physical is not None  # noqa: S101 (only what there is can be changed)
        self._stack.turn_resource(resource, "UPDATE_IN_PROGRESS")
        try:
            made = provider.update(self._context, resource.physical, before, resource.properties)
            resource.physical = self._context.stubs.told(resource.logical_id, made)
        except REFUSALS as error:
            self._stack.turn_resource(resource, "UPDATE_FAILED", reason(error))
            raise
        self._stack.turn_resource(resource, "UPDATE_COMPLETE", provider.note)
        return resource.physical

    def _put(self, resource: Resource) -> None:
        self._stack.resources[resource.logical_id] = resource

    def _clean_up(self) -> None:
        """Delete what was replaced and what the template no longer has; what cannot be deleted is left behind."""
        gone = [each for name, each in self._stack.resources.items() if name not in self._order]
        resources = self._stack.resources
        ordered = {name: resources[name] for name in self._order}
        if self._is_update:
            self._stack.turn("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        leaving = [(each, "UpdateReplacePolicy") for each in self._replaced]
        leaving += [(each, "DeletionPolicy") for each in gone]
        for resource, policy in reversed(leaving):
            end(self._stack, resource, self._providers, self._context, policy)
        self._stack.resources = ordered

    def _fail(self, why: str) -> None:
        stack = self._stack
        failed = [each.logical_id for each in stack.resources.values() if each.status.endswith("_FAILED")]
        verb = "update" if self._is_update else "create"
        status_reason = f"The following resource(s) failed to {verb}: [{', '.join(failed)}]. " if failed else why
        if not stack.rolls_back:
            stack.turn(f"{self._verb}_FAILED", status_reason)
            return
        prefix = "UPDATE_ROLLBACK" if self._is_update else "ROLLBACK"
        stack.turn(f"{prefix}_IN_PROGRESS", status_reason)
        try:
            for undo in reversed(self._undo):
                undo()
        except REFUSALS as error:
            stack.turn(f"{prefix}_FAILED", reason(error))
            return
        stack.turn(f"{prefix}_COMPLETE")

    def _take_away(self, new: Resource) -> None:
        # A stack that never was keeps what it could not be rid of; an update that never was keeps nothing new.
        end(self._stack, new, self._providers, self._context, None, strict=True)
        del self._stack.resources[new.logical_id]

    def _put_back(self, new: Resource, old: Resource) -> None:
        end(self._stack, new, self._providers, self._context, None, strict=True)
        self._put(old)
        self._stack.turn_resource(old, "UPDATE_COMPLETE")

    def _change_back(self, provider: Provider, new: Resource, old: Resource) -> None:
        back = replace(old, physical=new.physical)
        self._put(back)
        self._change(provider, back, new.properties)
