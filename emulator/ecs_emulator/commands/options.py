"""Options that verbs share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from importlib.util import find_spec
from typing import Any

import click

from ecs_emulator.commands.group import JSON, program
from ecs_emulator.ops import target
from ecs_emulator.ops.conventions import Conventions
from ecs_emulator.ops.logs import seconds
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal

ON_AWS = "Work on AWS, in the account of the environment, not on the emulator."

Command = Callable[..., None]


def conventions() -> Conventions:
    """Those of the program whose command is being run."""
    return click.get_current_context().find_object(Conventions) or Conventions()


def aws(cluster: str | None = None, outputs: Callable[[], dict[str, str]] | None = None) -> Target:
    """The account of the environment; `outputs` in the place of those that the conventions give. Raises NoTarget."""
    known = conventions()
    return target.aws(program(), replace(known, outputs=outputs) if outputs else known, cluster)


def local(cluster: str | None = None) -> Target:
    """The emulator that is running. Raises NoTarget."""
    return target.local(program(), conventions(), cluster)


def on_target(command: Command) -> Command:
    """Give a command its `target`: the emulator, or with --aws the account of the environment."""

    @wraps(command)
    def on(*arguments: Any, on_aws: bool, cluster: str | None = None, **said: Any) -> None:
        # Here and not in the option's callback, which does not know yet what else was said.
        found = (aws if on_aws else local)(cluster)
        command(*arguments, target=found, **said)

    return click.option("--aws", "on_aws", is_flag=True, help=ON_AWS)(on)


def on_cluster(command: Command) -> Command:
    """Give a command its `target` with the cluster that is said."""
    return click.option("--cluster", metavar="NAME", help="The cluster; the only one needs no name.")(
        on_target(command)
    )


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


def need_pictures() -> None:
    """Raises Failure where no picture can be drawn: before a load that is to end with one."""
    if find_spec("matplotlib") is None:
        raise Failure(Outcome.FAILED, "Pictures need matplotlib: pip install 'ecs-emulator[pictures]'")


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


def with_think_time(command: Command) -> Command:
    """Give a command `think_seconds`: how long each client of its load waits after an answer."""
    return click.option(
        "--think-time", "think_seconds", type=click.IntRange(0, 60_000), default=0, show_default=True, metavar="MS",
        callback=lambda _context, _option, milliseconds: milliseconds / 1000,
        help="Milliseconds that a client waits after an answer before it sends its next request.",
    )(command)  # fmt: skip


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
