"""The transform AWS::Serverless, by its public translator: https://github.com/aws/serverless-application-model."""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Mapping
from typing import Any

import boto3

from ecs_emulator.local import REGION
from ecs_emulator.stacks.documents import Document
from ecs_emulator.stacks.errors import TemplateError, TemplateErrors

# Where the translator wants an address of S3, and templates that nobody has packaged have a folder or a file.
_CODE = {
    "AWS::Serverless::Api": "DefinitionUri",
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::GraphQLApi": "SchemaUri",
    "AWS::Serverless::HttpApi": "DefinitionUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Serverless::StateMachine": "DefinitionUri",
}
_UNPACKAGED = "s3://not-packaged/code"


def translated(document: Document, parameters: Mapping[str, Any]) -> Document:
    """A template in CloudFormation's own types, by the values of its parameters that are known.

    Code that nobody has packaged stays where it is: no function runs here. Raises TemplateErrors.
    """
    # It takes a second to load, and is loaded for those who need it.
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    # It says when it ends that nobody has asked for its metrics.
    logging.getLogger("samtranslator.metrics").setLevel(logging.ERROR)
    packaged = _packaged(document)
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=REGION))
    try:
        made = translator.translate(packaged, parameter_values=dict(parameters))
    except InvalidDocumentException as error:
        raise TemplateErrors([TemplateError(_said(each)) for each in error.causes]) from error
    found: Document = json.loads(json.dumps(made, default=str))
    return {**found, "Transform": document["Transform"]}


def _packaged(document: Document) -> Document:
    made = copy.deepcopy(document)
    for resource in made["Resources"].values():
        properties = resource.get("Properties") if isinstance(resource, dict) else None
        if isinstance(properties, dict) and (name := _CODE.get(resource.get("Type", ""))):
            code = properties.get(name)
            has_none = name == "CodeUri" and not properties.keys() & {"CodeUri", "ImageUri", "InlineCode"}
            if has_none or (isinstance(code, str) and not code.startswith("s3://")):
                properties[name] = _UNPACKAGED
    return made


def _said(error: Any) -> str:
    return str(error.message)
