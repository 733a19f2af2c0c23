"""Announcement of what other people's templates would run on this machine, before anything of it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from ecs_emulator.scheduler.images import Images
from ecs_emulator.scheduler.program_file import ProgramDescription
from ecs_emulator.stacks.programs import TemplateProgram


def announced(
    programs: Sequence[TemplateProgram],
    images: Images,
    docker: bool,
    described: Mapping[str, ProgramDescription] | None = None,
) -> Iterator[str]:
    """Lines that tell, container by container, which image, command and variables there are, and what runs of them."""
    for file, of_file in groupby(programs, lambda each: each.file):
        how = "in containers of the Docker engine" if docker else "as your processes, on this machine"
        yield f"{visible(file)} would run {how}:"
        for program in of_file:
            yield f"  {visible(program.task_definition)}, container {visible(program.container)}"
            yield f"    image        {visible(program.image)}"
            own = (described or {}).get(program.container) or (described or {}).get(program.image)
            if images.programs.has(program.container, program.image):
                own = None  # what was typed goes before the file
            if own:
                yield from (f"                 {line}" for line in _of_file(own))
            else:
                yield f"                 {_what_runs(program, images, docker)}"
            check = () if own and own.health else program.health_check
            commands = (("entry point", program.entry_point), ("command", program.command), ("health check", check))
            for name, words in commands:
                if words:
                    yield f"    {name:<12} {_list(words)}"
            for name, value in program.environment:
                yield f"    variable     {visible(name)}={visible(value)}"


def _what_runs(program: TemplateProgram, images: Images, docker: bool) -> str:
    image = images.of({"name": program.container, "image": program.image})
    if image and image.is_program:
        folder, typed = str(image.root), image.command[-1].removeprefix("exec ")
        return f"runs your program in {visible(folder)}, with the variables below: {visible(typed)}"
    if image and not image.is_placeholder:
        own = "" if program.command or program.entry_point else f": {_list(image.command)}"
        return f"is here, and runs with the variables below{own}"
    if docker:
        return "runs with the variables below if the engine has it; else a placeholder stands in, and none of it runs"
    return "is not here; a placeholder stands in, and neither a command nor a variable but PORT has an effect"


def _of_file(program: ProgramDescription) -> Iterator[str]:
    """Lines on a program of a programs file."""
    command = visible(program.command) if program.command else "the entry point and the command below"
    yield f"runs your program in a copy of {visible(str(program.folder))}, with the variables below: {command}"
    if program.build:
        yield f"is built by {visible(program.build)}"
    if program.health:
        yield f"is healthy by {visible(program.health)}"
    for name, value in program.environment.items():
        yield f"has the variable {visible(name)}={visible(value)}"


def _list(words: Iterable[str]) -> str:
    return f"[{', '.join(visible(word) for word in words)}]"


def visible(text: str) -> str:
    """A text of somebody else's on one line, quoted, with all that a terminal would obey or hide as escapes."""
    return repr(str(text))
