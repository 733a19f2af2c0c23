"""Requests of CloudFormation: a template, its parameters, and the capabilities that it needs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.stacks.files import text_at
from ecs_emulator.stacks.quotas import BODY
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.stacks.state import DesiredState, Stack
from ecs_emulator.stacks.template_validation import check_references
from ecs_emulator.stacks.templates import NO_RESOURCES, Document, TemplateError, parsed_template

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import (
        CreateChangeSetInputTypeDef,
        CreateStackInputTypeDef,
        ParameterTypeDef,
        UpdateStackInputTypeDef,
    )

    Request = CreateStackInputTypeDef | UpdateStackInputTypeDef | CreateChangeSetInputTypeDef

_STACK_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")
_NAMES = {
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html
    "AWS::IAM::AccessKey": None,
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Policy": None,
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::RolePolicy": None,
    "AWS::IAM::User": "UserName",
    "AWS::IAM::UserToGroupAddition": None,
}


def by_name(stacks: Stacks, name: str) -> Stack:
    """Raises AwsError."""
    stack = stacks.named(name)
    if stack is None:
        raise AwsError("ValidationError", f"Stack with id {name} does not exist")
    return stack


def requested(stacks: Stacks, given: Request, stack: Stack | None) -> DesiredState:
    """Desired state of a stack; `stack` is what there is of it. Raises AwsError."""
    if not _STACK_NAME.fullmatch(given["StackName"]) and not given["StackName"].startswith("arn:"):
        message = (
            f"1 validation error detected: Value '{given['StackName']}' at 'stackName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )
        raise AwsError("ValidationError", message)
    text = template_text(stacks, given, stack)
    document = parsed(text, _told(given, stack))
    check_references(document)
    _check_capabilities(document, given)
    parameters = _parameters(document, given.get("Parameters", []), stack)
    try:
        desired = stacks.desired_state(document, parameters, text=text)
    except TemplateError as error:
        raise AwsError("ValidationError", str(error)) from error
    tags = given.get("Tags") or (stack.stable_state.tags if stack and stack.stable_state else ())
    return replace(desired, tags=tuple(tags), capabilities=tuple(given.get("Capabilities", ())))


def template_text(stacks: Stacks, given: Mapping[str, Any], stack: Stack | None) -> str:
    """The template that a call sends, or says where to find. Raises AwsError."""
    if given.get("UsePreviousTemplate") and stack and stack.stable_state:
        return stack.stable_state.text
    if "TemplateURL" in given:
        try:
            return text_at(stacks.context, given["TemplateURL"], None)[0]
        except TemplateError as error:
            raise AwsError("ValidationError", str(error)) from error
    if "TemplateBody" not in given:
        raise AwsError("ValidationError", "Either Template URL or Template Body must be specified.")
    if len(given["TemplateBody"].encode(errors="replace")) > BODY:
        message = (
            "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
            f"Member must have length less than or equal to {BODY}"
        )
        raise AwsError("ValidationError", message)
    return str(given["TemplateBody"])


def parsed(text: str, parameters: Mapping[str, Any] | None = None) -> Document:
    """Raises AwsError."""
    try:
        document = parsed_template(text, "Template format error", parameters)
    except TemplateError as error:
        raise AwsError("ValidationError", str(error)) from error
    # Files may have none: an empty stack exports, in tests.
    if not document["Resources"]:
        raise AwsError("ValidationError", f"Template format error: {NO_RESOURCES}")
    return document


def capabilities(document: Document) -> tuple[list[str], list[str]]:
    """The capabilities that a template needs, and the types of resources that need them."""
    types = sorted({each["Type"] for each in document["Resources"].values() if each["Type"] in _NAMES})
    named = any(
        _NAMES.get(each["Type"]) in (each.get("Properties") or {})
        for each in document["Resources"].values()
        if each["Type"] in _NAMES
    )
    if not types:
        return [], []
    return ["CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM"], types


def _check_capabilities(document: Document, given: Request) -> None:
    needed, _ = capabilities(document)
    granted = set(given.get("Capabilities", []))
    # The one for named resources holds for all.
    missing = [each for each in needed if not {each, "CAPABILITY_NAMED_IAM"} & granted]
    # A change set shows what a transform makes of a template, and so asks for nothing:
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
    if document.get("Transform") and "ChangeSetName" not in given:
        missing += [each for each in ("CAPABILITY_AUTO_EXPAND",) if each not in granted]
    if missing:
        raise AwsError("InsufficientCapabilitiesException", f"Requires capabilities : [{', '.join(missing)}]")


def _told(given: Request, stack: Stack | None) -> dict[str, Any]:
    """What a transform is told of the parameters, before anybody looks whether the template has them."""
    before = dict(stack.stable_state.given) if stack and stack.stable_state else {}
    told = {each.get("ParameterKey", ""): each for each in given.get("Parameters", [])}
    values = {
        name: before.get(name) if each.get("UsePreviousValue") else each.get("ParameterValue")
        for name, each in told.items()
    }
    return {name: value for name, value in values.items() if value is not None}


def _parameters(document: Document, given: Sequence[ParameterTypeDef], stack: Stack | None) -> dict[str, Any]:
    """The values by name, those that are to stay included. Raises AwsError."""
    declared = document.get("Parameters", {})
    values = {}
    for each in given:
        if "ParameterKey" not in each:
            raise AwsError("ValidationError", "A parameter has no ParameterKey.")
        name = each["ParameterKey"]
        values[name] = _previous(name, stack) if each.get("UsePreviousValue") else each.get("ParameterValue", "")
    if unknown := [name for name in values if name not in declared]:
        raise AwsError("ValidationError", f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    if missing := [name for name, spec in declared.items() if name not in values and "Default" not in spec]:
        raise AwsError("ValidationError", f"Parameters: [{', '.join(missing)}] must have values")
    return values


def _previous(name: str, stack: Stack | None) -> Any:
    if stack and stack.stable_state:
        before = stack.stable_state
        if name in before.given:
            return before.given[name]
        if "Default" in before.document.get("Parameters", {}).get(name, {}):
            return before.document["Parameters"][name]["Default"]
    message = (
        f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true for a parameter key not in "
        "the previous template"
    )
    raise AwsError("ValidationError", message)
