"""The command line of `mysfits`."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from ops.logs import read_logs, readable, seconds
from ops.publish import publish as publish_site
from ops.seed import seed as seed_table
from ops.target import NoTarget, Target, aws, local

console = Console(highlight=False, soft_wrap=True, markup=False)


class Commands(click.Group):
    """Commands whose foreseeable failures end in one clear line."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except NoTarget as error:
            raise click.ClickException(str(error)) from error
        except (BotoCoreError, ClientError) as error:
            raise click.ClickException(f"AWS: {error}") from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run, fill and watch the Mythical Mysfits platform."""


def on_target(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command its `target`: the rehearsal, or with --aws the account of the environment."""
    return click.option(
        "--aws",
        "target",
        is_flag=True,
        flag_value=True,
        callback=lambda _context, _option, on_aws: aws() if on_aws else local(),
        help="Work on AWS (cfn-output.json in this folder), not on the rehearsal.",
    )(command)


@main.command()
def up() -> None:
    """Run the whole platform on this machine until Ctrl-C.

    SITE_PORT (8080), API_PORT (8000) and CLOUD_PORT (4566) change the ports.
    """
    # Here and not above: the other commands start faster without a cloud.
    from rehearsal.local import AlreadyRunning
    from rehearsal.ports import Ports, PortUnusable
    from rehearsal.stacks.templates import TemplateError
    from rehearsal.up import ProcessEnded
    from rehearsal.up import up as run

    try:
        run(Ports.from_env(os.environ), say=console.print)
    except (AlreadyRunning, PortUnusable, ProcessEnded, TemplateError) as error:
        raise click.ClickException(str(error)) from error


@main.command()
@on_target
def seed(target: Target) -> None:
    """Store the twelve mysfits. Likes and adoptions stay as they are."""
    table = target.output("DynamoTable")
    console.print(f"{seed_table(target.session, table)} mysfits are in {table}.")


@main.command()
@on_target
def publish(target: Target) -> None:
    """Upload the site to its bucket, with the API's address in it."""
    bucket = target.output("SiteBucket")
    count = publish_site(target.session, bucket, target.api_url)
    console.print(f"{count} files of the site are in {bucket}.")


@main.command()
@on_target
@click.option("--grep", metavar="TEXT", help="Only events that contain this text.")
@click.option(
    "--since",
    default="1h",
    show_default=True,
    callback=lambda _c, _o, text: _span(text),
    help="How far back: 90s, 10m, 2h, 1d.",
)
@click.option("--follow", is_flag=True, help="Go on showing new events until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="The events as they were written, one a line.")
def logs(target: Target, grep: str | None, since: int, follow: bool, as_json: bool) -> None:
    """Show the services' log events from CloudWatch, oldest first."""
    # Ctrl-C is how following ends.
    with contextlib.suppress(KeyboardInterrupt):
        for event in read_logs(target.session, target.output("LogGroup"), since, grep, follow):
            click.echo(event["message"] if as_json else readable(event))


def _span(text: str) -> int:
    try:
        return seconds(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


if __name__ == "__main__":
    sys.exit(main())
