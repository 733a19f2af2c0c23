"""What the templates describe exists in the local cloud, and what cannot be emulated is refused."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from ecs_emulator.local import REGION
from ecs_emulator.stacks.effects import stubbed
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.stacks.templates import TemplateError, read_template
from emulator.tests.support.folders import TEMPLATES
from emulator.tests.support.websites import check_public_website

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TableDescriptionTypeDef

Deploy = Callable[..., Stacks]

_numbers = itertools.count(1)


@pytest.fixture
def stacks(session: boto3.Session) -> Stacks:
    return Stacks(session, REGION)


@pytest.fixture
def deploy(stacks: Stacks, tmp_path: Path) -> Deploy:
    """Deploy a template of our own, as a stack with a new name."""

    def deploy(text: str, parameters: dict[str, Any] | None = None) -> Stacks:
        path = tmp_path / "stack.yml"
        path.write_text(text)
        stacks.deploy_document(f"ours-{next(_numbers)}", read_template(path), parameters or {})
        return stacks

    return deploy


@pytest.fixture
def table_description(session: boto3.Session, table_name: str) -> TableDescriptionTypeDef:
    return session.client("dynamodb").describe_table(TableName=table_name)["Table"]


def test_the_table_has_the_keys_of_the_template(table_description: TableDescriptionTypeDef) -> None:
    assert table_description["KeySchema"] == [{"AttributeName": "Id", "KeyType": "HASH"}]
    assert table_description["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table_description["DeletionProtectionEnabled"]


def test_the_indexes_have_the_keys_and_the_projections_of_the_template(
    table_description: TableDescriptionTypeDef,
) -> None:
    indexes = {
        index["IndexName"]: (
            [(key["AttributeName"], key["KeyType"]) for key in index["KeySchema"]],
            index["Projection"]["ProjectionType"],
            set(index["Projection"]["NonKeyAttributes"]),
        )
        for index in table_description["GlobalSecondaryIndexes"]
    }
    assert indexes == {
        "AuthorIndex": ([("Author", "HASH"), ("Id", "RANGE")], "INCLUDE", {"Title", "Topic"}),
        "TopicIndex": ([("Topic", "HASH"), ("Id", "RANGE")], "INCLUDE", {"Title", "Author"}),
    }


def test_the_table_can_be_restored_to_any_second(session: boto3.Session, table_name: str) -> None:
    backups = session.client("dynamodb").describe_continuous_backups(TableName=table_name)
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"


@pytest.mark.parametrize(("properties", "days"), [("{RetentionInDays: !Ref Days}", 7), ("{}", None)])
def test_a_log_group_forgets_after_the_days_of_its_template(
    deploy: Deploy, session: boto3.Session, properties: str, days: int | None
) -> None:
    stacks = deploy(f"""
        Parameters: {{Days: {{Type: Number, Default: 7}}}}
        Resources: {{Logs: {{Type: AWS::Logs::LogGroup, Properties: {properties}}}}}
        Outputs: {{LogGroup: {{Value: !Ref Logs}}}}
    """)
    groups = session.client("logs").describe_log_groups(logGroupNamePrefix=stacks.outputs["LogGroup"])["logGroups"]
    assert [group.get("retentionInDays") for group in groups] == [days]


def test_the_bucket_is_a_website_that_the_world_may_read(stacks: Stacks, session: boto3.Session) -> None:
    stacks.deploy_document(f"site-{next(_numbers)}", read_template(TEMPLATES / "site.yml"), {})
    s3, bucket = session.client("s3"), stacks.outputs["Bucket"]
    check_public_website(s3, bucket)


def test_a_bucket_without_an_error_page_can_be_emulated(deploy: Deploy, session: boto3.Session) -> None:
    stacks = deploy("""
        Resources:
          Plain: {Type: AWS::S3::Bucket, Properties: {WebsiteConfiguration: {IndexDocument: home.html}}}
        Outputs: {Bucket: {Value: !Ref Plain}}
    """)
    website = session.client("s3").get_bucket_website(Bucket=stacks.outputs["Bucket"])
    assert website["IndexDocument"] == {"Suffix": "home.html"}
    assert "ErrorDocument" not in website


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Zoo: {Type: AWS::Zoo::Cage}", "Zoo: AWS::Zoo::Cage is not known here."),
        (
            "Rows: {Type: AWS::DynamoDB::Table, Properties: {KeyShema: []}}",
            "Rows: CreateTable has no KeyShema.",
        ),
        (
            "Rows: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST, "
            "AttributeDefinitions: [{AttributeName: A, AttributeTyp: S}]}}",
            "Rows: CreateTable.AttributeDefinitions has no AttributeTyp.",
        ),
        (
            "Files: {Type: AWS::S3::Bucket, Properties: {WebsiteConfiguration: "
            "{IndexDocument: a, ErrorDocument: b, Redirects: []}}}",
            "Files: WebsiteConfiguration: AWS::S3::Bucket has no Redirects.",
        ),
        (
            "Logs: {Type: AWS::Logs::LogGroup, Properties: {DataPolicy: {}}}",
            "Logs: AWS::Logs::LogGroup has no DataPolicy.",
        ),
    ],
)
def test_what_cannot_be_emulated_is_refused_by_name(deploy: Deploy, text: str, message: str) -> None:
    with pytest.raises(TemplateError) as refused:
        deploy(f"Resources:\n  {text}\n")
    assert str(refused.value).endswith(message)


def test_types_without_effect_here_are_told_once_each(deploy: Deploy) -> None:
    cluster = "Type: AWS::ECS::Cluster"
    stacks = deploy(f"Resources: {{One: {{{cluster}}}, Two: {{{cluster}}}}}")
    deploy(f"Resources: {{Three: {{{cluster}}}}}")
    assert stubbed(stacks) == {"AWS::ECS::Cluster"}


def test_an_attribute_that_is_not_emulated_is_refused(deploy: Deploy) -> None:
    with pytest.raises(TemplateError, match="Files has no attribute Colour here"):
        deploy("Resources: {Files: {Type: AWS::S3::Bucket}}\nOutputs: {Colour: {Value: !GetAtt Files.Colour}}")


def test_resources_that_need_each_other_are_refused_with_the_circle(deploy: Deploy) -> None:
    with pytest.raises(TemplateError, match="Circular dependency: One → Two → Three → One"):
        deploy("""
            Resources:
              One: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Two}}
              Two: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Three}}
              Three: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub '${One}-x'}}
        """)


def test_a_resource_is_made_before_the_one_that_needs_it(deploy: Deploy, session: boto3.Session) -> None:
    stacks = deploy("""
        Resources:
          Policy:
            Type: AWS::S3::BucketPolicy
            Properties:
              Bucket: !Ref Files
              PolicyDocument:
                Version: 2012-10-17
                Statement: {Effect: Allow, Principal: "*", Action: s3:GetObject, Resource: !Sub "${Files.Arn}/*"}
          Files: {Type: AWS::S3::Bucket}
        Outputs: {Bucket: {Value: !Ref Files}}
    """)
    policy = session.client("s3").get_bucket_policy(Bucket=stacks.outputs["Bucket"])["Policy"]
    assert json.loads(policy)["Version"] == "2012-10-17"


def test_a_resource_or_an_output_whose_condition_does_not_hold_is_not_there(deploy: Deploy) -> None:
    text = """
        Parameters: {Wanted: {Type: String, AllowedValues: ['true', 'false']}}
        Conditions: {IsWanted: !Equals [!Ref Wanted, true]}
        Resources: {Files: {Type: AWS::S3::Bucket, Condition: IsWanted}}
        Outputs: {Bucket: {Condition: IsWanted, Value: !Ref Files}}
    """
    assert deploy(text, {"Wanted": "false"}).outputs == {}
    assert deploy(text, {"Wanted": True}).outputs.keys() == {"Bucket"}


def test_a_stack_imports_what_an_earlier_one_exports(deploy: Deploy) -> None:
    deploy("Resources: {}\nOutputs: {Out: {Value: den-7, Export: {Name: !Sub '${AWS::Region}-Den'}}}")
    stacks = deploy("Resources: {}\nOutputs: {In: {Value: !ImportValue us-east-1-Den}}")
    assert stacks.outputs["In"] == "den-7"


def test_numbers_and_truths_may_be_given_as_text(deploy: Deploy, session: boto3.Session) -> None:
    stacks = deploy("""
        Resources:
          Logs: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: '14'}}
          Rows:
            Type: AWS::DynamoDB::Table
            Properties:
              KeySchema: [{AttributeName: Id, KeyType: HASH}]
              AttributeDefinitions: [{AttributeName: Id, AttributeType: S}]
              ProvisionedThroughput: {ReadCapacityUnits: '3', WriteCapacityUnits: 4}
              DeletionProtectionEnabled: 'false'
              TimeToLiveSpecification: {AttributeName: ExpiresAt, Enabled: 'true'}
        Outputs: {Rows: {Value: !Ref Rows}, Logs: {Value: !Ref Logs}}
    """)
    dynamodb = session.client("dynamodb")
    table = dynamodb.describe_table(TableName=stacks.outputs["Rows"])["Table"]
    assert table["ProvisionedThroughput"]["ReadCapacityUnits"] == 3
    assert table["DeletionProtectionEnabled"] is False
    expiry = dynamodb.describe_time_to_live(TableName=stacks.outputs["Rows"])["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ExpiresAt"}


def test_a_table_that_a_stack_has_left_behind_does_not_stand_in_the_way_of_the_next(
    stacks: Stacks, session: boto3.Session
) -> None:
    name, document = f"again-{next(_numbers)}", read_template(TEMPLATES / "table.yml")
    stacks.deploy_document(name, document, {})
    kept = stacks.outputs["Table"]
    stacks.delete(name)
    stacks.deploy_document(name, document, {})
    assert stacks.outputs["Table"] == f"{kept}-2"
    pages = session.client("dynamodb").get_paginator("list_tables").paginate()
    assert {kept, f"{kept}-2"} <= {name for page in pages for name in page["TableNames"]}
