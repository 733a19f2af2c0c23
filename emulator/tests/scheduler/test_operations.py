"""The ECS API: what clients read and write. Every answer is checked against botocore's shapes on the way."""

from __future__ import annotations

from typing import Any

import pytest

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.scheduler.operations import OPERATIONS
from emulator.simulation.shapes import OPERATION_NAMES
from emulator.tests.scheduler.world import BREAKER, GROUP, NETWORK, World

ARN = "arn:aws:ecs:us-east-1:123456789012"


@pytest.fixture
def world() -> World:
    return World()


def refused(world: World, operation: str, **asked: Any) -> tuple[str, str]:
    """The code and the sentence of an error."""
    with pytest.raises(AwsError) as error:
        world.call(operation, **asked)
    return error.value.code, error.value.message


def test_every_operation_is_one_of_ecs() -> None:
    assert set(OPERATIONS) <= set(OPERATION_NAMES)


# Clusters


def test_a_cluster_is_found_by_name_and_by_arn(world: World) -> None:
    for reference in ("demo", f"{ARN}:cluster/demo"):
        answer = world.call("DescribeClusters", clusters=[reference])
        assert answer["clusters"][0]["clusterName"] == "demo"
        assert answer["failures"] == []
    assert world.call("ListClusters")["clusterArns"] == [f"{ARN}:cluster/demo"]


def test_a_cluster_that_is_not_there_is_missing(world: World) -> None:
    answer = world.call("DescribeClusters", clusters=["lost"])
    assert answer == {"clusters": [], "failures": [{"arn": f"{ARN}:cluster/lost", "reason": "MISSING"}]}
    assert refused(world, "ListServices", cluster="lost") == ("ClusterNotFoundException", "Cluster not found.")
    assert refused(world, "ListTasks") == ("ClusterNotFoundException", "Cluster not found.")


def test_a_cluster_counts_what_is_in_it(world: World) -> None:
    world.steady(count=2)
    cluster = world.call("DescribeClusters", clusters=["demo"], include=["STATISTICS"])["clusters"][0]
    assert (cluster["runningTasksCount"], cluster["pendingTasksCount"], cluster["activeServicesCount"]) == (2, 0, 1)
    assert {"name": "runningFargateTasksCount", "value": "2"} in cluster["statistics"]


def test_a_cluster_with_something_in_it_is_not_deleted(world: World) -> None:
    world.steady(count=1)
    assert refused(world, "DeleteCluster", cluster="demo")[0] == "ClusterContainsServicesException"
    world.call("DeleteService", cluster="demo", service="web", force=True)
    world.advance(30)
    world.call("RunTask", **a_task(world))
    assert refused(world, "DeleteCluster", cluster="demo")[0] == "ClusterContainsTasksException"
    world.call("StopTask", cluster="demo", task=world.tasks()[0]["taskArn"])
    assert world.call("DeleteCluster", cluster="demo")["cluster"]["status"] == "INACTIVE"
    assert world.call("ListClusters")["clusterArns"] == []


def test_the_settings_of_a_cluster_change(world: World) -> None:
    insights = [{"name": "containerInsights", "value": "enhanced"}]
    assert world.call("UpdateClusterSettings", cluster="demo", settings=insights)["cluster"]["settings"] == insights
    strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    asked = {"capacityProviders": ["FARGATE", "FARGATE_SPOT"], "defaultCapacityProviderStrategy": strategy}
    world.call("PutClusterCapacityProviders", cluster="demo", **asked)
    cluster = world.call("UpdateCluster", cluster="demo")["cluster"]
    assert cluster["defaultCapacityProviderStrategy"] == strategy
    service = world.service(launchType=None)
    assert service["capacityProviderStrategy"] == strategy


# Task definitions


def test_a_revision_is_filled_in_as_ecs_does(world: World) -> None:
    arn = world.definition()
    shown = world.call("DescribeTaskDefinition", taskDefinition="web")["taskDefinition"]
    assert (shown["taskDefinitionArn"], shown["revision"], shown["status"]) == (arn, 1, "ACTIVE")
    assert shown["compatibilities"] == ["EC2", "FARGATE"]
    container = shown["containerDefinitions"][0]
    assert (container["essential"], container["cpu"], container["environment"]) == (True, 0, [])
    assert container["portMappings"] == [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}]


def test_a_protocol_of_a_port_that_is_neither_tcp_nor_udp_is_taken_for_tcp(world: World) -> None:
    ports = [{"containerPort": 80, "protocol": "http"}, {"containerPort": 53, "protocol": "udp"}]
    asked = {"containerDefinitions": [{"name": "app", "image": "good", "memory": 128, "portMappings": ports}]}
    made = world.call("RegisterTaskDefinition", family="odd", **asked)["taskDefinition"]
    assert [each["protocol"] for each in made["containerDefinitions"][0]["portMappings"]] == ["tcp", "udp"]


def test_a_revision_is_found_by_family_by_number_and_by_arn(world: World) -> None:
    first, second = world.definition(), world.definition()
    for reference, arn in (("web", second), ("web:1", first), (first, first)):
        found = world.call("DescribeTaskDefinition", taskDefinition=reference)["taskDefinition"]
        assert found["taskDefinitionArn"] == arn
    for lost in ("lost", "web:3", "web:x", "web:0"):
        answer = refused(world, "DescribeTaskDefinition", taskDefinition=lost)
        assert answer == ("ClientException", "Unable to describe task definition.")


def test_a_number_is_given_to_one_revision_only(world: World) -> None:
    arn = world.definition()
    assert refused(world, "DescribeTaskDefinition", taskDefinition="web:2")[0] == "ClientException"
    failures = world.call("DeleteTaskDefinitions", taskDefinitions=[arn])["failures"]
    assert "still in ACTIVE status" in failures[0]["reason"]
    gone = world.call("DeregisterTaskDefinition", taskDefinition=arn)["taskDefinition"]
    assert gone["status"] == "INACTIVE"
    deleted = world.call("DeleteTaskDefinitions", taskDefinitions=[arn])["taskDefinitions"]
    assert deleted[0]["status"] == "DELETE_IN_PROGRESS"
    assert world.definition().endswith(":2")


def test_an_answer_stays_as_it_was_given(world: World) -> None:
    arn = world.definition()
    before = world.call("DescribeTaskDefinition", taskDefinition=arn)["taskDefinition"]
    world.call("DeregisterTaskDefinition", taskDefinition=arn)
    assert before["status"] == "ACTIVE"


def test_revisions_and_families_are_listed(world: World) -> None:
    arns = [world.definition(), world.definition(), world.definition(family="worker")]
    world.call("DeregisterTaskDefinition", taskDefinition=arns[2])
    assert world.call("ListTaskDefinitions")["taskDefinitionArns"] == arns[:2]
    assert world.call("ListTaskDefinitions", sort="DESC", familyPrefix="web")["taskDefinitionArns"] == arns[1::-1]
    assert world.call("ListTaskDefinitions", status="INACTIVE")["taskDefinitionArns"] == arns[2:]
    assert world.call("ListTaskDefinitionFamilies")["families"] == ["web"]
    assert world.call("ListTaskDefinitionFamilies", status="ALL")["families"] == ["web", "worker"]
    assert world.call("ListTaskDefinitionFamilies", status="INACTIVE", familyPrefix="w")["families"] == ["worker"]


def test_an_update_that_names_a_group_that_no_load_balancer_has_any_more_is_refused(world: World) -> None:
    world.steady(count=2)
    same = [{"targetGroupArn": GROUP, "containerName": "app", "containerPort": 8080}]
    world.targets.balanced.clear()
    asked = {"cluster": "demo", "service": "web", "desiredCount": 3}
    code, sentence = refused(world, "UpdateService", **asked, loadBalancers=same)
    assert (code, sentence) == (
        "InvalidParameterException",
        f"The target group with targetGroupArn {GROUP} does not have an associated load balancer.",
    )
    assert world.call("UpdateService", **asked)["service"]["desiredCount"] == 3


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"cpu": "256", "memory": "4096"}, "No Fargate configuration exists for given values."),
        ({"networkMode": "bridge"}, "Fargate only supports network mode"),
        ({"family": "a b"}, "Family contains invalid characters"),
        ({"containerDefinitions": []}, "Container list cannot be empty."),
        ({"containerDefinitions": [{"name": "app"}]}, "Container.image should not be null or empty."),
        ({"containerDefinitions": [{"name": "a", "image": "b"}] * 2}, "names must be unique"),
        ({"containerDefinitions": [{"name": "a", "image": "b", "essential": False}]}, "marked as essential"),
        ({"containerDefinitions": [{"name": "a", "image": "b", "stopTimeout": 121}]}, "120 seconds"),
        (
            {"containerDefinitions": [{"name": "a", "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:v1"}]},
            "Fargate requires task definition to have execution role ARN to support ECR images.",
        ),
        (
            {"containerDefinitions": [{"name": "a", "image": "b", "logConfiguration": {"logDriver": "awslogs"}}]},
            "Fargate requires task definition to have execution role ARN to support log driver awslogs.",
        ),
        (
            {
                "containerDefinitions": [
                    {"name": "a", "image": "b", "portMappings": [{"containerPort": 1, "hostPort": 2}]}
                ]
            },
            "must match",
        ),
    ],
)
def test_a_definition_that_ecs_would_not_take_is_refused(world: World, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(AwsError, match=sentence) as error:
        world.definition(**change)
    assert error.value.code == "ClientException"


def test_sizes_in_words_are_kept_in_units(world: World) -> None:
    world.definition(cpu=".5 vCPU", memory="1GB")
    shown = world.call("DescribeTaskDefinition", taskDefinition="web")["taskDefinition"]
    assert (shown["cpu"], shown["memory"]) == ("512", "1024")


# Services


def test_a_new_service_is_shown_whole(world: World) -> None:
    service = world.service(deploymentConfiguration=BREAKER, tags=[{"key": "team", "value": "demo"}])
    assert service["serviceArn"] == f"{ARN}:service/demo/web"
    assert (service["status"], service["desiredCount"], service["runningCount"]) == ("ACTIVE", 2, 0)
    assert service["tags"] == [{"key": "team", "value": "demo"}]
    assert service["events"] == []
    assert service["deploymentConfiguration"]["minimumHealthyPercent"] == 100
    assert service["deploymentConfiguration"]["maximumPercent"] == 200
    (deployment,) = service["deployments"]
    assert (deployment["status"], deployment["rolloutState"], deployment["desiredCount"]) == (
        "PRIMARY",
        "IN_PROGRESS",
        2,
    )
    assert deployment["networkConfiguration"] == NETWORK


def test_a_service_is_found_by_name_by_short_arn_and_by_arn(world: World) -> None:
    world.service()
    for reference in ("web", f"{ARN}:service/web", f"{ARN}:service/demo/web"):
        answer = world.call("DescribeServices", cluster=f"{ARN}:cluster/demo", services=[reference])
        assert answer["services"][0]["serviceName"] == "web"
    assert "tags" not in answer["services"][0]
    answer = world.call("DescribeServices", cluster="demo", services=["lost"])
    assert answer == {"services": [], "failures": [{"arn": f"{ARN}:service/demo/lost", "reason": "MISSING"}]}
    for operation in ("UpdateService", "DeleteService", "ListServiceDeployments"):
        complaint = refused(world, operation, cluster="demo", service="lost")
        assert complaint == ("ServiceNotFoundException", "Service not found.")


def test_services_come_in_pages(world: World) -> None:
    for name in ("a", "b", "c"):
        world.service(name)
    first = world.call("ListServices", cluster="demo", maxResults=2)
    second = world.call("ListServices", cluster="demo", maxResults=2, nextToken=first["nextToken"])
    assert [arn[-1] for arn in first["serviceArns"] + second["serviceArns"]] == ["a", "b", "c"]
    assert "nextToken" not in second
    assert refused(world, "ListServices", cluster="demo", nextToken="nonsense")[1] == "Invalid token."
    assert world.call("ListServices", cluster="demo", launchType="EC2")["serviceArns"] == []


@pytest.mark.parametrize(
    ("change", "code", "sentence"),
    [
        ({"taskDefinition": "lost"}, "ClientException", "TaskDefinition not found."),
        ({"taskDefinition": ""}, "InvalidParameterException", "Task definition can not be blank."),
        ({"networkConfiguration": {}}, "InvalidParameterException", "Network Configuration must be provided"),
        ({"launchType": "EXTERNAL"}, "UnsupportedFeatureException", "launchType EXTERNAL"),
        ({"launchType": None}, "InvalidParameterException", "No Container Instances were found"),
        ({"schedulingStrategy": "DAEMON"}, "UnsupportedFeatureException", "schedulingStrategy DAEMON"),
        ({"deploymentController": {"type": "CODE_DEPLOY"}}, "UnsupportedFeatureException", "CODE_DEPLOY"),
        ({"deploymentController": {"type": "EXTERNAL"}}, "UnsupportedFeatureException", "EXTERNAL"),
        ({"deploymentConfiguration": {"strategy": "BLUE_GREEN"}}, "UnsupportedFeatureException", "BLUE_GREEN"),
        ({"volumeConfigurations": [{"name": "v"}]}, "UnsupportedFeatureException", "volumes"),
        ({"serviceName": "a b"}, "InvalidParameterException", "invalid characters"),
        ({"desiredCount": -1}, "InvalidParameterException", "desiredCount"),
        (
            {"deploymentConfiguration": {"minimumHealthyPercent": 100, "maximumPercent": 100}},
            *("InvalidParameterException", "cannot be 100 as this will block deployments"),
        ),
        ({"deploymentConfiguration": {"minimumHealthyPercent": 101}}, "InvalidParameterException", "between 0 and 100"),
        ({"deploymentConfiguration": {"maximumPercent": 50}}, "InvalidParameterException", "at least 100"),
        (
            {"loadBalancers": [{"targetGroupArn": GROUP, "containerName": "nobody", "containerPort": 8080}]},
            *("InvalidParameterException", "The container nobody does not exist in the task definition."),
        ),
        (
            {"loadBalancers": [{"targetGroupArn": GROUP, "containerName": "app", "containerPort": 80}]},
            *("InvalidParameterException", "The container app did not have a container port 80 defined."),
        ),
        (
            {"loadBalancers": [{"targetGroupArn": "arn:lost", "containerName": "app", "containerPort": 8080}]},
            "InvalidParameterException",
            "The target group with targetGroupArn arn:lost does not have an associated load balancer.",
        ),
        (
            {"capacityProviderStrategy": [{"capacityProvider": "mine"}], "launchType": None},
            *("InvalidParameterException", "capacity provider 'mine' was not found"),
        ),
        (
            {"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]},
            *("InvalidParameterException", "both a launch type and capacity provider strategy"),
        ),
    ],
)
def test_a_service_that_cannot_be_is_refused(world: World, change: dict[str, Any], code: str, sentence: str) -> None:
    with pytest.raises(AwsError, match=sentence) as error:
        world.service(**change)
    assert error.value.code == code
    assert world.call("ListServices", cluster="demo")["serviceArns"] == []


def test_a_refused_update_changes_nothing(world: World) -> None:
    world.steady(count=2)
    before = world.shown()
    with pytest.raises(AwsError):
        world.update(desiredCount=5, taskDefinition="lost")
    with pytest.raises(AwsError):
        world.update(desiredCount=5, deploymentConfiguration={"maximumPercent": 1})
    lost = {"targetGroupArn": "arn:lost", "containerName": "app", "containerPort": 8080}
    with pytest.raises(AwsError):
        world.update(desiredCount=5, loadBalancers=[lost])
    assert world.shown() == before


def test_a_service_is_made_once(world: World) -> None:
    world.service()
    with pytest.raises(AwsError, match="not idempotent"):
        world.service()


def test_an_inactive_revision_takes_no_new_service_and_keeps_the_one_it_has(world: World) -> None:
    world.steady(count=1)
    world.call("DeregisterTaskDefinition", taskDefinition="web:1")
    world.running()[0].end(1)
    world.advance(10)
    assert world.shown()["runningCount"] == 1
    world.update(desiredCount=2)
    with pytest.raises(AwsError, match="TaskDefinition is inactive"):
        world.service("other", taskDefinition="web:1")


def test_what_is_stored_without_effect_is_shown_and_said(world: World) -> None:
    registry = [{"registryArn": "arn:aws:servicediscovery:us-east-1:123456789012:service/srv-1"}]
    alarms = {"alarmNames": ["errors"], "enable": True, "rollback": True}
    service = world.service(
        platformVersion="1.4.0",
        serviceRegistries=registry,
        availabilityZoneRebalancing="ENABLED",
        deploymentConfiguration={"alarms": alarms},
    )
    assert service["serviceRegistries"] == registry
    assert service["availabilityZoneRebalancing"] == "ENABLED"
    assert service["deploymentConfiguration"]["alarms"] == alarms
    said = world.scheduler.without_effect()
    assert "service discovery" in said
    assert len(said) == len(set(said))
    world.call("DescribeServices", cluster="demo", services=["web"])
    assert world.scheduler.without_effect() == said


# Tasks


def a_task(world: World, **more: Any) -> dict[str, Any]:
    asked = {
        "cluster": "demo",
        "taskDefinition": world.definition(family="job"),
        "launchType": "FARGATE",
        "networkConfiguration": NETWORK,
    }
    return asked | more


def test_a_task_runs_by_itself_with_overrides(world: World) -> None:
    override = {"name": "app", "command": ["seed"], "environment": [{"name": "A", "value": "1"}], "cpu": 64}
    overrides = {"containerOverrides": [override], "memory": "1024"}
    answer = world.call("RunTask", **a_task(world, count=2, overrides=overrides, startedBy="me", group="seeds"))
    assert answer["failures"] == []
    task = answer["tasks"][0]
    assert (task["lastStatus"], task["desiredStatus"], task["startedBy"]) == ("PROVISIONING", "RUNNING", "me")
    assert (task["group"], task["overrides"]["containerOverrides"]) == ("seeds", [override])
    world.advance(1)
    run = world.runner.runs[0]
    container = run.launch.definition["containerDefinitions"][0]
    assert (run.launch.service, container["command"], container["cpu"]) == (None, ["seed"], 64)
    assert container["environment"] == [{"name": "A", "value": "1"}]
    assert run.launch.definition["memory"] == "1024"
    run.end(0)
    world.advance(1)
    shown = world.call("DescribeTasks", cluster="demo", tasks=[task["taskArn"]])["tasks"][0]
    assert (shown["lastStatus"], shown["stopCode"]) == ("STOPPED", "EssentialContainerExited")
    assert shown["containers"][0]["exitCode"] == 0
    assert len(world.tasks()) == 1


def test_a_running_task_tells_its_address(world: World) -> None:
    world.steady(count=1)
    (task,), (run,) = world.tasks(), world.running()
    assert task["containers"][0]["networkInterfaces"][0]["privateIpv4Address"] == run.address
    details = {each["name"]: each["value"] for each in task["attachments"][0]["details"]}
    assert (details["privateIPv4Address"], details["subnetId"]) == (run.address, "subnet-1")
    assert task["attachments"][0]["id"] == task["containers"][0]["networkInterfaces"][0]["attachmentId"]
    assert task["group"] == "service:web"
    assert {"createdAt", "startedAt", "pullStartedAt"} <= set(task)


def test_a_task_can_be_stopped_before_it_starts_and_again_after(world: World) -> None:
    (task,) = world.call("RunTask", **a_task(world))["tasks"]
    for _ in range(2):
        stopped = world.call("StopTask", cluster="demo", task=task["taskArn"])["task"]
        assert (stopped["lastStatus"], stopped["stoppedReason"]) == ("STOPPED", "Task stopped by user")
    world.advance(2)
    assert world.runner.runs == []
    assert refused(world, "StopTask", cluster="demo", task="lost")[1] == "The referenced task was not found."


def test_tasks_are_found_by_what_they_are(world: World) -> None:
    world.steady(count=2)
    world.call("RunTask", **a_task(world, startedBy="me"))
    world.advance(1)
    deployment = world.shown()["deployments"][0]["id"]
    assert len(world.tasks()) == 3
    assert len(world.tasks(serviceName="web")) == 2
    assert len(world.tasks(serviceName=f"{ARN}:service/demo/web")) == 2
    assert len(world.tasks(startedBy=deployment)) == 2
    assert len(world.tasks(family="job", startedBy="me")) == 1
    assert len(world.tasks(launchType="FARGATE")) == 3
    assert world.tasks(launchType="EC2") == world.tasks(desiredStatus="PENDING") == []
    assert world.tasks(desiredStatus="STOPPED") == []
    assert refused(world, "ListTasks", cluster="demo", serviceName="lost")[0] == "ServiceNotFoundException"


def test_a_task_that_is_not_there_is_missing(world: World) -> None:
    answer = world.call("DescribeTasks", cluster="demo", tasks=["0" * 32])
    assert answer["failures"] == [{"arn": f"{ARN}:task/demo/{'0' * 32}", "reason": "MISSING"}]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"count": 11}, "Count should be between 1 and 10"),
        ({"startedBy": "a" * 129}, "startedBy cannot be longer than 128 characters"),
        ({"overrides": {"containerOverrides": [{"name": "nobody"}]}}, "not a container in the TaskDefinition"),
        ({"launchType": "EXTERNAL"}, "launchType EXTERNAL"),
        ({"networkConfiguration": {}}, "Network Configuration must be provided"),
    ],
)
def test_a_task_that_cannot_be_is_refused(world: World, change: dict[str, Any], sentence: str) -> None:
    assert sentence in refused(world, "RunTask", **a_task(world, **change))[1]


# Service deployments and revisions


def test_a_service_revision_tells_what_was_deployed(world: World) -> None:
    world.steady(count=2)
    course = world.course()
    assert course["sourceServiceRevisions"] == []
    target = course["targetServiceRevision"]
    assert (target["requestedTaskCount"], target["runningTaskCount"]) == (2, 2)
    answer = world.call("DescribeServiceRevisions", serviceRevisionArns=[target["arn"], target["arn"] + "0"])
    (revision,) = answer["serviceRevisions"]
    assert revision["containerImages"] == [{"containerName": "app", "image": "good"}]
    assert revision["loadBalancers"][0]["targetGroupArn"] == GROUP
    assert answer["failures"] == [{"arn": target["arn"] + "0", "reason": "MISSING"}]


def test_service_deployments_are_listed_by_status(world: World) -> None:
    world.steady(count=1)
    world.roll("good")
    world.advance(1)

    def listed(*states: str) -> list[str]:
        answer = world.call("ListServiceDeployments", cluster="demo", service="web", status=list(states))
        return [each["status"] for each in answer["serviceDeployments"]]

    assert listed() == ["IN_PROGRESS", "SUCCESSFUL"]
    assert listed("SUCCESSFUL", "STOPPED") == ["SUCCESSFUL"]
    assert world.shown()["currentServiceDeployment"] == world.course()["serviceDeploymentArn"]


def test_a_service_deployment_that_is_not_there_is_missing(world: World) -> None:
    for arn in (f"{ARN}:service-deployment/demo/web/lost", "nonsense"):
        answer = world.call("DescribeServiceDeployments", serviceDeploymentArns=[arn])
        assert answer["failures"] == [{"arn": arn, "reason": "MISSING"}]
        code, _ = refused(world, "StopServiceDeployment", serviceDeploymentArn=arn)
        assert code == "ServiceDeploymentNotFoundException"


def test_a_first_deployment_cannot_be_rolled_back(world: World) -> None:
    world.service()
    arn = world.course()["serviceDeploymentArn"]
    assert refused(world, "StopServiceDeployment", serviceDeploymentArn=arn)[0] == "ConflictException"


# Tags


def test_tags_are_set_and_taken_away(world: World) -> None:
    world.steady(count=1, tags=[{"key": "a", "value": "1"}], propagateTags="SERVICE")
    task = world.tasks(serviceName="web")[0]["taskArn"]
    definition = world.shown()["taskDefinition"]
    for arn in (f"{ARN}:cluster/demo", f"{ARN}:service/demo/web", definition, task):
        world.call("TagResource", resourceArn=arn, tags=[{"key": "a", "value": "2"}, {"key": "b", "value": "3"}])
        world.call("UntagResource", resourceArn=arn, tagKeys=["a"])
        assert world.call("ListTagsForResource", resourceArn=arn) == {"tags": [{"key": "b", "value": "3"}]}


def test_a_task_whose_tag_asks_for_it_fails_its_health_checks_and_is_replaced(world: World) -> None:
    world.steady(count=2)
    [ill, _] = world.call("ListTasks", cluster="demo")["taskArns"]
    world.call("TagResource", resourceArn=ill, tags=[{"key": "ecs-emulator:fault", "value": "unhealthy"}])
    world.advance(120)
    [task] = world.call("DescribeTasks", cluster="demo", tasks=[ill])["tasks"]
    assert task["stoppedReason"].startswith("Task failed ELB health checks in (target-group ")
    assert world.shown("web")["runningCount"] == 2


def test_a_fault_that_is_taken_away_harms_no_more(world: World) -> None:
    world.steady(count=2)
    arns = world.call("ListTasks", cluster="demo")["taskArns"]
    world.call("TagResource", resourceArn=arns[0], tags=[{"key": "ecs-emulator:fault", "value": "unhealthy"}])
    world.call("UntagResource", resourceArn=arns[0], tagKeys=["ecs-emulator:fault"])
    world.advance(120)
    assert world.call("ListTasks", cluster="demo")["taskArns"] == arns


def test_a_fault_that_there_is_not_is_refused(world: World) -> None:
    world.steady(count=1)
    [arn] = world.call("ListTasks", cluster="demo")["taskArns"]
    with pytest.raises(
        AwsError, match="The tag ecs-emulator:fault is unhealthy, slow, cut-off, or is not there; it is 'x'"
    ):
        world.call("TagResource", resourceArn=arn, tags=[{"key": "ecs-emulator:fault", "value": "x"}])
    assert world.call("ListTagsForResource", resourceArn=arn) == {"tags": []}


def test_a_task_has_the_tags_of_its_service(world: World) -> None:
    world.steady(count=1, tags=[{"key": "a", "value": "1"}], propagateTags="SERVICE")
    arn = world.tasks()[0]["taskArn"]
    (task,) = world.call("DescribeTasks", cluster="demo", tasks=[arn], include=["TAGS"])["tasks"]
    assert task["tags"] == [{"key": "a", "value": "1"}]


BRIDGE = {
    "family": "bridge",
    "networkMode": "bridge",
    "containerDefinitions": [
        {"name": "app", "image": "good", "memory": 128, "portMappings": [{"containerPort": 80, "hostPort": 0}]}
    ],
}


def test_a_service_of_the_ec2_launch_type_runs_without_a_network_of_its_own(world: World) -> None:
    world.call("RegisterTaskDefinition", **BRIDGE)
    balancers = [{"containerName": "app", "containerPort": 80, "targetGroupArn": GROUP}]
    asked = {"cluster": "demo", "serviceName": "old", "taskDefinition": "bridge", "desiredCount": 1}
    made = world.call("CreateService", **asked, loadBalancers=balancers)["service"]
    assert made["launchType"] == "EC2"
    assert "platformVersion" not in made
    world.advance(60)
    [task] = world.tasks(launchType="EC2")
    assert (task["lastStatus"], task["launchType"], task["attachments"]) == ("RUNNING", "EC2", [])
    [binding] = task["containers"][0]["networkBindings"]
    assert (binding["containerPort"], binding["hostPort"]) == (80, 1080)
    assert [each for each in world.scheduler.without_effect() if "container instances" in each]
    assert world.call("ListServices", cluster="demo", launchType="EC2")["serviceArns"] == [made["serviceArn"]]


def test_a_network_is_for_tasks_that_have_one_of_their_own(world: World) -> None:
    world.call("RegisterTaskDefinition", **BRIDGE)
    asked = {"cluster": "demo", "serviceName": "old", "taskDefinition": "bridge", "networkConfiguration": NETWORK}
    assert refused(world, "CreateService", **asked) == (
        "InvalidParameterException",
        "Network Configuration is not valid for the given networkMode of this task definition.",
    )
    fargate = {"cluster": "demo", "serviceName": "old", "taskDefinition": "bridge", "launchType": "FARGATE"}
    assert "does not support launch_type FARGATE" in refused(world, "CreateService", **fargate)[1]


def test_a_capacity_provider_of_the_cluster_is_its_container_instances(world: World) -> None:
    world.call("RegisterTaskDefinition", **BRIDGE)
    strategy = [{"capacityProvider": "own", "weight": 1}]
    world.call(
        "PutClusterCapacityProviders",
        cluster="demo",
        capacityProviders=["own"],
        defaultCapacityProviderStrategy=strategy,
    )
    made = world.call("CreateService", cluster="demo", serviceName="old", taskDefinition="bridge")["service"]
    assert made["capacityProviderStrategy"][0]["capacityProvider"] == "own"
    world.advance(60)
    [task] = world.tasks(launchType="EC2")
    assert task["capacityProviderName"] == "own"


def test_a_volume_of_the_host_is_one_of_the_ec2_launch_type(world: World) -> None:
    volume = {"name": "data", "host": {"sourcePath": "/data"}}
    assert world.call("RegisterTaskDefinition", **BRIDGE, volumes=[volume])["taskDefinition"]["compatibilities"] == [
        "EC2"
    ]
    on_fargate = {
        **BRIDGE,
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "requiresCompatibilities": ["FARGATE"],
    }
    on_fargate["containerDefinitions"] = [{"name": "app", "image": "good"}]
    assert "Fargate has no host" in refused(world, "RegisterTaskDefinition", **on_fargate, volumes=[volume])[1]
