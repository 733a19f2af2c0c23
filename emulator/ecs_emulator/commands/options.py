"""Options that verbs share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from ecs_emulator.commands.group import JSON, program
from ecs_emulator.ops import target
from ecs_emulator.ops.logs import seconds
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal

ON_AWS = "Work on AWS (cfn-output.json in this folder), not on the rehearsal."

Command = Callable[..., None]


def aws(outputs_needed: bool = True) -> Target:
    """The account of the environment. Raises NoTarget."""
    return target.aws(outputs_needed)


def local() -> Target:
    """The rehearsal that is running. Raises NoTarget."""
    return target.local(program())


def on_target(command: Command) -> Command:
    """Give a command its `target`: the rehearsal, or with --aws the account of the environment."""
    return click.option(
        "--aws",
        "target",
        is_flag=True,
        flag_value=True,
        callback=lambda _context, _option, on_aws: aws() if on_aws else local(),
        help=ON_AWS,
    )(command)


def with_json(command: Command) -> Command:
    """Give a command its `out`, a Terminal, and the option --json."""

    def made(context: click.Context, _option: Any, as_json: bool) -> Terminal:
        context.meta[JSON] = as_json
        return Terminal(as_json)

    return click.option(
        "--json",
        "out",
        is_flag=True,
        flag_value=True,
        # Before the target, whose absence is to be told as JSON as well.
        is_eager=True,
        callback=made,
        help="One JSON document on standard output; progress goes to standard error.",
    )(command)


def patience(seconds: int) -> Callable[[Command], Command]:
    """Give a command `timeout`, in seconds."""
    return click.option(
        "--timeout",
        type=click.IntRange(1),
        default=seconds,
        show_default=True,
        metavar="SECONDS",
        help="How long to wait. What was begun goes on after that.",
    )


def span(_context: click.Context, _option: Any, text: str) -> int:
    """The seconds of an option that is said as 90s, 10m, 2h or 1d."""
    try:
        return seconds(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def assignments(_context: click.Context, _option: Any, texts: tuple[str, ...]) -> dict[str, str]:
    """The values of an option that is said as NAME=VALUE, once or several times."""
    for text in texts:
        if not text.partition("=")[0] or "=" not in text:
            raise click.BadParameter(f"{text!r} sets nothing; write NAME=VALUE.")
    return dict(text.split("=", 1) for text in texts)
