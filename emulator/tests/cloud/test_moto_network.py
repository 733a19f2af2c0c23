"""Whatever moto keeps, it calls nobody; SNS's messages go to programs of this machine."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError
from moto.utilities.docker_utilities import DockerModel

from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.cloud.moto_network import NoNetwork, without_network
from emulator.tests.cloud.wire import client, strict_cloud
from emulator.tests.support.waiting import until

ELSEWHERE = "http://198.51.100.9/"  # of a network for documentation


@pytest.fixture(scope="module")
def bare() -> Iterator[Cloud]:
    with strict_cloud() as cloud:
        yield cloud


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses to which a message would have been sent."""
    sent: list[str] = []
    monkeypatch.setattr(requests.Session, "post", lambda _self, url, **_message: sent.append(url))
    return sent


def published(bare: Cloud, *endpoints: str) -> None:
    sns = client(bare, "sns")
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    for endpoint in endpoints:
        sns.subscribe(TopicArn=topic, Protocol=endpoint.partition(":")[0], Endpoint=endpoint)
    sns.publish(TopicArn=topic, Message="a message")
    sns.delete_topic(TopicArn=topic)


def test_a_message_is_delivered_to_a_subscriber_of_this_machine_alone(bare: Cloud, sent: list[str]) -> None:
    published(bare, ELSEWHERE, "https://example.com/", "http://localhost.example.com/", "http://127.0.0.1:9/here")
    until(lambda: sent, "a message is sent")
    assert sent == ["http://127.0.0.1:9/here"]


def test_a_message_reaches_subscribers_beside_one_that_is_gone(bare: Cloud) -> None:
    sns, sqs = client(bare, "sns"), client(bare, "sqs")
    topic = sns.create_topic(Name="news")["TopicArn"]
    url = sqs.create_queue(QueueName="readers")["QueueUrl"]
    for endpoint in ("arn:aws:sqs:us-east-1:123456789012:gone", "arn:aws:sqs:us-east-1:123456789012:readers"):
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint)
    sns.publish(TopicArn=topic, Message="news")
    [message] = sqs.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"])["Message"] == "news"


def test_a_subscriber_may_call_aws_before_it_answers_and_leads_nobody_elsewhere(
    bare: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    heard: list[Any] = []
    sqs = client(bare, "sqs")

    class Subscriber(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            heard.append((message["Message"], sqs.list_queues(QueueNamePrefix="nobody-s").get("QueueUrls", [])))
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Subscriber) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        published(bare, f"http://localhost:{server.server_address[1]}/")
        until(lambda: heard, "the subscriber has the message")
        server.shutdown()
    assert heard == [("a message", [])]


def test_what_moto_would_ask_of_others_is_refused(bare: Cloud) -> None:
    firehose = client(bare, "firehose")
    place = {"RoleARN": "arn:aws:iam::123456789012:role/a", "BucketARN": "arn:aws:s3:::a"}
    destination = {"EndpointConfiguration": {"Url": "https://127.0.0.1:9/"}, "S3Configuration": place}
    firehose.create_delivery_stream(DeliveryStreamName="out", HttpEndpointDestinationConfiguration=destination)
    with pytest.raises(ClientError, match="PutRecord failed here"):
        firehose.put_record(DeliveryStreamName="out", Record={"Data": b"a"})


def test_no_function_is_run_by_a_docker_engine() -> None:
    with pytest.raises(NoNetwork):
        _ = DockerModel().docker_client


@pytest.mark.parametrize(
    "ask",
    [
        lambda: socket.create_connection(("127.0.0.1", 1)),
        lambda: socket.getaddrinfo("example.com", 80),
        lambda: socket.gethostbyname("example.com"),
    ],
)
def test_a_thread_without_network_asks_nobody(ask: Callable[[], object]) -> None:
    with without_network(), pytest.raises(NoNetwork):
        ask()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", 1))
