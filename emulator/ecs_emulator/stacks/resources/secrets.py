"""Secrets of Secrets Manager and parameters of SSM."""

from __future__ import annotations

import json
import re
from typing import Any

from botocore.exceptions import ClientError

from ecs_emulator.stacks.errors import TemplateError
from ecs_emulator.stacks.resources.coercion import call, text
from ecs_emulator.stacks.resources.provider import (
    TAGS,
    Context,
    PhysicalResource,
    Properties,
    Provider,
    changed,
    finishing,
    only,
)
from ecs_emulator.stacks.schema import MAP, TEXT

_PASSWORD = (
    *("ExcludeCharacters", "ExcludeLowercase", "ExcludeNumbers", "ExcludePunctuation", "ExcludeUppercase"),
    *("IncludeSpace", "PasswordLength", "RequireEachIncludedType"),
)


def _create_secret(context: Context, name: str, properties: Properties) -> PhysicalResource:
    client = context.client("secretsmanager")
    request = {"Name": name, **only(properties, _OF_SECRET)}
    request["Tags"] = [*properties.get("Tags", []), *_own_tags(name)]
    if arn := _of_an_earlier_run(client, str(request["Name"]), request["Tags"][-2:]):
        physical = PhysicalResource(arn, {"Id": arn})
        given = {"SecretString": request["SecretString"]} if "SecretString" in request else {}
        return _update_secret(context, physical, {}, given)
    if "GenerateSecretString" in properties:
        request["SecretString"] = _generated(client, properties["GenerateSecretString"])
    arn = call(client, "CreateSecret", request, "AWS::SecretsManager::Secret")["ARN"]
    return PhysicalResource(arn, {"Id": arn})


def _own_tags(name: str) -> list[dict[str, str]]:
    """Tags that CloudFormation gives to what it makes.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
    """
    found = _NAME.fullmatch(name)
    stack, logical_id = (found[1], found[2]) if found else (name, name)
    own = {"stack-name": stack, "logical-id": logical_id}
    return [{"Key": f"aws:cloudformation:{key}", "Value": value} for key, value in own.items()]


def _of_an_earlier_run(client: Any, name: str, tags: list[dict[str, str]]) -> str | None:
    """ARN of the secret that the same resource of the same stack made before the emulator was started again: what was
    stored is kept, a password that was made up included. One of somebody else is in the way, as on AWS.
    """
    try:
        found = client.describe_secret(SecretId=name)
    except ClientError:
        return None
    is_own = "DeletedDate" not in found and all(tag in found.get("Tags", []) for tag in tags)
    return str(found["ARN"]) if is_own else None


_NAME = re.compile(r"(.+)-([A-Za-z][A-Za-z0-9]*)(?:-[0-9]+)?")  # of a stack, a resource, and its replacement
_OF_SECRET = ("Description", "KmsKeyId", "Name", "SecretString", "Tags")


def _generated(client: Any, wanted: Properties) -> str:
    """A password, by itself or in a JSON template under a key."""
    asked = only(wanted, _PASSWORD)
    password = str(call(client, "GetRandomPassword", asked)["RandomPassword"])
    if "SecretStringTemplate" not in wanted:
        return password
    try:
        return json.dumps({**json.loads(str(wanted["SecretStringTemplate"])), wanted["GenerateStringKey"]: password})
    except (KeyError, TypeError, ValueError) as error:
        raise TemplateError(
            f"GenerateSecretString: the template is no JSON object, or no key is named: {error}."
        ) from error


def _update_secret(
    context: Context, physical: PhysicalResource, before: Properties, after: Properties
) -> PhysicalResource:
    client, differing = context.client("secretsmanager"), changed(before, after)
    if "SecretString" in differing and "SecretString" in after:
        call(client, "PutSecretValue", {"SecretId": physical.ref, "SecretString": after["SecretString"]})
    elif "GenerateSecretString" in differing and "GenerateSecretString" in after:
        value = _generated(client, after["GenerateSecretString"])
        client.put_secret_value(SecretId=physical.ref, SecretString=value)
    return physical


def _delete_secret(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    context.client("secretsmanager").delete_secret(SecretId=physical.ref, ForceDeleteWithoutRecovery=True)


def _create_parameter(context: Context, name: str, properties: Properties) -> PhysicalResource:
    request = {"Name": name, **properties}
    tags = request.pop("Tags", None) or {}
    if isinstance(tags, dict):
        tags = [{"Key": key, "Value": text(value)} for key, value in tags.items()]
    ssm = context.client("ssm")
    call(ssm, "PutParameter", {**request, "Overwrite": True}, "AWS::SSM::Parameter")
    physical = PhysicalResource(request["Name"], {"Type": request["Type"], "Value": text(request["Value"])})
    with finishing(physical):
        if tags:
            ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId=request["Name"], Tags=tags)
    return physical


def _update_parameter(
    context: Context, physical: PhysicalResource, _before: Properties, after: Properties
) -> PhysicalResource:
    return _create_parameter(context, physical.ref, after)


def _delete_parameter(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    context.client("ssm").delete_parameter(Name=physical.ref)


SECRET = Provider(
    _create_secret,
    _update_secret,
    _delete_secret,
    replaced_by=frozenset({"Name"}),
    name="Name",
    schema={"GenerateSecretString?": MAP, "Name?": TEXT, "SecretString?": TEXT, "Tags?": TAGS},
)
PARAMETER = Provider(
    _create_parameter,
    _update_parameter,
    _delete_parameter,
    replaced_by=frozenset({"Name"}),
    name="Name",
    schema={"Name?": TEXT, "Type": TEXT, "Value": TEXT},
)
