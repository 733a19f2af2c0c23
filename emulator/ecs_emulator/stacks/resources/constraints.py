"""Constraints on the properties of stubbed types: characters, lengths and counts that AWS refuses in its own words.

Security groups: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html
and https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html; roles and policies:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html; scaling:
https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html; repositories:
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from ecs_emulator.stacks.errors import TemplateError
from ecs_emulator.stacks.resources.provider import Properties, handler_message
from ecs_emulator.stacks.values import as_list, is_unknown

Refusals = Iterator[tuple[str, str]]  # a message, and the handler's error code

_GROUP = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")
_SET = "are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
_NAME = "(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*"

_LONGEST_NAME = 256  # characters

_RULES_OF_A_GROUP = 60  # each way
_POLICIES_OF_A_ROLE = 10  # managed ones; an account may have more
_MANAGED_POLICY, _INLINE_POLICIES, _TRUST = 6_144, 10_240, 2_048  # characters that are no white space


def check(type_name: str, properties: Properties) -> None:
    """Raises TemplateError for the first constraint that the properties of a type do not meet."""
    # What is not known yet is judged when it is.
    if type_name in _CONSTRAINTS and not is_unknown(properties):
        for message, code in _CONSTRAINTS[type_name](properties):
            raise TemplateError(handler_message(message, code))


def _security_group(properties: Properties) -> Refusals:
    if not _GROUP.fullmatch(str(properties.get("GroupDescription", ""))):
        yield f"Invalid security group description. Valid descriptions {_SET}", "InvalidRequest"
    for direction in ("SecurityGroupIngress", "SecurityGroupEgress"):
        rules = as_list(properties.get(direction, []))
        for rule in rules:
            if isinstance(rule, dict):
                yield from _security_group_rule(rule)
        if len(rules) > _RULES_OF_A_GROUP:
            yield "The maximum number of rules per security group has been reached.", "ServiceLimitExceeded"


def _security_group_rule(properties: Properties) -> Refusals:
    if not _GROUP.fullmatch(str(properties.get("Description", ""))):
        yield f"Invalid rule description. Valid descriptions {_SET}", "InvalidRequest"


def _role(properties: Properties) -> Refusals:
    if len(as_list(properties.get("ManagedPolicyArns", []))) > _POLICIES_OF_A_ROLE:
        yield f"Cannot exceed quota for PoliciesPerRole: {_POLICIES_OF_A_ROLE}", "ServiceLimitExceeded"
    if _length(properties.get("AssumeRolePolicyDocument")) > _TRUST:
        yield f"Cannot exceed quota for ACLSizePerRole: {_TRUST}", "ServiceLimitExceeded"
    policies = [each for each in as_list(properties.get("Policies", [])) if isinstance(each, dict)]
    inline = sum(_length(each.get("PolicyDocument")) for each in policies)
    if inline > _INLINE_POLICIES:
        yield f"Maximum policy size of {_INLINE_POLICIES} bytes exceeded for role", "ServiceLimitExceeded"


def _managed_policy(properties: Properties) -> Refusals:
    if _length(properties.get("PolicyDocument")) > _MANAGED_POLICY:
        yield f"Cannot exceed quota for PolicySize: {_MANAGED_POLICY}", "ServiceLimitExceeded"


def _scalable_target(properties: Properties) -> Refusals:
    least, most = (str(properties.get(name, 0)) for name in ("MinCapacity", "MaxCapacity"))
    if least.isdecimal() and most.isdecimal() and int(least) > int(most):
        yield "Maximum capacity cannot be less than minimum capacity", "InvalidRequest"


def _repository(properties: Properties) -> Refusals:
    name = properties.get("RepositoryName")
    if isinstance(name, str) and not (len(name) <= _LONGEST_NAME and re.fullmatch(_NAME, name)):
        constraint = f"failed to satisfy constraint: 'must satisfy regular expression '{_NAME}''"
        yield f"Invalid parameter at 'repositoryName' {constraint}", "InvalidRequest"


def _length(document: Any) -> int:
    """Length of a policy as IAM counts it: without white space between its parts."""
    return len(json.dumps(document, separators=(",", ":"), default=str)) if document else 0


_CONSTRAINTS: dict[str, Callable[[Properties], Refusals]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": _scalable_target,
    "AWS::EC2::SecurityGroup": _security_group,
    "AWS::EC2::SecurityGroupEgress": _security_group_rule,
    "AWS::EC2::SecurityGroupIngress": _security_group_rule,
    "AWS::ECR::Repository": _repository,
    "AWS::IAM::ManagedPolicy": _managed_policy,
    "AWS::IAM::Role": _role,
}
