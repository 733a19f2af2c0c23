"""What a command works on: the rehearsal of this folder, or the stacks in an AWS account."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import botocore.session
from botocore.config import Config

from ecs_emulator.access_key import AccessKey
from ecs_emulator.local import Running, use_only
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.program import Program

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_ecs.client import ECSClient
    from mypy_boto3_elbv2.client import ElasticLoadBalancingv2Client
    from mypy_boto3_logs.client import CloudWatchLogsClient

OUTPUTS = Path("cfn-output.json")

# Adaptive: throttled calls wait for longer and longer, and the next ones are made more slowly.
_PATIENT = Config(connect_timeout=5, read_timeout=30, retries={"mode": "adaptive", "max_attempts": 5})


class NoTarget(Failure):
    """There is nothing to work on; the message says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(Outcome.NOT_FOUND, message)


@dataclass(frozen=True)
class Target:
    """A session for the clients, and the outputs of the stacks by name."""

    session: boto3.Session
    outputs: dict[str, str]
    on_aws: bool = False

    def output(self, name: str) -> str:
        """Raises NoTarget."""
        if name not in self.outputs:
            raise NoTarget(f"The stacks have no output {name}; are they all deployed?")
        return self.outputs[name]

    @property
    def api_url(self) -> str:
        """The API's address for the site; empty where CloudFront serves both from one origin. Raises NoTarget."""
        return "" if "DistributionId" in self.outputs else self.output("ApiUrl")

    # Making a client takes longer than most calls.
    @cached_property
    def ecs(self) -> ECSClient:
        return self.session.client("ecs")

    @cached_property
    def elbv2(self) -> ElasticLoadBalancingv2Client:
        return self.session.client("elbv2")

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        return self.session.client("logs")

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        return self.session.client("cloudformation")

    @property
    def flag(self) -> str:
        """What has to follow a verb to mean this target: for sentences that say what to type."""
        return " --aws" if self.on_aws else ""


def local(program: Program) -> Target:
    """The rehearsal of a program that is running. Raises NoTarget."""
    running = Running.found(program.folder)
    if running is None:
        raise NoTarget(f"No rehearsal is running here. Start one with `{program.start}`, or say --aws.")
    use_only(running.cloud_url, AccessKey.of_folder(program.folder))
    session = patient_session()
    # The stacks' own outputs name hosts that only AWS has.
    here = {"ApiUrl": running.api_url, "S3WebsiteURL": running.site_url}
    return Target(session, {**running.outputs, **_deployed(session), **here})


def aws(outputs_needed: bool = True) -> Target:
    """The AWS account of the environment, with the outputs in `cfn-output.json`. Raises NoTarget."""
    if not OUTPUTS.exists() and not outputs_needed:
        return Target(patient_session(), {}, on_aws=True)
    if not OUTPUTS.exists():
        raise NoTarget(f"There is no {OUTPUTS} here: a flat map of the stacks' outputs, name to value.")
    try:
        outputs = json.loads(OUTPUTS.read_text())
    except ValueError:
        outputs = None
    if not isinstance(outputs, dict):
        raise NoTarget(f"{OUTPUTS} is no flat map of the stacks' outputs, name to value.")
    return Target(patient_session(), outputs, on_aws=True)


def patient_session() -> boto3.Session:
    """A session whose clients wait for a throttled or busy AWS, and not for ever."""
    core = botocore.session.get_session()
    core.set_default_client_config(_PATIENT)
    return boto3.Session(botocore_session=core)


def _deployed(session: boto3.Session) -> dict[str, str]:
    """The outputs that the stacks of the rehearsal have now: a deployment may have changed what it began with."""
    # Beside other people's own stacks of one service, as after a cut-over, those that were there first have the names.
    pages = session.client("cloudformation").get_paginator("describe_stacks").paginate()
    stacks = [stack for page in pages for stack in page["Stacks"]]
    stacks.sort(key=lambda stack: stack["CreationTime"], reverse=True)
    return {each["OutputKey"]: each["OutputValue"] for stack in stacks for each in stack.get("Outputs", [])}
