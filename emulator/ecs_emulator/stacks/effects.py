"""Effects of what is deployed: what of it has none here, and what AWS may make in an order in which it refuses one."""

from __future__ import annotations

from ecs_emulator.cloud.dynamodb.throttling import asks_for_throttling
from ecs_emulator.local import FAULT_TAG
from ecs_emulator.stacks.resources.policies import OF_AWS
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.stacks.values import as_list


def stubbed(stacks: Stacks) -> set[str]:
    """The types of the resources that are stubbed or have a note; `registry.grouped` says them shortly."""
    return {each.type for each, physical, provider in stacks.resources() if physical.stubbed or provider.note}


def ignored(stacks: Stacks) -> set[str]:
    """The properties that resources have and that have no effect, such as `S3::Bucket.MetricsConfigurations`."""
    return {
        f"{each.type.removeprefix('AWS::')}.{name}"
        for each, _, provider in stacks.resources()
        if provider.effective is not None
        for name in each.properties.keys() - provider.effective
    }


def foreign_policies(stacks: Stacks) -> list[str]:
    """The ARNs of managed policies that roles, users and groups name, and that are neither AWS's nor a stack's."""
    resources = [each for each, _, _ in stacks.resources()]
    own = {each.physical_id for each in resources}
    named = {str(arn) for each in resources for arn in as_list(each.properties.get("ManagedPolicyArns", []))}
    return sorted(arn for arn in named - own if not arn.startswith(OF_AWS))


def throttled(stacks: Stacks) -> list[str]:
    """Sentences on the tables that a tag of their template throttles."""
    return [
        f"The table {each.logical_id} throttles every request on its items: so says its tag {FAULT_TAG}."
        for each, _, _ in stacks.resources()
        if each.type == "AWS::DynamoDB::Table" and asks_for_throttling(each.properties.get("Tags", []))
    ]


def warnings(stacks: Stacks) -> list[str]:
    """Sentences on the resources that AWS may make in an order in which it refuses one."""
    found = [stack.warning(name) for stack in stacks.all() for name in stack.races]
    return [each for each in found if each]
