"""One service: its tasks, how they are rolled out, and when there are more of them."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

import pytest

from app import NEEDS
from app.kit.config import Config
from ecs_emulator.stacks.render import render
from ops.stacks.listing import listed
from tests.cfn.platforms import CFN, Documents, Platform
from tests.conftest import TABLES

_SERVICE = "AWS::ECS::Service"
# What a service of the split assembly stands on, and the monolith beside it.
BENEATH = {
    "mysfits-network",
    "mysfits-data",
    "mysfits-cluster",
    "mysfits-site",
    "mysfits-pipeline",
    "mysfits-service",
}


def _container(properties: dict[str, Any]) -> dict[str, Any]:
    (container,) = properties["ContainerDefinitions"]
    return container  # type: ignore[no-any-return]


def _tasks(platform: Platform) -> dict[str, dict[str, Any]]:
    return platform.of_type("AWS::ECS::TaskDefinition")


def test_a_rollout_never_has_less_than_all_tasks(platform: Platform) -> None:
    for name, service in platform.of_type(_SERVICE).items():
        configuration = service["DeploymentConfiguration"]
        assert (configuration["MinimumHealthyPercent"], configuration["MaximumPercent"]) == (100, 200), name


def test_a_failed_rollout_goes_back_by_itself(platform: Platform) -> None:
    for name, service in platform.of_type(_SERVICE).items():
        configuration = service["DeploymentConfiguration"]
        assert configuration["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}, name
        stack = name.split(".")[0]
        assert configuration["Alarms"] == {
            "Enable": True,
            "Rollback": True,
            "AlarmNames": [f"{stack}-ServerErrors"],
        }


def test_a_service_that_is_not_stopped_has_two_tasks_or_more(platform: Platform) -> None:
    counts = {name: int(service["DesiredCount"]) for name, service in platform.of_type(_SERVICE).items()}
    assert all(count >= 2 for name, count in counts.items() if count > 0)
    assert any(counts.values())


def test_tasks_run_on_fargate_with_an_address_of_their_own(platform: Platform) -> None:
    for task in _tasks(platform).values():
        assert (task["RequiresCompatibilities"], task["NetworkMode"]) == (["FARGATE"], "awsvpc")
    assert all(service["LaunchType"] == "FARGATE" for service in platform.of_type(_SERVICE).values())


def test_starting_a_task_and_being_one_are_separate_roles(platform: Platform) -> None:
    for name, task in _tasks(platform).items():
        assert task["ExecutionRoleArn"] != task["TaskRoleArn"], name
        stack = platform.stacks[name.split(".")[0]]
        assert "ManagedPolicyArns" not in stack.resources["ExecutionRole"]["Properties"]
        assert "Policies" not in stack.resources["TaskRole"]["Properties"]


def test_roles_are_taken_by_ecs_for_this_account_only(platform: Platform) -> None:
    for stack in platform.services.values():
        for role in stack.of_type("AWS::IAM::Role").values():
            (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
            assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
            assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}


def test_the_application_runs_without_rights_on_its_machine(production: Platform, split: Platform) -> None:
    for platform in (production, split):
        for name, task in _tasks(platform).items():
            container = _container(task)
            assert container["User"] not in ("0", "root"), name
            assert container["ReadonlyRootFilesystem"] is True, name
            assert container["LinuxParameters"]["Capabilities"] == {"Drop": ["ALL"]}, name


def test_a_task_has_longer_to_stop_than_its_server_takes(platform: Platform) -> None:
    for task in _tasks(platform).values():
        assert 20 < _container(task)["StopTimeout"] <= 120


def test_what_the_container_says_goes_to_the_services_log_group(platform: Platform) -> None:
    for name, task in _tasks(platform).items():
        log = _container(task)["LogConfiguration"]
        assert log["LogDriver"] == "awslogs"
        assert log["Options"]["awslogs-group"] == platform.stack("cluster").outputs["LogGroup"]
        assert log["Options"]["awslogs-stream-prefix"] == name.split(".")[0]
        # The default of the driver has changed once; a stalled CloudWatch must not stall the application.
        assert log["Options"]["mode"] == "non-blocking"


def test_the_container_has_the_name_and_the_settings_that_the_application_knows(platform: Platform) -> None:
    known = {each.metadata["env"] for each in fields(Config)}
    for task in _tasks(platform).values():
        container = _container(task)
        assert container["Name"] == "monolith-service"
        settings = {each["Name"]: each["Value"] for each in container["Environment"]}
        assert settings.keys() <= known
        # ECS knows the revision, and drills have no place in a template.
        assert not {"SERVICE_REVISION", "FAULTS", "FAULTS_ALLOWED"} & settings.keys()
        # With stdout collected already, every event would arrive twice.
        assert "LOG_GROUP" not in settings
        # A tool that replaces the image alone must find nothing that overrides what is in the image, but the
        # placeholder's command, which gives way to it.
        assert not {"Command", "EntryPoint"} & container.keys() or "python" in container["Image"]


def test_a_task_knows_the_tables_of_its_features_and_no_others(platform: Platform) -> None:
    for task in _tasks(platform).values():
        settings = {each["Name"]: each["Value"] for each in _container(task)["Environment"]}
        features = list(NEEDS) if settings["FEATURES"] == "all" else settings["FEATURES"].split(",")
        needed = {setting for feature in features for setting in NEEDS[feature]}
        assert settings.keys() & TABLES.keys() == needed
        for setting in needed:
            assert settings[setting] == platform.stack("data").outputs[TABLES[setting]]


def test_the_template_knows_every_feature_and_no_other(documents: Documents) -> None:
    service = documents["service.yml"]
    pattern = re.compile(service["Parameters"]["Features"]["AllowedPattern"])
    for feature in NEEDS:
        assert pattern.match(feature)
        assert pattern.match(f"{feature},{feature}")
        assert f"Has{feature.capitalize()}" in service["Conditions"]
    assert set(re.findall(r"[a-z]{2,}", pattern.pattern)) == {"all", *NEEDS}


def test_the_first_deployment_runs_a_placeholder_on_the_same_port(smallest: Platform) -> None:
    container = _container(smallest.stack("service").resources["TaskDefinition"]["Properties"])
    assert [mapping["ContainerPort"] for mapping in container["PortMappings"]] == [8080]
    # What is built on is what is there already: one base of a public registry that knows no limit inside of AWS.
    assert f"ARG PYTHON_IMAGE={container['Image']}\n" in (CFN.parent / "Dockerfile").read_text()
    assert container["Command"][:2] == ["python", "-c"]


def test_the_placeholder_runs_as_the_application_does(smallest: Platform, production: Platform) -> None:
    """A tool that exchanges only the image leaves the rest of the definition as it is."""
    ours, theirs = (
        _container(each.stack("service").resources["TaskDefinition"]["Properties"]) for each in (smallest, production)
    )
    assert ours.keys() - theirs.keys() == {"Command"}
    assert {name for name in theirs if ours[name] != theirs[name]} == {"Image"}


def test_an_image_tag_brings_the_application_from_the_repository_of_the_pipeline(production: Platform) -> None:
    container = _container(production.stack("service").resources["TaskDefinition"]["Properties"])
    assert container["Image"] == production.stack("pipeline").outputs["ImageRepository"] + ":3f2c1e0"


def test_an_older_revision_stays_for_a_rollback(platform: Platform) -> None:
    for stack in platform.services.values():
        assert stack.resources["TaskDefinition"]["UpdateReplacePolicy"] == "Retain"


def test_traffic_goes_to_healthy_tasks_by_their_address(platform: Platform) -> None:
    for stack in platform.services.values():
        group = stack.resources["TargetGroup"]["Properties"]
        assert group["TargetType"] == "ip"
        assert (group["HealthCheckPath"], group["Matcher"]) == ("/health", {"HttpCode": "200"})
        assert group["Port"] == 8080


def test_connections_drain_before_a_task_stops(platform: Platform) -> None:
    for stack in platform.services.values():
        attributes = stack.resources["TargetGroup"]["Properties"]["TargetGroupAttributes"]
        delay = next(each["Value"] for each in attributes if each["Key"].startswith("deregistration_delay"))
        assert 20 < int(delay) <= 120


def test_a_new_task_has_time_to_start(platform: Platform) -> None:
    for service in platform.of_type(_SERVICE).values():
        assert service["HealthCheckGracePeriodSeconds"] >= 30


def test_a_service_has_the_load_balancer_and_a_name_that_other_tools_look_for(platform: Platform) -> None:
    for name, service in platform.of_type(_SERVICE).items():
        assert name.endswith(".MythicalMonolithService")
        assert "ServiceName" not in service
        (balancer,) = service["LoadBalancers"]
        assert (balancer["ContainerName"], balancer["ContainerPort"]) == ("monolith-service", 8080)


def test_load_brings_more_tasks_up_to_the_maximum(production: Platform) -> None:
    stack = production.stack("service")
    target = stack.resources["TaskCount"]["Properties"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == ("3", "10")
    metrics = {
        policy["TargetTrackingScalingPolicyConfiguration"]["PredefinedMetricSpecification"]["PredefinedMetricType"]
        for policy in stack.of_type("AWS::ApplicationAutoScaling::ScalingPolicy").values()
    }
    assert metrics == {"ECSServiceAverageCPUUtilization", "ALBRequestCountPerTarget"}


def test_a_stopped_service_is_not_started_by_its_scaling(split: Platform) -> None:
    stack = split.stack("service")
    assert int(stack.resources["MythicalMonolithService"]["Properties"]["DesiredCount"]) == 0
    target = stack.resources["TaskCount"]["Properties"]
    assert (int(target["MinCapacity"]), int(target["MaxCapacity"])) == (0, 0)


def test_a_detached_service_has_a_rule_that_no_request_meets(split: Platform) -> None:
    (rule,) = split.stack("service").of_type("AWS::ElasticLoadBalancingV2::ListenerRule").values()
    assert rule["Conditions"] == [{"Field": "source-ip", "SourceIpConfig": {"Values": ["192.0.2.0/32"]}}]
    for name in NEEDS:
        (rule,) = split.stack(name).of_type("AWS::ElasticLoadBalancingV2::ListenerRule").values()
        assert rule["Actions"] == [{"Type": "forward", "TargetGroupArn": f"mysfits-{name}-TargetGroup"}]


def test_a_split_assembly_answers_the_paths_of_its_features(split: Platform) -> None:
    rules = {name: split.stack(name).resources["RequestsToTasks"]["Properties"] for name in NEEDS}
    paths = {name: rule["Conditions"][0]["PathPatternConfig"]["Values"] for name, rule in rules.items()}
    assert paths == {
        "catalog": ["/mysfits", "/mysfits/*"],
        "likes": ["/mysfits/*/like"],
        "adoptions": ["/mysfits/*/adopt"],
        "users": ["/api/users*"],
        "threads": ["/api/threads*", "/api", "/api/"],
        "posts": ["/api/posts*"],
        "hello": ["/hello", "/hello/again"],
    }
    # `/mysfits/*` takes in the others, so it comes last.
    assert int(rules["catalog"]["Priority"]) > max(int(rules[each]["Priority"]) for each in ("likes", "adoptions"))


def test_every_alarm_is_told_to_the_topic_and_silent_without_traffic(platform: Platform) -> None:
    alarms = platform.of_type("AWS::CloudWatch::Alarm")
    assert len(alarms) == 4 * len(platform.services) + 1
    for name, alarm in alarms.items():
        assert alarm["AlarmActions"] == [platform.stack("cluster").outputs["AlarmTopic"]], name
        assert alarm["TreatMissingData"] == "notBreaching", name


def test_a_deployment_is_ended_by_two_bad_minutes_of_three(platform: Platform) -> None:
    """As its description says. A share of few requests says nothing."""
    for stack in platform.services.values():
        alarm = stack.resources["ServerErrors"]["Properties"]
        assert (alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"]) == (2, 3)
        assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 5)
        assert "More than 5 % of the answers in two minutes of three" in alarm["AlarmDescription"]
        share, errors, requests = alarm["Metrics"]
        assert share["Expression"] == "IF(requests > 20, 100 * errors / requests, 0)"
        assert [each["ReturnData"] for each in (share, errors, requests)] == [True, False, False]
        for each, name in ((errors, "HTTPCode_Target_5XX_Count"), (requests, "RequestCount")):
            assert each["MetricStat"]["Metric"]["MetricName"] == name
            assert (each["MetricStat"]["Stat"], each["MetricStat"]["Period"]) == ("Sum", 60)


@pytest.mark.parametrize(
    ("name", "minutes", "threshold", "statistic"),
    [
        ("UnhealthyTasks", 5, 0, {"Statistic": "Minimum"}),
        ("SlowAnswers", 5, 1, {"ExtendedStatistic": "p99"}),
        ("BusyTasks", 10, 85, {"Statistic": "Average"}),
    ],
)
def test_an_alarm_sounds_after_as_many_minutes_as_it_says(
    smallest: Platform, name: str, minutes: int, threshold: int, statistic: dict[str, str]
) -> None:
    alarm = smallest.stack("service").resources[name]["Properties"]
    assert (alarm["EvaluationPeriods"], alarm["Period"], alarm["Threshold"]) == (minutes, 60, threshold)
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    assert statistic.items() <= alarm.items()
    assert "DatapointsToAlarm" not in alarm
    assert f"{ {5: 'five', 10: 'ten'}[minutes] } minutes" in alarm["AlarmDescription"]


@pytest.mark.parametrize(("weight", "rest"), [(0, 100), (10, 90), (50, 50), (100, 0)])
def test_a_service_shares_its_requests_with_the_one_beside_it(weight: int, rest: int) -> None:
    stacks = [stack for stack in listed(CFN / "stacks.yml", "split") if stack[0] in BENEATH | {"mysfits-likes"}]
    rendered = render((name, document, {**given, "Weight": weight} if name == "mysfits-likes" else given)
                      for name, document, given in stacks)  # fmt: skip
    (rule,) = rendered["mysfits-likes"].of_type("AWS::ElasticLoadBalancingV2::ListenerRule").values()
    (action,) = rule["Actions"]
    assert [(each["TargetGroupArn"], each["Weight"]) for each in action["ForwardConfig"]["TargetGroups"]] == [
        ("mysfits-likes-TargetGroup", str(weight)),
        ("mysfits-service-TargetGroup", rest),
    ]
