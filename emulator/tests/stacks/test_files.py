"""Templates in files: one for each stack, or nested in one another."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecs_emulator.stacks.effects import ignored
from ecs_emulator.stacks.files import stack_name
from ecs_emulator.stacks.templates import TemplateError
from emulator.tests.stacks.stage import Stage
from emulator.tests.stacks.templates import SERVICE

# A load-balanced service as somebody else would write it: three templates, all intrinsics that are emulated.
PARENT = """
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Vpc: {Type: AWS::EC2::VPC::Id}
  Subnets: {Type: List<AWS::EC2::Subnet::Id>}
  Size: {Type: String, Default: small, AllowedValues: [small, large]}
  DesiredCount: {Type: Number, Default: 1}
Mappings:
  Sizes:
    small: {Cpu: 256, Memory: 512}
    large: {Cpu: 512, Memory: 1024}
Conditions:
  IsLarge: !Equals [!Ref Size, large]
  IsSmall: !Not [!Condition IsLarge]
  IsEither: !Or [!Condition IsLarge, !Condition IsSmall]
  IsBoth: !And [!Condition IsLarge, !Condition IsSmall]
Metadata: {Whoever: reads this}
Resources:
  Logs: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: !If [IsLarge, 30, 7]}}
  Alarm: {Type: AWS::CloudWatch::Alarm, Condition: IsBoth}
  Front:
    Type: AWS::CloudFormation::Stack
    Condition: IsEither
    Properties:
      TemplateURL: parts/front.yml
      Parameters: {Vpc: !Ref Vpc, Subnets: !Join [',', !Ref Subnets], Port: 80}
  Service:
    Type: AWS::CloudFormation::Stack
    DependsOn: [Front]
    Properties:
      TemplateURL: ./parts/service.yml
      TimeoutInMinutes: 5
      Parameters:
        Group: !GetAtt Front.Outputs.Group
        LogGroup: !Ref Logs
        Cpu: !FindInMap [Sizes, !Ref Size, Cpu]
        Memory: !FindInMap [Sizes, !Ref Size, Memory]
        DesiredCount: !Ref DesiredCount
        Subnets: !Join [',', !Ref Subnets]
Outputs:
  Url: {Value: !Sub 'http://${Front.Outputs.Name}', Export: {Name: !Sub '${AWS::StackName}:Url'}}
  Service: {Value: !GetAtt Service.Outputs.Name}
  Front: {Value: !Ref Front}
"""
FRONT = """
Parameters:
  Vpc: {Type: AWS::EC2::VPC::Id}
  Subnets: {Type: List<AWS::EC2::Subnet::Id>}
  Port: {Type: Number}
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: everybody
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{CidrIp: 0.0.0.0/0, IpProtocol: tcp, FromPort: !Ref Port, ToPort: !Ref Port}]
  LoadBalancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties:
      Scheme: internet-facing
      IpAddressType: ipv4
      SecurityGroups: [!GetAtt Group.GroupId]
      Subnets: !Ref Subnets
  Targets:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {VpcId: !Ref Vpc, TargetType: ip, Port: !Ref Port, Protocol: HTTP}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref LoadBalancer
      Port: !Ref Port
      Protocol: HTTP
      DefaultActions: [{Type: forward, ForwardConfig: {TargetGroups: [{TargetGroupArn: !Ref Targets}]}}]
Outputs:
  Group: {Value: !Ref Targets}
  Name: {Value: !GetAtt LoadBalancer.DNSName}
"""
SERVICE_PART = """
Parameters:
  Group: {Type: String}
  LogGroup: {Type: String}
  Cpu: {Type: Number}
  Memory: {Type: Number}
  DesiredCount: {Type: Number}
  Subnets: {Type: CommaDelimitedList}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: ecs-tasks.amazonaws.com}, Action: sts:AssumeRole}]
  Cluster:
    Type: AWS::ECS::Cluster
    Properties: {ClusterSettings: [{Name: containerInsights, Value: enabled}]}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: !Ref AWS::StackName
      Cpu: !Ref Cpu
      Memory: !Ref Memory
      NetworkMode: awsvpc
      RequiresCompatibilities: [FARGATE]
      ExecutionRoleArn: !Ref Role
      TaskRoleArn: !If [IsNamed, !GetAtt Role.Arn, !Ref 'AWS::NoValue']
      ContainerDefinitions:
        - Name: web
          Image: !Join [':', [web, latest]]
          PortMappings: [{ContainerPort: 80, HostPort: 80}]
          DockerLabels: {some.label: 'yes'}
          LogConfiguration:
            LogDriver: awslogs
            Options:
              awslogs-group: !Ref LogGroup
              awslogs-region: !Ref AWS::Region
              awslogs-stream-prefix: web
  Service:
    Type: AWS::ECS::Service
    Properties:
      ServiceName: !Select [1, !Split ['/', !Sub 'service/${AWS::StackName}']]
      Cluster: !Ref Cluster
      TaskDefinition: !Ref Task
      DesiredCount: !Ref DesiredCount
      CapacityProviderStrategy: [{CapacityProvider: FARGATE, Weight: 1}]
      DeploymentConfiguration: {MaximumPercent: 200, MinimumHealthyPercent: 75}
      NetworkConfiguration: {AwsvpcConfiguration: {AssignPublicIp: ENABLED, Subnets: !Ref Subnets}}
      LoadBalancers: [{ContainerName: web, ContainerPort: 80, TargetGroupArn: !Ref Group}]
  Scaling:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties:
      ServiceNamespace: ecs
      ScalableDimension: ecs:service:DesiredCount
      ResourceId: !Join ['/', [service, !Ref Cluster, !GetAtt Service.Name]]
      MinCapacity: 1
      MaxCapacity: 4
Conditions:
  IsNamed: !Not [!Equals [!Select [0, !GetAZs '']  , '']]
Outputs:
  Name: {Value: !GetAtt Service.Name}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "front.yml").write_text(FRONT)
    (tmp_path / "parts" / "service.yml").write_text(SERVICE_PART)
    return tmp_path


def test_a_load_balanced_service_of_somebody_else_is_deployed(stage: Stage, name: str, folder: Path) -> None:
    path = folder / f"{name}.yml"
    path.write_text(PARENT)
    stage.stacks.deploy_files([path], {"DesiredCount": 2})
    assert stage.stacks.stood_in == {
        "Subnets": "subnet-stand-in-a,subnet-stand-in-b",
        "Vpc": "vpc-stand-in",
    }
    parent = stage.stacks.named(name)
    assert parent is not None
    outputs = {output.name: output.value for output in parent.outputs}
    assert outputs["Service"] == f"{name}-Service"
    assert outputs["Url"].startswith("http://")
    assert outputs["Front"] == parent.resources["Front"].physical_id
    [service] = stage.client("ecs").describe_services(cluster=f"{name}-Service-Cluster", services=[outputs["Service"]])[
        "services"
    ]
    assert service["runningCount"] == 2
    assert service["networkConfiguration"]["awsvpcConfiguration"]["subnets"] == [
        "subnet-stand-in-a",
        "subnet-stand-in-b",
    ]
    task = stage.client("ecs").describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    assert (task["cpu"], task["memory"]) == ("256", "512")
    assert task["taskRoleArn"] == f"arn:aws:iam::123456789012:role/{name}-Service-Role"

    stage.stacks.deploy_files([path], {"DesiredCount": 2, "Size": "large"})
    [service] = stage.client("ecs").describe_services(cluster=f"{name}-Service-Cluster", services=[outputs["Service"]])[
        "services"
    ]
    task = stage.client("ecs").describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    assert (task["cpu"], task["memory"]) == ("512", "1024")

    stage.stacks.delete(name)
    assert [stack.name for stack in stage.stacks.all() if stack.name.startswith(name)] == []


def test_a_nested_stack_changes_with_its_template(stage: Stage, name: str, folder: Path) -> None:
    path = folder / f"{name}.yml"
    path.write_text("Resources: {Part: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: part.yml}}}")
    part = folder / "part.yml"
    part.write_text("Resources: {One: {Type: AWS::Logs::LogGroup}}")
    stage.stacks.deploy_files([path], {})
    part.write_text("Resources: {Two: {Type: AWS::Logs::LogGroup}}")
    stage.stacks.deploy_files([path], {})
    child = stage.stacks.named(f"{name}-Part")
    assert child is not None
    assert (child.status, list(child.resources)) == ("UPDATE_COMPLETE", ["Two"])


def test_a_nested_stack_that_fails_takes_its_parent_back(stage: Stage, name: str, folder: Path) -> None:
    path = folder / f"{name}.yml"
    path.write_text("Resources: {Part: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: part.yml}}}")
    (folder / "part.yml").write_text(SERVICE.replace("Default: good", "Default: crash"))
    with pytest.raises(TemplateError, match=r"Part: Embedded stack .* Service: .*Circuit Breaker was triggered"):
        stage.stacks.deploy_files([path], {})
    assert [stack.status for stack in stage.stacks.all() if stack.name.startswith(name)] == ["ROLLBACK_COMPLETE"]


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ("{TemplateURL: nowhere.yml}", r"TemplateURL: there is no such file beside .*: nowhere\.yml"),
        (
            "{TemplateURL: 'https://s3.amazonaws.com/nobodys/t.yml'}",
            "TemplateURL https://s3.amazonaws.com/nobodys/t.yml",
        ),
        ("{TemplateURL: 'https://s3.amazonaws.com/'}", "names no object of S3"),
        ("{}", "needs TemplateURL"),
        ("{TemplateURL: part.yml, Colour: red}", "has no Colour"),
    ],
)
def test_a_nested_stack_without_a_template_is_refused(
    stage: Stage, name: str, folder: Path, properties: str, message: str
) -> None:
    path = folder / f"{name}.yml"
    path.write_text(f"Resources: {{Part: {{Type: AWS::CloudFormation::Stack, Properties: {properties}}}}}")
    with pytest.raises(TemplateError, match=message):
        stage.stacks.deploy_files([path], {})


def test_a_template_in_s3_may_be_nested(stage: Stage, name: str, folder: Path) -> None:
    s3 = stage.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="a/part.yml", Body=b"Resources: {One: {Type: AWS::Logs::LogGroup}}")
    path = folder / f"{name}.yml"
    for address in (
        f"https://s3.us-east-1.amazonaws.com/{name}/a/part.yml",
        f"https://{name}.s3.amazonaws.com/a/part.yml",
    ):
        path.write_text(
            f"Resources: {{Part: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: '{address}'}}}}}}"
        )
        stage.stacks.deploy_files([path], {})
    child = stage.stacks.named(f"{name}-Part")
    assert child is not None
    assert list(child.resources) == ["One"]


def test_a_parameter_that_no_file_declares_is_refused(stage: Stage, name: str, folder: Path) -> None:
    path = folder / f"{name}.yml"
    path.write_text("Resources: {}")
    with pytest.raises(TemplateError, match="There is no parameter Size in any of the templates"):
        stage.stacks.deploy_files([path], {"Size": "small"})


@pytest.mark.parametrize(
    ("file", "stack"),
    [("service.yml", "service"), ("web service_v2.yaml", "web-service-v2"), ("01-vpc.json", "stack-01-vpc")],
)
def test_a_stack_is_named_after_its_file(file: str, stack: str) -> None:
    assert stack_name(Path("some") / file) == stack


def test_a_parameter_of_ssm_has_the_value_that_is_stored(stage: Stage, name: str) -> None:
    text = """
        Parameters: {Group: {Type: AWS::SSM::Parameter::Value<String>, Default: %s}}
        Resources: {Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Ref Group}}}
        Outputs: {Group: {Value: !Ref Logs}}
    """
    stage.client("ssm").put_parameter(Name=f"/{name}/group", Value=f"{name}-stored", Type="String")
    assert stage.deploy(name, text % f"/{name}/group")["Group"] == f"{name}-stored"
    with pytest.raises(TemplateError, match=r"Unable to fetch parameters \[/nobody\] from parameter store"):
        stage.deploy(f"{name}-2", text % "/nobody")


def test_an_image_that_aws_itself_tells_has_a_stand_in(stage: Stage, name: str) -> None:
    text = """
        Parameters:
          Image:
            Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>
            Default: /aws/service/bottlerocket/aws-ecs-2/x86_64/latest/image_id
        Resources: {Launch: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateData: {ImageId: !Ref Image}}}}
        Outputs: {Image: {Value: !Ref Image}}
    """
    assert stage.deploy(name, text)["Image"] == "ami-stand-in"


def test_a_bucket_and_a_queue_of_a_long_name_have_a_shorter_one_of_their_own(stage: Stage, name: str) -> None:
    stack = f"{name}-{'pipeline-of-a-nested-stack-' * 3}x"
    text = """
        Resources:
          ArtifactBucketOfTheDeployment:
            Type: AWS::S3::Bucket
            Properties: {MetricsConfigurations: [{Id: whole}], AccessControl: Private}
          Logs: {Type: AWS::Logs::LogGroup, Properties: {DataProtectionPolicy: {Name: masked}, RetentionInDays: 7}}
          JobsOne: {Type: AWS::SQS::Queue}
          JobsTwo: {Type: AWS::SQS::Queue}
        Outputs:
          Bucket: {Value: !Ref ArtifactBucketOfTheDeployment}
          One: {Value: !Ref JobsOne}
          Two: {Value: !Ref JobsTwo}
    """
    outputs = stage.deploy(stack, text)
    assert len(outputs["Bucket"]) <= 63
    assert outputs["One"] != outputs["Two"]
    assert ignored(stage.stacks) >= {
        "Logs::LogGroup.DataProtectionPolicy",
        "S3::Bucket.MetricsConfigurations",
    }


def test_a_property_that_no_bucket_has_is_refused(stage: Stage, name: str) -> None:
    with pytest.raises(TemplateError, match="AWS::S3::Bucket has no Colour"):
        stage.deploy(name, "Resources: {One: {Type: AWS::S3::Bucket, Properties: {Colour: blue}}}")


def test_a_resource_waits_for_what_it_depends_on(stage: Stage, name: str) -> None:
    text = """
        Conditions: {IsNever: !Equals [1, 2]}
        Resources:
          Last: {Type: AWS::Logs::LogGroup, DependsOn: [Middle, Never]}
          Middle: {Type: AWS::Logs::LogGroup, DependsOn: First}
          First: {Type: AWS::Logs::LogGroup}
          Never: {Type: AWS::Logs::LogGroup, Condition: IsNever}
    """
    stage.deploy(name, text)
    made = [logical_id for logical_id, status in stage.statuses(name) if status == "CREATE_COMPLETE"]
    assert made == ["First", "Middle", "Last", name]
    with pytest.raises(TemplateError, match="Last depends on Nobody, which is no resource"):
        stage.deploy(f"{name}-2", text.replace("Never]", "Nobody]"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Transform: AWS::CodeDeployBlueGreen\nResources: {}", "the transform AWS::CodeDeployBlueGreen is not"),
        ("Transform: [AWS::LanguageExtensions, Own]\nResources: {}", "the transform Own is not emulated here"),
        (
            "Resources: {'Fn::ForEach::Each': [Name, [a], {}]}",
            "Fn::ForEach needs the transform AWS::LanguageExtensions",
        ),
    ],
)
def test_a_transform_is_refused(stage: Stage, name: str, text: str, why: str) -> None:
    with pytest.raises(TemplateError, match=why):
        stage.deploy(name, text)
