"""What a command works on: the rehearsal of this folder, or the stacks in an AWS account."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import boto3

from rehearsal.local import Running, use_only

OUTPUTS = Path("cfn-output.json")


class NoTarget(Exception):
    """There is nothing to work on; the message says what to do."""


@dataclass(frozen=True)
class Target:
    """A session for the clients, and the outputs of the stacks by name."""

    session: boto3.Session
    outputs: dict[str, str]

    def output(self, name: str) -> str:
        """Raises NoTarget."""
        if name not in self.outputs:
            raise NoTarget(f"The stacks have no output {name}; are they all deployed?")
        return self.outputs[name]

    @property
    def api_url(self) -> str:
        """The API's address for the site; empty where CloudFront serves both from one origin. Raises NoTarget."""
        return "" if "DistributionId" in self.outputs else self.output("ApiUrl")


def local() -> Target:
    """The rehearsal that is running. Raises NoTarget."""
    running = Running.found()
    if running is None:
        raise NoTarget("No rehearsal is running here. Start one with `make run`, or say --aws.")
    use_only(running.cloud_url)
    return Target(boto3.Session(), {**running.outputs, "ApiUrl": running.api_url})


def aws() -> Target:
    """The AWS account of the environment, with the outputs in `cfn-output.json`. Raises NoTarget."""
    if not OUTPUTS.exists():
        raise NoTarget(f"There is no {OUTPUTS} here: a flat map of the stacks' outputs, name to value.")
    try:
        outputs = json.loads(OUTPUTS.read_text())
    except ValueError:
        outputs = None
    if not isinstance(outputs, dict):
        raise NoTarget(f"{OUTPUTS} is no flat map of the stacks' outputs, name to value.")
    return Target(boto3.Session(), outputs)
