"""Task definition revisions: a new one made from an old one, and how they differ."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from ecs_emulator.ops.outcomes import Failure, Outcome, is_missing

if TYPE_CHECKING:
    from mypy_boto3_ecs.client import ECSClient
    from mypy_boto3_ecs.type_defs import ServiceTypeDef

Definition = dict[str, Any]

_FEW = 10  # revisions that are listed for who has named another


def read(ecs: ECSClient, revision: str) -> Definition:
    """A task definition (ARN or `family:7`) as DescribeTaskDefinition has it, its tags in it as `tags`."""
    answer = ecs.describe_task_definition(taskDefinition=revision, include=["TAGS"])
    return {**answer["taskDefinition"], "tags": answer.get("tags", [])}


def register(ecs: ECSClient, definition: Definition) -> str:
    """Make the revision; its ARN."""
    answer = ecs.register_task_definition(**cast("Any", registrable(ecs, definition)))
    return answer["taskDefinition"]["taskDefinitionArn"]


def registrable(ecs: ECSClient, definition: Definition) -> Definition:
    """Input of RegisterTaskDefinition, from a described definition: what ECS itself has added is left out."""
    shape = ecs.meta.service_model.operation_model("RegisterTaskDefinition").input_shape
    taken = shape.members if shape else {}
    # It takes tags, but not an empty list of them.
    return {name: value for name, value in definition.items() if name in taken and (name != "tags" or value)}


def named(family: str, reference: str) -> str:
    """`family:7` for `7`; a full name or an ARN stays as it is. Raises Failure (USAGE)."""
    if reference.isascii() and reference.isdigit():
        return f"{family}:{reference}"
    if re.fullmatch(r"(arn:.*/)?[A-Za-z0-9_-]+:[0-9]+", reference):
        return reference
    raise Failure(Outcome.USAGE, f"{reference!r} is no revision; write 7, {family}:7 or its ARN.")


def existing(ecs: ECSClient, family: str, reference: str) -> Definition:
    """The revision that a reference names, as `named` takes it. Raises Failure (USAGE, NOT_FOUND)."""
    revision = named(family, reference)
    try:
        found = read(ecs, revision)
    except ClientError as error:
        if not is_missing(error):
            raise
        family = revision.rpartition("/")[2].partition(":")[0]
        there = ecs.list_task_definitions(familyPrefix=family, sort="DESC", maxResults=_FEW)["taskDefinitionArns"]
        listed = ", ".join(each.rpartition(":")[2] for each in there)
        raise Failure(
            Outcome.NOT_FOUND,
            f"There is no revision {revision.rpartition(':')[2]} of {family}. "
            + (f"The latest are: {listed}." if there else "There is none."),
        ) from error
    if found.get("status") == "INACTIVE":
        raise Failure(Outcome.NOT_FOUND, f"{revision.rpartition('/')[2]} was deregistered.")
    return found


def changed(
    definition: Definition,
    container: str,
    image: str | None,
    environment: Mapping[str, str],
    repository: str | None = None,
) -> Definition:
    """The definition with another image and other settings of one container.

    `image` is a tag of the repository in use, or a whole reference. While a stand-in from a public registry is in
    use, it is a tag of `repository`. Raises Failure (NOT_FOUND).
    """
    made = copy.deepcopy(definition)
    containers = {each["name"]: each for each in made["containerDefinitions"]}
    if container not in containers:
        raise Failure(Outcome.NOT_FOUND, f"There is no container {container}; there are: {', '.join(containers)}.")
    one = containers[container]
    if image is not None:
        one["image"] = image if re.search("[:/@]", image) else f"{_repository(one['image'], repository)}:{image}"
    if environment:
        settings = {each["name"]: each["value"] for each in one.get("environment", [])}
        settings.update(environment)
        one["environment"] = [{"name": name, "value": value} for name, value in settings.items()]
    return made


def main_container(service: ServiceTypeDef, definition: Definition) -> str:
    """The container that the load balancer talks to, or else the first essential one."""
    for each in service.get("loadBalancers", []):
        if "containerName" in each:
            return str(each["containerName"])
    containers = definition["containerDefinitions"]
    return str(next((each for each in containers if each.get("essential", True)), containers[0])["name"])


def image_of(definition: Definition, container: str) -> str:
    """The image of one container; empty when it has none such."""
    return next((str(each["image"]) for each in definition["containerDefinitions"] if each["name"] == container), "")


def tag_of(image: str) -> str:
    """The tag of an image reference: `latest` when there is none, the digest when that is what it names."""
    if "@" in image:
        return image.partition("@")[2]
    _, colon, tag = image.rpartition("/")[2].partition(":")
    return tag if colon else "latest"


def repository_of(image: str) -> str:
    """An image reference without its tag or digest."""
    return image.partition("@")[0].removesuffix(f":{tag_of(image)}")


def is_stand_in(image: str) -> bool:
    """True when an image is from elsewhere than ECR: the placeholder from before there was an application."""
    return ".dkr.ecr." not in image


def _repository(image: str, ours: str | None) -> str:
    return ours if ours and is_stand_in(image) else repository_of(image)


def difference(old: Definition, new: Definition) -> list[str]:
    """A line for each value that differs, such as `web.image: a → b`."""
    before, after = dict(_flat(old)), dict(_flat(new))
    lines = []
    for name in [*before, *(name for name in after if name not in before)]:
        if name not in after:
            lines.append(f"{name}: {before[name]!r} is taken away")
        elif name not in before:
            lines.append(f"{name}: {after[name]!r} is new")
        elif before[name] != after[name]:
            lines.append(f"{name}: {before[name]} → {after[name]}")
    return lines


# What ECS writes on every revision by itself.
_ITS_OWN = {
    "taskDefinitionArn",
    "revision",
    "status",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
    "compatibilities",
    "requiresAttributes",
    "deleteRequestedAt",
}


def _flat(value: Any, name: str = "") -> list[tuple[str, Any]]:
    """Every single value with a name for people: list items by their own name where they have one."""
    if isinstance(value, dict):
        if set(value) == {"name", "value"}:
            return [(name, value["value"])]
        inside = [(key, each) for key, each in value.items() if name or key not in _ITS_OWN]
    elif isinstance(value, list):
        inside = [(_label(each, place), each) for place, each in enumerate(value)]
    else:
        return [(name, value)]
    flat = []
    for key, each in inside:
        here = "" if key == "containerDefinitions" else key
        flat += _flat(each, ".".join(part for part in (name, here) if part))
    return flat


def _label(item: Any, place: int) -> str:
    return str(item.get("name", item.get("key", place))) if isinstance(item, dict) else str(place)
