"""The judge of policies: what it allows, and that it never guesses."""

from __future__ import annotations

from typing import Any

import pytest

from ecs_emulator.cloud.iam import CannotJudge, allows
from ecs_emulator.cloud.iam_proxy import required_permissions

ROWS = "arn:aws:dynamodb:us-east-1:123456789012:table/Rows"


def _policy(**statement: Any) -> list[dict[str, Any]]:
    return [{"Statement": [{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": ROWS, **statement}]}]


@pytest.mark.parametrize(
    ("pattern", "action", "allowed"),
    [
        ("dynamodb:GetItem", "dynamodb:GetItem", True),
        ("dynamodb:getitem", "dynamodb:GetItem", True),
        ("dynamodb:Get*", "dynamodb:GetItem", True),
        ("dynamodb:?etItem", "dynamodb:GetItem", True),
        ("*", "dynamodb:GetItem", True),
        ("dynamodb:GetItem", "dynamodb:GetItems", False),
        ("dynamodb:GetItem", "logs:GetItem", False),
        ("dynamodb:G.tItem", "dynamodb:GetItem", False),
    ],
)
def test_an_action_matches_without_case_and_with_wildcards(pattern: str, action: str, allowed: bool) -> None:
    assert allows(_policy(Action=pattern), action, ROWS) is allowed


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [(ROWS, True), (f"{ROWS}*", True), ("*", True), (f"{ROWS}/*", False), (ROWS.lower(), False), (ROWS[:-1], False)],
)
def test_a_resource_matches_with_case_and_with_wildcards(pattern: str, allowed: bool) -> None:
    assert allows(_policy(Resource=pattern), "dynamodb:GetItem", ROWS) is allowed


def test_a_denial_beats_every_permission() -> None:
    assert not allows(_policy() + _policy(Effect="Deny"), "dynamodb:GetItem", ROWS)


def test_nothing_is_allowed_without_a_policy() -> None:
    assert not allows([], "dynamodb:GetItem", ROWS)


def test_a_condition_holds_for_one_of_its_values_and_all_of_its_keys() -> None:
    condition = {"StringEquals": {"aws:PrincipalAccount": ["1", "2"]}, "ArnLike": {"aws:SourceArn": "arn:*"}}
    context = {"aws:principalaccount": "2", "aws:SourceArn": "arn:x"}
    assert allows(_policy(Condition=condition), "dynamodb:GetItem", ROWS, context)
    assert not allows(_policy(Condition=condition), "dynamodb:GetItem", ROWS, context | {"aws:SourceArn": "x"})


@pytest.mark.parametrize(
    "statement",
    [
        {"NotAction": "dynamodb:Scan"},
        {"NotResource": ROWS},
        {"Principal": "*"},
        {"Effect": "allow"},
        {"Resource": "arn:aws:dynamodb:*:*:table/${aws:username}"},
        {"Condition": {"ForAllValues:StringEquals": {"dynamodb:Attributes": ["Likes"]}}},
        {"Condition": {"StringEquals": {"aws:PrincipalAccount": "1"}}},
    ],
)
def test_what_is_not_understood_is_refused(statement: dict[str, Any]) -> None:
    with pytest.raises(CannotJudge):
        allows(_policy(**statement), "dynamodb:GetItem", ROWS)


def test_what_is_not_understood_is_refused_even_in_a_statement_about_something_else() -> None:
    with pytest.raises(CannotJudge):
        allows(_policy(Action="s3:GetObject", NotAction="s3:PutObject"), "dynamodb:GetItem", ROWS)


HERE = "us-east-1:123456789012"


@pytest.mark.parametrize(
    ("target", "body", "wanted"),
    [
        ("DynamoDB_20120810.GetItem", {"TableName": "Rows"}, [("dynamodb:GetItem", ROWS)]),
        ("DynamoDB_20120810.GetItem", {"TableName": ROWS}, [("dynamodb:GetItem", ROWS)]),
        (
            "DynamoDB_20120810.Query",
            {"TableName": "Rows", "IndexName": "ByName"},
            [("dynamodb:Query", f"{ROWS}/index/ByName")],
        ),
        ("DynamoDB_20120810.ListTables", {}, [("dynamodb:ListTables", "*")]),
        (
            "DynamoDB_20120810.BatchWriteItem",
            {"RequestItems": {"Rows": [], "Rows2": []}},
            [("dynamodb:BatchWriteItem", ROWS), ("dynamodb:BatchWriteItem", f"{ROWS}2")],
        ),
        (
            "DynamoDB_20120810.TransactWriteItems",
            {"TransactItems": [{"Update": {"TableName": "Rows"}}, {"ConditionCheck": {"TableName": "Rows2"}}]},
            [("dynamodb:UpdateItem", ROWS), ("dynamodb:ConditionCheckItem", f"{ROWS}2")],
        ),
        (
            "DynamoDB_20120810.ExecuteStatement",
            {"Statement": 'SELECT * FROM "Rows" WHERE Id = ?', "Parameters": [{"S": "a"}]},
            [("dynamodb:PartiQLSelect", ROWS)],
        ),
        (
            "DynamoDB_20120810.ExecuteStatement",
            {"Statement": 'SELECT * FROM "Rows"."ByName"'},
            [("dynamodb:PartiQLSelect", f"{ROWS}/index/ByName")],
        ),
        (
            "DynamoDB_20120810.BatchExecuteStatement",
            {
                "Statements": [
                    {"Statement": "INSERT INTO Rows VALUE {'Id': ?}", "Parameters": [{"S": "a"}]},
                    {"Statement": "DELETE FROM Rows2 WHERE Id='a'"},
                ]
            },
            [("dynamodb:PartiQLInsert", ROWS), ("dynamodb:PartiQLDelete", f"{ROWS}2")],
        ),
        (
            "DynamoDB_20120810.ExecuteTransaction",
            {
                "TransactStatements": [
                    {"Statement": f"UPDATE \"{ROWS}\" SET n=1 WHERE Id='a'"},
                    {"Statement": "EXISTS(SELECT * FROM Rows2 WHERE Id='a' AND n=1)"},
                ]
            },
            [("dynamodb:PartiQLUpdate", ROWS), ("dynamodb:PartiQLSelect", f"{ROWS}2")],
        ),
        (
            "Logs_20140328.PutLogEvents",
            {"logGroupName": "g", "logStreamName": "s"},
            [("logs:PutLogEvents", f"arn:aws:logs:{HERE}:log-group:g:log-stream:s")],
        ),
        (
            "Logs_20140328.CreateLogStream",
            {"logGroupName": "g"},
            [("logs:CreateLogStream", f"arn:aws:logs:{HERE}:log-group:g:log-stream:")],
        ),
    ],
)
def test_a_call_asks_for_the_actions_and_resources_that_iam_judges_it_by(
    target: str, body: dict[str, Any], wanted: list[tuple[str, str]]
) -> None:
    assert required_permissions(target, body, HERE) == wanted


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("", {}),
        ("AmazonSSM.GetParameter", {"Name": "a"}),
        ("DynamoDB_20120810.ExecuteStatement", {"Statement": 'SELECT * FROM "Rows" WHERE Id = ?'}),
        ("DynamoDB_20120810.ExecuteStatement", {}),
        ("DynamoDB_20120810.BatchExecuteStatement", {}),
        ("DynamoDB_20120810.ExecuteTransaction", {}),
        ("DynamoDB_20120810.BatchGetItem", {}),
        ("DynamoDB_20120810.TransactGetItems", {"TransactItems": []}),
    ],
)
def test_a_call_that_cannot_be_judged_is_refused(target: str, body: dict[str, Any]) -> None:
    with pytest.raises(CannotJudge):
        required_permissions(target, body, HERE)
