"""Every like leaves one event in CloudWatch Logs, and CloudWatch never holds up anybody."""

from __future__ import annotations

import itertools
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import boto3
import pytest

from ecs_emulator.cloud.endpoint import Cloud
from reliability.fault_injection_proxy import FaultInjectionProxy
from tests.conftest import Rows
from tests.platform_runner import until
from tests.server import Server

_numbers = itertools.count(1)


@pytest.fixture
def log_group(session: boto3.Session) -> str:
    name = f"services-{next(_numbers)}"
    session.client("logs").create_log_group(logGroupName=name)
    return name


def delivered(session: boto3.Session, log_group: str, message: str = "Like processed.") -> list[dict[str, Any]]:
    """The events that a plain-text filter finds, as an operator would look for them."""
    pages = session.client("logs").get_paginator("filter_log_events")
    found = pages.paginate(logGroupName=log_group, filterPattern=f'"{message}"')
    return [json.loads(event["message"]) for page in found for event in page["events"]]


def like(server: Server, mysfit_id: str, count: int) -> None:
    with ThreadPoolExecutor(8) as visitors:
        answers = list(visitors.map(lambda _: server.request("POST", f"/mysfits/{mysfit_id}/like"), range(count)))
    assert [status for status, _ in answers] == [200] * count


def test_twenty_likes_are_twenty_events_without_waiting_for_the_end(
    session: boto3.Session, table_name: str, log_group: str, rows: Rows
) -> None:
    mysfit_id = rows.add()
    with Server(table_name, LOG_GROUP=log_group) as server:
        like(server, mysfit_id, 20)
        until(lambda: len(delivered(session, log_group)) == 20, "20 events in CloudWatch")
        events = delivered(session, log_group)
        assert len({event["request_id"] for event in events}) == 20
        assert {event["mysfit_id"] for event in events} == {mysfit_id}
        assert {event["revision"] for event in events} == {"test:1"}
        assert len(server.events("Like processed.")) == 20
    streams = session.client("logs").describe_log_streams(logGroupName=log_group)["logStreams"]
    assert len(streams) <= 2, "one stream for each worker"


def test_sigterm_loses_no_event(session: boto3.Session, table_name: str, log_group: str, rows: Rows) -> None:
    mysfit_id = rows.add()
    with Server(table_name, LOG_GROUP=log_group) as server:
        like(server, mysfit_id, 50)
        server.stop()
        assert len(delivered(session, log_group)) == 50
        assert len(server.events("Like processed.")) == 50


def test_an_event_is_on_stdout_even_when_the_process_is_killed(table_name: str, rows: Rows) -> None:
    mysfit_id = rows.add()
    with Server(table_name) as server:
        like(server, mysfit_id, 20)
        server.process.kill()
        server.process.wait()
        assert len(server.events("Like processed.")) == 20


@contextmanager
def gone() -> Iterator[str]:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{nobody.getsockname()[1]}"


@contextmanager
def hung() -> Iterator[str]:
    """Takes connections, reads, and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        taken: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    taken.append(listener.accept()[0])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    for connection in taken:
        connection.close()


@contextmanager
def failing(cloud: Cloud) -> Iterator[str]:
    with FaultInjectionProxy(cloud.url, {"error_before": 1.0}, seed=1) as proxy:
        yield proxy.url


def sick_cloudwatch(kind: str, cloud: Cloud) -> AbstractContextManager[str]:
    if kind == "failing":
        return failing(cloud)
    return gone() if kind == "gone" else hung()


@pytest.mark.parametrize("kind", ["gone", "hung", "failing"])
def test_a_sick_cloudwatch_fails_no_request_and_nothing_is_lost_in_silence(
    cloud: Cloud, table_name: str, log_group: str, rows: Rows, kind: str
) -> None:
    mysfit_id = rows.add()
    with (
        sick_cloudwatch(kind, cloud) as sick,
        Server(table_name, LOG_GROUP=log_group, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=sick) as server,
    ):
        like(server, mysfit_id, 40)
        server.stop()
        assert server.seconds_to_stop() < 15, "5 s for the log, and what a busy machine needs for the server's own end"
        assert len(server.events("Like processed.")) == 40
        undelivered = server.events("Log events not delivered to CloudWatch.")
        assert sum(event["count"] for event in undelivered) == 40 + len(server.events("Metrics."))
        assert all(event["reason"] for event in undelivered)


def test_events_arrive_when_cloudwatch_comes_back(
    cloud: Cloud, session: boto3.Session, table_name: str, log_group: str, rows: Rows
) -> None:
    mysfit_id = rows.add()
    with (
        FaultInjectionProxy(cloud.url, {"error_before": 1.0}, seed=5) as proxy,
        Server(table_name, LOG_GROUP=log_group, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=proxy.url, WORKERS="1") as server,
    ):
        like(server, mysfit_id, 10)
        # watchtower by itself would have dropped the batch after five.
        until(lambda: proxy.happened.total() >= 6, "six tries")
        proxy.reset()
        until(lambda: len(delivered(session, log_group)) == 10, "10 events in CloudWatch")
        assert server.events("Log events not delivered to CloudWatch.") == []


def test_a_flaky_cloudwatch_gets_every_event_once(
    cloud: Cloud, session: boto3.Session, table_name: str, log_group: str, rows: Rows
) -> None:
    mysfit_id = rows.add()
    faults = {"error_before": 0.3, "throttled": 0.2, "refused": 0.2}
    with (
        FaultInjectionProxy(cloud.url, faults, seed=5) as flaky,
        Server(table_name, LOG_GROUP=log_group, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=flaky.url) as server,
    ):
        like(server, mysfit_id, 30)
        until(lambda: len(delivered(session, log_group)) >= 30, "30 events in CloudWatch")
        assert server.events("Log events not delivered to CloudWatch.") == []
    assert len(delivered(session, log_group)) == 30
