"""ECS clusters and task definitions."""

from __future__ import annotations

from collections.abc import Iterator

from ecs_emulator.cloud.unsupported_inputs import unsupported_inputs
from ecs_emulator.stacks.errors import TemplateError
from ecs_emulator.stacks.resources.coercion import call
from ecs_emulator.stacks.resources.provider import (
    TAGS,
    Context,
    PhysicalResource,
    Properties,
    Provider,
    changed,
    retag,
)
from ecs_emulator.stacks.schema import MAP, TEXT
from ecs_emulator.stacks.values import is_unknown

_CLUSTER = "AWS::ECS::Cluster"
_TASK_DEFINITION = "AWS::ECS::TaskDefinition"
_ASSOCIATIONS = "AWS::ECS::ClusterCapacityProviderAssociations"
_PROVIDERS = {"CapacityProviders", "DefaultCapacityProviderStrategy"}


def _create_cluster(context: Context, name: str, properties: Properties) -> PhysicalResource:
    request = _cluster_as_api({"ClusterName": name, **properties})
    cluster = call(context.client("ecs"), "CreateCluster", request, _CLUSTER)["cluster"]
    return PhysicalResource(cluster["clusterName"], {"Arn": cluster["clusterArn"]})


def _update_cluster(
    context: Context, physical: PhysicalResource, before: Properties, after: Properties
) -> PhysicalResource:
    ecs, name, differing = context.client("ecs"), {"Cluster": physical.ref}, changed(before, after)
    if "Tags" in differing:
        tag(context, physical.attributes["Arn"], before, after)
    if differing & _PROVIDERS:
        request = {each: after.get(each, []) for each in _PROVIDERS}
        call(ecs, "PutClusterCapacityProviders", {**name, **request}, _CLUSTER)
    if settings := differing - _PROVIDERS - {"Tags"}:
        request = _cluster_as_api({each: after.get(each, []) for each in settings})
        call(ecs, "UpdateCluster", {**name, **request}, _CLUSTER)
    return physical


def _delete_cluster(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    context.client("ecs").delete_cluster(cluster=physical.ref)


def _cluster_as_api(properties: Properties) -> Properties:
    return {"Settings" if name == "ClusterSettings" else name: value for name, value in properties.items()}


def _create_task_definition(context: Context, name: str, properties: Properties) -> PhysicalResource:
    request = {"Family": name, **properties}
    answer = call(context.client("ecs"), "RegisterTaskDefinition", request, _TASK_DEFINITION)
    arn = answer["taskDefinition"]["taskDefinitionArn"]
    return PhysicalResource(arn, {"TaskDefinitionArn": arn})


def _update_task_definition(
    context: Context, physical: PhysicalResource, before: Properties, after: Properties
) -> PhysicalResource:
    tag(context, physical.ref, before, after)
    return physical


def _delete_task_definition(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    context.client("ecs").deregister_task_definition(taskDefinition=physical.ref)


def unsupported(properties: Properties) -> Iterator[TemplateError]:
    """An error for each property that ECS takes and the emulator does not."""
    for path, sentence in unsupported_inputs(properties, is_unknown):
        yield TemplateError(sentence).within(*path)


def tag(context: Context, arn: str, before: Properties, after: Properties) -> None:
    """Give an ECS resource the tags of its properties."""
    ecs = context.client("ecs")
    retag(
        before,
        after,
        lambda gone: ecs.untag_resource(resourceArn=arn, tagKeys=gone),
        lambda tags: call(ecs, "TagResource", {"ResourceArn": arn, "Tags": tags}),
    )


def _associate(context: Context, _name: str, properties: Properties) -> PhysicalResource:
    call(context.client("ecs"), "PutClusterCapacityProviders", properties, _ASSOCIATIONS)
    return PhysicalResource(str(properties["Cluster"]))


def _associate_anew(
    context: Context, physical: PhysicalResource, _before: Properties, after: Properties
) -> PhysicalResource:
    _associate(context, physical.ref, after)
    return physical


def _dissociate(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    nothing: Properties = {"Cluster": physical.ref, **{each: [] for each in _PROVIDERS}}
    call(context.client("ecs"), "PutClusterCapacityProviders", nothing, _ASSOCIATIONS)


CLUSTER = Provider(
    _create_cluster,
    _update_cluster,
    _delete_cluster,
    replaced_by=frozenset({"ClusterName"}),
    name="ClusterName",
    schema={"Tags?": TAGS},
)
ASSOCIATIONS = Provider(
    _associate,
    _associate_anew,
    _dissociate,
    replaced_by=frozenset({"Cluster"}),
    schema={"Cluster": TEXT, "CapacityProviders": [TEXT], "DefaultCapacityProviderStrategy": [MAP]},
)
TASK_DEFINITION = Provider(
    _create_task_definition,
    _update_task_definition,
    _delete_task_definition,
    # All but the tags: a revision never changes.
    replaced_by=frozenset(
        {
            "ContainerDefinitions",
            "Cpu",
            "EnableFaultInjection",
            "EphemeralStorage",
            "ExecutionRoleArn",
            "Family",
            "InferenceAccelerators",
            "IpcMode",
            "Memory",
            "NetworkMode",
            "PidMode",
            "PlacementConstraints",
            "ProxyConfiguration",
            "RequiresCompatibilities",
            "RuntimePlatform",
            "TaskRoleArn",
            "Volumes",
        }
    ),
    schema={"ContainerDefinitions": [MAP], "Tags?": TAGS},
    refusals=unsupported,
)
