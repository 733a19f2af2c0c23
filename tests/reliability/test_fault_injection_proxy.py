"""The proxy does to calls what it is told, from one moment to the next."""

from __future__ import annotations

import time

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

from ecs_emulator.cloud.endpoint import Cloud
from reliability.fault_injection_proxy import SLOW, FaultInjectionProxy

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
