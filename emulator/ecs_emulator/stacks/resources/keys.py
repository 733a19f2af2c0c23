"""Keys of KMS and their aliases, which moto keeps: what is encrypted with one is for people to read here as before.

https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ecs_emulator.stacks.errors import TemplateError
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
from ecs_emulator.stacks.schema import TEXT

_KEY = "AWS::KMS::Key"
_OF_CREATE = ("Description", "KeySpec", "KeyUsage", "MultiRegion", "Origin", "BypassPolicyLockoutSafetyCheck")
# What CloudFormation fails to change too: "you cannot change ... after the KMS key is created".
_FINAL = {"KeySpec", "KeyUsage", "MultiRegion", "Origin"}


def _create_key(context: Context, _name: str, properties: Properties) -> PhysicalResource:
    kms = context.client("kms")
    given = {**only(properties, _OF_CREATE), "Tags": _tags(properties.get("Tags", []))}
    if "KeyPolicy" in properties:
        given["Policy"] = policy_json(properties["KeyPolicy"])
    key = call(kms, "CreateKey", given, _KEY)["KeyMetadata"]
    physical = PhysicalResource(key["KeyId"], {"Arn": key["Arn"], "KeyId": key["KeyId"]})
    with finishing(physical):
        if _is_true(properties, "EnableKeyRotation"):
            _set_rotation(kms, physical.ref, properties)
        if not _is_true(properties, "Enabled", default=True):
            kms.disable_key(KeyId=physical.ref)
    return physical


def _update_key(
    context: Context, physical: PhysicalResource, before: Properties, after: Properties
) -> PhysicalResource:
    kms, key, differing = context.client("kms"), physical.ref, changed(before, after)
    if final := differing & _FINAL:
        raise TemplateError(f"You cannot change the {min(final)} of a KMS key after it is created.")
    if "Description" in differing:
        kms.update_key_description(KeyId=key, Description=text(after.get("Description", "")))
    if "KeyPolicy" in differing and "KeyPolicy" in after:
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy_json(after["KeyPolicy"]))
    if differing & {"EnableKeyRotation", "RotationPeriodInDays"}:
        _set_rotation(kms, key, after)
    if "Enabled" in differing:
        (kms.enable_key if _is_true(after, "Enabled", default=True) else kms.disable_key)(KeyId=key)
    retag(
        before,
        after,
        lambda gone: kms.untag_resource(KeyId=key, TagKeys=gone),
        lambda tags: kms.tag_resource(KeyId=key, Tags=_tags(tags)),
    )
    return physical


def _delete_key(context: Context, physical: PhysicalResource, properties: Properties) -> None:
    days = only(properties, ("PendingWindowInDays",))
    call(context.client("kms"), "ScheduleKeyDeletion", {"KeyId": physical.ref, **days})


def _set_rotation(kms: Any, key: str, properties: Properties) -> None:
    if not _is_true(properties, "EnableKeyRotation"):
        kms.disable_key_rotation(KeyId=key)
        return
    call(kms, "EnableKeyRotation", {"KeyId": key, **only(properties, ("RotationPeriodInDays",))})


def _tags(tags: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Tags as KMS has them."""
    return [{"TagKey": each["Key"], "TagValue": each["Value"]} for each in tags]


def _is_true(properties: Properties, name: str, *, default: bool = False) -> bool:
    return text(properties.get(name, default)).lower() == "true"


def _create_alias(context: Context, _name: str, properties: Properties) -> PhysicalResource:
    call(context.client("kms"), "CreateAlias", properties, "AWS::KMS::Alias")
    name = text(properties["AliasName"])
    return PhysicalResource(name, {"AliasName": name})


def _update_alias(
    context: Context, physical: PhysicalResource, _before: Properties, after: Properties
) -> PhysicalResource:
    call(context.client("kms"), "UpdateAlias", after, "AWS::KMS::Alias")
    return physical


def _delete_alias(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    context.client("kms").delete_alias(AliasName=physical.ref)


KEY = Provider(_create_key, _update_key, _delete_key, schema={"Tags?": TAGS}, prepare=checked(_KEY))
ALIAS = Provider(
    _create_alias,
    _update_alias,
    _delete_alias,
    replaced_by=frozenset({"AliasName"}),
    name="AliasName",
    schema={"AliasName": TEXT, "TargetKeyId": TEXT},
    prepare=checked("AWS::KMS::Alias"),
)
