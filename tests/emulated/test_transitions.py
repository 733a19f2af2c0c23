"""Transitions of a deployed platform on the emulator, there and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import boto3
import pytest

from ecs_emulator.local import REGION
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.stacks.templates import read_template
from tests.conftest import CFN

_CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-1234567890ab"
_SECURE = {"CertificateArn": _CERTIFICATE, "DomainName": "api.mysfits.example", "HostedZoneId": "Z0123456789"}


@pytest.fixture
def stacks(session: boto3.Session) -> Iterator[Stacks]:
    with closing(Stacks(session, REGION, tasks_run=True)) as stacks:
        yield stacks


def _deploy(stacks: Stacks, prefix: str, name: str, **parameters: Any) -> None:
    document = read_template(CFN / f"{name}.yml")
    others = {"NetworkStack": f"{prefix}-network", "ClusterStack": f"{prefix}-cluster"}
    there = {key: value for key, value in others.items() if key in document["Parameters"]}
    stacks.deploy(f"{prefix}-{name}", document, there | parameters)


def _physical_id(stacks: Stacks, name: str, logical_id: str) -> str:
    stack = stacks.named(name)
    assert stack is not None
    physical = stack.resources[logical_id].physical
    assert physical is not None
    return physical.ref


def test_a_certificate_comes_and_goes_while_no_service_is_there(stacks: Stacks, session: boto3.Session) -> None:
    elbv2 = session.client("elbv2")
    _deploy(stacks, "certified", "network")
    seen = []
    for parameters in ({}, _SECURE, dict.fromkeys(_SECURE, "")):
        _deploy(stacks, "certified", "cluster", **parameters)
        balancer = _physical_id(stacks, "certified-cluster", "LoadBalancer")
        listeners = elbv2.describe_listeners(LoadBalancerArn=balancer)["Listeners"]
        seen.append({each["Port"]: each["DefaultActions"][0]["Type"] for each in listeners})
    assert seen == [{80: "fixed-response"}, {80: "redirect", 443: "fixed-response"}, {80: "fixed-response"}]
