"""Time to live of DynamoDB's items: what expires is deleted by the service."""

from __future__ import annotations

from contextlib import closing
from time import time
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from ecs_emulator.cloud.dynamodb.time_to_live import Sweep, delete_expired
from ecs_emulator.cloud.endpoint import Cloud
from emulator.tests.cloud.dynamodb.items import key, records, told
from emulator.tests.support.waiting import until

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def _live(dynamodb: DynamoDBClient, table: str, enabled: bool = True, attribute: str = "until") -> None:
    dynamodb.update_time_to_live(
        TableName=table, TimeToLiveSpecification={"Enabled": enabled, "AttributeName": attribute}
    )


def test_what_has_expired_is_deleted_by_the_service(dynamodb: DynamoDBClient, table: str) -> None:
    now = int(time())
    _live(dynamodb, table)
    times: Any = {
        "expired": {"N": f"{now - 10}"},
        "later": {"N": f"{now + 600}"},
        "text": {"S": f"{now - 10}"},
        "ancient": {"N": f"{now - 6 * 366 * 86_400}"},
    }
    for name, end in times.items():
        dynamodb.put_item(TableName=table, Item={**key(name), "until": end})
    assert dynamodb.get_item(TableName=table, Key=key("expired"))["Item"], "it is found until it is deleted"
    assert [each.keys for each in delete_expired() if each.table == table] == [[key("expired")]]
    left = dynamodb.scan(TableName=table)["Items"]
    assert {item["s"]["S"] for item in left} == {"later", "text", "ancient"}
    last = records(table)[-1]
    assert (last["eventName"], last["dynamodb"]["Keys"]) == ("REMOVE", key("expired"))
    assert last["userIdentity"] == {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
    _live(dynamodb, table, enabled=False)
    assert [each for each in delete_expired(now + 10_000) if each.table == table] == []


def test_time_to_live_is_enabled_once(dynamodb: DynamoDBClient, table: str) -> None:
    with pytest.raises(ClientError, match="TimeToLive is already disabled"):
        _live(dynamodb, table, enabled=False)
    _live(dynamodb, table)
    with pytest.raises(ClientError) as error:
        _live(dynamodb, table)
    assert told(error) == ("ValidationException", "TimeToLive is already enabled")
    with pytest.raises(ClientError, match="TimeToLive is active on a different AttributeName"):
        _live(dynamodb, table, attribute="other")
    _live(dynamodb, table, enabled=False)
    described = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert described == {"TimeToLiveStatus": "DISABLED"}
    with pytest.raises(ClientError) as error:
        _live(dynamodb, "nowhere")
    assert told(error) == ("ResourceNotFoundException", "Requested resource not found: Table: nowhere not found")


def test_expiry_goes_on_where_a_look_has_failed() -> None:
    looks: list[bool] = []

    def look() -> None:
        looks.append(True)
        if len(looks) == 1:
            raise RuntimeError("a broken look")

    sweep = Sweep(look, pause=0.01)
    with closing(sweep):
        until(sweep.worker.ended, "its thread has ended")
        assert sweep.worker.ended() == "RuntimeError: a broken look"
        sweep.worker.restart()
        until(lambda: len(looks) > 1, "it looks again")
    assert sweep.worker.ended() is not None


def test_whoever_supervises_the_endpoint_watches_expiry_as_well(cloud: Cloud) -> None:
    assert [each.name for each in cloud.workers] == [
        "The AWS endpoint's server",
        "The time to live of DynamoDB's items",
    ]
