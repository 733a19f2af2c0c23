"""Identities of IAM, which moto keeps: roles, users and groups, and the instance profiles of roles.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id.html
"""

from __future__ import annotations

from typing import Any

from ecs_emulator.stacks.names import shortened
from ecs_emulator.stacks.resources import constraints
from ecs_emulator.stacks.resources.coercion import call, text
from ecs_emulator.stacks.resources.policies import attach, delete_inline, detach, gone_already, policy_json, put_inline
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
from ecs_emulator.stacks.schema import ANY, TEXT, TEXTS
from ecs_emulator.stacks.values import as_list

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_LONGEST_NAME = {"Group": 128, "InstanceProfile": 128, "Role": 64, "User": 64}  # characters
_SESSION = 3600  # seconds, of a role that says nothing of it
_OF_CREATE = ("Description", "MaxSessionDuration", "Path", "PermissionsBoundary", "Tags")


def _identity(kind: str, effective: frozenset[str] | None = None) -> Provider:
    """Provider of `Role`, `User` or `Group`."""
    type_name = f"AWS::IAM::{kind}"

    def create(context: Context, name: str, properties: Properties) -> PhysicalResource:
        constraints.check(type_name, properties)
        iam = context.client("iam")
        own = text(properties.get(f"{kind}Name") or shortened(name, _LONGEST_NAME[kind]))
        given = only(properties, _OF_CREATE)
        if kind == "Role":
            given["AssumeRolePolicyDocument"] = policy_json(properties["AssumeRolePolicyDocument"])
        made = call(iam, f"Create{kind}", {**given, f"{kind}Name": own}, type_name)[kind]
        attributes = {"Arn": made["Arn"]} | ({"RoleId": made["RoleId"]} if kind == "Role" else {})
        physical = PhysicalResource(own, attributes)
        with finishing(physical):
            _put_policies(iam, kind, own, {}, properties)
        return physical

    def update(context: Context, physical: PhysicalResource, before: Properties, after: Properties) -> PhysicalResource:
        constraints.check(type_name, after)
        iam, differing = context.client("iam"), changed(before, after)
        if kind == "Role":
            _update_role(iam, physical.ref, differing, after)
        if "PermissionsBoundary" in differing:
            _put_boundary(iam, kind, physical.ref, after)
        retag(
            before,
            after,
            lambda gone: call(iam, f"Untag{kind}", {f"{kind}Name": physical.ref, "TagKeys": gone}),
            lambda tags: call(iam, f"Tag{kind}", {f"{kind}Name": physical.ref, "Tags": tags}),
        )
        _put_policies(iam, kind, physical.ref, before, after)
        return physical

    def delete(context: Context, physical: PhysicalResource, properties: Properties) -> None:
        iam = context.client("iam")
        with gone_already():
            _put_policies(iam, kind, physical.ref, properties, {})
            call(iam, f"Delete{kind}", {f"{kind}Name": physical.ref})

    document = {"AssumeRolePolicyDocument": ANY} if kind == "Role" else {}
    return Provider(
        create,
        update,
        delete,
        replaced_by=frozenset({f"{kind}Name"} | ({"Path"} if kind == "Role" else set())),
        name=f"{kind}Name",
        schema={
            **document,
            f"{kind}Name?": TEXT,
            "ManagedPolicyArns?": TEXTS,
            "Policies?": [{"PolicyName": TEXT, "PolicyDocument": ANY}],
            "Tags?": TAGS,
        },
        prepare=checked(type_name),
        effective=effective,
    )


def _update_role(iam: Any, name: str, differing: set[str], after: Properties) -> None:
    if "AssumeRolePolicyDocument" in differing:
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=policy_json(after["AssumeRolePolicyDocument"]))
    if differing & {"Description", "MaxSessionDuration"}:
        given = {"Description": "", "MaxSessionDuration": _SESSION} | after
        wanted = {each: given[each] for each in ("Description", "MaxSessionDuration")}
        call(iam, "UpdateRole", {"RoleName": name, **wanted})


def _put_boundary(iam: Any, kind: str, name: str, after: Properties) -> None:
    if boundary := after.get("PermissionsBoundary"):
        call(iam, f"Put{kind}PermissionsBoundary", {f"{kind}Name": name, "PermissionsBoundary": boundary})
    else:
        call(iam, f"Delete{kind}PermissionsBoundary", {f"{kind}Name": name})


def _put_policies(iam: Any, kind: str, name: str, before: Properties, after: Properties) -> None:
    """Bring the policies of an identity from those of its properties `before` to those `after`."""
    was, wanted = (list(map(text, as_list(each.get("ManagedPolicyArns", [])))) for each in (before, after))
    for arn in wanted:
        if arn not in was:
            attach(iam, kind, name, arn)
    for arn in was:
        if arn not in wanted:
            detach(iam, kind, name, arn)
    documents, new = (
        {text(policy["PolicyName"]): policy["PolicyDocument"] for policy in each.get("Policies", [])}
        for each in (before, after)
    )
    for policy, document in new.items():
        if documents.get(policy) != document:
            put_inline(iam, kind, name, policy, document)
    for policy in documents.keys() - new.keys():
        delete_inline(iam, kind, name, policy)


def _create_profile(context: Context, name: str, properties: Properties) -> PhysicalResource:
    iam = context.client("iam")
    own = text(properties.get("InstanceProfileName") or shortened(name, _LONGEST_NAME["InstanceProfile"]))
    path = {"Path": text(properties["Path"])} if "Path" in properties else {}
    made = iam.create_instance_profile(InstanceProfileName=own, **path)["InstanceProfile"]
    physical = PhysicalResource(own, {"Arn": made["Arn"]})
    with finishing(physical):
        for role in as_list(properties["Roles"]):
            iam.add_role_to_instance_profile(InstanceProfileName=own, RoleName=text(role))
    return physical


def _update_profile(
    context: Context, physical: PhysicalResource, before: Properties, after: Properties
) -> PhysicalResource:
    iam = context.client("iam")
    was, wanted = (list(map(text, as_list(each["Roles"]))) for each in (before, after))
    for role in was:
        if role not in wanted:
            iam.remove_role_from_instance_profile(InstanceProfileName=physical.ref, RoleName=role)
    for role in wanted:
        if role not in was:
            iam.add_role_to_instance_profile(InstanceProfileName=physical.ref, RoleName=role)
    return physical


def _delete_profile(context: Context, physical: PhysicalResource, properties: Properties) -> None:
    iam = context.client("iam")
    for role in as_list(properties["Roles"]):
        with gone_already():
            iam.remove_role_from_instance_profile(InstanceProfileName=physical.ref, RoleName=text(role))
    with gone_already():
        iam.delete_instance_profile(InstanceProfileName=physical.ref)


def _create_linked(context: Context, _name: str, properties: Properties) -> PhysicalResource:
    role = call(context.client("iam"), "CreateServiceLinkedRole", properties, "AWS::IAM::ServiceLinkedRole")["Role"]
    return PhysicalResource(role["RoleName"], {"RoleName": role["RoleName"]})


def _update_linked(
    context: Context, physical: PhysicalResource, before: Properties, after: Properties
) -> PhysicalResource:
    if "Description" in changed(before, after):
        context.client("iam").update_role(RoleName=physical.ref, Description=text(after.get("Description", "")))
    return physical


def _delete_linked(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    with gone_already():
        context.client("iam").delete_service_linked_role(RoleName=physical.ref)


ROLE, USER, GROUP = _identity("Role"), _identity("User"), _identity("Group")
INSTANCE_PROFILE = Provider(
    _create_profile,
    _update_profile,
    _delete_profile,
    replaced_by=frozenset({"InstanceProfileName", "Path"}),
    name="InstanceProfileName",
    schema={"InstanceProfileName?": TEXT, "Roles": TEXTS},
    prepare=checked("AWS::IAM::InstanceProfile"),
)
SERVICE_LINKED_ROLE = Provider(
    _create_linked,
    _update_linked,
    _delete_linked,
    replaced_by=frozenset({"AWSServiceName", "CustomSuffix"}),
    prepare=checked("AWS::IAM::ServiceLinkedRole"),
)
