"""CloudFormation as a test wants it: one stack, whose change sets and events are said beforehand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ecs_emulator.ops.target import Target
from emulator.tests.ops.fake_aws import FakeAws, Input, Refused

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ARN = "arn:aws:cloudformation:us-east-1:123456789012:stack/mysfits-service/1"

TEMPLATE = """
Parameters:
  ImageTag: {Type: String, Default: ""}
  Cpu: {Type: Number, Default: 256}
  DataStack: {Type: String}
Resources:
  TaskDefinition: {Type: AWS::ECS::TaskDefinition, DeletionPolicy: Retain}
  MythicalMonolithService: {Type: AWS::ECS::Service}
  Role: {Type: AWS::IAM::Role}
"""
LISTING = """
stacks: []
assemblies:
  monolith:
    - {name: mysfits-service, template: service.yml, parameters: {DataStack: mysfits-data}}
"""


def write_listing(folder: Path) -> Path:
    """A `stacks.yml` with one stack in this folder; its path."""
    (folder / "service.yml").write_text(TEMPLATE)
    (folder / "stacks.yml").write_text(LISTING)
    return folder / "stacks.yml"


class Formation:
    """`status` is the stack's, None before there is one; `becomes` is what executing a change set makes of it."""

    def __init__(self, aws: FakeAws) -> None:
        self.aws = aws
        self.status: str | None = "UPDATE_COMPLETE"
        self.parameters = {"ImageTag": "one", "Cpu": "256", "DataStack": "mysfits-data"}
        self.changes = [self.change("TaskDefinition", "AWS::ECS::TaskDefinition", "True")]
        self.why = ""  # the stack itself fails
        self.refusal = ""  # why no change set can be made
        self.becomes = "UPDATE_COMPLETE"
        self.failures: list[tuple[str, str, str]] = []  # (logical id, type, reason), as they happen
        self.events: list[dict[str, Any]] = []
        self.outputs = {"ServiceName": "mysfits-service-1"}
        self.made = {"AWS::ECS::Service": "", "AWS::ECS::TaskDefinition": ""}
        for name in dir(self):
            if name.startswith("cf_"):
                aws.operations[f"cloudformation.{name.removeprefix('cf_')}"] = getattr(self, name)

    @staticmethod
    def change(name: str, kind: str, replacement: str = "False", action: str = "Modify") -> dict[str, Any]:
        details = [{"Target": {"Name": "Cpu"}}]
        named = {"Action": action, "LogicalResourceId": name, "ResourceType": kind}
        return {"ResourceChange": {**named, "Replacement": replacement, "Details": details}}

    def happen(self, name: str, kind: str, status: str, reason: str = "", physical: str = "p") -> None:
        event = {
            "StackId": ARN,
            "EventId": str(len(self.events)),
            "StackName": "mysfits-service",
            "LogicalResourceId": name,
            "PhysicalResourceId": physical,
            "ResourceType": kind,
            "Timestamp": NOW,
            "ResourceStatus": status,
        }
        self.events.insert(0, event | ({"ResourceStatusReason": reason} if reason else {}))

    def happens_to_the_stack(self, status: str, reason: str = "") -> None:
        self.status = status
        self.happen("mysfits-service", "AWS::CloudFormation::Stack", status, reason, physical=ARN)

    def cf_describe_stacks(self, given: Input) -> dict[str, Any]:
        if self.status is None or given["StackName"] not in ("mysfits-service", ARN):
            raise Refused("ValidationError", f"Stack with id {given['StackName']} does not exist")
        parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in self.parameters.items()]
        outputs = [
            {"OutputKey": key, "OutputValue": value, "ExportName": f"x-{key}"} for key, value in self.outputs.items()
        ]
        about = {"StackName": "mysfits-service", "StackId": ARN, "StackStatus": self.status, "CreationTime": NOW}
        return {"Stacks": [{**about, "Parameters": parameters, "Outputs": outputs}]}

    def cf_create_change_set(self, given: Input) -> dict[str, Any]:
        for each in given["Parameters"]:
            if not each.get("UsePreviousValue"):
                self.parameters[each["ParameterKey"]] = each["ParameterValue"]
        return {"Id": "change-set"}

    def cf_describe_change_set(self, _: Input) -> dict[str, Any]:
        if self.refusal:
            return {"ChangeSetId": "change-set", "Status": "FAILED", "StatusReason": self.refusal}
        parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in self.parameters.items()]
        about = {"ChangeSetId": "change-set", "Status": "CREATE_COMPLETE"}
        return {**about, "Changes": self.changes, "Parameters": parameters}

    def cf_delete_change_set(self, _: Input) -> dict[str, Any]:
        return {}

    def cf_execute_change_set(self, _: Input) -> dict[str, Any]:
        self.happens_to_the_stack("UPDATE_IN_PROGRESS")
        for name, kind, reason in self.failures:
            self.happen(name, kind, "UPDATE_FAILED", reason)
        if self.why:
            self.happens_to_the_stack("UPDATE_ROLLBACK_IN_PROGRESS", self.why)
        self.happens_to_the_stack(self.becomes)
        return {}

    def cf_delete_stack(self, _: Input) -> dict[str, Any]:
        if self.status is not None:
            self.happens_to_the_stack("DELETE_IN_PROGRESS")
            for name, kind, reason in self.failures:
                self.happen(name, kind, "DELETE_FAILED", reason)
            self.happens_to_the_stack("DELETE_FAILED" if self.failures else "DELETE_COMPLETE")
        return {}

    def cf_describe_stack_events(self, _: Input) -> dict[str, Any]:
        if self.status is None:
            raise Refused("ValidationError", "Stack [mysfits-service] does not exist")
        return {"StackEvents": list(self.events)}

    def cf_list_stack_resources(self, _: Input) -> dict[str, Any]:
        ids = {"AWS::ECS::Service": "MythicalMonolithService", "AWS::ECS::TaskDefinition": "TaskDefinition"}
        summaries = [
            {
                "LogicalResourceId": ids.get(kind, kind.rpartition(":")[2]),
                "PhysicalResourceId": physical,
                "ResourceType": kind,
                "ResourceStatus": "CREATE_COMPLETE",
                "LastUpdatedTimestamp": NOW,
            }
            for kind, physical in self.made.items()
        ]
        return {"StackResourceSummaries": summaries}

    def cf_list_imports(self, given: Input) -> dict[str, Any]:
        raise Refused("ValidationError", f"Export '{given['ExportName']}' is not imported by any stack.")


def on_aws(target: Target) -> Target:
    """The same target, as --aws has it."""
    return Target(target.session, target.outputs, on_aws=True)
