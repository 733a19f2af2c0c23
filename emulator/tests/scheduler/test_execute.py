"""A command runs in a container through the data channel, as the Session Manager's plugin opens it."""

from __future__ import annotations

import json
import os
import socket
import threading
import uuid
from pathlib import Path
from typing import Any

import boto3
import pytest

from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.ops.session import Session
from ecs_emulator.scheduler import landlock
from ecs_emulator.scheduler.execute import messages
from ecs_emulator.scheduler.execute.messages import Message, NoMessage
from ecs_emulator.scheduler.execute.websocket import NoWebSocket, WebSocket, connect
from emulator.tests.scheduler.launches import a_container, a_launch, an_image, statuses, wait_until_running
from emulator.tests.scheduler.test_processes import running as confined
from emulator.tests.scheduler.test_tasks_of_programs import running
from emulator.tests.scheduler.world import World
from emulator.tests.support.waiting import until


def test_a_message_is_as_the_plugin_writes_it() -> None:
    own_id = uuid.UUID("01234567-89ab-cdef-0123-456789abcdef").bytes
    written = Message(messages.INPUT, b"ls\n", messages.DATA, 7, own_id).written()
    # Header length, then the type in 32 bytes with spaces behind it.
    assert written[:36] == (116).to_bytes(4) + b"input_stream_data" + b" " * 15
    assert written[48:56] == (7).to_bytes(8)
    # The two halves of an id change places.
    assert written[64:80] == own_id[8:] + own_id[:8]
    assert written[112:] == (1).to_bytes(4) + (3).to_bytes(4) + b"ls\n"
    assert Message.read(written) == Message(messages.INPUT, b"ls\n", messages.DATA, 7, own_id)
    for broken in (written[:-1], written[:50], written[:-1] + b"x"):
        with pytest.raises(NoMessage):
            Message.read(broken)


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536, 200_000])
@pytest.mark.parametrize("masks", [True, False])
def test_frames_of_every_length_arrive_whole(length: int, masks: bool) -> None:
    here, there = socket.socketpair()
    with here, there:
        sending = threading.Thread(target=WebSocket(here, masks).send, args=(b"x" * length,))
        sending.start()
        assert WebSocket(there, not masks).receive() == b"x" * length
        sending.join()


# The API.


def executed(world: World, task: str, **asked: Any) -> dict[str, Any]:
    given = {"cluster": "demo", "task": task, "interactive": True, "command": "/bin/sh -c 'echo hi'", **asked}
    return world.call("ExecuteCommand", **given)


ROLE = "arn:aws:iam::123456789012:role/task"


def test_a_session_is_begun_where_it_was_enabled_when_the_task_started() -> None:
    world = World()
    world.service(count=1, enableExecuteCommand=True, taskDefinition=world.definition(taskRoleArn=ROLE))
    world.advance(5)
    [task] = world.tasks()
    answer = executed(world, task["taskArn"])
    assert answer["session"] == {
        "sessionId": "ecs-execute-command-app",
        "streamUrl": "ws://here",
        "tokenValue": "/bin/sh -c echo hi",
    }
    assert (answer["taskArn"], answer["containerName"]) == (task["taskArn"], "app")
    [agent] = task["containers"][0]["managedAgents"]
    assert (agent["name"], agent["lastStatus"]) == ("ExecuteCommandAgent", "RUNNING")


@pytest.mark.parametrize(
    ("enabled", "asked", "code", "message"),
    [
        (False, {}, "InvalidParameterException", "execute command was not enabled when the task was run"),
        (True, {"interactive": False}, "InvalidParameterException", "Interactive is the only mode"),
        (True, {"container": "other"}, "InvalidParameterException", "one of the task's: app"),
        (True, {"command": "echo 'no end"}, "InvalidParameterException", "no command line"),
        (True, {"task": "nobody"}, "InvalidParameterException", "The referenced task was not found"),
        (True, {"cluster": "nowhere"}, "ClusterNotFoundException", "Cluster not found"),
    ],
)
def test_what_cannot_be_executed_is_refused(enabled: bool, asked: Any, code: str, message: str) -> None:
    world = World()
    world.service(count=1, enableExecuteCommand=enabled, taskDefinition=world.definition(taskRoleArn=ROLE))
    world.advance(5)
    with pytest.raises(AwsError, match=message) as raised:
        executed(world, **{"task": world.tasks()[0]["taskArn"], **asked})
    assert raised.value.code == code


def test_a_container_that_does_not_run_yet_is_not_connected() -> None:
    world = World()
    world.service(count=1, enableExecuteCommand=True, taskDefinition=world.definition(taskRoleArn=ROLE))
    world.advance(0.5)
    with pytest.raises(AwsError) as raised:
        executed(world, world.tasks()[0]["taskArn"])
    assert raised.value.code == "TargetNotConnectedException"


def test_exec_needs_a_task_role() -> None:
    world = World()
    with pytest.raises(
        AwsError, match=r"^The service couldn't be created because a valid taskRoleArn is not being used"
    ):
        world.service(enableExecuteCommand=True)
    world.service()
    with pytest.raises(AwsError, match=r"^The service couldn't be updated because a valid taskRoleArn"):
        world.update(enableExecuteCommand=True)


# The channel, with a program that runs.


def is_refused(url: str, token: str) -> bool:
    channel = connect(url)
    try:
        channel.send(json.dumps({"TokenValue": token}))
        return channel.receive() is None
    except NoWebSocket:
        return True
    finally:
        channel.close()


def test_a_shell_has_the_folder_the_variables_and_a_terminal_of_the_container(
    cloud: Cloud, session: boto3.Session, tmp_path: Path
) -> None:
    given = [{"name": "WHO", "value": "the task"}]
    with running(cloud, session, tmp_path, {"web": "sleep 600"}, []) as runner:
        run = runner.start(a_launch(a_container("w", environment=given, portMappings=[{"containerPort": 8080}])))
        wait_until_running(run)
        begun = run.execute("web", ["/bin/sh"])
        assert begun
        assert run.execute("other", ["/bin/sh"]) is None
        seen: list[bytes] = []
        typed, types = os.pipe()
        client = Session(begun, seen.append, typed)  # type: ignore[arg-type]
        ended: list[str] = []
        thread = threading.Thread(target=lambda: ended.append(client.run()))
        thread.start()
        os.write(types, b"test -t 0 && echo in $PWD; echo $WHO on $PORT; stty size; exit\n")
        thread.join(60)
        printed = b"".join(seen).decode().replace("\r", "")
        assert ended == [""], printed
        assert f"\nin {tmp_path}\nthe task on {run.port(8080)}\n" in printed
        assert "\n24 80\n" in printed
        # A session is opened once, and by its token alone.
        assert is_refused(begun["streamUrl"], begun["tokenValue"])
        again = run.execute("web", ["/bin/sh"])
        assert again
        assert is_refused(again["streamUrl"], "guessed")
        # It ends with the container.
        left = Session(again, seen.append, typed)  # type: ignore[arg-type]
        thread = threading.Thread(target=lambda: ended.append(left.run()))
        thread.start()
        until(lambda: left._is_ready, "the session is open")
        run.stop()
        thread.join(60)
        assert not thread.is_alive()
        until(lambda: statuses(run) == ["STOPPED"], "it has stopped")
        os.close(types)
        os.close(typed)


def test_a_program_that_is_confined_is_no_less_so_by_a_command_beside_it(
    cloud: Cloud, session: boto3.Session, tmp_path: Path
) -> None:
    hidden = tmp_path / "home" / "key"
    hidden.parent.mkdir()
    hidden.write_text("secret")
    with confined(cloud, session, tmp_path, []) as runner:
        run = runner.start(a_launch(a_container(an_image(tmp_path, "import time; time.sleep(600)"))))
        wait_until_running(run)
        begun = run.execute("web", ["/bin/sh", "-c", f"tty; cat {hidden}; echo in $PWD"])
        assert begun
        seen: list[bytes] = []
        typed, types = os.pipe()
        assert (
            Session({"streamUrl": begun["streamUrl"], "tokenValue": begun["tokenValue"]}, seen.append, typed).run()
            == ""
        )
        os.close(types)
        os.close(typed)
    printed = b"".join(seen).decode()
    assert f"in {tmp_path}/images/program-" in printed
    assert ("secret" in printed) is not bool(landlock.version())


def test_a_page_of_another_origin_opens_no_session(cloud: Cloud, session: boto3.Session, tmp_path: Path) -> None:
    with running(cloud, session, tmp_path, {"web": "sleep 600"}, []) as runner:
        run = runner.start(a_launch(a_container("w")))
        wait_until_running(run)
        begun = run.execute("web", ["/bin/sh"])
        assert begun
        host = begun["streamUrl"].split("/")[2]
        connected = socket.create_connection((host.split(":")[0], int(host.split(":")[1])), 10)
        with connected:
            head = f"GET /v1/data-channel/{begun['sessionId']} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
            connected.sendall(f"{head}Origin: http://evil.example\r\nSec-WebSocket-Key: a\r\n\r\n".encode())
            assert connected.recv(100).startswith(b"HTTP/1.1 403 ")
        connect(begun["streamUrl"]).close()
