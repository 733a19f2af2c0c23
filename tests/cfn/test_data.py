"""What must never be lost, and what a like costs."""

from __future__ import annotations

from tests.cfn.platforms import Platform


def test_every_table_is_kept_whatever_happens_to_its_stack(platform: Platform) -> None:
    for name, resource in platform.resources.items():
        if resource["Type"] == "AWS::DynamoDB::Table":
            assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain", name
            assert resource["Properties"]["DeletionProtectionEnabled"] is True, name


def test_every_table_can_be_restored_to_any_second(platform: Platform) -> None:
    for name, table in platform.of_type("AWS::DynamoDB::Table").items():
        assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True, name


def test_every_table_is_encrypted_and_paid_by_request(platform: Platform) -> None:
    for name, table in platform.of_type("AWS::DynamoDB::Table").items():
        assert table["SSESpecification"]["SSEEnabled"] is True, name
        assert table["BillingMode"] == "PAY_PER_REQUEST", name


def test_a_like_is_written_once_and_in_no_index(platform: Platform) -> None:
    indexes = platform.stack("data").resources["Mysfits"]["Properties"]["GlobalSecondaryIndexes"]
    assert {index["IndexName"] for index in indexes} == {"GoodEvilIndex", "LawChaosIndex"}
    for index in indexes:
        assert index["Projection"]["ProjectionType"] == "INCLUDE"
        assert not {"Likes", "Adopted"} & set(index["Projection"]["NonKeyAttributes"])
