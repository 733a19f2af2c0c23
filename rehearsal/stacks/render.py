"""Templates with their parameters filled in, and nothing made: what CloudFormation would be asked for.

`python -m rehearsal.stacks.render FOLDER` writes the stacks of cfn/stacks.yml, rendered, as JSON files into a folder.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.stacks.resources import Made, Properties
from rehearsal.stacks.stack import ACCOUNT, Stack, listed
from rehearsal.stacks.templates import Document

REGION = "us-east-1"


@dataclass(frozen=True)
class Rendered:
    """One stack: its resources by logical id, without those whose condition does not hold; outputs; exports."""

    resources: dict[str, Document]
    outputs: dict[str, str]
    exports: dict[str, str]

    def of_type(self, type_name: str) -> dict[str, Properties]:
        """The properties of the resources of one type, by logical id."""
        return {
            logical_id: resource["Properties"]
            for logical_id, resource in self.resources.items()
            if resource["Type"] == type_name
        }

    def template(self) -> str:
        """The stack as a template without parameters."""
        return json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": self.resources}, indent=2)


def render(stacks: Iterable[tuple[str, Document, Mapping[str, Any]]]) -> dict[str, Rendered]:
    """Stacks (name, template, parameters) that follow one another, by name. Raises TemplateError."""
    rendered: dict[str, Rendered] = {}
    exports: dict[str, str] = {}
    for name, document, parameters in stacks:
        stack = Stack(_imagined, REGION, name, document, parameters, exports)
        stack.make_all()
        resources = {
            logical_id: _rendered(stack.evaluator.value({"Properties": {}, **resource}))
            for logical_id, resource in document["Resources"].items()
            if stack.wanted(resource)
        }
        rendered[name] = Rendered(resources, stack.outputs(), stack.exports())
        exports |= rendered[name].exports
    return rendered


def _rendered(resource: Document) -> Document:
    return {key: value for key, value in resource.items() if key != "Condition"}


def _imagined(type_name: str, name: str, _properties: Properties) -> Made:
    """A resource whose ARN has the form of a real one, so that policies can be judged by it."""
    here = f"{REGION}:{ACCOUNT}"
    match type_name:
        case "AWS::IAM::ManagedPolicy":
            return Made(f"arn:aws:iam::{ACCOUNT}:policy/{name}", imagined=True)
        case "AWS::SNS::Topic":
            return Made(f"arn:aws:sns:{here}:{name}", imagined=True)
        case "AWS::ECR::Repository":
            address = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{name.lower()}"
            arn = f"arn:aws:ecr:{here}:repository/{name.lower()}"
            return Made(name.lower(), {"Arn": arn, "RepositoryUri": address}, imagined=True)
        case "AWS::S3::Bucket":
            return Made(name.lower(), {"Arn": f"arn:aws:s3:::{name.lower()}"}, imagined=True)
    arns = {
        "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{here}:table/{name}",
        "AWS::Logs::LogGroup": f"arn:aws:logs:{here}:log-group:{name}:*",
        "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "AWS::CodeBuild::Project": f"arn:aws:codebuild:{here}:project/{name}",
    }
    return Made(name, {"Arn": arns[type_name]} if type_name in arns else {}, imagined=True)


def main(listing: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, stack in render(listed(listing)).items():
        (folder / f"{name}.json").write_text(stack.template())


if __name__ == "__main__":
    main(Path(__file__).parents[2] / "cfn" / "stacks.yml", Path(sys.argv[1]))
