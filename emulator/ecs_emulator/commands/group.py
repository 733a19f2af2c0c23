"""Group of verbs: how each of them ends, in one clear line and an exit code."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click
from botocore.exceptions import BotoCoreError, ClientError

from ecs_emulator.ops.outcomes import INTERRUPTED, MEANINGS, Failure, Outcome, failure_of
from ecs_emulator.ops.target import NoTarget
from ecs_emulator.ops.terminal import as_text, complain, guard_errors, put_json
from ecs_emulator.program import ECS_EMULATOR, OPTION, Program
from ecs_emulator.visible import visible

_INSTANCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

_WHOLE = 10**6  # characters that a sentence may have

JSON = "ops.json"  # in click's `meta`: whether --json was said

CODES = [f"{int(outcome):<3}  {meaning}" for outcome, meaning in MEANINGS.items()]
CODES += ["1    the emulator could not start or go on, or something that nobody foresaw", f"{INTERRUPTED}  Ctrl-C"]


# Of these the developer's folders and disks are the reason; anything else of the system is nobody's mistake.
_UNWRITABLE = (errno.EACCES, errno.EDQUOT, errno.EISDIR, errno.ENOENT, errno.ENOSPC, errno.ENOTDIR, errno.EROFS)


class Verbs(click.Group):
    """Group whose list has the first sentence of every command whole."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        commands = [(name, self.commands[name]) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, each.get_short_help_str(_WHOLE)) for name, each in commands])


class Commands(Verbs):
    """Commands of a program, that end in one clear line, and in an exit code that tells how."""

    def __init__(self, *arguments: Any, program: Program = ECS_EMULATOR, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.program = program
        told = "The emulator of that name, with a folder and ports of its own beside the others of this folder."
        self.params.append(
            click.Option([OPTION, "instance"], metavar="NAME", callback=_instance, expose_value=False, help=told)
        )

    def __call__(self, *arguments: Any, **settings: Any) -> Any:
        """As a program of its own."""
        guard_errors()
        return super().__call__(*arguments, **settings)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            if not Path(args[0]).is_file():
                raise
            how = f"`{self.program.name} up --help` says how a template is run."
            raise click.UsageError(f"{args[0]} is a file and no command. {how}", ctx) from error

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
        except OSError as error:
            if error.filename is None or error.errno not in _UNWRITABLE:
                raise
            _end(ctx, Failure(Outcome.FAILED, f"{error.filename}: {error.strerror}."))
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)


class Verb(click.Command):
    """A command whose help has the name of its program in the place of `ecs-emulator`, in lists of commands too."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with self._renamed():
            super().format_help_text(ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        with self._renamed():
            return super().get_short_help_str(limit)

    @contextmanager
    def _renamed(self) -> Iterator[None]:
        written = self.help
        self.help = written and written.replace(ECS_EMULATOR.name, program().name)
        try:
            yield
        finally:
            self.help = written


def _instance(context: click.Context, _option: Any, name: str | None) -> str | None:
    if name is not None and not _INSTANCE.fullmatch(name):
        raise click.BadParameter(f"{name!r} is no name; it has letters, digits, dots, hyphens and underscores.")
    context.meta[OPTION] = name
    return name


def program() -> Program:
    """The program whose command is being run, for the emulator that was named."""
    context = click.get_current_context(silent=True)
    root = context and context.find_root()
    found = root.command.program if root and isinstance(root.command, Commands) else ECS_EMULATOR
    instance = root.meta.get(OPTION) if root else None
    return found.named(instance) if instance else found


def _end(ctx: click.Context, failure: Failure) -> NoReturn:
    if ctx.meta.get(JSON):
        put_json(as_text({"outcome": failure.outcome.word, "error": str(failure), **failure.facts}))
    complain(str(failure))
    ctx.exit(int(failure.outcome))
