"""What a template would run is told before anything of it does, and nothing does before somebody agrees."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from ecs_emulator.announcement import announced
from ecs_emulator.ports import free_ports
from ecs_emulator.scheduler.confinement import NOT_OFFERED
from ecs_emulator.scheduler.images import Images, Programs
from ecs_emulator.stacks.programs import TemplateProgram, programs
from ecs_emulator.stacks.templates import TemplateError
from emulator.tests.scheduler.launches import an_image
from emulator.tests.support.folders import ROOT
from emulator.tests.support.waiting import PATIENCE

ECS_EMULATOR = [sys.executable, "-m", "ecs_emulator"]
SERVICE = Path(__file__).parent / "somebodys-service.yml"


def a_template(folder: Path, *containers: Any, name: str = "theirs.yml", **more: Any) -> Path:
    task: dict[str, Any] = {
        "Type": "AWS::ECS::TaskDefinition",
        "Properties": {"ContainerDefinitions": list(containers)},
    }
    resources = {"Task": task, "Logs": {"Type": "AWS::Logs::LogGroup"}, **more.pop("resources", {})}
    path = folder / name
    path.write_text(yaml.safe_dump({"Resources": resources, **more}))
    return path


def a_container(**properties: Any) -> dict[str, Any]:
    return {"Name": "web", "Image": "theirs/web:1", **properties}


def told(path: Path, images: Images | None = None, docker: bool = False, **values: str) -> str:
    images = images or Images(path.parent / "images", stand_in=True)
    return "\n".join(announced(programs([path], values), images, docker))


def test_each_container_is_listed_with_its_image_command_and_variables(tmp_path: Path) -> None:
    container = a_container(
        EntryPoint=["/bin/sh", "-c"], Command=["touch /tmp/x"], Environment=[{"Name": "BROWSER", "Value": "sh"}]
    )
    path = a_template(tmp_path, container, a_container(Name="side", Image="theirs/side:2"))
    assert programs([path], {}) == [
        TemplateProgram(
            *("theirs.yml", "Task", "web", "theirs/web:1"),
            *(("/bin/sh", "-c"), ("touch /tmp/x",), (("BROWSER", "sh"),)),
        ),
        TemplateProgram("theirs.yml", "Task", "side", "theirs/side:2", (), (), ()),
    ]
    assert [line.strip() for line in told(path).splitlines()][1:7] == [
        "'Task', container 'web'",
        "image        'theirs/web:1'",
        "is not here; a placeholder stands in, and neither a command nor a variable but PORT has an effect",
        "entry point  ['/bin/sh', '-c']",
        "command      ['touch /tmp/x']",
        "variable     'BROWSER'='sh'",
    ]


def test_an_image_that_is_here_is_told_to_run_with_its_own_command(tmp_path: Path) -> None:
    reference = an_image(tmp_path, "")
    path = a_template(tmp_path, a_container(Image=reference))
    assert "is here, and runs with the variables below: ['python', '-m', 'web']" in told(path)


def test_a_program_of_the_developer_s_own_is_told(tmp_path: Path) -> None:
    images = Images(tmp_path / "images", stand_in=True, programs=Programs({"web": "serve \x1b[2J"}, tmp_path))
    path = a_template(tmp_path, a_container(Environment=[{"Name": "PATH", "Value": "/theirs"}]))
    lines = [line.strip() for line in told(path, images).splitlines()]
    assert f"runs your program in {str(tmp_path)!r}, with the variables below: 'serve \\x1b[2J'" in lines
    assert "variable     'PATH'='/theirs'" in lines


def test_escape_sequences_are_shown_and_not_obeyed(tmp_path: Path) -> None:
    hostile = "\x1b[2J\x9b1m\r\b\x07\u202e\u200b\n"
    container = a_container(
        Name=hostile, Image=hostile, Command=[hostile], Environment=[{"Name": "A", "Value": hostile}]
    )
    text = told(a_template(tmp_path, container, name="\x1b[2J.yml"))
    assert all(line.isprintable() for line in text.splitlines())
    assert text.count("\\x1b[2J\\x9b1m\\r\\x08\\x07\\u202e\\u200b\\n") == 4


def test_parameters_conditions_and_mappings_are_worked_out(tmp_path: Path) -> None:
    path = a_template(
        tmp_path,
        a_container(Command=[{"Fn::Sub": "hello ${Who}"}, {"Fn::If": ["IsWorld", "yes", {"Ref": "AWS::NoValue"}]}]),
        {"Fn::If": ["IsWorld", a_container(Name="side"), {"Ref": "AWS::NoValue"}]},
        Parameters={"Who": {"Type": "String", "Default": "world"}},
        Conditions={"IsWorld": {"Fn::Equals": [{"Ref": "Who"}, "world"]}},
    )
    assert [each.command for each in programs([path], {})] == [("hello world", "yes"), ()]
    assert [each.command for each in programs([path], {"Who": "you"})] == [("hello you",)]


def test_what_depends_on_a_resource_is_told_as_it_is_written(tmp_path: Path) -> None:
    path = a_template(tmp_path, a_container(Command=["to", {"Fn::Join": ["-", ["a", {"Ref": "Logs"}]]}]))
    assert "command      ['to', 'a-${Logs}']" in told(path)


@pytest.mark.parametrize(
    "late",
    [
        {"Fn::Equals": [{"Fn::GetAtt": ["Topic", "TopicName"]}, "theirs"]},
        {"Fn::Not": [{"Condition": "Inner"}]},
        {"Fn::Equals": [{"Ref": "Stored"}, "x"]},
    ],
)
def test_a_condition_that_is_known_only_later_hides_nothing(tmp_path: Path, late: dict[str, Any]) -> None:
    """The emulator would work it out when the resource is there, though CloudFormation would not."""
    path = a_template(
        tmp_path,
        {"Fn::If": ["Late", a_container(), {"Ref": "AWS::NoValue"}]},
        resources={"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "theirs"}}},
        Parameters={"Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/a"}},
        Conditions={"Late": late, "Inner": {"Fn::Equals": [{"Ref": "Logs"}, "x"]}},
    )
    with pytest.raises(TemplateError, match=r"Nobody can say what would run: the condition (Late|Inner)"):
        programs([path], {})


def test_containers_that_are_known_only_later_are_refused(tmp_path: Path) -> None:
    path = a_template(tmp_path, {"Fn::Select": [0, {"Fn::GetAtt": ["Logs", "Arn"]}]})
    with pytest.raises(TemplateError, match="Nobody can say what would run"):
        programs([path], {})


def test_nested_templates_are_listed_with_what_they_are_given(tmp_path: Path) -> None:
    a_template(
        tmp_path,
        a_container(Command=[{"Ref": "Word"}, {"Ref": "Late"}]),
        name="inner.yml",
        Parameters={"Word": {"Type": "String"}, "Late": {"Type": "String", "AllowedPattern": "[a-z]+"}},
    )
    inner = {"TemplateURL": "inner.yml", "Parameters": {"Word": "given", "Late": {"Ref": "Logs"}}}
    path = a_template(
        tmp_path, resources={"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": inner}}, name="outer.yml"
    )
    [program] = programs([path], {})
    assert (program.file, program.task_definition) == ("inner.yml", "Inner.Task")
    assert program.command == ("given", "${Late}")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("outer.yml", "is a part of itself"),
        ("https://bucket.s3.amazonaws.com/inner.yml", "is known only later"),
        ({"Fn::Sub": "https://${Logs}.s3.amazonaws.com/inner.yml"}, "is known only later"),
        ("missing.yml", "No such file"),
    ],
)
def test_a_nested_template_that_cannot_be_read_before_is_refused(tmp_path: Path, url: Any, why: str) -> None:
    inner = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}
    path = a_template(tmp_path, resources={"Inner": inner}, name="outer.yml")
    with pytest.raises(TemplateError, match=why):
        programs([path], {})


def an_environment(local: Path) -> dict[str, str]:
    ports = dict(zip(("API_PORT", "CLOUD_PORT"), map(str, free_ports(2)), strict=True))
    return {**os.environ, **ports, "LOCAL_DIR": str(local)}


def test_without_a_terminal_and_without_yes_nothing_starts(tmp_path: Path) -> None:
    ended = subprocess.run(
        [*ECS_EMULATOR, "up", str(SERVICE)],
        cwd=ROOT,
        env=an_environment(tmp_path / "local"),
        stdin=subprocess.PIPE,  # which nobody closes or writes to
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
    )
    assert ended.returncode == 2
    assert ended.stderr == (
        "Error: Nothing was started: there is no terminal to ask on. With --yes you agree to this list.\n"
    )
    assert "container 'web'" in ended.stdout
    assert not (tmp_path / "local").exists()


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends of one: ours, and the program's."""
    ours, theirs = pty.openpty()
    with closing(open(ours, "r+b", buffering=0)), closing(open(theirs, "r+b", buffering=0)):
        yield ours, theirs


def test_a_no_at_the_terminal_starts_nothing(tmp_path: Path, terminal: tuple[int, int]) -> None:
    ours, theirs = terminal
    os.write(ours, b"n\n")
    ended = subprocess.run(
        [*ECS_EMULATOR, "up", str(SERVICE)],
        cwd=ROOT,
        env=an_environment(tmp_path / "local"),
        stdin=theirs,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
    )
    assert (ended.returncode, ended.stderr) == (1, "Error: Nothing was started.\n")
    assert "Run this? [y/N]:" in ended.stdout
    assert not (tmp_path / "local").exists()


def run_python(program: str, local: Path) -> subprocess.CompletedProcess[str]:
    """Run a program of Python as an emulator of the folder `local` would be."""
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=an_environment(local),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
    )


def test_a_machine_that_confines_nothing_is_told_in_one_sentence_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "local").mkdir()
    program = (
        "from ecs_emulator.scheduler import landlock\n"
        "landlock.version = lambda: 0\n"
        "from ecs_emulator import Emulator\n"
        "with Emulator(say=print): print('it runs')"
    )
    ended = run_python(program, tmp_path / "local")
    assert ended.stdout.splitlines() == [NOT_OFFERED, "it runs"]
