"""Network load balancers pass connections on to healthy targets, and read none of them."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from ecs_emulator.balancer.connections import forwards, idle_timeout
from ecs_emulator.balancer.publisher import OpenListener
from ecs_emulator.local import AUTHORITY
from ecs_emulator.ports import free_ports
from ecs_emulator.scheduler.interfaces import TargetAddress
from emulator.tests.balancer.stage import Stage, staged
from emulator.tests.support.waiting import PATIENCE, until


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("connections")


@pytest.fixture(scope="module")
def stage(folder: Path) -> Iterator[Stage]:
    with staged(folder) as stage:
        stage.load_balancer = stage.elbv2.create_load_balancer(Name="net", Type="network")["LoadBalancers"][0][
            "LoadBalancerArn"
        ]
        yield stage


@contextmanager
def echo(name: bytes) -> Iterator[TargetAddress]:
    """A target that says its name to whoever connects, and then what it is told."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with suppress(ConnectionError), connection:  # a health check goes away at once
            connection.sendall(name)
            while data := connection.recv(100):
                connection.sendall(data)

    def accept() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield TargetAddress("127.0.0.1", server.getsockname()[1])
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def opened(stage: Stage, group: str, protocol: str, **extra: Any) -> int:
    """Port of this machine of a new listener that forwards to a group."""
    [port] = free_ports(1)
    action = {"Type": "forward", "TargetGroupArn": group}
    # As the second load balancer's ports are a thousand above the first one's.
    stage.elbv2.create_listener(
        LoadBalancerArn=stage.load_balancer,
        Port=port - stage.port + 80 - 1000,
        Protocol=protocol,
        DefaultActions=[action],
        **extra,
    )
    stage.balancer.changed()
    until(lambda: port in [each.local_port for each in stage.balancer.listeners()], "the listener is open")
    return port


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), PATIENCE)


def test_a_connection_is_passed_on_both_ways_to_a_target_that_takes_connections(stage: Stage) -> None:
    group = stage.group(Protocol="TCP", HealthCheckProtocol="TCP")
    with echo(b"one") as target:
        stage.balancer.register(group, target)
        port = opened(stage, group, "TCP")
        stage.healthy(group, target)
        with closing(connected(port)) as connection:
            assert connection.recv(100) == b"one"
            connection.sendall(b"\x00 no HTTP")
            assert connection.recv(100) == b"\x00 no HTTP"


def test_a_target_that_takes_no_connection_is_unhealthy(stage: Stage) -> None:
    group = stage.group(Protocol="TCP", HealthCheckProtocol="TCP", HealthCheckIntervalSeconds=5)
    [nobody] = free_ports(1)
    gone = TargetAddress("127.0.0.1", nobody)
    with echo(b"two") as there:
        for target in (gone, there):
            stage.balancer.register(group, target)
        port = opened(stage, group, "TCP")
        stage.healthy(group, there)
        until(lambda: _state(stage, group, gone) == "unhealthy", "the target is unhealthy")
        for _ in range(4):
            with closing(connected(port)) as connection:
                assert connection.recv(100) == b"two"


def test_a_tls_listener_ends_tls_before_the_target(stage: Stage, folder: Path) -> None:
    group = stage.group(Protocol="TCP", HealthCheckProtocol="TCP")
    made = stage.elbv2.request_certificate(DomainName="shop.example", SubjectAlternativeNames=[])
    with echo(b"plain") as target:
        stage.balancer.register(group, target)
        port = opened(stage, group, "TLS", Certificates=[made], AlpnPolicy=["HTTP2Preferred"])
        stage.healthy(group, target)
        context = ssl.create_default_context(cafile=str(folder / AUTHORITY))
        context.set_alpn_protocols(["http/1.1", "h2"])
        with context.wrap_socket(connected(port), server_hostname="shop.example") as secure:
            assert secure.recv(100) == b"plain"
            assert secure.selected_alpn_protocol() == "h2"


def test_a_listener_of_another_protocol_is_left_out_and_told(stage: Stage) -> None:
    group = stage.group(Protocol="UDP", HealthCheckProtocol="TCP")
    stage.elbv2.create_listener(
        LoadBalancerArn=stage.load_balancer,
        Port=53,
        Protocol="UDP",
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    stage.balancer.changed()
    told = "The listener on port 53 is left out: UDP is not emulated, TCP and TLS are."
    until(lambda: told in stage.balancer.problems, "it is told")


def test_weights_and_the_idle_timeout_are_those_of_the_listener() -> None:
    groups = [{"TargetGroupArn": "a", "Weight": 9}, {"TargetGroupArn": "b", "Weight": 1}]
    listener: Any = {"DefaultActions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]}
    assert forwards(listener, {"a": "of-a", "b": "of-b"}) == {"of-a": 9, "of-b": 1}
    assert idle_timeout(listener) == 350
    listener["Attributes"] = {"tcp.idle_timeout.seconds": "60"}
    assert idle_timeout(listener) == 60


def test_what_takes_connections_is_shown_as_if_it_spoke_http() -> None:
    assert OpenListener(443, 8363, "TLS").url == "https://localhost:8363"
    assert OpenListener(80, 8000, "TCP").url == "http://localhost:8000"


def _state(stage: Stage, group: str, target: TargetAddress) -> str:
    health = stage.balancer.health(group, target)
    return health.state if health else ""
