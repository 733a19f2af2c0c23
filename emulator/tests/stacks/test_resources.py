"""Each property of a template reaches the API as the API has it, and what it does not have is refused by name."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from ecs_emulator.stacks.resources.coercion import coerced
from ecs_emulator.stacks.resources.registry import STUBBED, grouped, known
from ecs_emulator.stacks.resources.stubs import stub_of
from ecs_emulator.stacks.templates import TemplateError
from emulator.tests.stacks.stage import Stage
from emulator.tests.stacks.templates import BALANCED, NETWORK, SERVICE


@pytest.mark.parametrize(
    ("properties", "input_"),
    [
        # CloudFormation's names begin with a capital, ECS's do not, at any depth.
        ({"LaunchType": "FARGATE"}, {"launchType": "FARGATE"}),
        ({"DesiredCount": "2"}, {"desiredCount": 2}),
        ({"EnableECSManagedTags": "true"}, {"enableECSManagedTags": True}),
        (
            {"DeploymentConfiguration": {"Alarms": {"AlarmNames": ["a"], "Enable": True, "Rollback": "false"}}},
            {"deploymentConfiguration": {"alarms": {"alarmNames": ["a"], "enable": True, "rollback": False}}},
        ),
        (
            {"CapacityProviderStrategy": [{"CapacityProvider": "FARGATE_SPOT", "Weight": "1", "Base": 0}]},
            {"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}]},
        ),
        ({"ServiceRegistries": [{"RegistryArn": "arn"}]}, {"serviceRegistries": [{"registryArn": "arn"}]}),
        ({"PlatformVersion": "1.4.0"}, {"platformVersion": "1.4.0"}),
        ({"HealthCheckGracePeriodSeconds": "30"}, {"healthCheckGracePeriodSeconds": 30}),
        ({"Tags": [{"Key": "a", "Value": 1}]}, {"tags": [{"key": "a", "value": "1"}]}),
    ],
)
def test_a_service_s_properties_fit_the_api(properties: dict[str, Any], input_: dict[str, Any]) -> None:
    assert coerced(boto3.client("ecs", "us-east-1"), "CreateService", properties) == input_


@pytest.mark.parametrize(
    ("properties", "input_"),
    [
        ({"Cpu": 256, "Memory": "512"}, {"cpu": "256", "memory": "512"}),
        (
            {"Volumes": [{"Name": "v", "Host": {"SourcePath": "/x"}}]},
            {"volumes": [{"name": "v", "host": {"sourcePath": "/x"}}]},
        ),
        (
            {
                "Volumes": [
                    {"EFSVolumeConfiguration": {"FilesystemId": "fs-1", "AuthorizationConfig": {"IAM": "ENABLED"}}}
                ]
            },
            {
                "volumes": [
                    {"efsVolumeConfiguration": {"fileSystemId": "fs-1", "authorizationConfig": {"iam": "ENABLED"}}}
                ]
            },
        ),
        (
            {"Volumes": [{"DockerVolumeConfiguration": {"DriverOpts": {"Size": 1}}}]},
            {"volumes": [{"dockerVolumeConfiguration": {"driverOpts": {"Size": "1"}}}]},
        ),
        (
            {
                "ContainerDefinitions": [
                    {
                        "Name": "app",
                        "PortMappings": [{"ContainerPort": "80", "HostPort": 80}],
                        "DockerLabels": {"Some.Label": True},
                        "LogConfiguration": {"LogDriver": "awslogs", "Options": {"awslogs-create-group": True}},
                        "HealthCheck": {"Command": ["CMD", "true"], "StartPeriod": "10"},
                    }
                ]
            },
            {
                "containerDefinitions": [
                    {
                        "name": "app",
                        "portMappings": [{"containerPort": 80, "hostPort": 80}],
                        "dockerLabels": {"Some.Label": "true"},
                        "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-create-group": "true"}},
                        "healthCheck": {"command": ["CMD", "true"], "startPeriod": 10},
                    }
                ]
            },
        ),
    ],
)
def test_a_task_definition_s_properties_fit_the_api(properties: dict[str, Any], input_: dict[str, Any]) -> None:
    assert coerced(boto3.client("ecs", "us-east-1"), "RegisterTaskDefinition", properties) == input_


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"Cluser": "a"}, "CreateService has no Cluser."),
        ({"cluster": "a"}, "CreateService has no cluster."),
        ({"NetworkConfiguration": {"Vpc": 1}}, "CreateService.NetworkConfiguration has no Vpc."),
        ({"DesiredCount": "many"}, "CreateService.DesiredCount should be a number; it is 'many'."),
        ({"EnableExecuteCommand": "yes"}, "CreateService.EnableExecuteCommand should be true or false; it is 'yes'."),
        ({"Cluster": {"Name": 1}}, "CreateService.Cluster should be a text; it is {'Name': 1}."),
        ({"NetworkConfiguration": "vpc"}, "CreateService.NetworkConfiguration should have properties; it is 'vpc'."),
        (
            {"Cluster": "{{resolve:ssm:name}}"},
            "CreateService.Cluster is '{{resolve:ssm:name}}'; dynamic references are not emulated here.",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(properties: dict[str, Any], message: str) -> None:
    with pytest.raises(TemplateError) as refused:
        coerced(boto3.client("ecs", "us-east-1"), "CreateService", properties)
    assert str(refused.value) == message


def test_a_cluster_has_the_settings_of_its_template(stage: Stage, name: str) -> None:
    text = """
        Resources:
          Cluster:
            Type: AWS::ECS::Cluster
            Properties:
              ClusterSettings: [{Name: containerInsights, Value: %s}]
              CapacityProviders: [FARGATE, FARGATE_SPOT]
              DefaultCapacityProviderStrategy: [{CapacityProvider: FARGATE, Weight: 1}]
        Outputs: {Cluster: {Value: !Ref Cluster}}
    """
    ecs = stage.client("ecs")
    for value in ("enabled", "disabled"):
        cluster = stage.deploy(name, text % value)["Cluster"]
        [described] = ecs.describe_clusters(clusters=[cluster], include=["SETTINGS"])["clusters"]
        assert described["settings"] == [{"name": "containerInsights", "value": value}]
    assert described["capacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    assert described["defaultCapacityProviderStrategy"][0]["capacityProvider"] == "FARGATE"


def test_a_task_definition_keeps_the_secrets_of_its_template(stage: Stage, name: str) -> None:
    text = SERVICE.replace("Image: !Ref Image", "Image: !Ref Image\n          Secrets: [{Name: A, ValueFrom: arn}]")
    text = text.replace(
        "NetworkMode: awsvpc", "NetworkMode: awsvpc\n      ExecutionRoleArn: arn:aws:iam::123456789012:role/x"
    )
    task = stage.deploy(name, text)["Task"]
    [container] = stage.client("ecs").describe_task_definition(taskDefinition=task)["taskDefinition"][
        "containerDefinitions"
    ]
    assert container["secrets"] == [{"name": "A", "valueFrom": "arn"}]


def test_a_service_keeps_what_has_no_effect_here(stage: Stage, name: str) -> None:
    text = SERVICE.replace(
        "LaunchType: FARGATE",
        "CapacityProviderStrategy: [{CapacityProvider: FARGATE_SPOT, Weight: 1}]\n"
        "      PlatformVersion: 1.4.0\n"
        "      ServiceRegistries: [{RegistryArn: !GetAtt Discovery.Arn}]\n"
        "      PropagateTags: SERVICE\n"
        "      HealthCheckGracePeriodSeconds: 5\n"
        "      Tags: [{Key: team, Value: !Ref AWS::StackName}]",
    ).replace("  Cluster: {Type", "  Discovery: {Type: AWS::ServiceDiscovery::Service}\n  Cluster: {Type", 1)
    outputs = stage.deploy(name, text, Count=0)
    answer = stage.client("ecs").describe_services(
        cluster=outputs["Cluster"], services=[outputs["ServiceName"]], include=["TAGS"]
    )
    [service] = answer["services"]
    assert service["capacityProviderStrategy"][0]["capacityProvider"] == "FARGATE_SPOT"
    assert service["platformVersion"] == "1.4.0"
    assert service["serviceRegistries"][0]["registryArn"].startswith("arn:aws:servicediscovery:us-east-1:")
    assert service["healthCheckGracePeriodSeconds"] == 5
    assert service["tags"] == [{"key": "team", "value": name}]
    retagged = stage.deploy(name, text.replace("Key: team", "Key: crew"), Count=0)
    assert retagged == outputs


def test_a_load_balancer_is_what_its_template_says(stage: Stage, name: str) -> None:
    text = f"""
        Resources:
{BALANCED}
        Outputs:
          Arn: {{Value: !Ref Balancer}}
          Dns: {{Value: !GetAtt Balancer.DNSName}}
          Zone: {{Value: !GetAtt Balancer.CanonicalHostedZoneID}}
          Full: {{Value: !GetAtt Balancer.LoadBalancerFullName}}
          Name: {{Value: !GetAtt Balancer.LoadBalancerName}}
          Groups: {{Value: !Join [',', !GetAtt Balancer.SecurityGroups]}}
          Group: {{Value: !GetAtt Group.TargetGroupFullName}}
          GroupName: {{Value: !GetAtt Group.TargetGroupName}}
          GroupArn: {{Value: !GetAtt Group.TargetGroupArn}}
          Listener: {{Value: !GetAtt Listener.ListenerArn}}
    """.replace("Subnets: [", "SecurityGroups: [sg-one, sg-two]\n      IpAddressType: ipv4\n      Subnets: [").replace(
        "\n        ", "\n"
    )
    outputs = stage.deploy(name, text)
    elbv2 = stage.client("elbv2")
    [balancer] = elbv2.describe_load_balancers(LoadBalancerArns=[outputs["Arn"]])["LoadBalancers"]
    assert outputs["Dns"] == balancer["DNSName"]
    assert outputs["Zone"] == balancer["CanonicalHostedZoneId"]
    assert outputs["Full"] == outputs["Arn"].partition(":loadbalancer/")[2]
    assert outputs["Name"] == balancer["LoadBalancerName"] == f"{name}-Balancer"
    assert outputs["Groups"] == "sg-one,sg-two"
    assert outputs["Group"].startswith(f"targetgroup/{name}-Group/")
    assert outputs["GroupArn"].endswith(outputs["Group"])
    assert outputs["GroupName"] == f"{name}-Group"
    answer = elbv2.describe_load_balancer_attributes(LoadBalancerArn=outputs["Arn"])
    assert {"Key": "idle_timeout.timeout_seconds", "Value": "40"} in answer["Attributes"]
    stage.deploy(
        name, text.replace("Value: 40", "Value: 50").replace("IpAddressType: ipv4", "IpAddressType: dualstack")
    )
    answer = elbv2.describe_load_balancer_attributes(LoadBalancerArn=outputs["Arn"])
    assert {"Key": "idle_timeout.timeout_seconds", "Value": "50"} in answer["Attributes"]
    [balancer] = elbv2.describe_load_balancers(LoadBalancerArns=[outputs["Arn"]])["LoadBalancers"]
    assert balancer["IpAddressType"] == "dualstack"


def test_a_target_group_is_checked_as_its_template_says(stage: Stage, name: str) -> None:
    text = f"""
Resources:
{NETWORK}
  Group:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties:
      VpcId: !Ref Vpc
      TargetType: ip
      Port: '8080'
      Protocol: HTTP
      HealthCheckEnabled: 'true'
      HealthCheckPath: /health
      HealthCheckIntervalSeconds: 12
      HealthCheckTimeoutSeconds: '4'
      HealthyThresholdCount: 3
      UnhealthyThresholdCount: 4
      Matcher: {{HttpCode: 200-204}}
      TargetGroupAttributes: [{{Key: deregistration_delay.timeout_seconds, Value: 7}}]
Outputs: {{Group: {{Value: !Ref Group}}}}
"""
    elbv2 = stage.client("elbv2")
    arn = stage.deploy(name, text)["Group"]
    [group] = elbv2.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"]
    assert group["HealthCheckPath"] == "/health"
    assert group["HealthCheckIntervalSeconds"] == 12
    assert group["HealthCheckTimeoutSeconds"] == 4
    assert group["HealthyThresholdCount"] == 3
    assert group["UnhealthyThresholdCount"] == 4
    assert group["Matcher"] == {"HttpCode": "200-204"}
    changed = text.replace("/health", "/ready").replace("HealthyThresholdCount: 3", "HealthyThresholdCount: 2")
    assert stage.deploy(name, changed.replace("Value: 7", "Value: 9").replace("200-204", "200"))["Group"] == arn
    [group] = elbv2.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"]
    assert (group["HealthCheckPath"], group["HealthyThresholdCount"]) == ("/ready", 2)
    assert group["Matcher"] == {"HttpCode": "200"}
    answer = elbv2.describe_target_group_attributes(TargetGroupArn=arn)
    attributes = {each["Key"]: each["Value"] for each in answer["Attributes"]}
    assert attributes["deregistration_delay.timeout_seconds"] == "9"


RULE = """
  Rule:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties:
      ListenerArn: !Ref Listener
      Priority: %s
      Conditions: [%s]
      Actions: [%s]
Outputs: {Rule: {Value: !Ref Rule}, Same: {Value: !GetAtt Rule.RuleArn}, IsDefault: {Value: !GetAtt Rule.IsDefault}}
"""
FORWARD = "{Type: forward, TargetGroupArn: !Ref Group}"
WEIGHTED = (
    "{Type: forward, ForwardConfig: {TargetGroups: [{TargetGroupArn: !Ref Group, Weight: '3'}], "
    "TargetGroupStickinessConfig: {Enabled: 'true', DurationSeconds: 60}}}"
)


@pytest.mark.parametrize(
    ("condition", "config", "stored"),
    [
        ("{Field: path-pattern, Values: [/a]}", "PathPatternConfig", {"Values": ["/a"]}),
        ("{Field: path-pattern, PathPatternConfig: {Values: [/a, /b]}}", "PathPatternConfig", {"Values": ["/a", "/b"]}),
        (
            "{Field: path-pattern, PathPatternConfig: {RegexValues: ['^/a%']}}",
            "PathPatternConfig",
            {"RegexValues": ["^/a%"]},
        ),
        ("{Field: host-header, Values: [a.example]}", "HostHeaderConfig", {"Values": ["a.example"]}),
        (
            "{Field: host-header, HostHeaderConfig: {Values: [a.example]}}",
            "HostHeaderConfig",
            {"Values": ["a.example"]},
        ),
        (
            "{Field: http-header, HttpHeaderConfig: {HttpHeaderName: X-Kind, Values: [a]}}",
            "HttpHeaderConfig",
            {"HttpHeaderName": "X-Kind", "Values": ["a"]},
        ),
        (
            "{Field: http-request-method, HttpRequestMethodConfig: {Values: [GET]}}",
            "HttpRequestMethodConfig",
            {"Values": ["GET"]},
        ),
        (
            "{Field: query-string, QueryStringConfig: {Values: [{Key: v, Value: 1}, {Value: x}]}}",
            "QueryStringConfig",
            {"Values": [{"Key": "v", "Value": "1"}, {"Value": "x"}]},
        ),
        ("{Field: source-ip, SourceIpConfig: {Values: [10.0.0.0/8]}}", "SourceIpConfig", {"Values": ["10.0.0.0/8"]}),
    ],
)
def test_a_rule_has_the_condition_of_its_template(
    stage: Stage, name: str, condition: str, config: str, stored: dict[str, Any]
) -> None:
    outputs = stage.deploy(name, f"Resources:\n{BALANCED}{RULE % (5, condition, FORWARD)}")
    [rule] = stage.client("elbv2").describe_rules(RuleArns=[outputs["Rule"]])["Rules"]
    assert outputs["Same"] == outputs["Rule"]
    assert outputs["IsDefault"] == "false"
    assert rule["Priority"] == "5"
    assert rule["Conditions"][0][config] == stored


@pytest.mark.parametrize(
    ("action", "config", "stored"),
    [
        (WEIGHTED, "ForwardConfig", {"Weight": 3}),
        (
            "{Type: fixed-response, FixedResponseConfig: {StatusCode: 404, MessageBody: none}}",
            "FixedResponseConfig",
            {"StatusCode": "404", "MessageBody": "none"},
        ),
        (
            "{Type: redirect, RedirectConfig: {Protocol: HTTPS, Port: 443, StatusCode: HTTP_301}}",
            "RedirectConfig",
            {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"},
        ),
    ],
)
def test_a_rule_has_the_action_of_its_template_and_changes_in_place(
    stage: Stage, name: str, action: str, config: str, stored: dict[str, Any]
) -> None:
    elbv2, condition = stage.client("elbv2"), "{Field: path-pattern, Values: [/a]}"
    before = stage.deploy(name, f"Resources:\n{BALANCED}{RULE % (5, condition, FORWARD)}")
    after = stage.deploy(name, f"Resources:\n{BALANCED}{RULE % (6, condition.replace('/a', '/b'), action)}")
    assert after == before
    [rule] = elbv2.describe_rules(RuleArns=[after["Rule"]])["Rules"]
    assert rule["Priority"] == "6"
    assert rule["Conditions"][0]["PathPatternConfig"]["Values"] == ["/b"]
    told = rule["Actions"][0][config]
    told = told["TargetGroups"][0] if "TargetGroups" in told else told
    assert {key: told[key] for key in stored} == stored


def test_a_listener_changes_in_place(stage: Stage, name: str) -> None:
    text = f"Resources:\n{BALANCED}\nOutputs: {{Listener: {{Value: !Ref Listener}}}}"
    before = stage.deploy(name, text)
    changed = text.replace("Port: 80\n", "Port: 81\n").replace(
        "[{Type: forward, TargetGroupArn: !Ref Group}]",
        "[{Type: fixed-response, FixedResponseConfig: {StatusCode: '503'}}]",
    )
    assert stage.deploy(name, changed) == before
    [listener] = stage.client("elbv2").describe_listeners(ListenerArns=[before["Listener"]])["Listeners"]
    assert listener["Port"] == 81
    assert listener["DefaultActions"][0]["Type"] == "fixed-response"


def test_a_listener_may_have_a_certificate_that_is_in_aws(stage: Stage, name: str) -> None:
    certificate = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-1234567890ab"
    text = f"Resources:\n{BALANCED}\nOutputs: {{Listener: {{Value: !Ref Listener}}}}".replace(
        "Port: 80\n      Protocol: HTTP\n",
        f"Port: 443\n      Protocol: HTTPS\n      Certificates: [{{CertificateArn: '{certificate}'}}]\n",
    )
    arn = stage.deploy(name, text)["Listener"]
    [listener] = stage.client("elbv2").describe_listeners(ListenerArns=[arn])["Listeners"]
    assert (listener["Port"], listener["Protocol"]) == (443, "HTTPS")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("LoadBalancerAttributes:", "Type: gateway\n      LoadBalancerAttributes:", "Type gateway is not emulated"),
        ("[!Ref SubnetA, !Ref SubnetB]", "[!Ref SubnetA]", "At least two subnets in two different"),
        ("TargetType: ip", "TargetType: lambda", "TargetType lambda is not emulated"),
        ("Type: forward", "Type: authenticate-oidc", "The action authenticate-oidc is not emulated"),
        (
            "Key: idle_timeout.timeout_seconds",
            "Key: idle.timeout",
            "Load balancer attribute key 'idle.timeout' is not recognized",
        ),
    ],
)
def test_what_a_load_balancer_cannot_do_here_is_refused(
    stage: Stage, name: str, old: str, new: str, message: str
) -> None:
    with pytest.raises(TemplateError, match=message):
        stage.deploy(name, f"Resources:\n{BALANCED}".replace(old, new, 1))
    names = [each["LoadBalancerName"] for each in stage.client("elbv2").describe_load_balancers()["LoadBalancers"]]
    assert f"{name}-Balancer" not in names


def test_an_imagined_resource_has_the_form_of_a_real_one() -> None:
    role = stub_of("us-east-1", "AWS::IAM::Role", "s-Role", {"RoleName": "own", "Path": "/team/"})
    assert role.attributes["Arn"] == "arn:aws:iam::123456789012:role/team/own"
    assert role.ref == "own"
    assert stub_of("us-east-1", "AWS::EC2::VPC", "s-Vpc", {"CidrBlock": "10.1.0.0/16"}).attributes["CidrBlock"] == (
        "10.1.0.0/16"
    )


def test_where_no_task_runs_a_service_is_stubbed() -> None:
    assert known(tasks_run=False)["AWS::ECS::Service"].stubbed
    assert not known(tasks_run=True)["AWS::ECS::Service"].stubbed
    assert all(kind.stubbed for name, kind in known(tasks_run=True).items() if name in STUBBED)


def test_whoever_makes_a_firewall_is_told_that_it_refuses_nobody_here() -> None:
    for name in ("AWS::WAFv2::WebACL", "AWS::WAFv2::WebACLAssociation"):
        assert name in STUBBED
        assert known(tasks_run=True)[name].note == "Not emulated here: nobody is counted, nobody refused."
    firewall = stub_of("us-east-1", "AWS::WAFv2::WebACL", "s-Firewall", {})
    assert firewall.attributes["Arn"].startswith("arn:aws:wafv2:us-east-1:123456789012:regional/webacl/s-Firewall/")


def test_what_is_not_emulated_is_said_shortly() -> None:
    types = {"AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::IAM::Role"}
    assert grouped(types) == "EC2 (Subnet, VPC), IAM (Role)"
