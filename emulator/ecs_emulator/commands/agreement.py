"""Agreement to what templates run: what is wrong with them is told first, then their programs are listed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecs_emulator.ops.outcomes import INTERRUPTED, Failure, Outcome
from ecs_emulator.ops.terminal import Terminal, complain, put

if TYPE_CHECKING:
    from ecs_emulator.scheduler.images import Images
    from ecs_emulator.scheduler.program_file import ProgramDescription
    from ecs_emulator.stacks.programs import TemplateProgram


def agree(
    templates: Sequence[Path],
    values: Mapping[str, str],
    run: Mapping[str, str],
    programs: Path | None,
    settings: Mapping[str, Any],
    images: Images,
    yes: bool,
) -> Path | None:
    """Programs file of the templates, once somebody has agreed to what is listed of them, or `yes` has.

    It is `programs`, else the one beside the first template. The images have the programs of `run` then; `settings` are
    those of `task_options`. Raises TemplateErrors, TemplateError, WrongPrograms, Failure or ClickException.
    """
    from ecs_emulator.announcement import announced
    from ecs_emulator.scheduler import program_file
    from ecs_emulator.scheduler.images import Programs
    from ecs_emulator.stacks.audit import audit
    from ecs_emulator.stacks.programs import check_names
    from ecs_emulator.stacks.programs import programs as programs_of
    from ecs_emulator.stacks.resources.provider import StubSettings
    from ecs_emulator.stacks.resources.registry import of_files

    stubs = StubSettings(settings["strict"], settings["attributes"], settings["exports"])
    audit(templates, values, of_files(stubs), stubs)
    file = programs or (program_file.beside(templates[0]) if templates else None)
    images.programs = Programs(run, Path.cwd())
    described = program_file.read(file) if file else {}
    if templates:  # else clients of the endpoint bring theirs later
        check_names(run, templates, values)
    found, terminal = programs_of(templates, values), Terminal()
    for line in _strangers(file, described, found):
        terminal.line(line)
    for line in announced(found, images, settings["docker"], described):
        terminal.line(line)
    if found and not yes:
        _ask()
    return file


def _strangers(
    file: Path | None, described: Mapping[str, ProgramDescription], found: Sequence[TemplateProgram]
) -> Iterator[str]:
    """Sentences on the programs of a file that no container is called by. Raises WrongPrograms where all are such, or
    where one has no command.
    """
    from ecs_emulator.scheduler.program_file import WrongPrograms
    from ecs_emulator.stacks.programs import names_of

    for each in found:
        program = described.get(each.container) or described.get(each.image)
        if program and not (program.command or each.command or each.entry_point):
            raise WrongPrograms(
                f"{file}:{program.line}: {each.container} has no command, and the template has none for it."
            )
    strangers = [name for name in described if name not in names_of(found)]
    there = ", ".join(dict.fromkeys(each.container for each in found)) or "none"
    lines = [
        f"{file}:{described[name].line}: no container of the templates is {name}; there are: {there}."
        for name in strangers
    ]
    if lines and len(strangers) == len(described):
        raise WrongPrograms("\n".join(lines))
    yield from lines


def _ask() -> None:
    """Raises Failure or ClickException."""
    if not _is_asked():
        raise Failure(
            Outcome.USAGE, "Nothing was started: there is no terminal to ask on. With --yes you agree to this list."
        )
    try:
        is_agreed = click.confirm("Run this?")
    except click.Abort:
        put("")
        complain("Nothing was started.")
        click.get_current_context().exit(INTERRUPTED)
    if not is_agreed:
        raise click.ClickException("Nothing was started.")


def _is_asked() -> bool:
    """True where there is a terminal, and somebody to ask."""
    return bool(sys.stdin and sys.stdin.isatty())
