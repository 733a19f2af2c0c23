"""Checks of quotas: what a plan needs beside what the account uses already.

Values come from Service Quotas, and codes from its lists (*Service Quotas User Guide*, "Viewing service quotas").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import ceil
from typing import Any

import boto3

from ecs_emulator.doctor.findings import Finding, State
from ops.doctor.plan import Plan

_RAISE = "aws service-quotas request-service-quota-increase --service-code {} --quota-code {} --desired-value {}"

VCPUS = ("fargate", "L-3032A538")  # Fargate On-Demand vCPU resource count
ADDRESSES = ("ec2", "L-0263D0A3")  # EC2-VPC Elastic IPs
VPCS = ("vpc", "L-F678F1CE")  # VPCs per Region
_BUILDS = "Concurrently running builds for {}/{} environment"


def addresses(session: boto3.Session, plan: Plan) -> Finding:
    """Elastic IP addresses of the NAT gateways: five an account and region at first.

    *Amazon VPC User Guide*, "Amazon VPC quotas".
    """
    new = plan.count_new("AWS::EC2::EIP")
    if not new:
        return Finding("elastic IPs", State.GOOD, "No new ones are needed.")
    ec2: Any = session.client("ec2")
    return _beside("elastic IPs", ADDRESSES, len(ec2.describe_addresses()["Addresses"]), new, session)


def vpcs(session: boto3.Session, plan: Plan) -> Finding:
    """VPCs: five an account and region at first, the default one among them. Page as for addresses."""
    new = plan.count_new("AWS::EC2::VPC")
    if not new:
        return Finding("VPCs", State.GOOD, "No new one is needed.")
    ec2: Any = session.client("ec2")
    used = sum(len(page["Vpcs"]) for page in ec2.get_paginator("describe_vpcs").paginate())
    return _beside("VPCs", VPCS, used, new, session)


def vcpus(session: boto3.Session, plan: Plan) -> Finding:
    """Fargate vCPUs of all tasks, of which a rollout doubles those of a service; six in many a new account.

    *Amazon ECS Developer Guide*, "Amazon ECS service quotas". What other services of the account run is not taken off.
    """
    least = most = 0.0
    for name, service in plan.of_type("AWS::ECS::Service"):
        stack = plan.stacks[name]
        [task] = stack.of_type("AWS::ECS::TaskDefinition").values()
        cpu = int(task["Cpu"]) / 1024
        share = int(service.get("DeploymentConfiguration", {}).get("MaximumPercent", 200)) / 100
        counts = [
            int(each["MaxCapacity"]) for each in stack.of_type("AWS::ApplicationAutoScaling::ScalableTarget").values()
        ]
        least += int(service["DesiredCount"]) * cpu * share
        most += max([int(service["DesiredCount"]), *counts]) * cpu
    if not most:
        return Finding("Fargate vCPUs", State.GOOD, "No tasks are to run.")
    quota = _quota(session, *VCPUS)
    seen = f"The quota is {quota:g}; a rollout needs {least:g}, and scaling goes up to {most:g}."
    repair = _RAISE.format(*VCPUS, ceil(max(least, most)))
    state = State.BAD if quota < least else State.WARNING if quota < most else State.GOOD
    return Finding("Fargate vCPUs", state, seen, "" if state is State.GOOD else repair)


def builds(session: boto3.Session, plan: Plan) -> Finding:
    """Builds of CodeBuild that may run at once on the plan's kind of machine: none or one in many a new account.

    *AWS CodeBuild User Guide*, "Quotas for AWS CodeBuild".
    """
    kinds = {_kind(each["Environment"]) for _, each in plan.of_type("AWS::CodeBuild::Project")}
    if not kinds:
        return Finding("builds", State.GOOD, "No pipeline builds.")
    found = {each["QuotaName"]: each for each in _quotas(session, "codebuild")}
    short = [found[name] for name in kinds if name in found and found[name]["Value"] < 1]
    if short:
        repair = _RAISE.format("codebuild", short[0]["QuotaCode"], 1)
        return Finding("builds", State.BAD, f"{short[0]['QuotaName']}: 0 may run.", repair)
    if missing := sorted(kinds - found.keys()):
        return Finding("builds", State.UNKNOWN, f"Service Quotas does not list {missing[0]!r}.")
    return Finding("builds", State.GOOD, f"{min(found[name]['Value'] for name in kinds):g} may run at once.")


def _kind(environment: Any) -> str:
    """Quota's name for a build environment: `BUILD_GENERAL1_MEDIUM` on Linux is `Linux/Medium`."""
    size = re.sub(r".*_", "", environment["ComputeType"])
    system = "ARM" if environment["Type"].startswith("ARM") else "Linux"
    return _BUILDS.format(system, size.capitalize() if size.isalpha() else size.replace("LARGE", "Large"))


def _beside(check: str, quota: tuple[str, str], used: int, new: int, session: boto3.Session) -> Finding:
    allowed = int(_quota(session, *quota))
    seen = f"{used} of {allowed} are in use, and {new} more are needed."
    if used + new <= allowed:
        return Finding(check, State.GOOD, seen)
    return Finding(check, State.BAD, seen, _RAISE.format(*quota, used + new))


def _quota(session: boto3.Session, service: str, code: str) -> float:
    quotas: Any = session.client("service-quotas")
    return float(quotas.get_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]["Value"])


def _quotas(session: boto3.Session, service: str) -> Iterator[Any]:
    quotas: Any = session.client("service-quotas")
    for page in quotas.get_paginator("list_service_quotas").paginate(ServiceCode=service):
        yield from page["Quotas"]
