"""Account that stacks are deployed to: the option of `deploy` and `destroy`."""

from __future__ import annotations

from typing import Any

import click

from ecs_emulator.commands import options
from ecs_emulator.commands.options import ON_AWS
from ecs_emulator.ops.target import Target
from ops.conventions import outputs_so_far


def _account(_context: click.Context, _option: Any, on_aws: bool) -> Target:
    """Before the first deployment there are no outputs yet."""
    return options.aws(outputs=outputs_so_far) if on_aws else options.local()


on_account = click.option("--aws", "target", is_flag=True, flag_value=True, callback=_account, help=ON_AWS)
