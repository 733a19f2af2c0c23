"""Templates are what their transforms make of them, before anything looks at them."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from ecs_emulator.stacks.errors import TemplateError
from ecs_emulator.stacks.templates import parsed_template


def made(body: str, transform: str = "AWS::LanguageExtensions", **parameters: str) -> Any:
    return parsed_template(f"Transform: {transform}\n{dedent(body)}", "t.yml", parameters)


LOOP = """
Parameters: {Names: {Type: CommaDelimitedList, Default: 'orders, users'}}
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Fn::ForEach::Queues:
    - Name
    - !Ref Names
    - ${Name}Queue:
        Type: AWS::SQS::Queue
        Properties: {QueueName: !Sub '${AWS::StackName}-${Name}', Tags: [{Key: of, Value: !Ref Name}]}
Outputs:
  Fn::ForEach::Addresses:
    - Name
    - !Ref Names
    - ${Name}Url: {Value: !GetAtt [!Sub '${Name}Queue', Arn]}
"""


def test_a_loop_is_written_out_for_each_value() -> None:
    document = made(LOOP)
    assert list(document["Resources"]) == ["Topic", "ordersQueue", "usersQueue"]
    assert document["Resources"]["usersQueue"]["Properties"] == {
        "QueueName": {"Fn::Sub": "${AWS::StackName}-users"},
        "Tags": [{"Key": "of", "Value": "users"}],
    }
    assert list(document["Outputs"]) == ["ordersUrl", "usersUrl"]


def test_a_loop_goes_over_the_value_that_a_parameter_is_given() -> None:
    assert list(made(LOOP, Names="carts")["Resources"]) == ["Topic", "cartsQueue"]


def test_loops_are_inside_of_one_another_and_in_properties() -> None:
    document = made("""
        Resources:
          Fn::ForEach::Outer:
            - Zone
            - [a, b]
            - Fn::ForEach::Inner:
                - Kind
                - [x, '10.0.0.1']
                - Topic&{Zone}&{Kind}:
                    Type: AWS::SNS::Topic
                    Properties: {Fn::ForEach::Names: [Name, [TopicName], {'${Name}': '${Zone}-${Kind}'}]}
    """)
    assert list(document["Resources"]) == ["Topicax", "Topica10001", "Topicbx", "Topicb10001"]
    assert document["Resources"]["Topicb10001"]["Properties"] == {"TopicName": "b-10.0.0.1"}


def test_policies_may_be_functions() -> None:
    document = made("""
        Parameters: {Kept: {Type: String, Default: Retain}}
        Resources: {Topic: {Type: AWS::SNS::Topic, DeletionPolicy: !Ref Kept}}
    """)
    assert document["Resources"]["Topic"]["DeletionPolicy"] == "Retain"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("{Fn::ForEach::X: [A, [a, a], {T: {Type: AWS::SNS::Topic}}]}", "Fn::ForEach::X: T is there twice"),
        ("{Fn::ForEach::X: [A, [a]]}", "Resources.Fn::ForEach::X: .*takes a list of 3"),
        ("{Fn::ForEach::X: [A, text, {}]}", "goes over a list of texts"),
        ("{Fn::ForEach::X: [A, !Ref Nobody, {}]}", "Nobody"),
        ("{Fn::ForEach::X: [A, !Ref T, {}], T: {Type: AWS::SNS::Topic}}", "known only when it has been made"),
        ("{Fn::ForEach::X: [A, [[[a]]], {}]}", "takes a text"),
    ],
)
def test_a_loop_that_is_none_is_refused_with_its_path(body: str, why: str) -> None:
    with pytest.raises(TemplateError, match=why):
        made(f"Resources: {body}")


def test_loops_write_out_no_more_than_a_template_may_have() -> None:
    values = ", ".join(map(str, range(100)))
    loop = "{'T${a}x${b}x${c}': {Type: AWS::SNS::Topic}}"
    for name in "abc":
        loop = f"{{Fn::ForEach::{name}: [{name}, [{values}], {loop}]}}"
    with pytest.raises(TemplateError, match="write out more than"):
        made(f"Resources: {loop}")


SERVERLESS = """
Resources:
  Shop:
    Type: AWS::Serverless::Application
    Properties: {Location: shop.yml, Parameters: {Name: shop}}
  Clean:
    Type: AWS::Serverless::Function
    Properties:
      Handler: clean.run
      Runtime: python3.12
      CodeUri: ./clean
      Events: {Daily: {Type: Schedule, Properties: {Schedule: rate(1 day)}}}
"""


def test_serverless_types_are_those_of_cloudformation() -> None:
    """A nested application that nobody has packaged is the file beside its parent; code stays where it is."""
    resources = made(SERVERLESS, "AWS::Serverless-2016-10-31")["Resources"]
    assert resources["Shop"]["Type"] == "AWS::CloudFormation::Stack"
    assert resources["Shop"]["Properties"]["TemplateURL"] == "shop.yml"
    assert resources["Shop"]["Properties"]["Parameters"] == {"Name": "shop"}
    types = {each["Type"] for each in resources.values()}
    assert types >= {"AWS::Lambda::Function", "AWS::Events::Rule", "AWS::IAM::Role", "AWS::Lambda::Permission"}


def test_what_the_translator_refuses_is_told_at_once() -> None:
    wrong = SERVERLESS.replace("Handler: clean.run", "Timeout: 3").replace("Location: shop.yml, ", "")
    with pytest.raises(TemplateError, match="2 things are wrong") as raised:
        made(wrong, "AWS::Serverless-2016-10-31")
    assert "Clean" in str(raised.value)
    assert "Shop" in str(raised.value)


def test_both_transforms_may_be_there() -> None:
    document = made(
        "Resources: {Fn::ForEach::X: [A, [One, Two], {'${A}': {Type: AWS::Serverless::SimpleTable}}]}",
        "[AWS::LanguageExtensions, AWS::Serverless-2016-10-31]",
    )
    assert [each["Type"] for each in document["Resources"].values()] == ["AWS::DynamoDB::Table"] * 2
