"""A counter that lives for thirty seconds."""

from __future__ import annotations

import http.client
from collections import Counter as Tally
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from flask.testing import FlaskClient

from app.hello.actions import counting_on
from app.hello.routes import hello_routes
from app.hello.store import Counter, Expired
from app.kit import aws
from app.kit.application import Application
from app.kit.dynamodb import InDoubt, NotApplied, Table
from app.kit.dynamodb_client import DynamoDBClient
from app.kit.event_loop import run
from app.kit.front import Front
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.local import REGION
from reliability.fault_injection_proxy import FaultInjectionProxy
from tests.server import Server


class Clock:
    """A clock that stands still until it is moved. It gives nanoseconds."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> int:
        return round(self.seconds * 1e9)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def table(dynamodb: DynamoDBClient, tables: dict[str, str]) -> Table:
    return Table(dynamodb, tables["HELLO_TABLE_NAME"])


@pytest.fixture
def visitor(table: Table, clock: Clock) -> FlaskClient:
    app = Application(__name__)
    Front(app)
    app.register_blueprint(hello_routes(Counter(table, clock)))
    return app.test_client()


def test_each_call_counts_one_further(visitor: FlaskClient) -> None:
    assert visitor.get("/hello").text == "Hello ELECLE 1"
    for number in range(2, 30):
        assert visitor.get("/hello/again").text == f"Hello ELECLE {number}"


def test_the_answers_are_plain_text_that_nobody_keeps(client: FlaskClient) -> None:
    for address in ("/hello", "/hello/again"):
        answer = client.get(address)
        assert (answer.status_code, answer.content_type) == (200, "text/plain; charset=utf-8")
        assert answer.headers["Cache-Control"] == "no-store"


def test_without_a_hello_there_is_nothing_to_count_on(
    visitor: FlaskClient, session: boto3.Session, tables: dict[str, str]
) -> None:
    answer = visitor.get("/hello/again")
    assert (answer.status_code, answer.text) == (200, "Expired!")
    assert session.resource("dynamodb").Table(tables["HELLO_TABLE_NAME"]).scan()["Items"] == []


def test_it_lives_for_exactly_thirty_seconds_and_no_call_makes_it_longer(visitor: FlaskClient, clock: Clock) -> None:
    visitor.get("/hello")
    for number, seconds in enumerate((10, 10, 9.999), start=2):
        clock.seconds += seconds
        assert visitor.get("/hello/again").text == f"Hello ELECLE {number}"
    clock.seconds += 0.001
    for _ in range(3):
        assert visitor.get("/hello/again").text == "Expired!"
        clock.seconds += 3600


def test_hello_begins_anew_at_any_time(visitor: FlaskClient, clock: Clock) -> None:
    visitor.get("/hello")
    visitor.get("/hello/again")
    clock.seconds += 20
    assert visitor.get("/hello").text == "Hello ELECLE 1"
    clock.seconds += 29.999
    assert visitor.get("/hello/again").text == "Hello ELECLE 2"
    clock.seconds += 100
    assert visitor.get("/hello/again").text == "Expired!"
    assert visitor.get("/hello").text == "Hello ELECLE 1"
    assert visitor.get("/hello/again").text == "Hello ELECLE 2"


def test_dynamodb_tidies_up_long_after_the_end(
    visitor: FlaskClient, clock: Clock, session: boto3.Session, tables: dict[str, str]
) -> None:
    name = tables["HELLO_TABLE_NAME"]
    description = session.client("dynamodb").describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert description == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ExpiresAt"}
    visitor.get("/hello")
    (row,) = session.resource("dynamodb").Table(name).scan()["Items"]
    assert int(str(row["ExpiresAt"])) >= clock.seconds + 30 + 600
    # Gone already, it has expired just the same.
    session.resource("dynamodb").Table(name).delete_item(Key={"Name": "hello"})
    assert visitor.get("/hello/again").text == "Expired!"


def test_a_look_at_the_headers_does_not_count(visitor: FlaskClient) -> None:
    visitor.get("/hello")
    visitor.get("/hello/again")
    for address in ("/hello", "/hello/again"):
        assert visitor.head(address).status_code == 200
        assert visitor.options(address).status_code == 200
    assert visitor.get("/hello/again").text == "Hello ELECLE 3"


def test_a_crowd_gets_every_number_once(table: Table) -> None:
    tasks = [Counter(table) for _ in range(3)]
    assert run(tasks[0].begin()) == 1
    counts = [counting_on(task) for task in tasks]
    with ThreadPoolExecutor(24) as threads:
        numbers = list(threads.map(lambda call: run(counts[call % 3]()), range(600)))
    assert sorted(numbers) == list(range(2, 602))


def on(cloud_url: str, tables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Counter:
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud_url)
    return Counter(Table(aws.dynamodb(REGION), tables["HELLO_TABLE_NAME"]))


@pytest.mark.parametrize("fault", ["dropped", "error_after", "garbage"])
def test_a_lost_answer_is_found_again_and_no_number_is_left_out(
    cloud: Cloud, table: Table, tables: dict[str, str], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    run(Counter(table).begin())
    answered: list[int] = []
    with FaultInjectionProxy(cloud.url, {fault: 0.5}, seed=3) as proxy:
        counter = on(proxy.url, tables, monkeypatch)
        for _ in range(60):
            try:
                answered += run(counter.go_on(1))
            except InDoubt:
                # Counted, but the word of it was lost twice. The next number tells.
                answered.append(answered[-1] + 1 if answered else 2)
        assert proxy.happened[fault] > 10
    assert answered == list(range(2, 62))


def test_a_write_whose_answer_is_lost_is_never_sent_again(
    cloud: Cloud, table: Table, tables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(Counter(table).begin())
    with FaultInjectionProxy(cloud.url, {"error_after": 1.0}, seed=1) as proxy:
        counter = on(proxy.url, tables, monkeypatch)
        for _ in range(5):
            with pytest.raises(InDoubt):
                run(counter.go_on(1))
    assert list(run(Counter(table).go_on(1))) == [7]


@pytest.mark.parametrize("fault", ["throttled", "error_before"])
def test_what_was_not_written_is_not_counted(
    cloud: Cloud, table: Table, tables: dict[str, str], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    run(Counter(table).begin())
    with FaultInjectionProxy(cloud.url, {fault: 1.0}, seed=1) as proxy:
        counter = on(proxy.url, tables, monkeypatch)
        with pytest.raises((NotApplied, InDoubt)):
            run(counter.go_on(1))
    assert list(run(Counter(table).go_on(1))) == [2]


def test_an_answer_lost_while_others_count_is_an_error_and_not_their_number(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = Counter(table), Counter(table)
    run(mine.begin())
    update = table.update
    lost = iter([True])

    async def landed_and_lost(*arguments: object, **expressions: object) -> object:
        item = await update(*arguments, **expressions)  # type: ignore[arg-type]
        if next(lost, False):
            assert list(await other.go_on(1)) == [3]
            raise InDoubt("The data store did not answer in time.")
        return item

    monkeypatch.setattr(table, "update", landed_and_lost)
    with pytest.raises(InDoubt):
        run(mine.go_on(1))
    assert list(run(mine.go_on(1))) == [4]


def test_expiry_counts_nothing(table: Table, clock: Clock) -> None:
    counter = Counter(table, clock)
    run(counter.begin())
    clock.seconds += 30
    for _ in range(3):
        with pytest.raises(Expired):
            run(counter.go_on(5))
    clock.seconds -= 30
    assert list(run(counter.go_on(1))) == [2]


def test_several_servers_count_as_one(cloud: Cloud, table_name: str) -> None:
    settings = {"FEATURES": "hello", "DDB_TABLE_NAME": ""}
    with Server(table_name, **settings) as first, Server(table_name, **settings) as second:

        def text(server: Server, path: str) -> str:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            connection.request("GET", path)
            answer = connection.getresponse()
            said = answer.read().decode()
            connection.close()
            assert answer.status == 200, said
            return said

        assert text(second, "/hello/again") == "Expired!"
        assert text(first, "/hello") == "Hello ELECLE 1"
        assert text(second, "/hello/again") == "Hello ELECLE 2"
        with ThreadPoolExecutor(16) as threads:
            said = list(threads.map(lambda n: text((first, second)[n % 2], "/hello/again"), range(200)))
    assert Tally(said) == Tally(f"Hello ELECLE {number}" for number in range(3, 203))
