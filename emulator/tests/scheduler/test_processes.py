"""A task runs as processes of this machine, as its containers would."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from ecs_emulator import reaper
from ecs_emulator.access_key import AccessKey
from ecs_emulator.clock import Clock
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.ports import free_ports
from ecs_emulator.scheduler import landlock
from ecs_emulator.scheduler.confinement import Confinement
from ecs_emulator.scheduler.images import Images
from ecs_emulator.scheduler.processes import ProcessRuntime
from ecs_emulator.scheduler.run import TaskRun
from ecs_emulator.scheduler.runner import TaskRunner
from ecs_emulator.scheduler.secrets import ContainerSecrets
from emulator.tests.cloud.wire import session_of
from emulator.tests.scheduler.launches import (
    a_container,
    a_launch,
    an_image,
    ended,
    statuses,
    wait_until_running,
)
from emulator.tests.support.folders import ROOT
from emulator.tests.support.processes import living
from emulator.tests.support.waiting import PATIENCE, until

# A program that says who it is, and then waits for its end.
WAITS = """
    import signal, sys
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))
    print("ready", flush=True)
    while True:
        signal.pause()
"""
# Deaf to a polite stop, and with a child of its own.
STUBBORN = """
    import signal, subprocess, sys
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    subprocess.Popen([sys.executable, "-c", "import signal; signal.signal(15, signal.SIG_IGN); signal.pause()"])
    print("ready", flush=True)
    while True:
        signal.pause()
"""
SERVES = """
    import http.server, os
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(os.environ["WHO"].encode())
        def log_message(self, *_): ...
    print("ready", flush=True)
    address = os.environ["BIND_ADDRESS"], int(os.environ["PORT"])
    http.server.ThreadingHTTPServer(address, Handler).serve_forever()
"""

ROLE = "arn:aws:iam::123456789012:role/task"

Say = list[str]


@pytest.fixture
def said() -> Say:
    return []


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """An end that waits for more than it should fails, and not only takes longer."""
    monkeypatch.setattr("ecs_emulator.scheduler.container.DRAIN", 600)


@pytest.fixture
def processes(cloud: Cloud, session: boto3.Session, tmp_path: Path, said: Say) -> Iterator[TaskRunner]:
    with running(cloud, session, tmp_path, said) as made:
        yield made


@contextlib.contextmanager
def running(
    cloud: Cloud, session: boto3.Session, folder: Path, said: Say, speed: float = 100, stand_in: bool = False
) -> Iterator[TaskRunner]:
    (port,) = free_ports(1)
    with reaper.started() as start:
        images = Images(folder / "images", stand_in)
        confinement = Confinement.of(folder / "home", folder)
        runtime = ProcessRuntime(images, start, cloud.url, confinement, ContainerSecrets(session))
        around = (session, cloud.url, port, Clock(speed), folder / "tasks", said.append, cloud.keys)
        made = TaskRunner(runtime, *around)
        try:
            yield made
        finally:
            made.close()


@pytest.fixture
def image(tmp_path: Path) -> Callable[[str], str]:
    return lambda program: an_image(tmp_path, program)


def printed(folder: Path, run: TaskRun) -> str:
    """What a task without a log driver has printed."""
    file = folder / "tasks" / f"{run.task_id}.log"
    return file.read_text() if file.exists() else ""


def when_ready(folder: Path, run: TaskRun) -> None:
    until(lambda: "ready" in printed(folder, run) or statuses(run) == ["STOPPED"], "it says that it is ready")
    assert statuses(run)[0] == "RUNNING"


def test_each_revision_runs_its_own_code_though_the_project_is_installed(
    processes: TaskRunner, tmp_path: Path, image: Callable[[str], str]
) -> None:
    # A worker that is started anew looks for its module again.
    program = """
        import os, subprocess, sys
        import web
        worker = subprocess.check_output([sys.executable, "-c", "import web; print(web.__file__)"], cwd="/", text=True)
        print("{}", os.getcwd(), web.__file__, worker.strip())
    """
    runs = [processes.start(a_launch(a_container(image(program.format(name))))) for name in ("one", "other")]
    lines = []
    for run in runs:
        assert ended(run) == [(0, None)]
        lines.append(printed(tmp_path, run).split())
    assert [line[0] for line in lines] == ["one", "other"]
    for _, folder, *modules in lines:
        assert folder.startswith(f"{tmp_path}/images/program-")
        assert modules == [f"{folder}/web/__init__.py"] * 2
    assert lines[0][1] != lines[1][1]


def test_a_container_has_the_variables_that_it_would_have_and_none_of_the_developer_s(
    processes: TaskRunner,
    cloud: Cloud,
    tmp_path: Path,
    image: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DDB_TABLE_NAME", "the-developer-s")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    given = [{"name": "FEATURES", "value": "all"}, {"name": "AWS_ENDPOINT_URL", "value": "https://elsewhere"}]
    definition = a_container(
        image("import json, os; print(json.dumps(dict(os.environ)))"),
        environment=given,
        portMappings=[{"containerPort": 8080}],
    )
    run = processes.start(a_launch(definition))
    assert ended(run) == [(0, None)]
    variables = json.loads(printed(tmp_path, run))
    assert variables.pop("ECS_CONTAINER_METADATA_URI_V4").startswith("http://127.0.0.1:")
    assert variables.pop("PYTHONPATH").startswith(f"{tmp_path}/images/")
    if landlock.version():
        assert variables.pop("TMPDIR") == f"{tmp_path}/tasks/{run.task_id}"
    # What the interpreter itself adds.
    variables.pop("LC_CTYPE", None)
    assert variables == {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": "/",
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "COMMIT": "unknown",
        "FEATURES": "all",
        "BIND_ADDRESS": run.address,
        "PORT": str(run.port(8080)),
        "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE",
        "AWS_ENDPOINT_URL": cloud.url,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "localhost,127.0.0.1",
        "no_proxy": "localhost,127.0.0.1",
    }


# A program that asks for its credentials as any SDK does, and tells them.
ASKS = """
    import json, os, time
    import boto3
    import urllib.request
    uri = os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
    document = json.load(urllib.request.urlopen(uri))
    pages = boto3.client("dynamodb").get_paginator("list_tables").paginate()
    tables = [name for page in pages for name in page["TableNames"]]
    print(json.dumps({"uri": uri, "document": document, "tables": tables}), flush=True)
    time.sleep(600)
"""


def test_a_task_with_a_role_has_credentials_of_its_own_until_it_ends(
    processes: TaskRunner, cloud: Cloud, tmp_path: Path, image: Callable[[str], str], table_name: str
) -> None:
    run = processes.start(a_launch(a_container(image(ASKS)), taskRoleArn=ROLE))
    until(lambda: printed(tmp_path, run).endswith("}\n"), "it has told its credentials")
    told = json.loads(printed(tmp_path, run))
    assert table_name in told["tables"]
    document = told["document"]
    assert sorted(document) == ["AccessKeyId", "Expiration", "RoleArn", "SecretAccessKey", "Token"]
    assert (document["RoleArn"], document["AccessKeyId"][:4]) == (ROLE, "ASIA")
    left = datetime.fromisoformat(document["Expiration"]) - datetime.now(UTC)
    assert timedelta(hours=1) < left <= timedelta(hours=6)
    key = AccessKey(document["AccessKeyId"], document["SecretAccessKey"], document["Token"])
    assert key.secret != cloud.key.secret
    dynamodb = session_of(key).client("dynamodb", endpoint_url=cloud.url)
    assert dynamodb.describe_table(TableName=table_name)["Table"]["TableName"] == table_name
    without_token = session_of(AccessKey(key.id, key.secret)).client("dynamodb", endpoint_url=cloud.url)
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        without_token.list_tables()

    run.stop()
    run.join(PATIENCE)
    with pytest.raises(ClientError, match="ExpiredTokenException"):
        dynamodb.list_tables()
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(told["uri"])


def test_a_task_without_a_role_has_no_credentials_and_never_those_of_its_folder(
    processes: TaskRunner, cloud: Cloud, tmp_path: Path, image: Callable[[str], str], session: boto3.Session
) -> None:
    program = """
        import boto3, os
        print("credentials", boto3.Session().get_credentials(), "CREDENTIALS" in " ".join(os.environ))
        print(sorted(os.environ.values()))
    """
    run = processes.start(a_launch(a_container(image(program))))
    assert ended(run) == [(0, None)]
    assert printed(tmp_path, run).startswith("credentials None False\n")
    with_role = processes.start(a_launch(a_container(image(program)), taskRoleArn=ROLE))
    assert ended(with_role) == [(0, None)]
    for each in (run, with_role):
        assert cloud.key.id not in printed(tmp_path, each)
        assert cloud.key.secret not in printed(tmp_path, each)


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ({"command": ["python", "-m", "web", "more"]}, "image ['more']"),
        ({"command": ["sh", "-c", "python -m web from a shell"]}, "image ['from', 'a', 'shell']"),
        ({"entryPoint": ["sh", "-c"], "command": ["echo entered"]}, "entered"),
        ({"entryPoint": ["echo", "alone"]}, "alone"),
        ({"command": []}, "image []"),
    ],
)
def test_a_definition_s_command_goes_before_the_image_s(
    processes: TaskRunner, tmp_path: Path, image: Callable[[str], str], definition: dict[str, Any], words: str
) -> None:
    run = processes.start(a_launch(a_container(image("import sys; print('image', sys.argv[1:])"), **definition)))
    assert ended(run) == [(0, None)]
    assert printed(tmp_path, run) == f"{words}\n"


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("", 0),
        ("raise SystemExit(3)", 3),
        ("import os; os.kill(os.getpid(), 9)", 137),
        ("import os; os.kill(os.getpid(), 15)", 143),
        ("1 +", 1),
    ],
)
def test_exit_codes_are_those_that_docker_reports(
    processes: TaskRunner, image: Callable[[str], str], program: str, code: int
) -> None:
    assert ended(processes.start(a_launch(a_container(image(program))))) == [(code, None)]


def test_a_stop_is_sigterm_and_the_container_s_own_end(
    processes: TaskRunner, tmp_path: Path, image: Callable[[str], str]
) -> None:
    run = processes.start(a_launch(a_container(image(WAITS))))
    when_ready(tmp_path, run)
    run.stop()
    run.stop()
    assert ended(run) == [(5, None)]


def test_what_does_not_stop_is_killed_with_its_children_after_its_stop_timeout(
    cloud: Cloud, session: boto3.Session, tmp_path: Path, image: Callable[[str], str], said: Say
) -> None:
    mark = a_mark()
    definition = a_container(image(STUBBORN), environment=[mark], stopTimeout=40)
    with running(cloud, session, tmp_path, said, speed=10) as processes:
        run = processes.start(a_launch(definition))
        when_ready(tmp_path, run)
        started = time.monotonic()
        run.stop()
        assert ended(run) == [(137, None)]
        assert 4 <= time.monotonic() - started < 30
        until(lambda: not living("=".join(mark.values())), "nothing of it is left")


def test_the_time_to_stop_gets_no_shorter_than_a_process_needs(
    processes: TaskRunner, tmp_path: Path, image: Callable[[str], str]
) -> None:
    program = WAITS.replace("sys.exit(5)", "(__import__('time').sleep(1.5), sys.exit(5))")
    run = processes.start(a_launch(a_container(image(program), stopTimeout=30)))
    when_ready(tmp_path, run)
    run.stop()
    assert ended(run) == [(5, None)]


def test_what_the_first_process_leaves_behind_is_killed(
    processes: TaskRunner, tmp_path: Path, image: Callable[[str], str]
) -> None:
    mark = a_mark()
    program = STUBBORN.replace("while True:", "while False:")
    run = processes.start(a_launch(a_container(image(program), environment=[mark])))
    assert ended(run) == [(0, None)]
    until(lambda: not living("=".join(mark.values())), "nothing of it is left")


def test_a_process_that_leaves_its_group_does_not_hold_up_the_end(
    processes: TaskRunner, tmp_path: Path, image: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecs_emulator.scheduler.container.DRAIN", 0.5)
    mark = a_mark()
    program = STUBBORN.replace("while True:", "while False:").replace("])\n", "], start_new_session=True)\n", 1)
    run = processes.start(a_launch(a_container(image(program), environment=[mark])))
    try:
        assert ended(run) == [(0, None)]
        assert len(living("=".join(mark.values()))) == 1
    finally:
        for pid in living("=".join(mark.values())):
            os.kill(pid, signal.SIGKILL)


def test_the_end_of_an_essential_container_is_the_end_of_the_task(
    processes: TaskRunner, image: Callable[[str], str]
) -> None:
    run = processes.start(a_launch(a_container(image("raise SystemExit(1)")), a_container(image(WAITS), name="side")))
    codes = ended(run)
    assert codes[0] == (1, None)
    assert codes[1][0] in (5, 143)  # it may not have come to its handler


def test_a_task_survives_a_container_that_is_not_essential(
    processes: TaskRunner, tmp_path: Path, image: Callable[[str], str]
) -> None:
    side = a_container(image("raise SystemExit(1)"), name="side", essential=False)
    run = processes.start(a_launch(side, a_container(image(WAITS))))
    until(lambda: statuses(run) == ["STOPPED", "RUNNING"], "the side container has ended")
    until(lambda: "ready" in printed(tmp_path, run), "the other runs")
    assert statuses(run) == ["STOPPED", "RUNNING"]
    run.stop()
    assert ended(run) == [(1, None), (5, None)]


def test_an_image_that_is_not_there_is_the_reason_why_nothing_started(
    processes: TaskRunner, image: Callable[[str], str], tmp_path: Path
) -> None:
    missing = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:missing"
    run = processes.start(a_launch(a_container(image(WAITS)), a_container(missing, name="side")))
    assert ended(run) == [
        (None, None),
        (
            None,
            "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
            f"failed to resolve ref {missing}: {missing}: not found",
        ),
    ]
    assert printed(tmp_path, run) == ""


def test_a_command_that_is_not_there_is_the_reason(processes: TaskRunner, image: Callable[[str], str]) -> None:
    run = processes.start(a_launch(a_container(image(WAITS), command=["no-such-command"])))
    [(code, reason)] = ended(run)
    assert code is None
    assert reason
    assert reason.startswith("CannotStartContainerError: ")
    assert 'exec: "no-such-command": executable file not found in $PATH' in reason


def test_a_task_that_is_stopped_at_once_never_runs_on(processes: TaskRunner, image: Callable[[str], str]) -> None:
    run = processes.start(a_launch(a_container(image(WAITS))))
    run.stop()
    [(code, reason)] = ended(run)
    assert code in (None, 5, 143)
    assert reason is None


def test_containers_start_after_those_that_they_depend_on(
    processes: TaskRunner, image: Callable[[str], str], tmp_path: Path
) -> None:
    depends = [{"containerName": "two", "condition": "START"}]
    run = processes.start(a_launch(a_container(image(WAITS), dependsOn=depends), a_container("missing:1", name="two")))
    assert [reason and reason.split(":")[0] for _, reason in ended(run)] == [None, "CannotPullContainerError"]
    both = a_container(image(WAITS), dependsOn=depends), a_container(image(WAITS), name="two")
    run = processes.start(a_launch(*both))
    wait_until_running(run)


def test_every_task_has_the_container_s_port_on_an_address_of_its_own(
    processes: TaskRunner, image: Callable[[str], str], tmp_path: Path
) -> None:
    runs = []
    for who in ("one", "other"):
        definition = a_container(
            image(SERVES), environment=[{"name": "WHO", "value": who}], portMappings=[{"containerPort": 8080}]
        )
        runs.append(processes.start(a_launch(definition)))
    for run, who in zip(runs, ("one", "other"), strict=True):
        until(lambda run=run: answer(run, 8080) is not None, "it answers")  # type: ignore[misc]
        assert answer(run, 8080) == who
    assert runs[0].address != runs[1].address or runs[0].port(8080) != runs[1].port(8080)


def answer(run: TaskRun, port: int, path: str = "/") -> str | None:
    try:
        with urllib.request.urlopen(f"http://{run.address}:{run.port(port)}{path}", timeout=30) as response:
            return str(response.read().decode())
    except OSError:
        return None


def test_a_task_whose_secret_is_missing_does_not_start(
    cloud: Cloud, session: boto3.Session, tmp_path: Path, image: Callable[[str], str], said: Say
) -> None:
    secrets = [{"name": "LEVEL", "valueFrom": "/nowhere/level"}]
    with running(cloud, session, tmp_path, said, stand_in=True) as processes:
        for _ in range(2):
            [(code, reason)] = ended(processes.start(a_launch(a_container(image(WAITS), secrets=secrets))))
            assert (code, str(reason).partition(":")[0]) == (None, "ResourceInitializationError")
        [line] = [line for line in said if "cannot start: ResourceInitializationError: " in line]
        assert "/nowhere/level" in line
        # In whose place a placeholder stands has its secrets elsewhere.
        wait_until_running(processes.start(a_launch(a_container("example.com/theirs", secrets=secrets))))


@pytest.mark.parametrize(
    ("unsupported", "word"),
    [
        ({"hostname": "web"}, "hostname"),
        ({"portMappings": [{"containerPortRange": "80-90"}]}, "a range of ports"),
    ],
)
def test_what_a_process_cannot_have_is_refused_for_our_image_and_said_for_a_placeholder(
    cloud: Cloud,
    session: boto3.Session,
    tmp_path: Path,
    image: Callable[[str], str],
    said: Say,
    unsupported: dict[str, Any],
    word: str,
) -> None:
    with running(cloud, session, tmp_path, said, stand_in=True) as processes:
        ours = processes.start(a_launch(a_container(image(WAITS), **unsupported)))
        [(code, reason)] = ended(ours)
        assert code is None
        assert reason
        assert reason.startswith("ResourceInitializationError: a task that runs as a process cannot have ")
        assert word in reason
        theirs = [processes.start(a_launch(a_container("library/theirs:1", **unsupported))) for _ in range(2)]
        for run in theirs:
            wait_until_running(run)
    assert len([line for line in said if word in line and "placeholder" in line]) == 1
    assert said.count("The placeholder stands in for library/theirs:1.") == 1


def test_a_stand_in_answers_on_the_container_s_port(
    cloud: Cloud, session: boto3.Session, tmp_path: Path, said: Say
) -> None:
    with running(cloud, session, tmp_path, said, stand_in=True) as processes:
        mapped = a_container("theirs", portMappings=[{"containerPort": 8123}], command=["httpd-foreground"])
        run = processes.start(a_launch(mapped, a_container("side/car:2", name="side")))
        wait_until_running(run)
        until(lambda: answer(run, 8123), "it answers")
        assert "Placeholder" in str(answer(run, 8123, "/any/path"))
        run.stop()
        assert ended(run)[0] == (0, None)


# What a stranger's definition may say to make our own programs run its commands.
HOSTILE = {
    "PATH": "{folder}",
    "PYTHONHOME": "{folder}",
    "PYTHONPATH": "{folder}",
    "PYTHONWARNINGS": "all:0:antigravity.x:0:0",
    "PYTHONSTARTUP": "{folder}/run",
    "BROWSER": "{folder}/run",
    "LD_PRELOAD": "{folder}/library.so",
    "LD_LIBRARY_PATH": "{folder}",
    "NODE_OPTIONS": "--require {folder}/run",
    "BASH_ENV": "{folder}/run",
    "ENV": "{folder}/run",
}


@pytest.mark.parametrize("is_confined", [True, False])
def test_no_variable_of_a_definition_makes_the_placeholder_run_its_commands(
    cloud: Cloud, session: boto3.Session, tmp_path: Path, said: Say, monkeypatch: pytest.MonkeyPatch, is_confined: bool
) -> None:
    if not is_confined:
        monkeypatch.setattr(landlock, "version", lambda: 0)
    hostile = tmp_path / "hostile"
    hostile.mkdir()
    for name in ("run", "python"):
        (hostile / name).write_text(f"#!/bin/sh\n/usr/bin/touch {hostile}/it-ran\n")
        (hostile / name).chmod(0o755)
    (hostile / "encodings.py").write_text(f"open('{hostile}/it-ran', 'w')")
    given = [{"name": name, "value": value.format(folder=hostile)} for name, value in HOSTILE.items()]
    definition = a_container(
        "library/theirs:1", environment=[*given, a_mark(), {"name": "PORT", "value": "8123"}],
        portMappings=[{"containerPort": 8123}],
    )  # fmt: skip
    with running(cloud, session, tmp_path, said, stand_in=True) as processes:
        run = processes.start(a_launch(definition))
        until(lambda: answer(run, 8123) or statuses(run) == ["STOPPED"], "it answers")
        assert statuses(run) == ["RUNNING"]
        [environment] = [
            (Path("/proc") / str(pid) / "environ").read_text() for pid in living(f"BIND_ADDRESS={run.address}")
        ]
        variables = dict(each.split("=", 1) for each in environment.rstrip("\0").split("\0"))
        run.stop()
        assert ended(run) == [(0, None)]
    assert not (hostile / "it-ran").exists()
    assert not {name for name, value in variables.items() if str(hostile) in value}
    # An allow list: what the platform gives, the port, and nothing else.
    assert variables.keys() <= {
        *("PATH", "HOME", "LANG", "TMPDIR", "PORT", "PORTS", "BIND_ADDRESS", "NO_PROXY", "no_proxy"),
        *(name for name in variables if name.startswith(("AWS_", "ECS_"))),
    }


def test_limits_that_nobody_enforces_are_said_once(
    processes: TaskRunner, image: Callable[[str], str], said: Say
) -> None:
    definition = a_container(image(""), user="10001", readonlyRootFilesystem=True, memory=512)
    for _ in range(2):
        ended(processes.start(a_launch(definition)))
    assert said == ["Tasks run as processes, without limits; not enforced: memory, user, read-only root."]


def test_closing_stops_what_still_runs(
    cloud: Cloud, session: boto3.Session, tmp_path: Path, image: Callable[[str], str], said: Say
) -> None:
    with running(cloud, session, tmp_path, said) as processes:
        runs = [processes.start(a_launch(a_container(image(WAITS)))) for _ in range(3)]
        for run in runs:
            when_ready(tmp_path, run)
    assert [ended(run) for run in runs] == [[(5, None)]] * 3


# A main process with one task, which ends with it however it ends.
MAIN = """
import sys
from pathlib import Path
import boto3
from ecs_emulator import reaper
from ecs_emulator.access_key import AccessKey
from ecs_emulator.clock import Clock
from ecs_emulator.cloud.keys import Keys
from ecs_emulator.scheduler.confinement import Confinement
from ecs_emulator.scheduler.images import Images
from ecs_emulator.scheduler.processes import ProcessRuntime
from ecs_emulator.scheduler.runner import TaskRunner
from ecs_emulator.scheduler.secrets import ContainerSecrets
from emulator.tests.scheduler.launches import a_container, a_launch, wait_until_running
folder, image, name, value = Path(sys.argv[1]), *sys.argv[2:]
with reaper.started() as start:
    session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
    confinement, cloud_url = Confinement.of(folder / "home", folder), "http://127.0.0.1:9"
    runtime = ProcessRuntime(Images(folder / "images"), start, cloud_url, confinement, ContainerSecrets(session))
    keys, clock = Keys(AccessKey.generate()), Clock(100)
    processes = TaskRunner(runtime, session, cloud_url, 4567, clock, folder / "tasks", lambda _: None, keys)
    run = processes.start(a_launch(a_container(image, environment=[{"name": name, "value": value}])))
    wait_until_running(run)
    print("started", flush=True)
    sys.stdin.read()
"""


def test_no_task_survives_the_kill_of_the_main_process(tmp_path: Path, image: Callable[[str], str]) -> None:
    mark = a_mark()
    with subprocess.Popen(
        [sys.executable, "-c", MAIN, str(tmp_path), image(STUBBORN), *mark.values()],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as main:
        try:
            assert main.stdout
            assert main.stdout.readline() == b"started\n"
            until(lambda: len(living("=".join(mark.values()))) == 2, "the task and its child run")
        finally:
            main.kill()
        main.wait()
        killed = time.monotonic()
        until(lambda: not living("=".join(mark.values())), "nothing of the task is left")
        print(f"gone after {time.monotonic() - killed:.2f} s")


def a_mark() -> dict[str, str]:
    """A variable of a container definition, by which its processes are found."""
    return {"name": "EMULATOR_TEST", "value": str(uuid.uuid4())}
