"""A load balancer with a store, an Envoy and targets that answer as a test wants.

with staged(tmp_path) as stage:
    group = stage.group()
    stage.rule("/a*", group)
    with target() as one: ...
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple, cast

import boto3

from ecs_emulator import reaper
from ecs_emulator.authority import CertificateAuthority
from ecs_emulator.balancer.balancer import Balancer
from ecs_emulator.clock import Clock
from ecs_emulator.ports import free_ports
from ecs_emulator.scheduler.interfaces import TargetAddress
from emulator.tests.balancer.shelf import Shelf
from emulator.tests.support.waiting import PATIENCE, until

_IN_A_ROW = 10  # answers of which one is nearly always of the other worker


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: str


class Appliance:
    """A target: a web server that answers `answer(request)`, and tells its own health on /health."""

    def __init__(self, name: str = "", answer: Callable[[BaseHTTPRequestHandler], str] | None = None) -> None:
        self.health = 200
        self.hang: threading.Event | None = None  # until it is set, checks wait
        self.requests: list[tuple[str, str, Message]] = []
        appliance = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                is_check = self.headers.get("User-Agent") == "ELB-HealthChecker/2.0"
                if not is_check:
                    appliance.requests.append((self.command, self.path, self.headers))
                elif appliance.hang:
                    appliance.hang.wait(PATIENCE)
                body = (answer(self) if answer and not is_check else name).encode()
                self.send_response(appliance.health if is_check else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_PUT = do_GET  # noqa: N815 (names of http.server)

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_: Any) -> None:  # a client that went away is no news
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.target = TargetAddress("127.0.0.1", self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Stage:
    def __init__(
        self,
        balancer: Balancer,
        envoy: subprocess.Popen[bytes],
        elbv2: Shelf,
        api_port: int,
    ) -> None:
        self.balancer = balancer
        self.envoy = envoy
        self.elbv2 = elbv2
        self.port = api_port
        self._priorities = itertools.count(10)
        self._names = itertools.count(1)
        self.load_balancer = elbv2.create_load_balancer(Name="lb")["LoadBalancers"][0]["LoadBalancerArn"]
        self.listener = self.listen(80)

    def listen(self, port: int, protocol: str = "HTTP", **extra: Any) -> str:
        fixed = {"StatusCode": "404", "ContentType": "application/json", "MessageBody": '{"detail": "No 100 % match."}'}
        made = self.elbv2.create_listener(
            LoadBalancerArn=self.load_balancer,
            Port=port,
            Protocol=protocol,
            DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": fixed}],
            **extra,
        )
        self.balancer.changed()
        return cast("str", made["Listeners"][0]["ListenerArn"])

    def group(self, attributes: dict[str, str] | None = None, **settings: Any) -> str:
        asked = {
            "Protocol": "HTTP",
            "Port": 8080,
            "TargetType": "ip",
            "HealthCheckPath": "/health",
            "HealthCheckIntervalSeconds": 10,
            "HealthyThresholdCount": 2,
            "UnhealthyThresholdCount": 3,
            **settings,
        }
        made = self.elbv2.create_target_group(Name=f"group-{next(self._names)}", **asked)
        arn = cast("str", made["TargetGroups"][0]["TargetGroupArn"])
        attributes = {"deregistration_delay.timeout_seconds": "10", **(attributes or {})}
        listed = [{"Key": key, "Value": value} for key, value in attributes.items()]
        self.elbv2.modify_target_group_attributes(TargetGroupArn=arn, Attributes=listed)
        self.balancer.changed()
        return arn

    def rule(self, path: str, *actions: Any, conditions: list[Any] | None = None, listener: str = "") -> str:
        """A rule for `path`; an action that is a string is the ARN of a group to forward to."""
        made = self.elbv2.create_rule(
            ListenerArn=listener or self.listener,
            Priority=next(self._priorities),
            Conditions=[{"Field": "path-pattern", "Values": [path]}, *(conditions or [])],
            Actions=[
                {"Type": "forward", "TargetGroupArn": action} if isinstance(action, str) else action
                for action in actions
            ],
        )
        self.balancer.changed()
        return cast("str", made["Rules"][0]["RuleArn"])

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes | None = None,
        port: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())
        finally:
            connection.close()

    def serves(self, path: str, status: int = 200, port: int = 0) -> Answer:
        """Wait until it answers with that status; that answer.

        It is asked again and again: each of Envoy's workers has what is new at its own moment, and a connection is any
        worker's.
        """

        def tried() -> Answer | None:
            with contextlib.suppress(ConnectionError):
                for _ in range(_IN_A_ROW):
                    answer = self.ask(path, port=port)
                    if answer.status != status:
                        return None
                return answer
            return None

        return cast("Answer", until(tried, f"{path} answers {status}"))

    def healthy(self, group: str, *targets: TargetAddress) -> None:
        def all_are() -> bool:
            healths = [self.balancer.health(group, target) for target in targets]
            return all(health is not None and health.state == "healthy" for health in healths)

        until(all_are, "the targets are healthy")

    def serving(self, group: str, path: str, *appliances: Appliance) -> None:
        """Register them, make a rule for `path`, and wait until the group serves."""
        for each in appliances:
            self.balancer.register(group, each.target)
        self.rule(path, group)
        self.healthy(group, *(each.target for each in appliances))
        self.serves(path)


@contextmanager
def staged(folder: Path, speed: float = 10) -> Iterator[Stage]:
    """A balancer on ports that nobody uses, with a load balancer whose listener on port 80 answers 404."""
    shelf = Shelf()
    processes = []
    [port] = free_ports(1)
    with reaper.started() as start:

        def noted(
            command: list[str],
            environment: dict[str, str],
            output: Path | None,
            folder: Path | None = None,
            pass_fds: Sequence[int] = (),
        ) -> subprocess.Popen[bytes]:
            processes.append(start(command, environment, output, folder, pass_fds))
            return processes[-1]

        session, authority = cast("boto3.Session", _Session(shelf)), CertificateAuthority(folder)
        balancer = Balancer(session, noted, folder / "balancer", port, Clock(speed), authority)
        with contextlib.closing(balancer):
            yield Stage(balancer, processes[0], shelf, port)


class _Session:
    """Has one client, whatever the environment of the test says about endpoints."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def client(self, _name: str, **_settings: Any) -> Any:
        return self._client
