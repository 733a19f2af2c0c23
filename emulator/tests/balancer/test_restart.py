"""An Envoy that has ended: what is told meanwhile, and what its successor serves."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ecs_emulator.balancer.publisher import OpenListener
from ecs_emulator.supervisor import Supervisor
from emulator.tests.balancer.stage import Appliance, Stage, staged
from emulator.tests.support.waiting import PATIENCE, until


class Client:
    """Asks again and again on one connection, and on a new one after a failure."""

    def __init__(self, port: int, path: str, over: threading.Event) -> None:
        self.good = 0  # answers in a row
        self._port, self._path, self._over = port, path, over
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def join(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
            try:
                while not self._over.is_set():
                    connection.request("GET", self._path)
                    answer = connection.getresponse()
                    answer.read()
                    self.good = self.good + 1 if answer.status == 200 else 0
            except (OSError, http.client.HTTPException):
                self.good = 0
            finally:
                connection.close()


@contextmanager
def clients(stage: Stage, path: str) -> Iterator[list[Client]]:
    over = threading.Event()
    made = [Client(stage.port, path, over) for _ in range(4)]
    try:
        yield made
    finally:
        over.set()
        for each in made:
            each.join()


def answered(all_of: list[Client], times: int = 20) -> bool:
    return all(client.good >= times for client in all_of)


def test_an_envoy_that_was_killed_is_followed_by_one_that_serves_the_same_and_takes_what_is_new(
    tmp_path: Path,
) -> None:
    said: list[str] = []
    supervisor = Supervisor(said.append, threading.Event())
    with staged(tmp_path) as stage, closing(Appliance("a")) as one, closing(Appliance("b")) as other:
        group = stage.group({"deregistration_delay.timeout_seconds": "0"})
        stage.serving(group, "/a*", one)
        supervisor.watch(*stage.balancer.children)
        with clients(stage, "/a") as visitors, supervisor.watching():
            until(lambda: answered(visitors), "the clients are served")
            stage.envoy.kill()
            until(lambda: said, "it is said")
            for visitor in visitors:
                visitor.good = 0
            until(lambda: answered(visitors), "the clients are served again")
        assert said == ["Envoy ended (signal 9); it is started again."]
        until(lambda: stage.balancer.state() == ("active", ""), "the load balancer is active")
        # Rules and targets are taken as before.
        stage.serves("/b", 404)
        stage.rule("/b*", group)
        assert stage.serves("/b").body == "a"
        stage.balancer.register(group, other.target)
        stage.healthy(group, other.target)
        stage.balancer.deregister(group, one.target)
        until(lambda: stage.balancer.health(group, one.target) is None, "one has drained")
        assert {stage.ask("/b").body for _ in range(10)} == {"b"}


def test_without_an_envoy_the_load_balancer_is_provisioning_and_its_targets_are_as_their_checks_say(
    tmp_path: Path,
) -> None:
    with staged(tmp_path) as stage, closing(Appliance("a")) as one:
        group = stage.group()
        stage.serving(group, "/a*", one)
        until(lambda: stage.balancer.state() == ("active", ""), "the load balancer is active")
        assert stage.balancer.listeners() == (OpenListener(80, stage.port),)
        stage.envoy.kill()
        stage.envoy.wait()
        assert stage.balancer.state() == ("provisioning", "Envoy has ended.")
        assert stage.balancer.listeners() == ()
        assert (health := stage.balancer.health(group, one.target)) is not None
        assert health.state == "healthy"


def test_a_new_envoy_has_taken_nothing_yet(tmp_path: Path) -> None:
    """Before it says so itself, whatever the one before had taken."""
    with staged(tmp_path) as stage, closing(Appliance("a")) as one:
        stage.serving(stage.group(), "/a*", one)
        until(lambda: stage.balancer.state() == ("active", ""), "the load balancer is active")
        envoy, _, *workers = stage.balancer.children
        stage.envoy.kill()
        stage.envoy.wait()
        states = []
        restarted = stage.balancer._envoy._restarted

        def note() -> None:
            states.append(stage.balancer.state())
            restarted()

        stage.balancer._envoy._restarted = note
        envoy.restart()
        assert states == [("provisioning", "Envoy is starting.")]
        until(lambda: stage.balancer.state() == ("active", ""), "the new one has taken all")
        assert stage.ask("/a").body == "a"
        assert [worker.ended() for worker in workers] == [None] * len(workers)


def test_a_thread_of_the_load_balancer_that_an_exception_ended_goes_on(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(said.append, threading.Event())
    with staged(tmp_path) as stage, closing(Appliance("a")) as one:
        publisher = stage.balancer._publisher
        publish = publisher.round

        def stumble(*_: object) -> float | None:
            publisher.round = publish  # type: ignore[method-assign]
            raise RuntimeError("a broken round")

        publisher.round = stumble  # type: ignore[method-assign, assignment]
        supervisor.watch(*stage.balancer.children)
        with supervisor.watching():
            stage.serving(stage.group(), "/a*", one)
        assert said == ["The load balancer's publisher ended (RuntimeError: a broken round); it is started again."]
