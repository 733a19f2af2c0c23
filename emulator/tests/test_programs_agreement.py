"""Programs of a file are told before anything runs, and what they lack."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from ecs_emulator.access_key import AccessKey
from ecs_emulator.cli import main
from ecs_emulator.local import client_environment
from ecs_emulator.ports import free_ports

TEMPLATE = (Path(__file__).parent / "web.yml").read_text()


PROGRAM = "containers: {web: {command: ./serve}}"


def up(folder: Path, file: str, template: str = TEMPLATE) -> tuple[int, str, str]:
    (folder / "template.yml").write_text(template)
    (folder / "ecs-emulator.yml").write_text(file)
    done = CliRunner().invoke(main, ["up", str(folder / "template.yml")])
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path / "data"))
    # Another emulator may have the usual ports.
    for name, port in zip(("API_PORT", "CLOUD_PORT"), free_ports(2), strict=True):
        monkeypatch.setenv(name, str(port))
    # Whoever agrees to a start points the clients of this process elsewhere: all of it is taken back.
    for name in {*client_environment("", AccessKey.generate()), *(each for each in os.environ if "AWS_" in each)}:
        monkeypatch.setenv(name, os.environ.get(name, ""))


def test_the_file_beside_the_template_is_told_line_by_line_and_nothing_runs(tmp_path: Path) -> None:
    file = "containers: {web: {build: make all, command: ./serve, environment: {A: '1'}, health: ./check}}"
    code, told, complaint = up(tmp_path, file)
    lines = [line.strip() for line in told.splitlines()]
    assert f"runs your program in a copy of {str(tmp_path)!r}, with the variables below: './serve'" in lines
    assert {"is built by 'make all'", "is healthy by './check'", "has the variable 'A'='1'"} <= set(lines)
    assert (code, "Nothing was started" in complaint) == (2, True)
    assert not (tmp_path / "data" / "programs").exists()


def test_the_health_check_of_the_template_is_told_unless_the_file_has_another(tmp_path: Path) -> None:
    check = '          HealthCheck: {Command: [CMD-SHELL, "touch x\\e[2J"]}'
    template = TEMPLATE.replace(
        "          Image: example.com/web:1\n", f"          Image: example.com/web:1\n{check}\n"
    )
    assert "    health check ['CMD-SHELL', 'touch x\\x1b[2J']" in up(tmp_path, PROGRAM, template)[1]
    own = PROGRAM.replace("{command", "{health: ./check, command")
    assert "health check" not in up(tmp_path, own, template)[1]


def test_a_file_may_describe_what_other_templates_have_and_that_is_said(tmp_path: Path) -> None:
    _, told, complaint = up(tmp_path, "containers: {web: {command: ./serve}, wob: {command: x}}")
    assert "ecs-emulator.yml:1: no container of the templates is wob; there are: web." in told
    assert "Nothing was started" in complaint


@pytest.mark.parametrize(
    ("file", "complaint"),
    [
        (
            "containers: {wob: {command: x}}",
            "ecs-emulator.yml:1: no container of the templates is wob; there are: web.",
        ),
        ("containers: {web: {}}", "ecs-emulator.yml:1: web has no command, and the template has none for it."),
        ("containers: {web: {comand: x}}", "ecs-emulator.yml:1: web has no `comand`; there are: folder, build,"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_listed(tmp_path: Path, file: str, complaint: str) -> None:
    code, told, said = up(tmp_path, file)
    assert (code, complaint in said, told) == (1, True, "")


@pytest.mark.parametrize(("answer", "code"), [("n\n", 1), ("", 130)], ids=["no", "Ctrl-C"])
def test_whoever_does_not_agree_is_told_that_nothing_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    (tmp_path / "template.yml").write_text(TEMPLATE)
    monkeypatch.setattr("ecs_emulator.commands.agreement._is_asked", lambda: True)
    # The end of the input is an end of the question as Ctrl-C is.
    done = CliRunner().invoke(main, ["up", str(tmp_path / "template.yml")], input=answer)
    assert (done.exit_code, done.stderr) == (code, "Error: Nothing was started.\n")
