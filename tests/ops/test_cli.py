"""`mysfits` finds what it works on, and says in one line when it cannot."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import boto3
import click
import pytest
from click.testing import CliRunner, Result

from ecs_emulator.access_key import AccessKey
from ecs_emulator.cli import main as ecs_emulator
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.local import Running, ours_alone, use_only
from ecs_emulator.ops import logs as log_reading
from ecs_emulator.ops.target import Target
from ecs_emulator.program import ECS_EMULATOR
from mysfits.cli import main
from ops.conventions import api_url
from tests.conftest import Rows
from tests.platform_runner import free_ports

Mysfits = Callable[..., Result]

_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def folder(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty working folder, which is the rehearsal's too."""
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path))
    monkeypatch.setattr(AccessKey, "of_folder", lambda _: cloud.key)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    # A command points the clients of its process, here ours, to the rehearsal that it found.
    use_only(cloud.url, cloud.key)


@pytest.fixture
def mysfits() -> Mysfits:
    return lambda *arguments: CliRunner().invoke(main, arguments)


@pytest.fixture
def log_group(session: boto3.Session) -> str:
    name, client = f"cli-{next(_numbers)}", session.client("logs")
    client.create_log_group(logGroupName=name)
    client.create_log_stream(logGroupName=name, logStreamName="one")
    now = int(time.time() * 1000)
    like = {"time": "t", "level": "INFO", "message": "Like processed.", "mysfit_id": "a"}
    client.put_log_events(
        logGroupName=name,
        logStreamName="one",
        logEvents=[
            {"timestamp": now - 1_200_000, "message": "20 minutes ago"},
            {"timestamp": now - 2_000, "message": json.dumps(like)},
            {"timestamp": now - 1_000, "message": "lately"},
        ],
    )
    return name


@pytest.fixture
def outputs(table_name: str, log_group: str) -> dict[str, str]:
    return {"DynamoTable": table_name, "LogGroup": log_group, "SiteBucket": f"site-{next(_numbers)}"}


@pytest.fixture
def rehearsal(cloud: Cloud, folder: Path, outputs: dict[str, str]) -> Iterator[None]:
    """A rehearsal that other commands find by its note."""
    with ExitStack() as running:
        running.enter_context(ours_alone(folder))
        running.enter_context(Running(cloud.url, "http://api", "http://site", outputs).written(folder))
        yield


@pytest.mark.usefixtures("rehearsal")
def test_publish_uploads_the_site_with_the_address_of_the_rehearsals_api(
    mysfits: Mysfits, outputs: dict[str, str], session: boto3.Session
) -> None:
    bucket = outputs["SiteBucket"]
    session.client("s3").create_bucket(Bucket=bucket)
    result = mysfits("publish")
    assert result.exit_code == 0, result.output
    [script] = session.client("s3").list_objects_v2(Bucket=bucket, Prefix="config.")["Contents"]
    body = session.client("s3").get_object(Bucket=bucket, Key=script["Key"])["Body"].read()
    assert body == b'export const apiUrl = "http://api";\n'


@pytest.mark.usefixtures("rehearsal")
def test_programs_are_told_what_was_done(mysfits: Mysfits, outputs: dict[str, str], session: boto3.Session) -> None:
    session.client("s3").create_bucket(Bucket=outputs["SiteBucket"])
    seeded = mysfits("seed", "--json")
    assert json.loads(seeded.stdout) == {"outcome": "done", "mysfits": 12}
    published = json.loads(mysfits("publish", "--json").stdout)
    assert (published["bucket"], published["invalidated"]) == (outputs["SiteBucket"], None)


def test_behind_cloudfront_the_site_asks_its_own_origin() -> None:
    both = Target(boto3.Session(), {"ApiUrl": "http://balancer", "DistributionId": "E1"})
    assert api_url(both) == ""
    assert api_url(Target(boto3.Session(), {"ApiUrl": "http://balancer"})) == "http://balancer"


@pytest.mark.usefixtures("rehearsal")
def test_seed_fills_the_table_of_the_rehearsal(mysfits: Mysfits, rows: Rows, table_name: str) -> None:
    result = mysfits("seed")
    assert (result.exit_code, result.output) == (0, f"12 mysfits are in {table_name}.\n")
    assert len(rows.all()) == 12


@pytest.mark.usefixtures("rehearsal")
def test_logs_shows_the_events_of_the_rehearsal_for_people(mysfits: Mysfits) -> None:
    result = mysfits("logs")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert [line.split("  ", 1)[1] for line in lines] == [
        "20 minutes ago",
        "INFO    Like processed.  mysfit_id=a",
        "lately",
    ]


@pytest.mark.usefixtures("rehearsal")
@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["--since", "10m"], 2),
        (["--since", "1d"], 3),
        (["--grep", "Like processed."], 1),
        (["--grep", '"message": "Like processed."'], 1),
        (["--grep", "minutes", "--since", "10m"], 0),
        (["--grep", "not there"], 0),
    ],
)
def test_logs_shows_the_events_that_are_asked_for(mysfits: Mysfits, arguments: list[str], shown: int) -> None:
    result = mysfits("logs", *arguments)
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, shown)


@pytest.mark.usefixtures("rehearsal")
def test_logs_gives_programs_the_events_as_they_were_written(mysfits: Mysfits) -> None:
    result = mysfits("logs", "--json", "--grep", "Like processed.")
    assert json.loads(result.output) == {
        "time": "t",
        "level": "INFO",
        "message": "Like processed.",
        "mysfit_id": "a",
    }


@pytest.mark.usefixtures("rehearsal")
def test_ctrl_c_is_a_good_end_of_following(mysfits: Mysfits, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(log_reading, "time", SimpleNamespace(time=time.time, sleep=interrupt))
    result = mysfits("logs", "--follow")
    assert (result.exit_code, len(result.output.splitlines())) == (0, 3)


@pytest.mark.parametrize("verb", ["seed", "publish", "logs", "status", "verify", "rollback", "deploy", "destroy"])
def test_without_a_rehearsal_a_command_says_how_to_get_one(mysfits: Mysfits, verb: str) -> None:
    result = mysfits(verb)
    assert result.exit_code == 3
    assert result.output == "Error: No emulator is running here. Start one with `make run`, or say --aws.\n"


@pytest.mark.parametrize("verb", ["seed", "logs"])
def test_a_rehearsal_that_was_killed_and_left_its_note_is_one_clear_line(
    mysfits: Mysfits, verb: str, folder: Path
) -> None:
    outputs = {"DynamoTable": "mysfits", "LogGroup": "logs"}
    note = {"cloud_url": "http://127.0.0.1:1", "api_url": "", "site_url": "", "outputs": outputs}
    (folder / "running.json").write_text(json.dumps(note))
    result = mysfits(verb)
    assert result.exit_code == 3
    assert result.output == "Error: No emulator is running here. Start one with `make run`, or say --aws.\n"


def test_a_stack_that_is_not_there_is_named_by_its_output(
    mysfits: Mysfits, folder: Path, cloud: Cloud, table_name: str
) -> None:
    with ours_alone(folder), Running(cloud.url, "", "", {"DynamoTable": table_name}).written(folder):
        result = mysfits("publish")
    assert result.exit_code == 3
    assert result.output == (
        "Error: The stacks have no output SiteBucket; are they all deployed? `mysfits deploy` brings them.\n"
    )


def test_what_aws_refuses_is_one_clear_line(mysfits: Mysfits, folder: Path, cloud: Cloud) -> None:
    with ours_alone(folder), Running(cloud.url, "", "", {"DynamoTable": "no-such-table"}).written(folder):
        result = mysfits("seed")
    assert result.exit_code == 3
    assert result.output.startswith("Error: AWS: ")
    assert "ResourceNotFoundException" in result.output
    assert len(result.output.splitlines()) == 1


@pytest.fixture
def account(cloud: Cloud, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An AWS account, which the environment names no endpoint of; behind it is the local cloud all the same."""
    (folder / "aws-config").write_text(f"[default]\nendpoint_url = {cloud.url}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "aws-config"))
    monkeypatch.delenv("AWS_ENDPOINT_URL")


@pytest.mark.parametrize("verb", ["seed", "logs"])
@pytest.mark.usefixtures("rehearsal")
def test_aws_is_not_the_rehearsal_whose_endpoint_the_shell_has(mysfits: Mysfits, verb: str) -> None:
    result = mysfits(verb, "--aws")
    assert result.exit_code == 2
    assert "the environment names another endpoint: `unset AWS_ENDPOINT_URL`" in result.output


@pytest.mark.parametrize("verb", ["seed", "logs"])
@pytest.mark.usefixtures("rehearsal", "account")
def test_on_aws_the_outputs_of_the_stacks_are_needed(mysfits: Mysfits, verb: str) -> None:
    """--aws never falls back to the rehearsal that happens to run here."""
    result = mysfits(verb, "--aws")
    assert result.exit_code == 3
    assert result.output == (
        "Error: There is no cfn-output.json here, a flat map of the stacks' outputs, name to value: "
        "`mysfits deploy --aws` writes it.\n"
    )


def test_on_aws_the_outputs_of_the_stacks_say_what_to_work_on(
    mysfits: Mysfits, outputs: dict[str, str], rows: Rows, folder: Path, request: pytest.FixtureRequest
) -> None:
    there = len(rows.all())
    request.getfixturevalue("account")
    (folder / "cfn-output.json").write_text(json.dumps(outputs))
    assert mysfits("seed", "--aws").exit_code == 0
    assert (there, len(rows.all())) == (0, 12)
    assert len(mysfits("logs", "--aws").output.splitlines()) == 3


@pytest.mark.parametrize("text", ["{half", "[]", '"text"'])
@pytest.mark.usefixtures("account")
def test_outputs_that_cannot_be_read_are_a_clear_error(mysfits: Mysfits, folder: Path, text: str) -> None:
    (folder / "cfn-output.json").write_text(text)
    result = mysfits("seed", "--aws")
    assert result.exit_code == 3
    assert result.output == "Error: cfn-output.json is no flat map of the stacks' outputs, name to value.\n"


@pytest.mark.parametrize(
    ("command", "name", "package"),
    [(main, "mysfits", "mythical-mysfits"), (ecs_emulator, "ecs-emulator", "ecs-emulator")],
)
def test_a_command_tells_its_version(command: click.Command, name: str, package: str) -> None:
    assert CliRunner().invoke(command, ["--version"]).output == f"{name} {version(package)}\n"


def test_a_template_without_a_verb_is_told_which(folder: Path) -> None:
    (folder / "web.yml").write_text("Resources: {}")
    told = CliRunner().invoke(ecs_emulator, ["web.yml"]).stderr
    assert "Error: web.yml is a file and no command. `ecs-emulator up --help` says how a template is run.\n" in told
    assert "No such command 'wob.yml'" in CliRunner().invoke(ecs_emulator, ["wob.yml"]).stderr


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_help_lists_every_command(mysfits: Mysfits, arguments: tuple[str, ...]) -> None:
    output = mysfits(*arguments).output
    assert all(f"\n  {name} " in output for name in main.commands)
    assert ECS_EMULATOR.name not in output
    listed = output.partition("Commands:")[2].partition("Exit codes:")[0]
    assert "..." not in listed, "sentences are whole"
    assert max(map(len, listed.splitlines())) <= 80


@pytest.mark.usefixtures("rehearsal")
def test_a_file_that_cannot_be_written_is_one_clear_line(mysfits: Mysfits, folder: Path) -> None:
    result = mysfits("data", "export", str(folder / "nowhere" / "rows"))
    assert (result.exit_code, result.stderr) == (4, f"Error: {folder}/nowhere/rows: No such file or directory.\n")


@pytest.mark.parametrize("verb", sorted(main.commands))
def test_every_command_explains_itself_without_anything_running(mysfits: Mysfits, verb: str) -> None:
    result = mysfits(verb, "--help")
    assert result.exit_code == 0
    command = main.commands[verb]
    assert command.help
    words = " ".join(result.output.split())
    told = command.help.replace(ECS_EMULATOR.name, "mysfits")
    assert " ".join(told.split()).partition(". ")[0] in words
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert any(option in result.output for option in parameter.opts)
            assert parameter.help


@pytest.mark.usefixtures("rehearsal")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["logs", "--since", "soon"], "'soon' is no time span; write 90s, 10m, 2h or 1d."),
        (["logs", "--limit", "3"], "No such option"),
        (["seed", "extra"], "unexpected extra argument"),
        (["sead"], "No such command 'sead'"),
    ],
)
def test_a_wrong_command_line_says_what_is_wrong(mysfits: Mysfits, arguments: list[str], message: str) -> None:
    result = mysfits(*arguments)
    assert result.exit_code == 2
    assert message in result.output


@pytest.mark.parametrize(
    ("variable", "text", "message"),
    [("API_PORT", "eighty", "API_PORT is 'eighty'; it should be a port from 1 to 65535.")],
)
def test_up_refuses_a_port_that_is_none(
    mysfits: Mysfits, monkeypatch: pytest.MonkeyPatch, variable: str, text: str, message: str
) -> None:
    for name, port in zip(("SITE_PORT", "API_PORT", "CLOUD_PORT"), free_ports(3), strict=True):
        monkeypatch.setenv(name, str(port))
    monkeypatch.setenv(variable, text)
    result = mysfits("up")
    assert (result.exit_code, result.output) == (1, f"Error: {message}\n")
