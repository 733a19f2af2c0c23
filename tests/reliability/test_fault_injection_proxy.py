"""The proxy does to calls what it is told, from one moment to the next."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

from ecs_emulator.cloud.endpoint import Cloud
from emulator.tests.support.waiting import until
from reliability.fault_injection_proxy import ROOM, SLOW, FaultInjectionProxy

ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20)


def test_what_is_injected_can_be_changed_while_it_runs(session: boto3.Session, cloud: Cloud) -> None:
    with FaultInjectionProxy(cloud.url, {}, seed=1) as proxy:
        client = session.client("dynamodb", endpoint_url=proxy.url, config=ONCE)
        client.list_tables()
        proxy.set_faults({"throttled": 1.0})
        with pytest.raises(ClientError, match="Slow down"):
            client.list_tables()
        proxy.set_faults({"slow": 1.0})
        began = time.monotonic()
        client.list_tables()
        assert time.monotonic() - began >= SLOW
        proxy.reset()
        client.list_tables()
        assert proxy.happened == {"well": 2, "throttled": 1, "slow": 1}


def test_nobody_listens_while_it_is_away_and_then_it_is_back_at_its_address(
    session: boto3.Session, cloud: Cloud
) -> None:
    with FaultInjectionProxy(cloud.url, {}, seed=1) as proxy:
        client = session.client("dynamodb", endpoint_url=proxy.url, config=ONCE)
        client.list_tables()
        with proxy.away(), pytest.raises(EndpointConnectionError):
            client.list_tables()
        client.list_tables()


def test_a_signature_of_another_time_is_refused_as_aws_refuses_it(
    session: boto3.Session, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultInjectionProxy(cloud.url, {}, seed=1) as proxy:
        client = session.client("dynamodb", endpoint_url=proxy.url, config=ONCE)
        client.meta.events.register("before-send", _sign_yesterday)
        with pytest.raises(ClientError, match="Signature expired"):
            client.list_tables()
        assert proxy.happened["expired"] == 1


def _sign_yesterday(request: object, **_: object) -> None:
    headers = request.headers  # type: ignore[attr-defined]
    headers["X-Amz-Date"] = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() - 86_400))


class Busy(ThreadingHTTPServer):
    """A data store that answers nobody until `release` is set; `asked` holds who has asked."""

    request_queue_size = 2 * ROOM
    daemon_threads = True

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.release = threading.Event()
        store = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                store.asked.append(self.path)
                store.release.wait()
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


def asked(proxy: FaultInjectionProxy, path: str) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", int(proxy.url.rpartition(":")[2])))
    client.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())
    return client


def test_what_waits_for_a_busy_data_store_ends_with_its_client() -> None:
    store = Busy()
    with FaultInjectionProxy(f"http://127.0.0.1:{store.server_port}", {}, seed=1) as proxy:
        clients = [asked(proxy, f"/{number}") for number in range(ROOM)]
        until(lambda: len(store.asked) == ROOM, "the data store is busy")
        impatient = asked(proxy, "/impatient")
        until(lambda: proxy.happened["well"] == ROOM + 1, "the proxy has its request")
        impatient.close()
        store.release.set()
        for client in [*clients, asked(proxy, "/later")]:
            with closing(client):
                assert client.recv(100).startswith(b"HTTP/1.1 200")
    store.shutdown()
    store.server_close()
    assert sorted(store.asked) == sorted([*(f"/{number}" for number in range(ROOM)), "/later"])
