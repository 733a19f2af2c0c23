"""`mysfits data export` and `import`: the rows of the tables as a file."""

from __future__ import annotations

from pathlib import Path

import click

from ecs_emulator.commands.group import Verbs
from ecs_emulator.commands.options import assignments, on_target, with_json
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.target import Target
from ecs_emulator.ops.terminal import Terminal
from ops.data import Finished, Incomplete, export_rows, import_rows

# The counter of `hello` lives for 30 seconds.
TABLES = ("DynamoTable", "UsersTable", "ThreadsTable", "PostsTable")


@click.group(cls=Verbs)
def data() -> None:
    """Keep the rows of the tables in a file, and put them back."""


@data.command("export")
@on_target
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--table", "others", metavar="OUTPUT=TABLE", multiple=True, callback=assignments,
    help="Read this table, such as a restored one, in place of the one that an output of the stacks names.",
)  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Write over an export in FILE, also over one that was cut short.")
@with_json
def export_data(target: Target, file: Path, others: dict[str, str], overwrite: bool, out: Terminal) -> None:
    """Write every row to FILE, exactly. An export that was cut short goes on where it stopped, a finished one stays."""
    tables = _tables(target)
    if unknown := others.keys() - tables:
        raise Failure(
            Outcome.NOT_FOUND, f"No such table: {', '.join(sorted(unknown))}. There are: {', '.join(tables)}."
        )
    if overwrite:
        file.unlink(missing_ok=True)
    try:
        count = export_rows(target.session, tables | others, file)
    except Finished as error:
        raise Failure(Outcome.FAILED, f"{error} Name another file, or say --overwrite.") from error
    except Incomplete as error:
        raise Failure(Outcome.FAILED, str(error)) from error
    out.say(f"{count} rows are in {file}.")
    out.result(outcome="done", file=str(file), rows=count)


@data.command("import")
@on_target
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_json
def import_data(target: Target, file: Path, out: Terminal) -> None:
    """Put the rows of FILE into the tables. Rows that are there stay as they are, so it can be said again.

    To have a row as it was in FILE, with its likes of then, delete the one that is there first: what visitors gave
    since is then lost. docs/operations.md restores a whole table so.
    """
    try:
        put, there = import_rows(target.session, _tables(target), file)
    except Incomplete as error:
        raise Failure(Outcome.FAILED, str(error)) from error
    out.say(f"{put} rows were put; {there} were there already and stay as they are.")
    out.result(outcome="done", file=str(file), put=put, there=there)


def _tables(target: Target) -> dict[str, str]:
    return {name: target.output(name) for name in TABLES if name in target.outputs}
