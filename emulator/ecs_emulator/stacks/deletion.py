"""Deletion of a stack and of its resources."""

from __future__ import annotations

from collections.abc import Mapping, Set

from botocore.exceptions import BotoCoreError, ClientError

from ecs_emulator.stacks.resources.provider import Context, PartiallyCreated, Provider, reason
from ecs_emulator.stacks.state import Resource, Stack
from ecs_emulator.stacks.templates import TemplateError

REFUSALS = (TemplateError, BotoCoreError, ClientError, PartiallyCreated)


def delete_stack(
    stack: Stack, providers: Mapping[str, Provider], context: Context, kept: Set[str] = frozenset()
) -> None:
    """Delete a stack's resources, the last made first, but for those that are retained. Raises Stopped."""
    failed = []
    for logical_id, resource in reversed(list(stack.resources.items())):
        if logical_id not in kept and not end(stack, resource, providers, context, "DeletionPolicy"):
            failed.append(logical_id)
            # What it needs goes on being needed; the rest is tried, as CloudFormation does.
            continue
        del stack.resources[logical_id]
    if failed:
        stack.turn("DELETE_FAILED", f"The following resource(s) failed to delete: [{', '.join(failed)}]. ")
        return
    stack.outputs, stack.imports = [], set()
    stack.turn("DELETE_COMPLETE")


def end(
    stack: Stack,
    resource: Resource,
    providers: Mapping[str, Provider],
    context: Context,
    policy: str | None,
    *,
    strict: bool = False,
) -> bool:
    """Delete a resource unless its `policy` keeps it; whether it is off the stack's hands.

    When `strict`, raises what AWS said instead of False.
    """
    if resource.physical is None:
        return True
    if policy and resource.is_kept(policy):
        stack.turn_resource(resource, "DELETE_SKIPPED")
        return True
    stack.turn_resource(resource, "DELETE_IN_PROGRESS")
    try:
        providers[resource.type].delete(context, resource.physical, resource.properties)
    except REFUSALS as error:
        if not _is_gone(error):
            stack.turn_resource(resource, "DELETE_FAILED", reason(error))
            if strict:
                raise
            return False
    stack.turn_resource(resource, "DELETE_COMPLETE")
    return True


def _is_gone(error: Exception) -> bool:
    """True when somebody else has deleted it already."""
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    return "NotFound" in code or code in ("NoSuchBucket", "NoSuchEntity")
