"""`scale`: how many tasks a service has."""

from __future__ import annotations

import re
from itertools import pairwise

import click

from ecs_emulator.commands.options import on_cluster, patience, with_json
from ecs_emulator.ops.scaling import scale as scale_service
from ecs_emulator.ops.services import find
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal

MOST = 100


class Scale(click.Command):
    """The command: a negative number is a wrong count, and no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        for before, each in pairwise(["", *args]):
            if re.fullmatch("-[0-9]+", each) and not before.startswith("-"):
                raise click.UsageError(_wrong(each), ctx)
        return super().parse_args(ctx, args)


@click.command(cls=Scale)
@on_cluster
@click.argument("arguments", nargs=-1, required=True, metavar="[SERVICE] COUNT")
@patience(600)
@with_json
def scale(target: Target, arguments: tuple[str, ...], timeout: int, out: Terminal) -> None:
    """Have SERVICE run COUNT tasks, and wait until as many are healthy.

    The only service needs no name. With 0 it has none: callers get 503 until it is scaled again.
    """
    *service, count = arguments
    if len(service) > 1:
        raise click.UsageError(f"It takes [SERVICE] COUNT; there are {len(arguments)} arguments.")
    if not (count.isascii() and count.isdigit() and int(count) <= MOST):
        raise click.UsageError(_wrong(count))
    scale_service(target, find(target, service[0] if service else None), int(count), timeout, out)


def _wrong(count: str) -> str:
    return f"COUNT is a number of tasks, 0 to {MOST}; it is {count!r}."
