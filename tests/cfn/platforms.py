"""Three platforms made of the same templates: the smallest, production, and one split into services."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecs_emulator.stacks.render import Rendered, render
from ecs_emulator.stacks.resources.provider import Properties
from ecs_emulator.stacks.templates import Document, read_template

CFN = Path(__file__).parent.parent.parent / "cfn"

Documents = dict[str, Document]
Stack = tuple[str, str, Mapping[str, Any]]  # name, template, parameters

_ACM = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-1234567890ab"
_CONNECTION = "arn:aws:codeconnections:us-east-1:123456789012:connection/0a1b2c3d-0000-4000-8000-1234567890ab"

SMALLEST: list[Stack] = [
    ("mysfits-network", "network.yml", {}),
    ("mysfits-data", "data.yml", {}),
    ("mysfits-cluster", "cluster.yml", {}),
    ("mysfits-site", "site.yml", {}),
    ("mysfits-pipeline", "pipeline.yml", {}),
    ("mysfits-watch", "watch.yml", {}),
    ("mysfits-service", "service.yml", {}),
]
PRODUCTION: list[Stack] = [
    ("mysfits-network", "network.yml", {"SubnetsOfEachKind": 3, "Egress": "nat-per-zone"}),
    ("mysfits-data", "data.yml", {}),
    (
        "mysfits-cluster",
        "cluster.yml",
        {
            "CertificateArn": _ACM,
            "DomainName": "api.mysfits.example",
            "HostedZoneId": "Z0123456789",
            "SubnetsOfEachKind": 3,
            "AccessLogs": "true",
            "AlarmEmail": "keeper@mysfits.example",
        },
    ),
    (
        "mysfits-site",
        "site.yml",
        {
            "Delivery": "cloudfront",
            "Listener": "https",
            "ApiDomainName": "api.mysfits.example",
            "DomainName": "mysfits.example",
            "CertificateArn": _ACM,
            "HostedZoneId": "Z0123456789",
            "RequestsPerVisitor": 2000,
        },
    ),
    (
        "mysfits-pipeline",
        "pipeline.yml",
        {
            "ConnectionArn": _CONNECTION,
            "SourceRepository": "keepers/mysfits",
            "Approval": "manual",
            "Service": "mysfits-service-MythicalMonolithService-A1B2C3",
        },
    ),
    ("mysfits-watch", "watch.yml", {}),
    (
        "mysfits-service",
        "service.yml",
        {
            "SubnetsOfEachKind": 3,
            "Listener": "https",
            "ImageTag": "3f2c1e0",
            "DesiredCount": 3,
            "MaximumCount": 10,
        },
    ),
]
SPLIT: list[Stack] = [
    ("mysfits-network", "network.yml", {"Egress": "endpoints"}),
    ("mysfits-data", "data.yml", {}),
    ("mysfits-cluster", "cluster.yml", {"DefaultAction": "drop-traffic", "RequestsPerClient": 1000}),
    ("mysfits-site", "site.yml", {}),
    (
        "mysfits-pipeline",
        "pipeline.yml",
        {
            "ConnectionArn": _CONNECTION,
            "SourceRepository": "keepers/mysfits",
            "Service": "mysfits-catalog-MythicalMonolithService-A1B2C3",
            "SecondService": "mysfits-likes-MythicalMonolithService-A1B2C3",
            "ThirdService": "mysfits-adoptions-MythicalMonolithService-A1B2C3",
        },
    ),
    ("mysfits-watch", "watch.yml", {}),
    (
        "mysfits-service",
        "service.yml",
        {"ImageTag": "3f2c1e0", "Traffic": "detached", "DesiredCount": 0},
    ),
    (
        "mysfits-catalog",
        "service.yml",
        {
            "ImageTag": "3f2c1e0",
            "Features": "catalog",
            "Paths": "/mysfits,/mysfits/*",
            "Priority": 30,
        },
    ),
    (
        "mysfits-likes",
        "service.yml",
        {"ImageTag": "3f2c1e0", "Features": "likes", "Paths": "/mysfits/*/like", "Priority": 10},
    ),
    (
        "mysfits-adoptions",
        "service.yml",
        {"ImageTag": "3f2c1e0", "Features": "adoptions", "Paths": "/mysfits/*/adopt", "Priority": 20},
    ),
    (
        "mysfits-users",
        "service.yml",
        {"ImageTag": "3f2c1e0", "Features": "users", "Paths": "/api/users*", "Priority": 40},
    ),
    (
        "mysfits-threads",
        "service.yml",
        {"ImageTag": "3f2c1e0", "Features": "threads", "Paths": "/api/threads*,/api,/api/", "Priority": 50},
    ),
    (
        "mysfits-posts",
        "service.yml",
        {"ImageTag": "3f2c1e0", "Features": "posts", "Paths": "/api/posts*", "Priority": 60},
    ),
    (
        "mysfits-hello",
        "service.yml",
        {"ImageTag": "3f2c1e0", "Features": "hello", "Paths": "/hello,/hello/again", "Priority": 70},
    ),
]
KINDS = {"smallest": SMALLEST, "production": PRODUCTION, "split": SPLIT}


@dataclass(frozen=True)
class Platform:
    kind: str
    stacks: dict[str, Rendered]

    def stack(self, role: str) -> Rendered:
        return self.stacks[f"mysfits-{role}"]

    @property
    def services(self) -> dict[str, Rendered]:
        """The stacks of service.yml, by name."""
        return {name: each for name, each in self.stacks.items() if "TaskDefinition" in each.resources}

    @property
    def resources(self) -> dict[str, Document]:
        """Every resource, by `stack.logical id`."""
        return {
            f"{name}.{logical_id}": resource
            for name, stack in self.stacks.items()
            for logical_id, resource in stack.resources.items()
        }

    def of_type(self, type_name: str) -> dict[str, Properties]:
        """The properties of every resource of one type, by `stack.logical id`."""
        return {
            name: resource["Properties"] for name, resource in self.resources.items() if resource["Type"] == type_name
        }

    def task_policies(self, stack: str) -> list[Document]:
        """The documents that the task role of one service has."""
        role = self.stacks[stack].resources["TaskRole"]["Properties"]
        managed = {
            f"arn:aws:iam::123456789012:policy/{name.replace('.', '-')}": properties["PolicyDocument"]
            for name, properties in self.of_type("AWS::IAM::ManagedPolicy").items()
        }
        own = [policy["PolicyDocument"] for policy in role.get("Policies", [])]
        return own + [managed[arn] for arn in role["ManagedPolicyArns"]]


def read_documents() -> Documents:
    """The templates by their file's name, the caller's own to change."""
    return copy.deepcopy(_documents())


@functools.cache
def _documents() -> Documents:
    return {path.name: read_template(path) for path in CFN.glob("*.yml") if path.name != "stacks.yml"}


@functools.cache
def as_written(kind: str) -> Platform:
    """One of the three platforms as the templates describe it; rendered once, and nobody's to change."""
    return make(kind)


def make(
    kind: str, change: Callable[[Documents], None] | None = None, given: Mapping[str, str] | None = None
) -> Platform:
    """One of the three platforms, from templates that `change` may break first.

    `given` are parameters of every stack that has them, as `mysfits deploy --set NAME=VALUE` gives them.
    """
    documents = read_documents()
    if change:
        change(documents)

    def parameters(template: str, own: Mapping[str, Any]) -> Mapping[str, Any]:
        known = documents[template].get("Parameters", {})
        return {**own, **{name: value for name, value in (given or {}).items() if name in known}}

    stacks = ((name, documents[template], parameters(template, own)) for name, template, own in KINDS[kind])
    return Platform(kind, render(stacks))
