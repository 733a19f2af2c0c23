"""A programs file says what runs as which container, and every mistake in it is told with its line."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from ecs_emulator.scheduler.images import Programs
from ecs_emulator.scheduler.program_file import NAME, ProgramDescription, WrongPrograms, beside, read
from ecs_emulator.scheduler.program_images import ID, ProgramImages, digest, signature


def written(folder: Path, text: str) -> Path:
    path = folder / NAME
    path.write_text(textwrap.dedent(text))
    return path


def test_a_file_describes_a_program_for_each_container(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    path = written(
        tmp_path,
        """
        containers:
          web:
            folder: web
            build: npm ci
            command: node server.js
            environment: {LEVEL: debug, COUNT: 3}
            health: "true"
            ignore: ["*.log"]
          acme/worker:1.2: {}
        """,
    )
    web = ProgramDescription(
        tmp_path / "web", "npm ci", "node server.js", {"LEVEL": "debug", "COUNT": "3"}, "true", ("*.log",), 4
    )
    assert read(path) == {"web": web, "acme/worker:1.2": ProgramDescription(tmp_path, line=10)}
    assert beside(tmp_path / "template.yml") == path
    assert beside(tmp_path / "web" / "template.yml") is None


def test_the_file_of_the_readme_is_one(tmp_path: Path) -> None:
    readme = (Path(__file__).parents[2] / "PROGRAMS.md").read_text()
    [example] = re.findall(r"```yaml\n(containers:.*?)```", readme, re.DOTALL)
    (tmp_path / "web").mkdir()
    program = read(written(tmp_path, example))["web"]
    assert (program.command, program.health, program.ignore) == (
        "node server.js",
        "curl -f localhost:$PORT",
        ("*.log",),
    )


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("", ["1: the file should be a mapping", "1: there should be `containers`, with a program for each container"]),
        ("a: 1", ["1: the file has no `a`; there are: containers", "1: there should be `containers`"]),
        ("containers:\n  web: node", ["2: web should be a mapping"]),
        (
            "containers:\n  web:\n    comand: x\n    folder: nowhere\n    environment: [A]\n",
            ["3: web has no `comand`; there are:", "4: web.folder: there is no folder", "5: web.environment should be"],
        ),
        (
            "containers:\n  web: {command: [a], ignore: b}",
            ["2: web.command should be a text", "2: web.ignore should be"],
        ),
        ("containers:\n  web: {}\n  web: {}", ["3: containers has `web` twice"]),
        ("containers: {", ["1: expected the node content, but found '<stream end>'"]),
    ],
)
def test_every_mistake_is_told_with_its_line(tmp_path: Path, text: str, mistakes: list[str]) -> None:
    path = tmp_path / NAME
    path.write_text(text)
    with pytest.raises(WrongPrograms) as raised:
        read(path)
    lines = str(raised.value).splitlines()
    assert len(lines) == len(mistakes)
    for line, mistake in zip(lines, mistakes, strict=True):
        assert line.startswith(f"{path}:{mistake}"), line


def test_an_id_follows_from_files_and_description_and_not_from_what_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "server.js").write_text("one")
    program = ProgramDescription(tmp_path, command="node server.js", ignore=("*.log",))
    first, seen = digest(program), signature(program)
    (tmp_path / "noise.log").write_text("…")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("…")
    assert (digest(program), signature(program)) == (first, seen)
    assert digest(ProgramDescription(tmp_path, command="node other.js", ignore=("*.log",))) != first
    (tmp_path / "server.js").write_text("other")
    assert digest(program) != first
    assert signature(program) != seen


def test_a_container_begins_with_the_image_of_the_start_and_goes_on_with_those_that_are_named(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    images = ProgramImages(tmp_path / "programs")
    programs = Programs({}, tmp_path, images)
    program = ProgramDescription(source, command="cat code", environment={"A": "1"}, health="true")
    ids = []
    for text in ("one", "two"):
        (source / "code").write_text(text)
        ids.append(programs.push({"web": program, "acme/worker:1.2": program})["web"])
    assert all(ID.fullmatch(each) for each in ids)
    assert ids[0] != ids[1]

    def code(container: str, image: str) -> str | None:
        found = programs.of(container, image)
        return (found.root / "code").read_text() if found else None

    assert code("web", "nginx:1.28") == code("web", f"nginx:{ids[0]}") == "one"
    assert code("web", f"nginx:{ids[1]}") == "two"
    # A tag that looks like an image and was never pushed is none: nothing else runs in its place.
    assert (programs.has("web", "nginx:0123456789ab"), code("web", "nginx:0123456789ab")) == (True, None)
    assert code("other", "acme/worker:1.2") == "one"
    assert code("other", f"acme/worker:{ids[1]}") == "two"
    assert not programs.has("other", "acme/web:1.2")
    found = programs.of("web", "nginx:1.28")
    assert found
    assert (found.over, found.health, found.command[:2], found.is_program) == (
        {"A": "1"},
        "true",
        ("/bin/sh", "-c"),
        True,
    )


def test_what_was_pushed_is_known_and_the_folder_remembers_its_file(tmp_path: Path) -> None:
    images = ProgramImages(tmp_path / "programs")
    source = tmp_path / "source"
    source.mkdir()
    assert images.source is None
    images.remember(tmp_path / NAME)
    assert images.source == tmp_path / NAME
    assert [images.push("web", ProgramDescription(source)).is_new for _ in range(2)] == [True, False]
