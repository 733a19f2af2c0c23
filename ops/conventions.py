"""Conventions of this platform's services, and the file with the outputs of its stacks in AWS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from ecs_emulator.ops.conventions import Conventions
from ecs_emulator.ops.target import NoTarget, Target
from ops.local.program import MYSFITS

OUTPUTS = Path("cfn-output.json")


def read_outputs() -> dict[str, str]:
    """The outputs in `cfn-output.json`, name to value. Raises NoTarget."""
    if not OUTPUTS.exists():
        raise NoTarget(
            f"There is no {OUTPUTS} here, a flat map of the stacks' outputs, name to value: "
            f"`{MYSFITS.name} deploy --aws` writes it."
        )
    try:
        outputs = json.loads(OUTPUTS.read_text())
    except ValueError:
        outputs = None
    if not isinstance(outputs, dict):
        raise NoTarget(f"{OUTPUTS} is no flat map of the stacks' outputs, name to value.")
    return outputs


def outputs_so_far() -> dict[str, str]:
    """The same, and none before the first deployment. Raises NoTarget."""
    return read_outputs() if OUTPUTS.exists() else {}


def write_outputs(found: Mapping[str, str]) -> None:
    """Write `cfn-output.json`, whole or not at all."""
    new = OUTPUTS.with_suffix(".new")
    new.write_text(json.dumps(found, indent=2) + "\n")
    new.replace(OUTPUTS)


def api_url(target: Target) -> str:
    """The API's address for the site; empty where CloudFront serves both from one origin. Raises NoTarget."""
    return "" if "DistributionId" in target.outputs else target.output("ApiUrl")


# Every assembly answers `/version`; the server keeps an idle connection for a minute.
CONVENTIONS = Conventions(read_outputs, probe="/version", keep_alive=60, names_revision=True, deploys="deploy")
