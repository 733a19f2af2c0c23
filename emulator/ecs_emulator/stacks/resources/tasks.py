"""ECS clusters and task definitions."""

from __future__ import annotations

from ecs_emulator.stacks.resources.fitting import call, refuse
from ecs_emulator.stacks.resources.kind import TAGS, Kind, Made, Place, Properties, changed, retagged
from ecs_emulator.stacks.schema import MAP

_CLUSTER = "AWS::ECS::Cluster"
_TASK_DEFINITION = "AWS::ECS::TaskDefinition"
_PROVIDERS = {"CapacityProviders", "DefaultCapacityProviderStrategy"}

# What a container of a template may not have here.
_NOT_IN_CONTAINERS = {"Secrets": "a secret would lie open on this machine. Give it as Environment in a rehearsal."}


def _create_cluster(place: Place, name: str, properties: Properties) -> Made:
    wanted = _cluster_as_api({"ClusterName": name, **properties})
    cluster = call(place.client("ecs"), "CreateCluster", wanted, _CLUSTER)["cluster"]
    return Made(cluster["clusterName"], {"Arn": cluster["clusterArn"]})


def _update_cluster(place: Place, made: Made, before: Properties, after: Properties) -> Made:
    ecs, name, differing = place.client("ecs"), {"Cluster": made.ref}, changed(before, after)
    if "Tags" in differing:
        tag(place, made.attributes["Arn"], before, after)
    if differing & _PROVIDERS:
        wanted = {each: after.get(each, []) for each in _PROVIDERS}
        call(ecs, "PutClusterCapacityProviders", {**name, **wanted}, _CLUSTER)
    if settings := differing - _PROVIDERS - {"Tags"}:
        wanted = _cluster_as_api({each: after.get(each, []) for each in settings})
        call(ecs, "UpdateCluster", {**name, **wanted}, _CLUSTER)
    return made


def _delete_cluster(place: Place, made: Made, _properties: Properties) -> None:
    place.client("ecs").delete_cluster(cluster=made.ref)


def _cluster_as_api(properties: Properties) -> Properties:
    return {"Settings" if name == "ClusterSettings" else name: value for name, value in properties.items()}


def _create_task_definition(place: Place, name: str, properties: Properties) -> Made:
    for container in properties.get("ContainerDefinitions", []):
        refuse(container, _NOT_IN_CONTAINERS)
    wanted = {"Family": name, **properties}
    answer = call(place.client("ecs"), "RegisterTaskDefinition", wanted, _TASK_DEFINITION)
    arn = answer["taskDefinition"]["taskDefinitionArn"]
    return Made(arn, {"TaskDefinitionArn": arn})


def _update_task_definition(place: Place, made: Made, before: Properties, after: Properties) -> Made:
    tag(place, made.ref, before, after)
    return made


def _delete_task_definition(place: Place, made: Made, _properties: Properties) -> None:
    place.client("ecs").deregister_task_definition(taskDefinition=made.ref)


def tag(place: Place, arn: str, before: Properties, after: Properties) -> None:
    """Give an ECS resource the tags of its properties."""
    ecs = place.client("ecs")
    gone, tags = retagged(before, after)
    if gone:
        ecs.untag_resource(resourceArn=arn, tagKeys=gone)
    if tags:
        call(ecs, "TagResource", {"ResourceArn": arn, "Tags": tags})


CLUSTER = Kind(
    _create_cluster,
    _update_cluster,
    _delete_cluster,
    replaced_by=frozenset({"ClusterName"}),
    name="ClusterName",
    schema={"Tags?": TAGS},
)
TASK_DEFINITION = Kind(
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
)
