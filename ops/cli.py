"""The command line of `mysfits`: all verbs, and how each of them ends."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

import click
from botocore.exceptions import BotoCoreError, ClientError

from ops.commands.deploying import deploy, destroy
from ops.commands.drilling import drill
from ops.commands.environment import env
from ops.commands.filling import publish, seed
from ops.commands.keeping import data
from ops.commands.loading import load
from ops.commands.logs import logs
from ops.commands.metrics import metrics
from ops.commands.moving import cutover, drop_traffic
from ops.commands.options import JSON
from ops.commands.pushing import push
from ops.commands.rehearsing import up
from ops.commands.releasing import rollback, update
from ops.commands.running import run_task, scale
from ops.commands.verifying import verify
from ops.commands.watching import status
from ops.outcomes import INTERRUPTED, MEANINGS, Failure, failure_of
from ops.target import NoTarget
from ops.terminal import as_text, complain, guard_errors, put_json
from ops.visible import visible

_CODES = [f"{int(outcome):<3}  {meaning}" for outcome, meaning in MEANINGS.items()]
_CODES += ["1    the rehearsal could not start or go on, or something that nobody foresaw", f"{INTERRUPTED}  Ctrl-C"]


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


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExit codes:\n" + "\n".join(f"  {each}" for each in _CODES),
)
def main() -> None:
    """Run, fill, change and watch the Mythical Mysfits platform."""


for command in (
    up,
    env,
    push,
    deploy,
    update,
    rollback,
    status,
    verify,
    scale,
    run_task,
    cutover,
    drop_traffic,
    destroy,
    seed,
    publish,
    data,
    logs,
    metrics,
    load,
    drill,
):
    main.add_command(command)


if __name__ == "__main__":
    sys.exit(main())
