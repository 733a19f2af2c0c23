"""Clients that write while a rehearsal is killed: visitors of the API, and clients of the AWS endpoint."""

from __future__ import annotations

import http.client
import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from reliability.kills.ledger import Ledger, NotAnswered
from reliability.kills.running import PlatformProcess

BUCKET = GROUP = TABLE = "kills"
_VISITORS = 12
_NAMES = 20  # keys, parameters, rows that a client writes again and again

Work = Callable[[], None]


def prepare(rehearsal: PlatformProcess) -> None:
    """Make by hand what the clients write into."""
    rehearsal.client("s3").create_bucket(Bucket=BUCKET)
    logs = rehearsal.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="client")
    rehearsal.client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


@contextmanager
def clients(
    rehearsal: PlatformProcess, ledger: Ledger, mysfits: Sequence[str], numbers: Iterator[int]
) -> Iterator[None]:
    """Sixteen clients, each with one call under way; afterwards all of them have ended."""
    stopping = threading.Event()
    works = [_visitor(rehearsal, ledger, mysfits) for _ in range(_VISITORS)]
    works += [each(rehearsal, ledger, numbers) for each in (_objects, _parameters, _events, _rows)]
    threads = [threading.Thread(target=_again, args=(work, stopping), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


def _again(work: Work, stopping: threading.Event) -> None:
    while not stopping.is_set():
        work()


def _visitor(rehearsal: PlatformProcess, ledger: Ledger, mysfits: Sequence[str]) -> Work:
    chance = random.Random()  # noqa: S311 (chance, not secrecy)

    def work() -> None:
        mysfit, dice = chance.choice(mysfits), chance.random()
        if dice < 0.6:
            with ledger.counting(f"like {mysfit}"):
                _ask(rehearsal, "POST", f"/mysfits/{mysfit}/like")
        elif dice < 0.62:
            with ledger.setting(f"adoption {mysfit}", "True"):
                _ask(rehearsal, "POST", f"/mysfits/{mysfit}/adopt", also=(409,))
        else:
            with ledger.reading():
                _ask(rehearsal, "GET", f"/mysfits/{mysfit}")

    return work


def _ask(rehearsal: PlatformProcess, method: str, path: str, also: tuple[int, ...] = ()) -> None:
    """Raises NotAnswered."""
    connection = http.client.HTTPConnection(urlsplit(rehearsal.api_url).netloc, timeout=30)
    try:
        connection.request(method, path)
        with connection.getresponse() as answer:
            answer.read()
            if answer.status not in (200, *also):
                raise NotAnswered(str(answer.status))
    except (OSError, http.client.HTTPException) as error:
        time.sleep(0.02)  # nobody is there any more
        raise NotAnswered(str(error)) from error
    finally:
        connection.close()


def _objects(rehearsal: PlatformProcess, ledger: Ledger, numbers: Iterator[int]) -> Work:
    s3 = rehearsal.client("s3")

    def work() -> None:
        number = next(numbers)
        name, body = f"k{number % _NAMES}", f"{number} {'x' * 2000}"
        with ledger.setting(f"object {name}", body):
            _call(s3.put_object, Bucket=BUCKET, Key=name, Body=body.encode())

    return work


def _parameters(rehearsal: PlatformProcess, ledger: Ledger, numbers: Iterator[int]) -> Work:
    ssm = rehearsal.client("ssm")

    def work() -> None:
        number = next(numbers)
        name = f"/kills/{number % _NAMES}"
        with ledger.setting(f"parameter {name}", str(number)):
            _call(ssm.put_parameter, Name=name, Value=str(number), Type="String", Overwrite=True)

    return work


def _rows(rehearsal: PlatformProcess, ledger: Ledger, numbers: Iterator[int]) -> Work:
    dynamodb = rehearsal.client("dynamodb")

    def work() -> None:
        number = next(numbers)
        name = f"r{number % _NAMES}"
        with ledger.setting(f"row {name}", str(number)):
            _call(dynamodb.put_item, TableName=TABLE, Item={"Id": {"S": name}, "Number": {"N": str(number)}})

    return work


def _events(rehearsal: PlatformProcess, ledger: Ledger, numbers: Iterator[int]) -> Work:
    logs = rehearsal.client("logs")

    def work() -> None:
        message = str(next(numbers))
        event = {"timestamp": time.time_ns() // 1_000_000, "message": message}
        with ledger.logging("client", message):
            _call(logs.put_log_events, logGroupName=GROUP, logStreamName="client", logEvents=[event])

    return work


def _call(operation: Callable[..., Any], **given: Any) -> None:
    """Raises NotAnswered."""
    try:
        operation(**given)
    except (BotoCoreError, ClientError) as error:
        time.sleep(0.02)
        raise NotAnswered(str(error)) from error


def stored_counts(rehearsal: PlatformProcess) -> dict[str, int]:
    rows = _rows_of(rehearsal, rehearsal.outputs["DynamoTable"])
    return {f"like {row['MysfitId']['S']}": int(row["Likes"]["N"]) for row in rows}


def stored_values(rehearsal: PlatformProcess) -> dict[str, str]:
    s3, ssm = rehearsal.client("s3"), rehearsal.client("ssm")
    mysfits = _rows_of(rehearsal, rehearsal.outputs["DynamoTable"])
    found = {f"adoption {row['MysfitId']['S']}": str(row["Adopted"]["BOOL"]) for row in mysfits}
    for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        found[f"object {each['Key']}"] = s3.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read().decode()
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path="/kills")
    found |= {f"parameter {each['Name']}": each["Value"] for page in pages for each in page["Parameters"]}
    return found | {f"row {row['Id']['S']}": row["Number"]["N"] for row in _rows_of(rehearsal, TABLE)}


def stored_events(rehearsal: PlatformProcess) -> Mapping[str, list[str]]:
    """Of the client's stream."""
    logs = rehearsal.client("logs")
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=GROUP)
    return {"client": [event["message"] for page in pages for event in page["events"]]}


def _rows_of(rehearsal: PlatformProcess, table: str) -> list[Any]:
    pages = rehearsal.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return list(itertools.chain.from_iterable(page["Items"] for page in pages))
