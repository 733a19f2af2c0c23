"""Programs that change are built and rolled out, and a build that fails leaves running what runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.programs import ProgramWatch
from ecs_emulator.ops.terminal import Terminal
from ecs_emulator.scheduler.program_file import NAME, WrongPrograms, read
from ecs_emulator.scheduler.program_images import BuildFailed, ProgramImages


class Enough(Exception):
    """The test has seen what it wanted to."""


def a_watch(folder: Path, *names: str) -> ProgramWatch:
    source = folder / "web"
    source.mkdir()
    (source / "code").write_text("1")
    (folder / NAME).write_text(
        "containers:\n  web: {folder: web, build: 'test ! -f broken; cp code built'}\n  more: {folder: web}\n"
    )
    return ProgramWatch(folder / NAME, ProgramImages(folder / "programs"), names, Terminal())


def test_a_build_happens_in_a_copy_and_makes_an_image_or_none(tmp_path: Path) -> None:
    watch = a_watch(tmp_path, "web")
    [image] = watch.push().values()
    assert (tmp_path / "programs" / "web" / image / "content" / "built").read_text() == "1"
    assert not (tmp_path / "web" / "built").exists()
    program = read(tmp_path / NAME)["web"]
    (tmp_path / NAME).write_text("containers: {web: {folder: web, build: 'echo one; echo two; exit 3'}}")
    with pytest.raises(BuildFailed, match="ended with 3:\n  one\n  two"):
        watch.push()
    assert [each.name for each in (tmp_path / "programs" / "web").iterdir()] == [image]
    assert program.build


def test_a_program_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(WrongPrograms, match="There is no program wob; there are: web, more"):
        a_watch(tmp_path, "wob").push()


def test_what_changes_is_rolled_out_once_and_failures_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = a_watch(tmp_path, "web")
    watch.push()
    code, file = tmp_path / "web" / "code", tmp_path / NAME
    whole = file.read_text()
    rolled: list[Mapping[str, str]] = []
    # One thing at each look; a change is followed by a look that finds it settled.
    steps: Iterator[Callable[[], object]] = iter(
        [
            lambda: None,
            lambda: code.write_text("22"),
            lambda: code.write_text("333"),  # before it was quiet
            lambda: None,
            lambda: file.write_text(whole.replace("test ! -f broken", "exit 9")),
            lambda: None,
            lambda: file.write_text("containers: {web: 1}"),
            lambda: None,
            lambda: file.write_text(whole.replace("more", "less")),
            lambda: code.write_text("4444"),
            lambda: None,
        ]
    )

    def pause(_: float) -> None:
        step = next(steps, None)
        if step is None:
            raise Enough
        step()

    def roll(pushed: Mapping[str, str]) -> None:
        rolled.append(pushed)
        if len(rolled) == 2:
            raise Failure(Outcome.ROLLED_BACK, "web:3 was rolled back.")

    with pytest.raises(Enough):
        watch.follow(roll, pause)
    contents = [(tmp_path / "programs" / "web" / each["web"] / "content" / "code").read_text() for each in rolled]
    assert contents == ["333", "4444"]
    said = capsys.readouterr().out
    assert "ended with 9" in said
    assert "What runs goes on running" in said
    assert f"{file}:1: web should be a mapping" in said
    assert "web:3 was rolled back.\nThe next change is tried again." in said
