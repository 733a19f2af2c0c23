"""Changes that a template would make to a stack, found out without making any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecs_emulator.stacks.errors import TemplateError
from ecs_emulator.stacks.plan import Detail, ResourceChange, UpdatePlan
from ecs_emulator.stacks.provisioning import Provisioning, StackOutput, pseudo_parameters
from ecs_emulator.stacks.resources.provider import Context, PhysicalResource, Properties, Provider, changed
from ecs_emulator.stacks.resources.registry import why_unknown
from ecs_emulator.stacks.state import DesiredState, Resource, Stack
from ecs_emulator.stacks.templates import Document
from ecs_emulator.stacks.values import UNKNOWN, is_unknown

_ATTRIBUTES = ("DeletionPolicy", "Metadata", "UpdateReplacePolicy")  # of a resource, beside its properties


class NoUpdates(TemplateError):
    """An update that changes nothing."""

    def __init__(self) -> None:
        super().__init__("No updates are to be performed.")


def kind_of(providers: Mapping[str, Provider], type_name: str) -> Provider:
    """Raises TemplateError."""
    if type_name not in providers:
        raise TemplateError(why_unknown(type_name))
    return providers[type_name]


def planned(
    stack: Stack, desired: DesiredState, imports: Mapping[str, str], providers: Mapping[str, Provider], context: Context
) -> UpdatePlan:
    """Update plan of a stack's operation. Raises TemplateError where it cannot even begin."""
    changes: list[ResourceChange] = []
    settled: set[str] = set()
    old_values = stack.stable_state.values if stack.stable_state else {}
    differing = {name for name, value in desired.values.items() if old_values.get(name) != value}

    def settle(logical_id: str, resource: Document, properties: Properties) -> PhysicalResource:
        settled.add(logical_id)
        provider = kind_of(providers, resource["Type"])
        old = stack.resources.get(logical_id)
        if old is None or old.physical is None:
            changes.append(ResourceChange("Add", logical_id, resource["Type"]))
            return _stubbed(provider, context, logical_id, properties)
        check_type(old, resource)
        details = _details(old, resource, provider.prepared(context, properties, desired.folder), provider, differing)
        if not details:
            return old.physical
        replacement = _replacement(details)
        changes.append(ResourceChange("Modify", logical_id, old.type, old.physical_id, replacement, tuple(details)))
        return _stubbed(provider, context, logical_id, properties) if replacement == "True" else old.physical

    provisioning = Provisioning(
        settle, desired.document, desired.values, pseudo_parameters(context.region, stack.name, stack.id), imports
    )
    provisioning.make_all()
    for logical_id, old in reversed(stack.resources.items()):
        if logical_id not in settled:
            changes.append(ResourceChange("Remove", logical_id, old.type, old.physical_id))
    return UpdatePlan(changes, _comparable(provisioning.outputs()) != _comparable(stack.outputs))


def check_type(old: Resource, resource: Document) -> None:
    """Raises TemplateError when a logical id is to become another type."""
    if old.type != resource["Type"]:
        raise TemplateError(f"Update of resource type is not permitted: it is {old.type}, not {resource['Type']}.")


def other_attributes(old: Document, new: Document) -> list[str]:
    """The attributes that differ between a resource as it was written and as it is."""
    return [name for name in _ATTRIBUTES if old.get(name) != new.get(name)]


def _stubbed(provider: Provider, context: Context, logical_id: str, properties: Properties) -> PhysicalResource:
    if provider.stubbed and not is_unknown(properties):
        return context.stubs.told(logical_id, provider.create(context, logical_id, properties))
    return PhysicalResource(UNKNOWN, stubbed=True)


def _details(
    old: Resource, resource: Document, properties: Properties, provider: Provider, differing: set[str]
) -> list[Detail]:
    details = []
    for name in sorted(changed(old.properties, properties)):
        if name in provider.kept:
            raise TemplateError(f"{name} cannot change here: the replacement would lose what is stored.")
        is_static = not is_unknown(properties.get(name))
        recreation = "Never"
        if name in provider.replaced_by:
            recreation = "Always" if is_static else "Conditionally"
        attribute = "Tags" if name == "Tags" else "Properties"
        source, cause = _cause((resource.get("Properties") or {}).get(name), differing, is_static)
        details.append(Detail(attribute, None if name == "Tags" else name, recreation, is_static, source, cause))
    for name in other_attributes(old.written, resource):
        details.append(Detail(name, None, "Never", True, "DirectModification", None))
    return details


def _replacement(details: list[Detail]) -> str:
    recreations = {detail.recreation for detail in details}
    if "Always" in recreations:
        return "True"
    return "Conditional" if "Conditionally" in recreations else "False"


def _cause(written: Any, differing: set[str], is_static: bool) -> tuple[str, str | None]:
    names = list(_referred(written))
    if not is_static:
        return "ResourceReference", next((name for name in names if name not in differing), None)
    parameter = next((name for name in names if name in differing), None)
    return ("ParameterReference", parameter) if parameter else ("DirectModification", None)


def _referred(node: Any) -> list[str]:
    """The names that a piece of a template refers to by Ref or GetAtt."""
    if isinstance(node, list):
        return [name for each in node for name in _referred(each)]
    if not isinstance(node, dict):
        return []
    names = []
    for key, value in node.items():
        match key, value:
            case "Ref", str(name):
                names.append(name)
            case "Fn::GetAtt", str(text) | [str(text), *_]:
                names.append(text.split(".")[0])
            case _:
                names += _referred(value)
    return names


def _comparable(outputs: list[StackOutput]) -> list[tuple[str, str, str | None]]:
    return sorted((output.name, output.value, output.export) for output in outputs)
