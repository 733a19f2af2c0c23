"""What is not emulated is moto's, whose errors are AWS errors, whatever is asked."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.dynamodb.models.dynamo_type import Item

from ecs_emulator.cloud.endpoint import Cloud
from emulator.tests.cloud.wire import FORM, JSON, Answer, ask, client, session_of, signed_for, strict_cloud


@pytest.fixture(scope="module")
def bare() -> Iterator[Cloud]:
    """A cloud in which nothing is emulated."""
    with strict_cloud() as cloud:
        yield cloud


HALF = "The body has half of a surrogate pair."


def in_json(answer: Answer) -> tuple[int, str, str]:
    document = json.loads(answer.body)
    return answer.status, document["__type"], document["message"]


def in_xml(answer: Answer) -> tuple[int, str, str]:
    root = ElementTree.fromstring(answer.body)
    error = root if root.tag == "Error" else next(root.iter("Error"))
    return answer.status, error.findtext("Code", ""), error.findtext("Message", "")


def test_errors_of_moto_s_own_come_through(bare: Cloud) -> None:
    dynamodb, s3 = client(bare, "dynamodb"), client(bare, "s3")
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
        dynamodb.describe_table(TableName="nothing")
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.get_object(Bucket="nothing", Key="nothing")
    with pytest.raises(ClientError, match="404"):
        s3.head_object(Bucket="nothing", Key="nothing")


@pytest.mark.parametrize(
    ("service", "operation", "given", "named"),
    [
        ("dynamodb", "describe_contributor_insights", {"TableName": "a"}, "dynamodb.DescribeContributorInsights"),
        ("logs", "list_anomalies", {}, "logs.ListAnomalies"),
        ("sts", "decode_authorization_message", {"EncodedMessage": "a"}, "sts.DecodeAuthorizationMessage"),
        ("ec2", "describe_fpga_images", {}, "ec2.DescribeFpgaImages"),
        ("ec2", "describe_instance_types", {}, "ec2.DescribeInstanceTypes"),
        ("ec2", "describe_instance_type_offerings", {}, "ec2.DescribeInstanceTypeOfferings"),
        ("lambda", "get_function_recursion_config", {"FunctionName": "a"}, "of lambda"),
        (
            "s3",
            "select_object_content",
            {
                **{"Bucket": "a-bucket", "Key": "k", "Expression": "SELECT * FROM S3Object", "ExpressionType": "SQL"},
                **{"InputSerialization": {"CSV": {}}, "OutputSerialization": {"CSV": {}}},
            },
            "s3.SelectObjectContent is not emulated here.",
        ),
        ("s3", "get_bucket_analytics_configuration", {"Bucket": "nothing", "Id": "a"}, ""),
    ],
)
def test_what_moto_lacks_is_an_error_in_the_client_s_protocol_that_names_it(
    bare: Cloud, service: str, operation: str, given: dict[str, str], named: str
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(client(bare, service), operation)(**given)
    error = caught.value.response
    assert named in error["Error"]["Message"]
    assert error["ResponseMetadata"]["HTTPStatusCode"] in (400, 404, 501)


def test_what_moto_lacks_is_asked_once(bare: Cloud) -> None:
    with pytest.raises(ClientError) as caught:
        client(bare, "logs", attempts=3).list_anomalies()
    assert caught.value.response["Error"]["Code"] == "NotImplemented"
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0


@pytest.mark.parametrize(
    ("target", "body", "error"),
    [
        (
            "DynamoDB_20120810.Nonsense",
            b"{}",
            (400, "UnknownOperationException", "dynamodb has no operation Nonsense."),
        ),
        ("DynamoDB_20120810.PutItem", b"{nonsense", (400, "SerializationException", "The body is no JSON document.")),
        ("DynamoDB_20120810.PutItem", b"\xff\x00", (400, "SerializationException", "The body is no JSON document.")),
        *(
            (f"DynamoDB_20120810.{each}", rb'{"TableName": "\uD800"}', (400, "SerializationException", HALF))
            for each in ("PutItem", "DescribeTable")
        ),
        ("DynamoDB_20120810.PutItem", b'{"a": "\xed\xa0\x80"}', (400, "SerializationException", HALF)),
        (
            "DynamoDB_20120810.DescribeTable",
            b"{}",
            (400, "ValidationException", 'Missing required parameter in input: "TableName"'),
        ),
        ("", b"{}", (400, "UnknownOperationException", "dynamodb has no operation without a name.")),
    ],
)
def test_nonsense_in_json_is_refused_in_json(
    bare: Cloud, target: str, body: bytes, error: tuple[int, str, str]
) -> None:
    answer = ask(bare, body, X_Amz_Target=target, Content_Type=JSON, Authorization=signed_for("dynamodb"))
    assert in_json(answer) == error
    assert answer.headers["Content-Type"] == JSON


def test_a_service_that_moto_does_not_have_is_not_emulated(bare: Cloud) -> None:
    with pytest.raises(ClientError) as caught:
        client(bare, "apprunner").list_services()
    assert caught.value.response["Error"]["Code"] == "NotImplemented"
    assert caught.value.response["Error"]["Message"] == "apprunner.ListServices is not emulated here."


def test_an_action_that_ec2_does_not_have_is_said_to_be_none(bare: Cloud) -> None:
    answer = ask(bare, b"Action=Nonsense&Version=2016-11-15", Content_Type=FORM, Authorization=signed_for("ec2"))
    assert in_xml(answer) == (400, "InvalidAction", "The action Nonsense is not valid for this web service.")


@pytest.mark.parametrize("service", ["sts", "ec2", "nonsense"])
def test_nonsense_in_a_form_is_refused_in_xml(bare: Cloud, service: str) -> None:
    answer = ask(bare, b"Action=Nonsense", Content_Type=FORM, Authorization=signed_for(service))
    assert in_xml(answer)[0] in (400, 501)
    assert "Nonsense" in in_xml(answer)[2]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("PATCH", "/bucket/key", b""), ("PUT", "/bucket?versioning", b"<x"), ("POST", "/bucket?delete", b"\xff<")],
)
def test_nonsense_to_s3_is_refused_in_xml(bare: Cloud, method: str, path: str, body: bytes) -> None:
    answer = ask(bare, body, method, path, Authorization=signed_for("s3"))
    assert in_xml(answer)[0] in (400, 404, 501)


@pytest.mark.parametrize("authorization", ["", "nonsense", "AWS4-HMAC-SHA256 Credential=a/b, x", "Basic \xff"])
def test_a_signature_that_means_nothing_is_no_reason_to_fail(bare: Cloud, authorization: str) -> None:
    answer = ask(bare, b"{}", Authorization=authorization)
    assert answer.status in (200, 400, 403, 501)
    ElementTree.fromstring(answer.body)


def test_what_a_row_was_before_is_not_kept(cloud: Cloud, table_name: str) -> None:
    """Or memory would grow with every write."""
    dynamodb = client(cloud, "dynamodb")

    def kept() -> int:
        gc.collect()
        return sum(type(each) is Item for each in gc.get_objects())

    row = {"Id": {"S": "a"}, "Age": {"N": "77"}}
    dynamodb.put_item(TableName=table_name, Item=row)
    before = kept()
    for _ in range(50):
        dynamodb.put_item(TableName=table_name, Item=row)
    assert kept() <= before


def test_a_table_is_not_restored_as_it_was_at_some_moment(cloud: Cloud, table_name: str) -> None:
    dynamodb = client(cloud, "dynamodb")
    dynamodb.update_continuous_backups(
        TableName=table_name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    then = {"SourceTableName": table_name, "TargetTableName": f"{table_name}-then"}
    with pytest.raises(ClientError, match="Tables have no past here"):
        dynamodb.restore_table_to_point_in_time(**then, RestoreDateTime=datetime(2026, 1, 1, tzinfo=UTC))
    dynamodb.restore_table_to_point_in_time(**then, UseLatestRestorableTime=True)
    dynamodb.delete_table(TableName=f"{table_name}-then")


def test_a_condition_of_a_bucket_s_policy_forbids_nothing_and_a_plain_denial_is_one(bare: Cloud) -> None:
    s3 = client(bare, "s3")
    s3.create_bucket(Bucket="guarded")
    denied = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::guarded/*"}
    without_tls = {**denied, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    policy = {"Version": "2012-10-17", "Statement": [without_tls]}
    s3.put_bucket_policy(Bucket="guarded", Policy=json.dumps(policy))
    s3.put_object(Bucket="guarded", Key="a", Body=b"a")
    s3.put_bucket_policy(Bucket="guarded", Policy=json.dumps({**policy, "Statement": [without_tls, denied]}))
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket="guarded", Key="a", Body=b"a")


MANIFEST = json.dumps({"mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": [], "config": {"size": 1}})
OTHER = MANIFEST.replace("1}", "2}")


def test_an_image_has_the_digest_of_its_manifest_and_keeps_a_tag_that_is_immutable(bare: Cloud) -> None:
    ecr = client(bare, "ecr")
    for name, mutability in (("kept", "IMMUTABLE"), ("moved", "MUTABLE")):
        ecr.create_repository(repositoryName=name, imageTagMutability=mutability)
        put = ecr.put_image(repositoryName=name, imageManifest=MANIFEST, imageTag="v1")["image"]["imageId"]
        assert put["imageDigest"] == f"sha256:{hashlib.sha256(MANIFEST.encode()).hexdigest()}"
        with pytest.raises(ecr.exceptions.ImageAlreadyExistsException):
            ecr.put_image(repositoryName=name, imageManifest=MANIFEST, imageTag="v1")
    with pytest.raises(ecr.exceptions.ImageTagAlreadyExistsException, match="the tag is immutable"):
        ecr.put_image(repositoryName="kept", imageManifest=OTHER, imageTag="v1")
    other = ecr.put_image(repositoryName="moved", imageManifest=OTHER, imageTag="v1")["image"]["imageId"]
    told = ecr.batch_get_image(repositoryName="moved", imageIds=[{"imageTag": "v1"}])["images"]
    assert [each["imageId"]["imageDigest"] for each in told] == [other["imageDigest"]] != [put["imageDigest"]]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"imageManifest": "nonsense"}, "InvalidParameterException"),
        ({"imageManifest": "[]"}, "InvalidParameterException"),
        ({"imageTag": "-v1"}, "InvalidParameterException"),
        ({"imageDigest": f"sha256:{'0' * 64}"}, "ImageDigestDoesNotMatchException"),
        ({"repositoryName": "nothing"}, "RepositoryNotFoundException"),
    ],
)
def test_what_is_no_image_of_a_repository_is_refused(bare: Cloud, given: dict[str, str], code: str) -> None:
    ecr = client(bare, "ecr")
    with contextlib.suppress(ecr.exceptions.RepositoryAlreadyExistsException):
        ecr.create_repository(repositoryName="refusing")
    with pytest.raises(ClientError) as error:
        ecr.put_image(**{"repositoryName": "refusing", "imageManifest": MANIFEST, "imageTag": "v1", **given})
    assert error.value.response["Error"]["Code"] == code


EVENT = {"id": "1", "account": "1", "source": "a", "time": "t", "region": "r", "resources": [], "detail-type": "d"}


@pytest.mark.parametrize(
    ("pattern", "event", "result"),
    [
        ('{"source": ["a"]}', EVENT, True),
        ('{"source": ["b"]}', EVENT, False),
        (
            '{"source": [{"prefix": "a"}], "detail": {"n": [{"numeric": [">", 1]}]}}',
            {**EVENT, "detail": {"n": 2}},
            True,
        ),
        ('{"source": "a"}', EVENT, "InvalidEventPatternException"),
        ('["a"]', EVENT, "InvalidEventPatternException"),
        ('{"source"', EVENT, "InvalidEventPatternException"),
        ('{"source": ["a"]}', {"source": "a"}, "ValidationException"),
        ('{"source": ["a"]}', [], "ValidationException"),
    ],
)
def test_a_pattern_of_events_is_tried_on_an_event(bare: Cloud, pattern: str, event: object, result: object) -> None:
    events = client(bare, "events")
    try:
        told = events.test_event_pattern(EventPattern=pattern, Event=json.dumps(event))["Result"]
    except ClientError as error:
        told = error.response["Error"]["Code"]
    assert told == result


@pytest.mark.parametrize(
    ("schedule", "is_taken"),
    [
        ("rate(1 minute)", True),
        ("rate(10 days)", True),
        ("cron(0/15 8-18 ? * MON-FRI *)", True),
        ("cron(0 12 1,15 * ? 2026-2030)", True),
        ("rate(0 minutes)", False),
        ("rate(1 minutes)", False),
        ("rate(2 minute)", False),
        ("rate( minutes)", False),
        ("cron(* * * * * *)", False),
        ("cron(0 12 ? * ? *)", False),
        ("cron(0 12 * * ?)", False),
        ("rate(5 minutes) and more", False),
    ],
)
def test_a_rule_has_a_schedule_that_aws_reads(bare: Cloud, schedule: str, is_taken: bool) -> None:
    events = client(bare, "events")
    if is_taken:
        events.put_rule(Name="scheduled", ScheduleExpression=schedule)
        return
    with pytest.raises(ClientError, match=r"Parameter ScheduleExpression is not valid\."):
        events.put_rule(Name="scheduled", ScheduleExpression=schedule)


TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "a.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)
BOTH = {"SecretString": "a", "SecretBinary": b"a"}
DIGITS = {"Name": "/a", "Type": "String", "AllowedPattern": "[0-9]+"}
A_ROLE = {"RoleName": "formed", "AssumeRolePolicyDocument": TRUST}


@pytest.mark.parametrize(
    ("service", "operation", "given", "code"),
    [
        ("iam", "create_role", {**A_ROLE, "RoleName": "two words"}, "ValidationError"),
        ("iam", "create_role", {**A_ROLE, "RoleName": "a" * 65}, "ValidationError"),
        ("iam", "create_role", {**A_ROLE, "Path": "x"}, "ValidationError"),
        ("iam", "create_role", {**A_ROLE, "MaxSessionDuration": 100}, "ValidationError"),
        ("iam", "attach_role_policy", {"RoleName": "formed", "PolicyArn": "x"}, "ValidationError"),
        ("iam", "list_roles", {"MaxItems": 0}, "ValidationError"),
        ("iam", "list_roles", {"Marker": "zz"}, "ValidationError"),
        (
            "sts",
            "assume_role",
            {"RoleArn": "arn:aws:iam::123456789012:role/a", "RoleSessionName": "a b"},
            "ValidationError",
        ),
        ("sts", "get_session_token", {"DurationSeconds": 1}, "ValidationError"),
        ("secretsmanager", "create_secret", {"Name": "two words", "SecretString": "a"}, "ValidationException"),
        ("secretsmanager", "create_secret", {**BOTH, "Name": "both"}, "InvalidParameterException"),
        ("secretsmanager", "put_secret_value", {"SecretId": "deleted", "SecretString": "a"}, "InvalidRequestException"),
        ("sns", "publish", {"Message": "a"}, "InvalidParameter"),
        ("sns", "publish", {"TopicArn": "{topic}", "Message": ""}, "InvalidParameter"),
        ("sns", "publish", {"TopicArn": "{topic}", "Message": "{}", "MessageStructure": "json"}, "InvalidParameter"),
        ("sns", "subscribe", {"TopicArn": "{topic}", "Protocol": "pigeon", "Endpoint": "a"}, "InvalidParameter"),
        ("sns", "subscribe", {"TopicArn": "{topic}", "Protocol": "email", "Endpoint": "a"}, "InvalidParameter"),
        ("sns", "subscribe", {"TopicArn": "{topic}", "Protocol": "http", "Endpoint": "a"}, "InvalidParameter"),
        ("ssm", "put_parameter", {"Name": "/two words", "Value": "a", "Type": "String"}, "ValidationException"),
        ("ssm", "put_parameter", {"Name": "a/b", "Value": "a", "Type": "String"}, "ValidationException"),
        (
            "ssm",
            "put_parameter",
            {"Name": "/a" * 16, "Value": "a", "Type": "String"},
            "HierarchyLevelLimitExceededException",
        ),
        ("ssm", "put_parameter", {"Name": "/a", "Value": "a" * 4097, "Type": "String"}, "ValidationException"),
        ("ssm", "put_parameter", {**DIGITS, "Value": "abc"}, "ParameterPatternMismatchException"),
        ("ssm", "get_parameters_by_path", {"Path": "a"}, "ValidationException"),
        ("ssm", "get_parameters_by_path", {"Path": "/", "NextToken": "zz"}, "InvalidNextToken"),
        (
            "sqs",
            "create_queue",
            {"QueueName": "q", "Attributes": {"VisibilityTimeout": "43201"}},
            "InvalidAttributeValue",
        ),
        ("sqs", "create_queue", {"QueueName": "q", "Attributes": {"DelaySeconds": "soon"}}, "InvalidAttributeValue"),
        ("sqs", "create_queue", {"QueueName": "q", "Attributes": {"RedrivePolicy": "x"}}, "InvalidAttributeValue"),
        ("sqs", "create_queue", {"QueueName": "q", "Attributes": {"Colour": "red"}}, "InvalidAttributeName"),
        ("sqs", "create_queue", {"QueueName": "q.fifo"}, "InvalidParameterValue"),
        ("sqs", "send_message", {"QueueUrl": "{url}", "MessageBody": ""}, "MissingParameter"),
        ("sqs", "send_message", {"QueueUrl": "{url}", "MessageBody": "\x01"}, "InvalidMessageContents"),
    ],
)
def test_what_moto_would_let_pass_or_fail_at_is_refused(
    bare: Cloud, service: str, operation: str, given: dict[str, object], code: str
) -> None:
    # What botocore would not send.
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    session: Any = session_of(bare.key)
    asked = session.client(service, endpoint_url=bare.url, config=config)
    made = {
        "{topic}": client(bare, "sns").create_topic(Name="published-to")["TopicArn"],
        "{url}": client(bare, "sqs").create_queue(QueueName="sent-to")["QueueUrl"],
    }
    secrets = client(bare, "secretsmanager")
    with contextlib.suppress(ClientError):
        secrets.create_secret(Name="deleted", SecretString="a")
        secrets.delete_secret(SecretId="deleted")
    given = {name: made.get(str(value), value) for name, value in given.items()}
    with pytest.raises(ClientError) as error:
        getattr(asked, operation)(**given)
    assert error.value.response["Error"]["Code"] == code


def test_an_error_of_moto_s_is_said_once_and_in_one_line(bare: Cloud) -> None:
    secrets, sqs = client(bare, "secretsmanager"), client(bare, "sqs")
    secrets.create_secret(Name="said-once", SecretString="a")
    with pytest.raises(ClientError) as error:
        secrets.delete_secret(SecretId="said-once", RecoveryWindowInDays=7, ForceDeleteWithoutRecovery=True)
    message = error.value.response["Error"]["Message"]
    assert message.startswith("You can't use ForceDeleteWithoutRecovery")
    assert "  " not in message
    with pytest.raises(ClientError) as error:
        sqs.receive_message(QueueUrl=sqs.create_queue(QueueName="once")["QueueUrl"], MaxNumberOfMessages=11)
    assert error.value.response["Error"]["Message"].startswith("Value 11 for parameter MaxNumberOfMessages")
    with pytest.raises(ClientError) as error:
        sqs.receive_message(QueueUrl=sqs.create_queue(QueueName="once")["QueueUrl"], WaitTimeSeconds=21)
    assert error.value.response["Error"]["Message"] == (
        "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."
    )


def test_what_is_wrong_in_a_batch_of_messages_fails_alone(bare: Cloud) -> None:
    sqs = client(bare, "sqs")
    url = sqs.create_queue(QueueName="batched")["QueueUrl"]
    entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(("a", "\x01", "b"))]
    told = sqs.send_message_batch(QueueUrl=url, Entries=entries)
    assert [each["Id"] for each in told["Successful"]] == ["0", "2"]
    assert [(each["Id"], each["Code"], each["SenderFault"]) for each in told["Failed"]] == [
        ("1", "InvalidMessageContents", True)
    ]
    told = sqs.send_message_batch(QueueUrl=url, Entries=entries[1:2])
    assert (told.get("Successful", []), len(told["Failed"])) == ([], 1)


def test_messages_are_deleted_by_ids_that_are_distinct(bare: Cloud) -> None:
    sqs = client(bare, "sqs")
    url = sqs.create_queue(QueueName="deleted-from")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="a")
    handle = sqs.receive_message(QueueUrl=url)["Messages"][0]["ReceiptHandle"]
    with pytest.raises(ClientError) as error:
        sqs.delete_message_batch(QueueUrl=url, Entries=[{"Id": "a", "ReceiptHandle": each} for each in (handle, "x")])
    assert error.value.response["Error"]["Message"] == "Id a repeated."
    told = sqs.delete_message_batch(QueueUrl=url, Entries=[{"Id": each, "ReceiptHandle": handle} for each in "ab"])
    assert [each["Id"] for each in told["Successful"]] == ["a", "b"]


def test_events_of_logs_go_to_what_is_an_arn(bare: Cloud) -> None:
    logs = client(bare, "logs")
    logs.create_log_group(logGroupName="subscribed")
    with pytest.raises(logs.exceptions.InvalidParameterException):
        logs.put_subscription_filter(
            logGroupName="subscribed", filterName="f", filterPattern="", destinationArn="nowhere"
        )


def test_a_registry_that_scans_by_no_rule_takes_repositories(bare: Cloud) -> None:
    ecr = client(bare, "ecr")
    assert "rules" not in ecr.put_registry_scanning_configuration(scanType="BASIC")["registryScanningConfiguration"]
    assert ecr.create_repository(repositoryName="scanned-by-nobody")["repository"]["repositoryName"]
    assert ecr.get_registry_scanning_configuration()["scanningConfiguration"]["rules"] == []
