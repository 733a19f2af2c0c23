"""All that is wrong or missing in template files is told at once, before anything of them is made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ecs_emulator.stacks.audit import audit
from ecs_emulator.stacks.errors import TemplateError, TemplateErrors
from ecs_emulator.stacks.resources.provider import StubSettings
from ecs_emulator.stacks.resources.registry import of_files

Audited = Callable[..., list[str]]


@pytest.fixture
def audited(tmp_path: Path) -> Audited:
    """What is said of a template, a line for each matter."""

    def audited(text: str, parameters: dict[str, Any] | None = None, **settings: Any) -> list[str]:
        path, stubs = tmp_path / "theirs.yml", StubSettings(**settings)
        path.write_text(text)
        try:
            audit([path], parameters or {}, of_files(stubs), stubs)
        except TemplateErrors as errors:
            return [str(each) for each in errors.errors]
        except TemplateError as error:
            return [str(error)]
        return []

    return audited


WRONG = """
Parameters:
  Domain: {Type: String}
  Vpc: {Type: AWS::EC2::VPC::Id}
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeot: 30
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn}
  Database:
    Type: AWS::RDS::DBInstance
    DependsOn: Nowhere
    Properties: {DBInstanceClass: db.t3.micro, MasterUserSecret: {Colour: red}}
  Cage: {Type: AWS::Zoo::Cage}
  Set: {Type: AWS::ECS::TaskSet}
Outputs:
  Host: {Value: !Sub "${Database.Endpoint.Adress}:${Database.Endpoint.Port}"}
"""


def test_all_that_is_wrong_is_told_at_once_with_its_file_line_resource_and_property(audited: Audited) -> None:
    assert audited(WRONG) == [
        "theirs.yml, line 3: Parameters.Domain: it needs a value: --set Domain=VALUE.",
        "theirs.yml, line 8: Resources.Jobs.Properties: AWS::SQS::Queue has no VisibilityTimeot.",
        "theirs.yml, line 8: Resources.Jobs.Properties: Dead is no parameter and no resource.",
        "theirs.yml, line 14: Resources.Database.Properties.MasterUserSecret: AWS::RDS::DBInstance has no Colour.",
        "theirs.yml, line 13: Resources.Database.DependsOn: Nowhere is no resource.",
        "theirs.yml, line 15: Resources.Cage.Type: AWS::Zoo::Cage is not known here.",
        "theirs.yml, line 16: Resources.Set.Type: AWS::ECS::TaskSet is not emulated here, and no stub could stand in: "
        "it carries tasks or traffic.",
        "theirs.yml, line 18: Outputs.Host.Value: Database (AWS::RDS::DBInstance) has no attribute Endpoint.Adress.",
    ]


def test_the_message_of_several_counts_them(tmp_path: Path) -> None:
    path = tmp_path / "theirs.yml"
    path.write_text(WRONG)
    with pytest.raises(TemplateErrors) as refused:
        audit([path], {}, of_files(StubSettings()), StubSettings())
    first, *lines = str(refused.value).splitlines()
    assert first == "8 things are wrong or missing:"
    assert len(lines) == 8


def test_what_is_right_is_not_complained_about(audited: Audited, tmp_path: Path) -> None:
    (tmp_path / "other.yml").write_text("Resources: {Cluster: {Type: AWS::ECS::Cluster}}")
    right = """
    Resources:
      CDKMetadata: {Type: AWS::CDK::Metadata, Condition: CDKMetadataAvailable, Properties: {Analytics: v2}}
      Own: {Type: Custom::Whatever, Properties: {ServiceToken: !GetAtt Function.Arn, Anything: {Goes: 1}}}
      Function:
        Type: AWS::Lambda::Function
        Properties:
          Code: {ZipFile: "x"}
          Role: arn:aws:iam::123456789012:role/own
          Handler: index.handler
          Runtime: python3.12
      Database: {Type: AWS::RDS::DBInstance, Properties: {DBInstanceClass: db.t3.micro}}
      Other: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: other.yml}}
    Conditions: {CDKMetadataAvailable: !Equals [!Ref "AWS::Region", us-east-1]}
    Outputs:
      Answer: {Value: !GetAtt Own.AnyAttribute}
      Host: {Value: !GetAtt Database.Endpoint.Address}
      Theirs: {Value: !GetAtt Other.Outputs.Name}
      Text: {Value: !Sub "${AWS::Region} ${!Literal} ${Database}"}
    """
    assert audited(right) == []


def test_strict_refuses_what_a_stub_would_stand_in_for(audited: Audited) -> None:
    queue = "Resources: {Stream: {Type: AWS::Kinesis::Stream}}"
    assert audited(queue) == []
    [sentence] = audited(queue, strict=True)
    assert sentence.endswith("AWS::Kinesis::Stream is not emulated here; without --strict a stub stands in.")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Database.Endpoint.Address", None),
        ("Database", None),
        ("Database.Adress", "--set-attribute Database.Adress: AWS::RDS::DBInstance has no attribute Adress."),
        ("Cluster.Arn", "--set-attribute Cluster.Arn: no stub is called Cluster. There are: Database."),
    ],
)
def test_only_a_stub_has_attributes_that_can_be_told(audited: Audited, name: str, sentence: str | None) -> None:
    text = """
    Resources:
      Database: {Type: AWS::RDS::DBInstance, Properties: {DBInstanceClass: db.t3.micro}}
      Cluster: {Type: AWS::ECS::Cluster}
    """
    assert audited(text, attributes={name: "x"}) == ([sentence] if sentence else [])


def test_a_parameter_that_no_template_declares_is_refused(audited: Audited) -> None:
    assert audited("Resources: {Cluster: {Type: AWS::ECS::Cluster}}", {"Colour": "red"}) == [
        "There is no parameter Colour in any of the templates. There are: none."
    ]
    # Beside all else that is wrong.
    wrong = "Parameters: {Size: {Type: String}}\nResources: {Cage: {Type: AWS::Zoo::Cage}}"
    assert audited(wrong, {"Sise": "1"}) == [
        "theirs.yml, line 1: Parameters.Size: it needs a value: --set Size=VALUE.",
        "theirs.yml, line 2: Resources.Cage.Type: AWS::Zoo::Cage is not known here.",
        "There is no parameter Sise in any of the templates. There are: Size.",
    ]


@pytest.mark.parametrize(
    ("count", "refusal"),
    [
        ("-1", "it is -1; it should be a whole number from 0 to 5000."),
        ("5001", "it is 5001; it should be a whole number from 0 to 5000."),
        ("many", "expected type: Integer, found: String"),
        ("1.5", "expected type: Integer, found: String"),
        ("0", ""),
        ("7", ""),
    ],
)
def test_a_count_that_a_parameter_gives_is_judged(audited: Audited, count: str, refusal: str) -> None:
    text = """
    Parameters: {Count: {Type: String, Default: "1"}}
    Resources: {Web: {Type: AWS::ECS::Service, Properties: {TaskDefinition: web, DesiredCount: !Ref Count}}}
    """
    sentence = f"theirs.yml, line 3: Resources.Web.Properties.DesiredCount: {refusal}"
    assert audited(text, {"Count": count}) == ([sentence] if refusal else [])


def test_a_template_whose_address_is_in_a_bucket_is_the_file_of_that_name_beside_it(
    audited: Audited, tmp_path: Path
) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "vpc.yaml").write_text("Resources: {Cage: {Type: AWS::Zoo::Cage}}")
    url = "https://s3.amazonaws.com/a-bucket-of-theirs/v1/parts/vpc.yaml"
    text = f"Resources: {{Network: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {url}}}}}}}"
    assert audited(text) == ["vpc.yaml, line 1: Resources.Cage.Type: AWS::Zoo::Cage is not known here."]


UNSUPPORTED = """
Parameters:
  Controller: {Type: String, Default: CODE_DEPLOY}
  Zone: {Type: "AWS::SSM::Parameter::Value<String>", Default: /a/zone}
Resources:
  Old: {Type: AWS::ElasticLoadBalancing::LoadBalancer, Properties: {Listeners: []}}
  Functions: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {TargetType: lambda}}
  Login:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties:
      ListenerArn: !Ref Zone
      Priority: 1
      Conditions: [{Field: path-pattern, Values: [/]}]
      Actions:
        - {Type: authenticate-oidc, Order: 1}
        - {Type: forward, Order: 2, TargetGroupArn: !Ref Functions}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions: [{Name: web, Image: web}]
      Volumes: [{Name: own}, {Name: theirs, ConfiguredAtLaunch: true}]
  Web:
    Type: AWS::ECS::Service
    Properties:
      TaskDefinition: !Ref Task
      DeploymentController: {Type: !Ref Controller}
      SchedulingStrategy: DAEMON
      LaunchType: !Ref Zone
      LoadBalancers:
        - LoadBalancerName: classic
          ContainerName: web
          ContainerPort: 80
"""


def test_what_ecs_and_the_load_balancer_would_refuse_here_is_told_with_the_rest(audited: Audited) -> None:
    there = "theirs.yml, line"
    assert audited(UNSUPPORTED) == [
        f"{there} 6: Resources.Old.Type: AWS::ElasticLoadBalancing::LoadBalancer is not emulated here, and no stub "
        "could stand in: it carries tasks or traffic.",
        f"{there} 7: Resources.Functions.Properties.TargetType: AWS::ElasticLoadBalancingV2::TargetGroup.TargetType "
        "lambda is not emulated here.",
        f"{there} 15: Resources.Login.Properties.Actions.0: The action authenticate-oidc is not emulated here; there "
        "are: fixed-response, forward, redirect.",
        f"{there} 21: Resources.Task.Properties.Volumes.1.ConfiguredAtLaunch: The emulator has no volumes that are "
        "configured at launch.",
        f"{there} 30: Resources.Web.Properties.LoadBalancers.0.LoadBalancerName: The emulator has no Classic Load "
        "Balancer; name a target group.",
        f"{there} 27: Resources.Web.Properties.SchedulingStrategy: schedulingStrategy DAEMON is not emulated; REPLICA "
        "is.",
        f"{there} 26: Resources.Web.Properties.DeploymentController.Type: type CODE_DEPLOY is not emulated; ECS is.",
    ]


GIVEN = """
Parameters:
  Count: {Type: Number, Default: 1}
  Days: {Type: String, Default: '7'}
  Size: {Type: String, Default: small}
Mappings: {Sizes: {small: {Cpu: '256'}}}
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Cpu: !FindInMap [Sizes, !Ref Size, Cpu]
      ContainerDefinitions: [{Name: web, Image: web, PortMappings: [{ContainerPort: !Ref Count}]}]
  Web:
    Type: AWS::ECS::Service
    Properties: {TaskDefinition: !Ref Task, DesiredCount: !Ref Count, Role: !Ref Task}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: !Ref Days}}
  Database: {Type: AWS::RDS::DBInstance, Properties: {DBInstanceClass: db.t3.micro, BackupRetentionPeriod: !Ref Count}}
"""


def test_a_value_that_a_parameter_gives_is_judged_as_one_that_is_written(audited: Audited) -> None:
    assert audited(GIVEN) == []
    there = "theirs.yml, line"
    assert audited(GIVEN, {"Count": "-1", "Days": "a week"}) == [
        f"{there} 16: Resources.Logs.Properties.RetentionInDays: expected type: Integer, found: String",
        f"{there} 17: Resources.Database.Properties.BackupRetentionPeriod: failed validation constraint for keyword "
        "[minimum]: 0",
        f"{there} 15: Resources.Web.Properties.DesiredCount: it is -1; it should be a whole number from 0 to 5000.",
    ]


BEFORE_ELB = """
Parameters:
  Seconds: {Type: Number, Default: 5}
  Vpc: {Type: "AWS::SSM::Parameter::Value<String>", Default: /a/vpc}
Resources:
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties:
      Subnets: [subnet-0123456789abcdef0]
      LoadBalancerAttributes: [{Key: idle_timeout.timeout_seconds, Value: '0'}]
  Group:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties:
      Port: 80
      Protocol: HTTP
      VpcId: !Ref Vpc
      HealthCheckPath: health
      HealthCheckIntervalSeconds: !Ref Seconds
      HealthCheckTimeoutSeconds: 6
      TargetGroupAttributes:
        - {Key: deregistration_delay.timeout_seconds, Value: 3600}
        - {Key: slow_start.duration_seconds, Value: 3}
  KnownLater:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties:
      Port: 80
      Protocol: HTTP
      VpcId: !Ref Vpc
      HealthCheckPath: !Ref Vpc
      HealthCheckPort: !Ref Vpc
      HealthCheckIntervalSeconds: !Ref Vpc
      HealthCheckTimeoutSeconds: 60
      TargetGroupAttributes: [{Key: slow_start.duration_seconds, Value: !Ref Vpc}]
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer
      Port: 443
      Protocol: HTTPS
      DefaultActions: [{Type: forward, TargetGroupArn: !Ref Group}]
"""


def test_what_elbv2_refuses_of_settings_together_is_told_before_it_is_asked(audited: Audited) -> None:
    there = "theirs.yml, line"
    assert audited(BEFORE_ELB) == [
        f"{there} 9: Resources.Balancer.Properties.Subnets: At least two subnets in two different Availability Zones "
        "must be specified.",
        f"{there} 10: Resources.Balancer.Properties.LoadBalancerAttributes.0.Value: 'idle_timeout.timeout_seconds' "
        "value '0' must be between '1-4000' inclusive.",
        f"{there} 17: Resources.Group.Properties.HealthCheckPath: Health check path 'health' must begin with a '/' "
        "character.",
        f"{there} 19: Resources.Group.Properties.HealthCheckTimeoutSeconds: Health check interval must be greater "
        "than the timeout.",
        f"{there} 22: Resources.Group.Properties.TargetGroupAttributes.1.Value: 'slow_start.duration_seconds' value "
        "'3' must be '0' or between '30-900' inclusive.",
        f"{there} 39: Resources.Listener.Properties.Protocol: A certificate must be specified for HTTPS listeners.",
    ]


PARENT = """
Resources:
  Service:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: https://s3.amazonaws.com/theirs/service.yaml
      Parameters:
        Count: 2
        Colour: red
  Data: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: https://s3.amazonaws.com/theirs/data.yaml}}
  Own: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: own.yaml}}
"""
CHILD = """
Parameters: {Count: {Type: Number}, Vpc: {Type: String}, Size: {Type: String, Default: small}}
Resources: {Cluster: {Type: AWS::ECS::Cluster}}
"""


def test_what_a_nested_template_is_not_given_and_does_not_take_is_told_and_one_that_is_nowhere(
    audited: Audited, tmp_path: Path
) -> None:
    (tmp_path / "service.yaml").write_text(CHILD)
    assert audited(PARENT) == [
        "theirs.yml, line 9: Resources.Service.Properties.Parameters.Colour: service.yaml has no such parameter.",
        "theirs.yml, line 7: Resources.Service.Properties.Parameters: service.yaml wants Vpc, and has no default for "
        "it.",
        "theirs.yml, line 10: Resources.Data.Properties.TemplateURL: there is no such file beside theirs.yml: "
        "https://s3.amazonaws.com/theirs/data.yaml.",
        "theirs.yml, line 11: Resources.Own.Properties.TemplateURL: there is no such file beside theirs.yml: own.yaml.",
    ]


@pytest.mark.parametrize(("transform", "more"), [("AWS::CodeDeployBlueGreen", 1), ("Count", 0)])
def test_what_else_is_wrong_is_told_beside_a_transform_of_aws_that_is_not_emulated(
    audited: Audited, transform: str, more: int
) -> None:
    text = f"""
Transform: [{transform}]
Resources:
  Blue: {{Type: AWS::ECS::TaskSet}}
"""
    first, *others = audited(text)
    assert first == f"theirs.yml, line 2: Transform: the transform {transform} is not emulated here."
    assert len(others) == more


def test_values_that_are_allowed_are_told_as_a_template_has_them(audited: Audited) -> None:
    text = """
Parameters: {Bastion: {Type: String, AllowedValues: [true, false, 1]}}
Resources: {Cluster: {Type: AWS::ECS::Cluster}}
"""
    [said] = audited(text, {"Bastion": "yes"})
    assert said.endswith("Bastion is 'yes'; it should be one of true, false, 1.")
