"""Group of verbs: how each of them ends, in one clear line and an exit code."""

from __future__ import annotations

from typing import Any, NoReturn

import click
from botocore.exceptions import BotoCoreError, ClientError

from ecs_emulator.commands.options import JSON
from ecs_emulator.ops.outcomes import INTERRUPTED, MEANINGS, Failure, failure_of
from ecs_emulator.ops.target import NoTarget
from ecs_emulator.ops.terminal import as_text, complain, guard_errors, put_json
from ecs_emulator.visible import visible

CODES = [f"{int(outcome):<3}  {meaning}" for outcome, meaning in MEANINGS.items()]
CODES += ["1    the rehearsal could not start or go on, or something that nobody foresaw", f"{INTERRUPTED}  Ctrl-C"]


class Commands(click.Group):
    """Commands that end in one clear line, and in an exit code that tells how."""

    def __call__(self, *arguments: Any, **settings: Any) -> Any:
        """As a program of its own."""
        guard_errors()
        return super().__call__(*arguments, **settings)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            # click prints it, and it may be about a template or a file of others.
            vars(error)["message"] = visible(error.message)
            raise
        except (NoTarget, Failure) as failure:
            _end(ctx, failure)
        except (BotoCoreError, ClientError) as error:
            _end(ctx, failure_of(error))
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)


def _end(ctx: click.Context, failure: Failure) -> NoReturn:
    if ctx.meta.get(JSON):
        put_json(as_text({"outcome": failure.outcome.word, "error": str(failure), **failure.facts}))
    complain(str(failure))
    ctx.exit(int(failure.outcome))
