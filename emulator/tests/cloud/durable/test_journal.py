"""A start brings back what is on disk, a save never makes it poorer, and what cannot be read is left alone."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from ecs_emulator.cloud.durable.codec import container, now_ms
from ecs_emulator.cloud.durable.damage import opened
from ecs_emulator.cloud.durable.database import SCHEMA_VERSION, Cell, Changes, Database, LogEvent, NotWritten
from ecs_emulator.cloud.durable.takeover import take_over
from ecs_emulator.cloud.moto_backend import MOTO_LOCK
from ecs_emulator.local import ACCOUNT, REGION, Unusable
from emulator.tests.cloud.durable.life import TABLE, Life
from emulator.tests.cloud.durable.moto_memory import forget

ROW = {"Id": {"S": "a"}, "Likes": {"N": "7"}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data.sqlite"


def with_a_row(path: Path, ours: bool = False) -> None:
    """Let a cloud store a row, in a table of its own making or of somebody's."""
    with Life(path).started() as life:
        dynamodb = life.client("dynamodb", ours)
        dynamodb.create_table(**TABLE)
        life.client("dynamodb").put_item(TableName="notes", Item=ROW)


def test_a_table_that_is_made_again_has_its_rows_at_once(path: Path) -> None:
    with_a_row(path, ours=True)
    with Life(path) as life:
        life.client("dynamodb", ours=True).create_table(**TABLE)
        assert life.rows() == [ROW]


def test_a_table_that_nobody_makes_again_keeps_its_rows_and_that_is_said(path: Path) -> None:
    with_a_row(path, ours=True)
    with Life(path).started() as life:
        assert life.client("dynamodb").list_tables()["TableNames"] == []
        assert life.said == ["Kept until it is made again: table notes with 1 row."]
    with Life(path) as life:
        life.client("dynamodb", ours=True).create_table(**TABLE)
        assert life.rows() == [ROW]


def test_a_start_that_goes_back_takes_no_row_with_it(path: Path) -> None:
    with_a_row(path, ours=True)
    with Life(path) as life:
        dynamodb = life.client("dynamodb", ours=True)
        dynamodb.create_table(**TABLE)
        dynamodb.delete_table(TableName="notes")
    with Life(path) as life:
        life.client("dynamodb", ours=True).create_table(**TABLE)
        assert life.rows() == [ROW]


def test_a_table_that_is_deleted_takes_its_rows_with_it(path: Path) -> None:
    with_a_row(path, ours=True)
    with Life(path) as life:
        dynamodb = life.client("dynamodb", ours=True)
        dynamodb.create_table(**TABLE)
        life.started()
        dynamodb.delete_table(TableName="notes")
        dynamodb.create_table(**TABLE)
        assert life.rows() == []
    with Life(path) as life:
        life.client("dynamodb", ours=True).create_table(**TABLE)
        assert life.rows() == []


def test_rows_that_do_not_fit_the_table_of_now_are_set_aside(path: Path) -> None:
    with_a_row(path, ours=True)
    with Life(path) as life:
        other = [{"AttributeName": "Name", "KeyType": "HASH"}]
        attributes = [{"AttributeName": "Name", "AttributeType": "S"}]
        dynamodb = life.client("dynamodb", ours=True)
        dynamodb.create_table(**{**TABLE, "KeySchema": other, "AttributeDefinitions": attributes})
        assert life.rows() == []
        assert "The table notes has another key than before. Its rows are set aside in data.sqlite." in life.said
    with closing(Database(path)) as database:
        assert list(database.documents("row").values()) == [ROW]


def test_memory_that_has_lost_everything_does_not_empty_the_disk(path: Path) -> None:
    with_a_row(path)
    with Life(path).started() as life:
        life.client("s3").create_bucket(Bucket="a-bucket")
        life.client("s3").put_object(Bucket="a-bucket", Key="k", Body=b"kept")
        life.client("ssm").put_parameter(Name="p", Value="1", Type="String")
        forget()
        ssm, logs = life.client("ssm"), life.client("logs")
        ssm.put_parameter(Name="q", Value="1", Type="String")
        logs.create_log_group(logGroupName="another")
        life.client("dynamodb").create_table(**{**TABLE, "TableName": "another"})
        life.client("secretsmanager").create_secret(Name="another", SecretString="1")
    with Life(path).started() as life:
        assert life.rows() == [ROW]
        assert life.client("s3").get_object(Bucket="a-bucket", Key="k")["Body"].read() == b"kept"
        assert life.client("ssm").get_parameter(Name="p")["Parameter"]["Value"] == "1"


def test_a_condition_that_fails_writes_nothing(path: Path) -> None:
    with_a_row(path)
    with Life(path).started() as life:
        before = life.database._connection.total_changes
        with pytest.raises(Exception, match="ConditionalCheckFailed"):
            life.client("dynamodb").put_item(
                TableName="notes", Item=ROW, ConditionExpression="attribute_not_exists(Id)"
            )
        life.rows()
        assert life.database._connection.total_changes == before


def test_events_older_than_their_group_keeps_them_are_forgotten_at_a_start(path: Path) -> None:
    group = container(ACCOUNT, REGION, "old")
    with Life(path).started() as life:
        logs = life.client("logs")
        logs.create_log_group(logGroupName="old")
        logs.put_retention_policy(logGroupName="old", retentionInDays=1)
        logs.create_log_stream(logGroupName="old", logStreamName="s")
        for age, message in ((2 * 86_400_000, "old"), (0, "new")):
            event = {"timestamp": now_ms() - age, "message": message}
            logs.put_log_events(logGroupName="old", logStreamName="s", logEvents=[event])
    with Life(path).started() as life:
        events = life.client("logs").get_log_events(logGroupName="old", logStreamName="s")["events"]
        assert [each["message"] for each in events] == ["new"]
        life.client("logs").put_log_events(
            logGroupName="old", logStreamName="s", logEvents=[{"timestamp": now_ms(), "message": "newer"}]
        )
    with closing(Database(path)) as database:
        assert [each.message for each in database.events(Cell("stream", group, "s"))] == ["new", "newer"]


@pytest.mark.parametrize(
    ("form", "body"),
    [
        ("application/x-www-form-urlencoded", b"key=b&Action=x"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n',
        ),
    ],
)
def test_an_object_with_the_type_of_a_form_is_kept_as_any_other(path: Path, form: str, body: bytes) -> None:
    with Life(path).started() as life:
        s3 = life.client("s3")
        s3.create_bucket(Bucket="notes")
        s3.put_object(Bucket="notes", Key="form", Body=body, ContentType=form)
    with Life(path).started() as life:
        found = life.client("s3").get_object(Bucket="notes", Key="form")
        assert (found["Body"].read(), found["ContentType"]) == (body, form)


def test_a_damaged_database_is_set_aside_and_said(path: Path) -> None:
    with_a_row(path)
    damaged = path.read_bytes()[:4096] + b"\xff" * 8192
    path.write_bytes(damaged)
    with Life(path).started() as life:
        [line] = life.said
        assert line.startswith("data.sqlite is damaged (")
        [aside] = path.parent.glob("data.damaged-*.sqlite")
        assert aside.name in line
        assert aside.read_bytes() == damaged
        life.client("dynamodb").create_table(**TABLE)


def test_a_damaged_image_is_left_out_and_said_and_keeps_nobody_from_the_others(path: Path) -> None:
    with_a_row(path)
    with Life(path).started() as life:
        life.client("dynamodb").put_item(TableName="notes", Item=ROW | {"Id": {"S": "b"}})
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE image SET document = substr(document, 2) WHERE kind = 'row' AND key LIKE '%a%'")
    with Life(path).started() as life:
        [line] = life.said
        assert line.startswith("data.sqlite has 1 damaged of its images, left out now: row ")
        [aside] = path.parent.glob("data.damaged-*.sqlite")
        assert aside.name in line
        assert [row["Id"] for row in life.rows()] == [{"S": "b"}]
    with closing(sqlite3.connect(aside)) as copy:
        assert copy.execute("SELECT count(*) FROM image WHERE kind = 'row'").fetchone() == (2,)
    with Life(path).started() as life:
        assert life.said == []


def killed(path: Path, rows: int = 3) -> tuple[Path, Path]:
    """The files of a database whose process was killed after as many commits, and its write-ahead log."""
    with closing(Database(path)) as database:
        for number in range(rows):
            database.write(Changes({Cell("row", "t", str(number)): {"n": number}}))
        left = path.with_name("left.sqlite")
        for suffix in ("", "-wal"):
            shutil.copy(f"{path}{suffix}", f"{left}{suffix}")
    return left, Path(f"{left}-wal")


@pytest.mark.parametrize("where", [0, 0.5], ids=["its head", "the middle"])
def test_a_damaged_write_ahead_log_is_said_and_kept_aside(path: Path, where: float) -> None:
    left, log = killed(path)
    damaged = bytearray(log.read_bytes())
    damaged[int(len(damaged) * where)] ^= 0xFF
    log.write_bytes(damaged)
    said: list[str] = []
    opened(left, said.append).close()
    [line] = said
    [aside] = path.parent.glob("left.damaged-*.sqlite-wal")
    assert line.startswith("left.sqlite-wal is damaged")
    assert aside.name in line
    assert aside.read_bytes() == damaged


def test_a_write_ahead_log_without_its_database_is_set_aside(path: Path) -> None:
    left, log = killed(path)
    before = log.read_bytes()
    left.write_bytes(b"")
    said: list[str] = []
    opened(left, said.append).close()
    assert said[0].startswith("left.sqlite is damaged (it is empty, and its write-ahead log is not)")
    assert [each.read_bytes() for each in path.parent.glob("left.damaged-*.sqlite-wal")] == [before]


@pytest.mark.parametrize("less", [1, 4096, 4096 + 24])
def test_what_was_being_written_at_a_kill_is_no_damage(path: Path, less: int) -> None:
    left, log = killed(path)
    os.truncate(log, log.stat().st_size - less)
    with closing(opened(left, pytest.fail)) as database:
        assert len(database.documents("row")) == 2


def test_an_image_that_cannot_be_read_keeps_nobody_from_the_others(path: Path) -> None:
    with_a_row(path)
    table = container(ACCOUNT, REGION, "notes")
    with closing(Database(path)) as database:
        database.write(Changes({Cell("row", table, '[["S", "broken"]]'): {"Id": {"S": "broken"}, "X": {"L": 1}}}))
    with Life(path).started() as life:
        assert life.rows() == [ROW]
        [line] = life.said
        assert line.startswith('Not loaded, and left in data.sqlite: row [["S", "broken"]] (')
    with closing(Database(path)) as database:
        assert len(database.documents("row", table)) == 2


def test_a_file_that_is_no_database_is_set_aside(path: Path) -> None:
    path.write_text("no database at all, for sure\n" * 100)
    with Life(path).started() as life:
        assert life.said[0].startswith("data.sqlite is damaged (file is not a database)")


def test_data_of_a_newer_version_is_refused_untouched(path: Path) -> None:
    with_a_row(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
        connection.execute("PRAGMA journal_mode = DELETE")
    before = path.read_bytes()
    with pytest.raises(Unusable, match=f"its schema is {SCHEMA_VERSION + 1}, known here is {SCHEMA_VERSION}"):
        opened(path, pytest.fail)
    assert path.read_bytes() == before


def test_a_database_that_cannot_be_opened_is_no_damaged_one(path: Path) -> None:
    path.mkdir()
    with pytest.raises(Unusable, match=r"cannot be used: unable to open database file\."):
        opened(path, pytest.fail)


SNAPSHOT = {
    "tables": {"notes": [ROW], "unknown": [ROW]},
    "log_groups": {"a-group": {"s": [[1_700_000_000_000, "first"], [1_700_000_000_000, "second"]]}},
}


def test_the_snapshot_of_an_earlier_version_is_taken_over_once(path: Path) -> None:
    snapshot = path.with_name("snapshot.json")
    snapshot.write_text(json.dumps(SNAPSHOT))
    with Life(path) as life:
        life.client("dynamodb").create_table(**TABLE)
        life.client("logs").create_log_group(logGroupName="a-group")
        take_over(snapshot, REGION, life.database, MOTO_LOCK, life.said.append)
        assert life.rows() == [ROW]
        assert [
            each["message"]
            for each in life.client("logs").get_log_events(logGroupName="a-group", logStreamName="s")["events"]
        ] == ["first", "second"]
        assert (snapshot.exists(), path.with_name("snapshot.json.taken-over").exists()) == (False, True)
        # As if a kill had come before the file had its new name.
        life.client("dynamodb").delete_item(TableName="notes", Key={"Id": {"S": "a"}})
        snapshot.write_text(json.dumps(SNAPSHOT))
        take_over(snapshot, REGION, life.database, MOTO_LOCK, life.said.append)
        assert life.rows() == []


def test_events_are_written_in_their_order(path: Path) -> None:
    stream = Cell("stream", container(ACCOUNT, REGION, "g"), "s")
    events = [LogEvent(1, 2, message) for message in ("b", "a", "half a pair \ud83d")]
    with closing(Database(path)) as database:
        database.write(Changes({stream: {"count": 3}}, {stream: events}))
    with closing(Database(path)) as database:
        assert list(database.events(stream)) == events


def test_a_write_that_fails_half_way_leaves_the_database_as_it_was(path: Path) -> None:
    """The second body of an id is refused; by then the image and the first body are written."""
    cell = Cell("object", "b", "k")
    with closing(Database(path)) as database:
        database.write(Changes({cell: {"body": "1"}}, new_bodies={"1": b"old"}))
        with pytest.raises(NotWritten):
            database.write(Changes({cell: {"body": "2"}}, new_bodies={"2": b"new", "1": b"again"}))
        assert database.document(cell) == {"body": "1"}
        assert database.body("1") == b"old"
        with pytest.raises(LookupError):
            database.body("2")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_name_that_cannot_be_written_is_refused_and_keeps_nobody_from_writing(path: Path) -> None:
    half_a_pair = "\ud83d"
    with Life(path).started() as life:
        secrets, logs = life.client("secretsmanager"), life.client("logs")
        logs.create_log_group(logGroupName="g")
        with pytest.raises(ClientError):
            secrets.create_secret(Name=half_a_pair, SecretString="s")
        with pytest.raises(ClientError):
            logs.create_log_stream(logGroupName="g", logStreamName=half_a_pair)
        assert logs.describe_log_streams(logGroupName="g")["logStreams"] == []
        secrets.create_secret(Name="good", SecretString="s")
        logs.create_log_stream(logGroupName="g", logStreamName="good")
    with Life(path).started() as life:
        assert [each["Name"] for each in life.client("secretsmanager").list_secrets()["SecretList"]] == ["good"]


def test_a_write_on_a_full_disk_is_answered_with_an_error_and_the_next_one_is_stored(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = {
        "TableName": "notes",
        "Key": {"Id": {"S": "a"}},
        "UpdateExpression": "ADD Likes :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
        "ReturnValues": "UPDATED_NEW",
    }
    with_a_row(path)
    with Life(path).started() as life:

        def nothing(_changes: Changes) -> None:
            raise NotWritten("database or disk is full")

        with monkeypatch.context() as full:
            full.setattr(life.database, "write", nothing)
            with pytest.raises(ClientError) as refused:
                life.client("dynamodb").update_item(**add)
            assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] >= 500
        assert life.client("dynamodb").update_item(**add)["Attributes"] == {"Likes": {"N": "8"}}


def test_an_item_that_has_expired_is_gone_at_the_next_start(path: Path) -> None:
    with_a_row(path)
    with Life(path).started() as life:
        dynamodb = life.client("dynamodb")
        dynamodb.update_time_to_live(
            TableName="notes", TimeToLiveSpecification={"Enabled": True, "AttributeName": "Until"}
        )
        dynamodb.put_item(TableName="notes", Item={"Id": {"S": "b"}, "Until": {"N": f"{now_ms() // 1000 - 1}"}})
        life.cloud._stored.expire()
        assert life.rows() == [ROW]
    with Life(path).started() as life:
        assert life.rows() == [ROW]
