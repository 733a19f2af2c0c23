"""Target of a verb: the emulator of this folder, or an AWS account."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import botocore.session
from botocore.config import Config

from ecs_emulator.access_key import AccessKey
from ecs_emulator.local import LOG, Running, holder, trust_only, use_only
from ecs_emulator.ops.conventions import Conventions
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.program import ECS_EMULATOR, Program

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_ecs.client import ECSClient
    from mypy_boto3_elbv2.client import ElasticLoadBalancingv2Client
    from mypy_boto3_logs.client import CloudWatchLogsClient

# Adaptive: throttled calls wait for longer and longer, and the next ones are made more slowly.
_PATIENT = Config(connect_timeout=5, read_timeout=30, retries={"mode": "adaptive", "max_attempts": 5})


class NoTarget(Failure):
    """There is nothing to work on; the message says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(Outcome.NOT_FOUND, message)


@dataclass(frozen=True)
class Target:
    """Session for the clients, and the outputs of the stacks by name, as far as they are known.

    `chosen` is the cluster that was said, `program` what the caller has typed.
    """

    session: boto3.Session
    outputs: dict[str, str]
    on_aws: bool = False
    program: Program = ECS_EMULATOR
    conventions: Conventions = field(default_factory=Conventions)
    chosen: str | None = None

    def output(self, name: str) -> str:
        """Raises NoTarget."""
        if name not in self.outputs:
            raise NoTarget(f"The stacks have no output {name}; are they all deployed?{self.deploying}")
        return self.outputs[name]

    @cached_property
    def cluster(self) -> str:
        """The cluster that was said, that of the output ClusterName, or the only one. Raises NoTarget, Failure."""
        if named := self.chosen or self.outputs.get("ClusterName"):
            return named
        found = self.clusters()
        if not found:
            raise NoTarget(f"There is no cluster here.{self.deploying}")
        if len(found) > 1:
            raise Failure(Outcome.USAGE, f"Say which cluster, with --cluster. There are: {', '.join(found)}.")
        return found[0]

    def clusters(self) -> list[str]:
        """The names of the clusters that there are."""
        pages = self.ecs.get_paginator("list_clusters").paginate()
        return sorted(arn.rpartition("/")[2] for page in pages for arn in page["clusterArns"])

    @property
    def deploying(self) -> str:
        """A sentence on how the stacks are deployed, with a space before it; empty where nobody knows."""
        verb = self.conventions.deploys
        # It takes no cluster: it makes them.
        return f" {replace(self, chosen=None).typed(verb)} brings them." if verb else ""

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

    def typed(self, command: str) -> str:
        """Command to type for a verb and its arguments to mean this target."""
        where = " --aws" if self.on_aws else ""
        cluster = f" --cluster {self.chosen}" if self.chosen else ""
        return f"`{self.program.name} {command}{where}{cluster}`"

    def aws_cli(self, arguments: str) -> str:
        """Line of the AWS CLI that means this target, whatever the shell that it is copied to is set to."""
        return f"aws {arguments}" if self.on_aws else f"{self.program.name} env -- aws {arguments}"


def local(program: Program, conventions: Conventions, cluster: str | None = None) -> Target:
    """The emulator of a program that is running. Raises NoTarget."""
    running = Running.found(program.folder)
    if running is None:
        raise absent(program, ", or say --aws")
    use_only(running.cloud_url, AccessKey.of_folder(program.folder))
    trust_only(program.folder)
    session = patient_session()
    # The stacks' own outputs name hosts that only AWS has.
    here = {"ApiUrl": running.api_url, "S3WebsiteURL": running.site_url}
    outputs = {**running.outputs, **_deployed(session), **here}
    return Target(session, outputs, program=program, conventions=conventions, chosen=cluster)


def absent(program: Program, instead: str = "") -> NoTarget:
    """Error where no emulator of a program is ready; `instead` is what else can be done."""
    if holder(program.folder) is not None:
        return NoTarget(f"The emulator of this folder is not ready yet. `{program.name} wait` waits until it is.")
    log = program.folder / LOG
    why = f" What the last one said, which nobody stopped, is in {log}." if _ended_by_itself(log) else ""
    return NoTarget(f"No emulator is running here. Start one with `{program.start}`{instead}.{why}")


def _ended_by_itself(log: Path) -> bool:
    """True for the log of a detached emulator that does not end as one does that was told to."""
    lines = log.read_text(errors="replace").splitlines() if log.is_file() else []
    return bool(lines) and not lines[-1].startswith("Stopped.")


def aws(program: Program, conventions: Conventions, cluster: str | None = None) -> Target:
    """The AWS account of the environment. Raises NoTarget, and Failure (USAGE) where that names another endpoint."""
    if elsewhere := sorted(name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")):
        unset = f"`unset {' '.join(elsewhere)}`"
        raise Failure(Outcome.USAGE, f"--aws is AWS itself, but the environment names another endpoint: {unset}.")
    outputs = conventions.outputs() if conventions.outputs else {}
    return Target(patient_session(), outputs, on_aws=True, program=program, conventions=conventions, chosen=cluster)


def patient_session() -> boto3.Session:
    """Session whose clients wait for a throttled or busy AWS, and not for ever."""
    core = botocore.session.get_session()
    core.set_default_client_config(_PATIENT)
    return boto3.Session(botocore_session=core)


def _deployed(session: boto3.Session) -> dict[str, str]:
    """The outputs that the emulator's stacks have now: a deployment may have changed what it began with."""
    # Beside other people's own stacks of one service, as after a cut-over, those that were there first have the names.
    pages = session.client("cloudformation").get_paginator("describe_stacks").paginate()
    stacks = [stack for page in pages for stack in page["Stacks"]]
    stacks.sort(key=lambda stack: stack["CreationTime"], reverse=True)
    return {each["OutputKey"]: each["OutputValue"] for stack in stacks for each in stack.get("Outputs", [])}
