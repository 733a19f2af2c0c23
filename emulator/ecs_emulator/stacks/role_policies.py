"""Policies of the roles that stacks have made, as the templates write them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ecs_emulator.stacks.resources.provider import Properties
from ecs_emulator.stacks.state import Resource, Stack

Document = Mapping[str, Any]

_ROLE, _MANAGED = "AWS::IAM::Role", "AWS::IAM::ManagedPolicy"
# Of AWS's own, what this role is made for: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonECSTaskExecutionRolePolicy.html
_OF_AWS: dict[str, Document] = {
    "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy": {
        "Statement": {
            "Effect": "Allow",
            "Action": [
                "ecr:GetAuthorizationToken",
                "ecr:BatchCheckLayerAvailability",
                "ecr:GetDownloadUrlForLayer",
                "ecr:BatchGetImage",
                "logs:CreateLogStream",
                "logs:PutLogEvents",
            ],
            "Resource": "*",
        }
    }
}


def role_policies(stacks: Iterable[Stack], arn: str) -> list[Document] | None:
    """Documents of all policies that a role has, None when no stack has made it or one of them is known nowhere."""
    there = [
        (resource, resource.physical)
        for stack in stacks
        for resource in list(stack.resources.values())
        if resource.physical and resource.type.startswith("AWS::IAM::")
    ]
    role = next(
        (each for each, physical in there if each.type == _ROLE and physical.attributes.get("Arn") == arn), None
    )
    if role is None:
        return None
    managed = _OF_AWS | {
        physical.ref: each.properties["PolicyDocument"] for each, physical in there if each.type == _MANAGED
    }
    documents = list(_inline(role.properties))
    for policy in role.properties.get("ManagedPolicyArns", []):
        if policy not in managed:
            return None
        documents.append(managed[policy])
    return documents + [each.properties["PolicyDocument"] for each, _ in there if _is_attached(each, role.physical_id)]


def _inline(properties: Properties) -> Iterator[Document]:
    for policy in properties.get("Policies", []):
        yield policy["PolicyDocument"]


def _is_attached(resource: Resource, role: str) -> bool:
    """True for a policy that names the role, by whichever of the types that can."""
    names = resource.properties.get("Roles", []) or [resource.properties.get("RoleName")]
    return resource.type != _ROLE and "PolicyDocument" in resource.properties and role in names
