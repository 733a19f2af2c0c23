"""What moto keeps is made there, so that a program finds it at the endpoint."""

from __future__ import annotations

import itertools
import json
from typing import Any

import boto3
import pytest

from ecs_emulator.local import REGION
from ecs_emulator.stacks.errors import TemplateError
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.stacks.templates import parsed_template

_numbers = itertools.count(1)

TEMPLATE = """
Parameters: {Seconds: {Type: Number, Default: 45}, Raw: {Type: String, Default: "true"}}
Resources:
  Dead: {Type: AWS::SQS::Queue}
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: !Ref Seconds
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}
  News: {Type: AWS::SNS::Topic, Properties: {Tags: [{Key: team, Value: a}]}}
  Heard:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref News, Protocol: sqs, Endpoint: !GetAtt Jobs.Arn, RawMessageDelivery: !Ref Raw}
  Password:
    Type: AWS::SecretsManager::Secret
    Properties:
      GenerateSecretString:
        SecretStringTemplate: '{"username": "admin"}'
        GenerateStringKey: password
        PasswordLength: 20
        ExcludePunctuation: true
  Level: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Ref Seconds, Tags: {team: a}}}
Outputs:
  Url: {Value: !Ref Jobs}
  Topic: {Value: !Ref News}
  Secret: {Value: !Ref Password}
  Level: {Value: !Ref Level}
  Value: {Value: !GetAtt Level.Value}
"""


def deployed(stacks: Stacks, name: str, **parameters: Any) -> dict[str, str]:
    stack = stacks.deploy(name, parsed_template(TEMPLATE, "t.yml"), parameters)
    return {output.name: output.value for output in stack.outputs}


def test_a_program_finds_the_queue_the_topic_the_secret_and_the_parameter_of_a_template(session: boto3.Session) -> None:
    stacks, name = Stacks(session, REGION), f"stored-{next(_numbers)}"
    found = deployed(stacks, name)
    sqs, ssm, secrets = session.client("sqs"), session.client("ssm"), session.client("secretsmanager")
    session.client("sns").publish(TopicArn=found["Topic"], Message="hello")
    assert sqs.receive_message(QueueUrl=found["Url"])["Messages"][0]["Body"] == "hello"
    secret = json.loads(secrets.get_secret_value(SecretId=found["Secret"])["SecretString"])
    assert secret["username"] == "admin"
    assert len(secret["password"]) == 20
    assert ssm.get_parameter(Name=found["Level"])["Parameter"]["Value"] == found["Value"] == "45"
    attributes = sqs.get_queue_attributes(QueueUrl=found["Url"], AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "45"

    assert deployed(stacks, name, Seconds=60) == {**found, "Value": "60"}
    attributes = sqs.get_queue_attributes(QueueUrl=found["Url"], AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "60"

    deployed(stacks, name, Seconds=60, Raw="false")
    [heard] = session.client("sns").list_subscriptions_by_topic(TopicArn=found["Topic"])["Subscriptions"]
    own = session.client("sns").get_subscription_attributes(SubscriptionArn=heard["SubscriptionArn"])["Attributes"]
    assert own["RawMessageDelivery"] == "false"

    stacks.delete(name)
    assert found["Url"] not in sqs.list_queues().get("QueueUrls", [])
    assert found["Topic"] not in [each["TopicArn"] for each in session.client("sns").list_topics()["Topics"]]
    assert found["Secret"] not in [each["ARN"] for each in secrets.list_secrets()["SecretList"]]


DYNAMIC = """
Resources:
  Level: {Type: AWS::SSM::Parameter, Properties: {Name: /dynamic/level, Type: String, Value: debug}}
  Password:
    Type: AWS::SecretsManager::Secret
    Properties: {SecretString: '{"user": "me"}'}
  Both:
    Type: AWS::SSM::Parameter
    DependsOn: Level
    Properties:
      Type: String
      Value: !Sub "{{resolve:ssm:/dynamic/level}} {{resolve:secretsmanager:${Password}:SecretString:user}}"
  Database:
    Type: AWS::RDS::DBInstance
    Properties: {DBInstanceClass: db.t3.micro, MasterUserPassword: "{{resolve:ssm-secure:/nowhere:1}}"}
"""


def test_dynamic_references_are_resolved_and_those_of_stubs_stay(session: boto3.Session) -> None:
    stacks = Stacks(session, REGION)
    stack = stacks.deploy(f"dynamic-{next(_numbers)}", parsed_template(DYNAMIC, "t.yml"), {})
    assert stack.resources["Both"].properties["Value"] == "debug me"
    assert stack.resources["Database"].properties["MasterUserPassword"] == "{{resolve:ssm-secure:/nowhere:1}}"


def test_a_dynamic_reference_to_nothing_is_refused_by_name(session: boto3.Session) -> None:
    text = "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: '{{resolve:ssm:/nowhere}}'}}}"
    with pytest.raises(TemplateError, match=r"Could not resolve \{\{resolve:ssm:/nowhere\}\}"):
        Stacks(session, REGION).deploy(f"dynamic-{next(_numbers)}", parsed_template(text, "t.yml"), {})


SECRETS = """
Resources:
  Made: {Type: AWS::SecretsManager::Secret, Properties: {GenerateSecretString: {PasswordLength: 12}}}
  Given: {Type: AWS::SecretsManager::Secret, Properties: {Name: %s, SecretString: %s}}
Outputs: {Made: {Value: !Ref Made}, Given: {Value: !Ref Given}}
"""


def test_a_secret_is_what_it_was_when_the_emulator_starts_again(session: boto3.Session) -> None:
    name, client = f"again-{next(_numbers)}", session.client("secretsmanager")

    def run(value: str) -> list[str]:
        stack = Stacks(session, REGION).deploy(name, parsed_template(SECRETS % (f"own/{name}", value), "t.yml"), {})
        return [client.get_secret_value(SecretId=each.value)["SecretString"] for each in stack.outputs]

    [made, given] = run("one")
    assert (len(made), given) == (12, "one")
    assert run("two") == [made, "two"]


def test_a_secret_of_somebody_else_is_in_the_way(session: boto3.Session) -> None:
    name = f"taken-{next(_numbers)}"
    session.client("secretsmanager").create_secret(Name=f"own/{name}", SecretString="theirs")
    with pytest.raises(TemplateError, match="already exists"):
        Stacks(session, REGION).deploy(name, parsed_template(SECRETS % (f"own/{name}", "ours"), "t.yml"), {})
