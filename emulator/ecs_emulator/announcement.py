"""Announcement of what other people's templates would run on this machine, before anything of it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from ecs_emulator.scheduler.images import Images
from ecs_emulator.stacks.programs import TemplateProgram


def announced(programs: Sequence[TemplateProgram], images: Images, docker: bool) -> Iterator[str]:
    """Lines that tell, container by container, which image, command and variables there are, and what runs of them."""
    for file, of_file in groupby(programs, lambda each: each.file):
        how = "in containers of the Docker engine" if docker else "as your processes, on this machine"
        yield f"{visible(file)} would run {how}:"
        for program in of_file:
            yield f"  {visible(program.task_definition)}, container {visible(program.container)}"
            yield f"    image        {visible(program.image)}"
            yield f"                 {_what_runs(program, images, docker)}"
            for name, words in (("entry point", program.entry_point), ("command", program.command)):
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


def _list(words: Iterable[str]) -> str:
    return f"[{', '.join(visible(word) for word in words)}]"


def visible(text: str) -> str:
    """A text of somebody else's on one line, quoted, with all that a terminal would obey or hide as escapes."""
    return repr(str(text))
