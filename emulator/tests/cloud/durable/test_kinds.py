"""Each kind of data that was answered is there after `kill -9`, as it was; what was deleted is not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from emulator.tests.cloud.durable.served import Served

NOW = int(time.time() * 1000)
ROW = {
    "Id": {"S": 'every type \\ " 하슬라'},
    "At": {"N": "12345678901234567890123456789012345678"},
    "Bytes": {"B": b"\x00\xff"},
    "Empty": {"S": ""},
    "Small": {"N": "-0.000000000000000000000001"},
    "Not": {"BOOL": False},
    "Nothing": {"NULL": True},
    "List": {"L": [{"N": "1.5"}, {"B": b"in a list"}, {"L": []}]},
    "Map": {"M": {"$bytes": {"S": "a name"}, "b": {"M": {}}}},
    "Names": {"SS": ["a", "b"]},
    "Blobs": {"BS": [b"\x01", b"\x02"]},
}
# Its fixture makes two clouds and some hundred calls; on a busy machine they take their time.
pytestmark = pytest.mark.timeout(900)

PART = b"x" * 5 * 1024 * 1024


@dataclass
class Both:
    """The cloud that was started again, and what was true of the one before when it was killed."""

    cloud: Served
    before: dict[str, Any]

    def client(self, service: str) -> Any:
        return self.cloud.client(service)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    path = tmp_path_factory.mktemp("kinds") / "data.sqlite"
    with Served(path) as first:
        fill_tables(first)
        fill_logs(first)
        fill_buckets(first)
        fill_parameters(first)
        first.client("sqs").create_queue(QueueName="jobs")
        first.client("sqs").create_queue(QueueName="jobs-done")
        first.client("sns").create_topic(Name="news")
        first.client("sqs").delete_queue(QueueUrl=f"{first.url}/123456789012/jobs-done")
        before = seen(first)
        first.kill()
    with Served(path) as second:
        yield Both(second, before)


def key(name: str, at: str = "1") -> dict[str, Any]:
    return {"Id": {"S": name}, "At": {"N": at}}


def fill_tables(cloud: Served) -> None:
    dynamodb = cloud.client("dynamodb")
    dynamodb.create_table(
        TableName="notes",
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}, {"AttributeName": "At", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "Id", "AttributeType": "S"},
            {"AttributeName": "At", "AttributeType": "N"},
            {"AttributeName": "Kind", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-kind",
                "KeySchema": [{"AttributeName": "Kind", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "owner", "Value": "me"}],
    )
    dynamodb.update_time_to_live(
        TableName="notes", TimeToLiveSpecification={"Enabled": True, "AttributeName": "Expires"}
    )
    dynamodb.put_item(TableName="notes", Item=ROW)
    dynamodb.put_item(TableName="notes", Item=key("updated"))
    dynamodb.update_item(
        TableName="notes",
        Key=key("updated", "1.0"),
        UpdateExpression="ADD Likes :n",
        ExpressionAttributeValues={":n": {"N": "3"}},
    )
    for name in ("deleted", "batch-deleted", "transact-deleted", "statement-deleted"):
        dynamodb.put_item(TableName="notes", Item=key(name))
    dynamodb.delete_item(TableName="notes", Key=key("deleted"))
    dynamodb.batch_write_item(
        RequestItems={
            "notes": [
                {"PutRequest": {"Item": {**key("batch"), "Kind": {"S": "b"}}}},
                {"DeleteRequest": {"Key": key("batch-deleted")}},
            ]
        }
    )
    dynamodb.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": "notes", "Item": key("transact")}},
            {"Delete": {"TableName": "notes", "Key": key("transact-deleted")}},
        ]
    )
    dynamodb.execute_statement(Statement="INSERT INTO notes VALUE {'Id': 'statement', 'At': 1}")
    dynamodb.execute_statement(Statement="DELETE FROM notes WHERE Id = 'statement-deleted' AND At = 1")
    for name in ("gone", "protected"):
        dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "B"}],
            ProvisionedThroughput={"ReadCapacityUnits": 2, "WriteCapacityUnits": 3},
        )
        dynamodb.put_item(TableName=name, Item={"Id": {"B": b"\xfe"}})
    dynamodb.update_table(
        TableName="protected", DeletionProtectionEnabled=True, TableClass="STANDARD_INFREQUENT_ACCESS"
    )
    dynamodb.update_continuous_backups(
        TableName="protected", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    dynamodb.delete_table(TableName="gone")


def fill_logs(cloud: Served) -> None:
    logs = cloud.client("logs")
    for group in ("by-hand", "gone"):
        logs.create_log_group(logGroupName=group, tags={"owner": "me"})
        for stream in ("events", "empty", "gone"):
            logs.create_log_stream(logGroupName=group, logStreamName=stream)
    logs.put_retention_policy(logGroupName="by-hand", retentionInDays=14)
    for messages in (("b", "a"), ("c", "a pair \U0001f9cc and \x00")):
        logs.put_log_events(
            logGroupName="by-hand",
            logStreamName="events",
            logEvents=[{"timestamp": NOW, "message": message} for message in messages],
        )
    logs.delete_log_stream(logGroupName="by-hand", logStreamName="gone")
    logs.delete_log_group(logGroupName="gone")


def fill_buckets(cloud: Served) -> None:
    s3 = cloud.client("s3")
    for bucket in ("plain", "versioned", "gone"):
        s3.create_bucket(Bucket=bucket)
    s3.delete_bucket(Bucket="gone")
    s3.put_bucket_website(Bucket="plain", WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    s3.put_bucket_cors(
        Bucket="plain", CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}
    )
    s3.put_bucket_tagging(Bucket="plain", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    s3.delete_bucket_tagging(Bucket="plain")
    s3.put_object(
        Bucket="plain",
        Key="a folder/ü +.txt",
        Body=b"\x00body",
        ContentType="text/x",
        CacheControl="no-cache",
        ContentEncoding="gzip",
        ContentDisposition="inline",
        Metadata={"mine": "yes"},
        Tagging="a=b&c=d",
        ACL="public-read",
    )
    s3.copy_object(Bucket="plain", Key="copy", CopySource={"Bucket": "plain", "Key": "a folder/ü +.txt"})
    for name in ("deleted", "deleted-with-others", "overwritten", "tagged"):
        s3.put_object(Bucket="plain", Key=name, Body=b"old")
    s3.put_object(Bucket="plain", Key="overwritten", Body=b"new")
    s3.put_object_tagging(Bucket="plain", Key="tagged", Tagging={"TagSet": [{"Key": "later", "Value": "1"}]})
    s3.delete_object(Bucket="plain", Key="deleted")
    s3.delete_objects(Bucket="plain", Delete={"Objects": [{"Key": "deleted-with-others"}]})
    s3.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2"):
        s3.put_object(Bucket="versioned", Key="file", Body=body)
    s3.delete_object(Bucket="versioned", Key="file")
    for name in ("whole", "begun"):
        upload = s3.create_multipart_upload(Bucket="plain", Key=name, ContentType="text/y")["UploadId"]
        parts = [
            {
                "PartNumber": number,
                "ETag": s3.upload_part(Bucket="plain", Key=name, UploadId=upload, PartNumber=number, Body=body)["ETag"],
            }
            for number, body in ((1, PART), (2, b"the end"))
        ]
        if name == "whole":
            s3.complete_multipart_upload(Bucket="plain", Key=name, UploadId=upload, MultipartUpload={"Parts": parts})
    # A copy has the parts of what it was made from, which may go.
    s3.copy_object(Bucket="plain", Key="copy of whole", CopySource={"Bucket": "plain", "Key": "whole"})


def fill_parameters(cloud: Served) -> None:
    ssm, secrets = cloud.client("ssm"), cloud.client("secretsmanager")
    ssm.put_parameter(
        Name="/a/key", Value="1", Type="SecureString", Description="a key", Tags=[{"Key": "a", "Value": "b"}]
    )
    ssm.put_parameter(Name="/a/key", Value="2", Overwrite=True)
    ssm.label_parameter_version(Name="/a/key", ParameterVersion=1, Labels=["first"])
    for name in ("gone", "/gone/too", "/gone/third"):
        ssm.put_parameter(Name=name, Value="1", Type="String")
    ssm.delete_parameter(Name="gone")
    ssm.delete_parameters(Names=["/gone/too", "/gone/third"])
    ssm.put_parameter(Name="list", Value="a,b", Type="StringList")
    ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId="list", Tags=[{"Key": "x", "Value": "y"}])
    secrets.create_secret(Name="password", SecretString="1", Description="a secret", Tags=[{"Key": "a", "Value": "b"}])
    secrets.put_secret_value(SecretId="password", SecretString="2")
    secrets.put_secret_value(SecretId="password", SecretBinary=b"\x00\xff", VersionStages=["MINE"])
    for name in ("gone", "going"):
        secrets.create_secret(Name=name, SecretString="x")
    secrets.delete_secret(SecretId="gone", ForceDeleteWithoutRecovery=True)
    secrets.delete_secret(SecretId="going", RecoveryWindowInDays=7)


def told(answer: dict[str, Any]) -> dict[str, Any]:
    answer.pop("ResponseMetadata", None)
    return answer


def seen(cloud: Served) -> dict[str, Any]:
    """All that clients see of it."""
    dynamodb, logs, s3 = cloud.client("dynamodb"), cloud.client("logs"), cloud.client("s3")
    ssm, secrets = cloud.client("ssm"), cloud.client("secretsmanager")
    objects = [each["Key"] for each in s3.list_objects_v2(Bucket="plain")["Contents"]]
    versions = told(s3.list_object_versions(Bucket="versioned"))
    return {
        "tables": dynamodb.list_tables()["TableNames"],
        "table notes": told(dynamodb.describe_table(TableName="notes")),
        "table protected": told(dynamodb.describe_table(TableName="protected")),
        "table tags": dynamodb.list_tags_of_resource(ResourceArn="arn:aws:dynamodb:us-east-1:123456789012:table/notes")[
            "Tags"
        ],
        "time to live": told(dynamodb.describe_time_to_live(TableName="notes")),
        "backups": told(dynamodb.describe_continuous_backups(TableName="protected")),
        "rows": dynamodb.scan(TableName="notes")["Items"],
        "rows protected": dynamodb.scan(TableName="protected")["Items"],
        "groups": told(logs.describe_log_groups()),
        "group tags": logs.list_tags_log_group(logGroupName="by-hand")["tags"],
        "streams": told(logs.describe_log_streams(logGroupName="by-hand")),
        "events": logs.get_log_events(logGroupName="by-hand", logStreamName="events")["events"],
        "buckets": told(s3.list_buckets()),
        "website": told(s3.get_bucket_website(Bucket="plain")),
        "cors": told(s3.get_bucket_cors(Bucket="plain")),
        "versioning": told(s3.get_bucket_versioning(Bucket="versioned")),
        "objects": {name: object_of(s3, name) for name in objects},
        "versions": versions,
        "bodies": [
            s3.get_object(Bucket="versioned", Key="file", VersionId=each["VersionId"])["Body"].read()
            for each in versions["Versions"]
        ],
        "second part": s3.get_object(Bucket="plain", Key="whole", PartNumber=2)["Body"].read(),
        "second part of the copy": s3.get_object(Bucket="plain", Key="copy of whole", PartNumber=2)["Body"].read(),
        "uploads": told(s3.list_multipart_uploads(Bucket="plain")),
        "history": ssm.get_parameter_history(Name="/a/key", WithDecryption=True)["Parameters"],
        "parameters": ssm.describe_parameters()["Parameters"],
        "parameter tags": [
            ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
            for name in ("/a/key", "list")
        ],
        "secrets": sorted(
            secrets.list_secrets(IncludePlannedDeletion=True)["SecretList"], key=lambda each: str(each["Name"])
        ),
        "secret": told(secrets.describe_secret(SecretId="password")),
        "values": [
            told(secrets.get_secret_value(SecretId="password", VersionStage=stage))
            for stage in ("AWSCURRENT", "AWSPREVIOUS", "MINE")
        ],
    }


def object_of(s3: Any, name: str) -> dict[str, Any]:
    found = told(s3.get_object(Bucket="plain", Key=name))
    tags = s3.get_object_tagging(Bucket="plain", Key=name)["TagSet"]
    # moto gives what was put together from parts none that it could show.
    acl = None if "whole" in name else s3.get_object_acl(Bucket="plain", Key=name)["Grants"]
    return {**found, "Body": found["Body"].read(), "tags": tags, "acl": acl}


@pytest.fixture(scope="module")
def after(both: Both) -> dict[str, Any]:
    return seen(both.cloud)


@pytest.mark.parametrize(
    "what",
    [
        "tables", "table notes", "table protected", "table tags", "time to live", "backups", "rows", "rows protected",
        "groups", "group tags", "streams", "events",
        "buckets", "website", "cors", "versioning", "objects", "versions", "bodies", "second part",
        "second part of the copy", "uploads",
        "history", "parameters", "parameter tags", "secrets", "secret", "values",
    ],
)  # fmt: skip
def test_what_clients_saw_before_the_kill_they_see_after_it(both: Both, after: dict[str, Any], what: str) -> None:
    assert both.before[what] == after[what]


def test_what_was_written_is_what_is_compared(both: Both) -> None:
    before = both.before
    assert before["tables"] == ["notes", "protected"]
    assert sorted(row["Id"]["S"] for row in before["rows"]) == sorted(
        ["batch", ROW["Id"]["S"], "statement", "transact", "updated"]  # type: ignore[index]
    )
    assert ROW in before["rows"]
    assert [event["message"] for event in before["events"]] == ["b", "a", "c", before["events"][3]["message"]]
    assert set(before["objects"]) == {
        "a folder/ü +.txt", "copy", "copy of whole", "overwritten", "tagged", "whole"
    }  # fmt: skip
    assert before["bodies"] == [b"2", b"1"]
    assert [each["Value"] for each in before["history"]] == ["1", "2"]
    assert before["values"][2]["SecretBinary"] == b"\x00\xff"


def test_an_upload_that_had_begun_is_completed(both: Both) -> None:
    s3 = both.client("s3")
    [upload] = s3.list_multipart_uploads(Bucket="plain")["Uploads"]
    named = {"Bucket": "plain", "Key": "begun", "UploadId": upload["UploadId"]}
    parts = [{name: part[name] for name in ("PartNumber", "ETag")} for part in s3.list_parts(**named)["Parts"]]
    s3.complete_multipart_upload(**named, MultipartUpload={"Parts": parts})
    assert s3.get_object(Bucket="plain", Key="begun")["Body"].read() == PART + b"the end"


def test_a_row_that_was_kept_is_written_again_under_any_form_of_its_key(both: Both) -> None:
    dynamodb = both.client("dynamodb")
    add = {"UpdateExpression": "ADD Likes :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
    for at in ("1", "1.0", "1.00"):
        dynamodb.update_item(TableName="notes", Key=key("updated", at), **add)
    assert dynamodb.get_item(TableName="notes", Key=key("updated"))["Item"]["Likes"] == {"N": "6"}


def test_what_nobody_keeps_is_said_with_its_names(both: Both) -> None:
    assert both.cloud.said == [
        "Not kept from the last run: CreateTopic of sns: news.",
        "Not kept from the last run: CreateQueue of sqs: jobs.",
    ]
