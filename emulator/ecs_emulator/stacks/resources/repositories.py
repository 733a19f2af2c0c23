"""Repositories of ECR, which moto keeps: their settings, policies and tags. No image is pushed into one here.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecr-repository.html
"""

from __future__ import annotations

from collections.abc import Iterable
from secrets import token_hex
from typing import Any

from ecs_emulator.stacks.resources import constraints
from ecs_emulator.stacks.resources.coercion import call, text
from ecs_emulator.stacks.resources.policies import policy_json
from ecs_emulator.stacks.resources.provider import (
    TAGS,
    Context,
    PhysicalResource,
    Properties,
    Provider,
    changed,
    finishing,
    only,
    retag,
)
from ecs_emulator.stacks.resources.stubs import checked
from ecs_emulator.stacks.schema import MAP, TEXT

_TYPE = "AWS::ECR::Repository"
_OF_CREATE = (
    "EncryptionConfiguration",
    "ImageScanningConfiguration",
    "ImageTagMutability",
    "ImageTagMutabilityExclusionFilters",
    "Tags",
)
_RENAMED = {
    "ImageTagMutabilityExclusionFilterType": "FilterType",
    "ImageTagMutabilityExclusionFilterValue": "Filter",
}
_MUTABILITY = ("ImageTagMutability", "ImageTagMutabilityExclusionFilters")


def _create(context: Context, name: str, properties: Properties) -> PhysicalResource:
    constraints.check(_TYPE, properties)
    ecr = context.client("ecr")
    own = text(properties["RepositoryName"]) if "RepositoryName" in properties else _free(ecr, name.lower())
    given = {**_given(properties, _OF_CREATE), "RepositoryName": own}
    made = call(ecr, "CreateRepository", given, _TYPE)["repository"]
    physical = PhysicalResource(own, {"Arn": made["repositoryArn"], "RepositoryUri": made["repositoryUri"]})
    with finishing(physical):
        _set(ecr, own, properties, ("LifecyclePolicy", "RepositoryPolicyText"))
    return physical


def _update(context: Context, physical: PhysicalResource, before: Properties, after: Properties) -> PhysicalResource:
    ecr, own, differing = context.client("ecr"), {"repositoryName": physical.ref}, changed(before, after)
    if "LifecyclePolicy" in differing and not after.get("LifecyclePolicy"):
        ecr.delete_lifecycle_policy(**own)
    if "RepositoryPolicyText" in differing and not after.get("RepositoryPolicyText"):
        ecr.delete_repository_policy(**own)
    _set(ecr, physical.ref, after, differing)
    if "ImageScanningConfiguration" in differing:
        scanning = after.get("ImageScanningConfiguration", {"ScanOnPush": False})
        given = {"RepositoryName": physical.ref, "ImageScanningConfiguration": scanning}
        call(ecr, "PutImageScanningConfiguration", given, _TYPE)
    if differing.intersection(_MUTABILITY):
        given = {"ImageTagMutability": "MUTABLE", **_given(after, _MUTABILITY), "RepositoryName": physical.ref}
        call(ecr, "PutImageTagMutability", given, _TYPE)
    arn = physical.attributes["Arn"]
    retag(
        before,
        after,
        lambda gone: ecr.untag_resource(resourceArn=arn, tagKeys=gone),
        lambda tags: ecr.tag_resource(resourceArn=arn, tags=tags),
    )
    return physical


def _delete(context: Context, physical: PhysicalResource, properties: Properties) -> None:
    force = text(properties.get("EmptyOnDelete", False)) == "true"
    context.client("ecr").delete_repository(repositoryName=physical.ref, force=force)


def _free(ecr: Any, name: str) -> str:
    """The name, with another end where a stack that is gone has kept a repository of it."""
    try:
        ecr.describe_repositories(repositoryNames=[name])
    except ecr.exceptions.RepositoryNotFoundException:
        return name
    return f"{name}-{token_hex(6)}"


def _set(ecr: Any, repository: str, properties: Properties, names: Iterable[str]) -> None:
    """Set those of its policies that are among `names` and given."""
    own = {"repositoryName": repository}
    lifecycle = properties.get("LifecyclePolicy", {}).get("LifecyclePolicyText")
    if "LifecyclePolicy" in names and lifecycle:
        ecr.put_lifecycle_policy(**own, lifecyclePolicyText=policy_json(lifecycle))
    if "RepositoryPolicyText" in names and (rights := properties.get("RepositoryPolicyText")):
        ecr.set_repository_policy(**own, policyText=policy_json(rights))


def _given(properties: Properties, names: Iterable[str]) -> Properties:
    """Properties in the names of ECR's API."""
    given = only(properties, names)
    if filters := given.get("ImageTagMutabilityExclusionFilters"):
        given["ImageTagMutabilityExclusionFilters"] = [
            {_RENAMED.get(name, name): value for name, value in each.items()} for each in filters
        ]
    return given


REPOSITORY = Provider(
    _create,
    _update,
    _delete,
    replaced_by=frozenset({"EncryptionConfiguration", "RepositoryName"}),
    name="RepositoryName",
    schema={
        "ImageTagMutabilityExclusionFilters?": [MAP],
        "LifecyclePolicy?": MAP,
        "RepositoryName?": TEXT,
        "Tags?": TAGS,
    },
    prepare=checked(_TYPE),
)
