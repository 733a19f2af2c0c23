"""Policies of IAM, which moto keeps: attached to roles, users and groups, and evaluated by nobody.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from ecs_emulator.stacks.names import shortened
from ecs_emulator.stacks.resources import constraints
from ecs_emulator.stacks.resources.coercion import call, text
from ecs_emulator.stacks.resources.provider import (
    Context,
    PhysicalResource,
    Properties,
    Provider,
    changed,
    finishing,
    only,
)
from ecs_emulator.stacks.resources.stubs import checked
from ecs_emulator.stacks.schema import ANY, TEXT, TEXTS
from ecs_emulator.stacks.values import as_list

OF_AWS = "arn:aws:iam::aws:"
_LONGEST_NAME = 128  # characters
_IDENTITIES = {"Roles": "Role", "Users": "User", "Groups": "Group"}


def policy_json(document: Any) -> str:
    """JSON of a policy, of which a template has a mapping or the JSON itself."""
    return document if isinstance(document, str) else json.dumps(document)


def put_inline(iam: Any, kind: str, identity: str, policy: str, document: Any) -> None:
    """Put an inline policy on an identity; `kind` is `Role`, `User` or `Group`. Raises ClientError."""
    given = {f"{kind}Name": identity, "PolicyName": policy, "PolicyDocument": policy_json(document)}
    call(iam, f"Put{kind}Policy", given)


def delete_inline(iam: Any, kind: str, identity: str, policy: str) -> None:
    """Delete an inline policy of an identity, if it is there."""
    with gone_already():
        call(iam, f"Delete{kind}Policy", {f"{kind}Name": identity, "PolicyName": policy})


def attach(iam: Any, kind: str, identity: str, arn: str) -> None:
    """Attach a managed policy to an identity, unless it is one of an account's own that is not in this cloud."""
    if arn.startswith(OF_AWS) or _is_here(iam, arn):
        call(iam, f"Attach{kind}Policy", {f"{kind}Name": identity, "PolicyArn": arn})


def detach(iam: Any, kind: str, identity: str, arn: str) -> None:
    """Detach a managed policy from an identity, if it is attached."""
    with gone_already():
        call(iam, f"Detach{kind}Policy", {f"{kind}Name": identity, "PolicyArn": arn})


@contextmanager
def gone_already() -> Iterator[None]:
    """A deletion of what somebody else may have deleted."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise


def _is_here(iam: Any, arn: str) -> bool:
    try:
        iam.get_policy(PolicyArn=arn)
    except ClientError:
        return False
    return True


def _identities(properties: Properties) -> set[tuple[str, str]]:
    """Kind and name of each identity that a policy names."""
    return {(kind, text(name)) for member, kind in _IDENTITIES.items() for name in as_list(properties.get(member, []))}


def _create_managed(context: Context, name: str, properties: Properties) -> PhysicalResource:
    constraints.check("AWS::IAM::ManagedPolicy", properties)
    iam = context.client("iam")
    own = text(properties.get("ManagedPolicyName") or shortened(name, _LONGEST_NAME))
    given = only(properties, ("Description", "Path"))
    given |= {"PolicyName": own, "PolicyDocument": policy_json(properties["PolicyDocument"])}
    policy = call(iam, "CreatePolicy", given)["Policy"]
    physical = PhysicalResource(
        policy["Arn"],
        {
            "PolicyArn": policy["Arn"],
            "PolicyId": policy["PolicyId"],
            "AttachmentCount": len(_identities(properties)),
            "CreateDate": policy["CreateDate"].isoformat(),
            "DefaultVersionId": policy["DefaultVersionId"],
            "IsAttachable": True,
            "PermissionsBoundaryUsageCount": 0,
            "UpdateDate": policy["UpdateDate"].isoformat(),
        },
    )
    with finishing(physical):
        for kind, identity in sorted(_identities(properties)):
            attach(iam, kind, identity, policy["Arn"])
    return physical


def _update_managed(
    context: Context, physical: PhysicalResource, before: Properties, after: Properties
) -> PhysicalResource:
    constraints.check("AWS::IAM::ManagedPolicy", after)
    iam, arn, attributes = context.client("iam"), physical.ref, dict(physical.attributes)
    for kind, identity in sorted(_identities(before) - _identities(after)):
        detach(iam, kind, identity, arn)
    for kind, identity in sorted(_identities(after) - _identities(before)):
        attach(iam, kind, identity, arn)
    if "PolicyDocument" in changed(before, after):
        document = policy_json(after["PolicyDocument"])
        version = iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)["PolicyVersion"]
        # A policy has five versions at most; what a stack has replaced nobody goes back to by IAM.
        iam.delete_policy_version(PolicyArn=arn, VersionId=attributes["DefaultVersionId"])
        attributes["DefaultVersionId"] = version["VersionId"]
        attributes["UpdateDate"] = version["CreateDate"].isoformat()
    return PhysicalResource(arn, {**attributes, "AttachmentCount": len(_identities(after))})


def _delete_managed(context: Context, physical: PhysicalResource, properties: Properties) -> None:
    iam = context.client("iam")
    for kind, identity in sorted(_identities(properties)):
        detach(iam, kind, identity, physical.ref)
    with gone_already():
        for version in iam.list_policy_versions(PolicyArn=physical.ref)["Versions"]:
            if not version["IsDefaultVersion"]:
                iam.delete_policy_version(PolicyArn=physical.ref, VersionId=version["VersionId"])
        iam.delete_policy(PolicyArn=physical.ref)


Named = Callable[[Properties], set[tuple[str, str]]]


def inline_policy(identities: Named, replaced_by: frozenset[str], type_name: str) -> Provider:
    """A type that puts one policy on the identities that its properties name."""

    def create(context: Context, name: str, properties: Properties) -> PhysicalResource:
        return put(context, PhysicalResource(name, {"Id": name}), {}, properties)

    def put(context: Context, physical: PhysicalResource, before: Properties, after: Properties) -> PhysicalResource:
        iam, policy = context.client("iam"), text(after["PolicyName"])
        with finishing(physical):
            for kind, identity in sorted(identities(after)):
                put_inline(iam, kind, identity, policy, after.get("PolicyDocument", {}))
        kept = identities(after) if before.get("PolicyName") == after["PolicyName"] else set()
        for kind, identity in sorted(identities(before) - kept):
            delete_inline(iam, kind, identity, text(before["PolicyName"]))
        return physical

    def delete(context: Context, _physical: PhysicalResource, properties: Properties) -> None:
        for kind, identity in sorted(identities(properties)):
            delete_inline(context.client("iam"), kind, identity, text(properties["PolicyName"]))

    schema = {"PolicyDocument?": ANY, "PolicyName": TEXT, **{f"{each}?": TEXTS for each in _IDENTITIES}}
    return Provider(create, put, delete, replaced_by=replaced_by, schema=schema, prepare=checked(type_name))


def _of_one(kind: str) -> Provider:
    """A type that puts one policy on one identity."""
    name = f"{kind}Name"
    identities: Named = lambda properties: {(kind, text(properties[name]))} if properties else set()  # noqa: E731
    return inline_policy(identities, frozenset({"PolicyName", name}), f"AWS::IAM::{kind}Policy")


MANAGED_POLICY = Provider(
    _create_managed,
    _update_managed,
    _delete_managed,
    replaced_by=frozenset({"Description", "ManagedPolicyName", "Path"}),
    name="ManagedPolicyName",
    schema={"ManagedPolicyName?": TEXT, "PolicyDocument": ANY, **{f"{each}?": TEXTS for each in _IDENTITIES}},
    prepare=checked("AWS::IAM::ManagedPolicy"),
)
POLICY = inline_policy(_identities, frozenset(), "AWS::IAM::Policy")
ROLE_POLICY, USER_POLICY, GROUP_POLICY = map(_of_one, ("Role", "User", "Group"))
