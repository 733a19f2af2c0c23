"""A disk that takes nothing: clients are told, what was answered is there, nothing else is; and it gets well."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ecs_emulator.cloud.durable.codec import container, now_ms
from ecs_emulator.cloud.durable.database import Cell, Database
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.local import ACCOUNT
from emulator.tests.cloud.durable.moto_memory import forget
from emulator.tests.cloud.wire import client

BIG = "x" * 30_000


@dataclass
class Disk:
    """A cloud whose disk is small; `fill` takes what is left of it, `free` gives it back."""

    folder: Path
    mounted: bool
    cloud: Cloud
    database: Database
    said: list[str] = field(default_factory=list)

    def fill(self) -> None:
        if self.mounted:
            with (self.folder / "filler").open("wb", buffering=0) as file, suppress(OSError):
                while True:
                    file.write(b"\0" * 4096)
        else:
            # The file may have as many pages as it has.
            self.database._connection.execute("PRAGMA max_page_count = 1")

    def free(self) -> None:
        if self.mounted:
            (self.folder / "filler").unlink()
        else:
            self.database._connection.execute("PRAGMA max_page_count = 1000000")

    def client(self, service: str) -> Any:
        return client(self.cloud, service)


@pytest.fixture(params=["tmpfs", "pages"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    is_tmpfs = request.param == "tmpfs"
    if is_tmpfs:
        mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(tmp_path)]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("a disk can be mounted by root alone")
    try:
        # What other tests of this process have made would be kept on it.
        forget()
        database = Database(tmp_path / "data.sqlite")
        said: list[str] = []
        with closing(Cloud(0, strict=True, database=database, say=said.append)) as cloud:
            assert cloud.journal
            cloud.journal.start(said.append, [])
            yield Disk(tmp_path, is_tmpfs, cloud, database, said)
    finally:
        forget()
        if is_tmpfs:
            subprocess.run(["umount", str(tmp_path)], check=True)


def refused(call: Any, **given: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        call(**given)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def until_refused(call: Any, names: Iterator[str]) -> tuple[list[str], str]:
    """The names for which a call went well, and the first with which it did not."""
    answered: list[str] = []
    for name in names:
        try:
            call(name)
        except ClientError:
            return answered, name
        answered.append(name)
    raise AssertionError("it was never refused")


def test_nothing_that_was_answered_is_lost_and_nothing_else_is_there(disk: Disk) -> None:
    dynamodb, logs, s3, ssm = (disk.client(name) for name in ("dynamodb", "logs", "s3", "ssm"))
    dynamodb.create_table(
        TableName="full",
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    logs.create_log_group(logGroupName="full")
    logs.create_log_stream(logGroupName="full", logStreamName="s")
    s3.create_bucket(Bucket="full")
    ssm.put_parameter(Name="full", Value="1", Type="String")
    secrets = disk.client("secretsmanager")
    secrets.create_secret(Name="full", SecretString="1")
    s3.put_object(Bucket="full", Key="there", Body=b"old")
    disk.fill()

    def put(name: str) -> None:
        dynamodb.put_item(TableName="full", Item={"Id": {"S": name}, "Bio": {"S": BIG}})

    answered, refused_name = until_refused(put, (str(number) for number in range(1000)))
    code, status = refused(dynamodb.put_item, TableName="full", Item={"Id": {"S": refused_name}, "Bio": {"S": BIG}})
    assert (code, status) == ("InternalServerError", 500)
    event = {"timestamp": now_ms(), "message": BIG * 3}
    assert refused(logs.put_log_events, logGroupName="full", logStreamName="s", logEvents=[event])[1] == 503
    assert refused(s3.put_object, Bucket="full", Key="there", Body=BIG.encode() * 3)[1] == 503
    assert refused(s3.create_multipart_upload, Bucket="full", Key="k", Metadata={"x": BIG[:1900]})[1] == 503
    assert refused(ssm.put_parameter, Name="full", Value=BIG[:4000], Overwrite=True)[1] == 500
    assert refused(secrets.put_secret_value, SecretId="full", SecretString=BIG)[1] == 500
    big_table = {
        "TableName": "not-made",
        "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
        "Tags": [{"Key": f"{number}", "Value": BIG[:250]} for number in range(40)],
    }
    assert refused(dynamodb.create_table, **big_table)[1] == 500

    # Reads go on, and see what was answered.
    assert sorted(answered) == sorted(item["Id"]["S"] for item in dynamodb.scan(TableName="full")["Items"])
    assert logs.get_log_events(logGroupName="full", logStreamName="s")["events"] == []
    assert s3.get_object(Bucket="full", Key="there")["Body"].read() == b"old"
    assert s3.list_multipart_uploads(Bucket="full").get("Uploads", []) == []
    assert ssm.get_parameter(Name="full")["Parameter"]["Value"] == "1"
    assert secrets.get_secret_value(SecretId="full")["SecretString"] == "1"
    assert "not-made" not in dynamodb.list_tables()["TableNames"]
    assert len([line for line in disk.said if line.startswith("The local cloud stores nothing for now: ")]) == 1

    disk.free()
    put(refused_name)
    logs.put_log_events(logGroupName="full", logStreamName="s", logEvents=[event])
    assert disk.said[-1] == "The local cloud stores again."
    table = container(ACCOUNT, "us-east-1", "full")
    kept = {document["Id"]["S"] for document in disk.database.documents("row", table).values()}
    assert kept == {*answered, refused_name}
    assert [each.message for each in disk.database.events(Cell("stream", table, "s"))] == [BIG * 3]
