"""A service is updated to a revision, and the end that is told is the true one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from ecs_emulator.commands import options
from ecs_emulator.ops.outcomes import INTERRUPTED, Outcome
from emulator.tests.ops.conftest import Operate
from emulator.tests.ops.fixtures import Clock
from emulator.tests.ops.world import FAMILY, REPOSITORY, World, revision


def test_an_update_that_succeeds_ends_with_a_proof(operate: Operate, world: World) -> None:
    result = operate("update", "service", "--image", "two")
    assert result.exit_code == Outcome.DONE, result.output
    assert f"web.image: {REPOSITORY}:one → {REPOSITORY}:two" in result.output
    assert result.output.splitlines()[-1] == f"shop-web runs {FAMILY}:2."
    assert result.output.count("  ok     ") == 4
    assert world.aws.calls["ecs.deregister_task_definition"] == 0


def test_the_new_revision_is_the_old_one_but_for_what_was_asked(operate: Operate, world: World) -> None:
    assert operate("update", "--image", "two", "--env", "LOG=a=b", "--env", "FEATURES=").exit_code == 0
    (given,) = world.aws.inputs("ecs.register_task_definition")
    old = world.definitions[1]
    [container] = given["containerDefinitions"]
    assert container["image"] == f"{REPOSITORY}:two"
    assert container["environment"] == [{"name": "FEATURES", "value": ""}, {"name": "LOG", "value": "a=b"}]
    assert container["logConfiguration"] == old["containerDefinitions"][0]["logConfiguration"]
    assert given["tags"] == [{"key": "team", "value": "shop"}]
    assert given.keys() == {"family", "cpu", "memory", "networkMode", "containerDefinitions", "tags"}


def test_the_placeholder_gives_way_to_an_image_of_our_repository(operate: Operate, world: World) -> None:
    world.definitions[1]["containerDefinitions"][0]["image"] = "nginxdemos/nginx-hello:latest"
    assert operate("update", "--image", "two").exit_code == 0
    assert world.definitions[2]["containerDefinitions"][0]["image"] == f"{REPOSITORY}:two"


def test_an_existing_revision_is_deployed_as_it_is(operate: Operate, world: World) -> None:
    world.definitions[2] = world._definition(2, f"{REPOSITORY}:two")
    result = operate("update", "--task-definition", "2", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["revision"] == f"{FAMILY}:2"
    assert world.aws.calls["ecs.register_task_definition"] == 0


def test_a_dry_run_shows_the_difference_and_changes_nothing(operate: Operate, world: World) -> None:
    result = operate("update", "--image", "two", "--dry-run")
    assert result.exit_code == 0
    assert "one → " in result.output
    assert not {"ecs.register_task_definition", "ecs.update_service"} & world.aws.calls.keys()


def test_what_runs_already_is_proved_and_not_deployed_again(operate: Operate, world: World) -> None:
    result = operate("update", "--image", "one")
    assert result.exit_code == 0
    assert "nothing changes" in result.output
    assert not {"ecs.register_task_definition", "ecs.update_service"} & world.aws.calls.keys()


@pytest.mark.parametrize(
    ("fate", "outcome", "said"),
    [
        ("ROLLBACK_SUCCESSFUL", Outcome.ROLLED_BACK, f"{FAMILY}:2 was rolled back; {FAMILY}:1 runs again."),
        ("ROLLBACK_FAILED", Outcome.FAILED, "and so did the way back"),
        ("STOPPED", Outcome.FAILED, "was stopped, or another one took its place"),
        ("IN_PROGRESS", Outcome.TIMED_OUT, "it goes on without us. See `ecs-emulator status --watch`."),
    ],
)
def test_every_end_of_a_deployment_has_its_own_exit_code(
    operate: Operate, world: World, fate: str, outcome: Outcome, said: str
) -> None:
    world.fate, world.reason = fate, "ECS deployment circuit breaker was triggered."
    result = operate("update", "--image", "two", "--timeout", "30", "--json")
    assert result.exit_code == outcome
    told = json.loads(result.stdout)
    assert told["outcome"] == outcome.word
    assert said in told["error"]
    if outcome is not Outcome.TIMED_OUT:
        assert (told["status"], told["reason"]) == (fate, world.reason)


def test_a_failure_shows_why_tasks_died_and_what_they_said_last(operate: Operate, world: World) -> None:
    world.dies(1, "before")  # of another time and revision
    world.fate = "ROLLBACK_SUCCESSFUL"

    def dying() -> None:
        world.dies(2, "dead2")
        world.dies(2, "orderly", stopCode="ServiceSchedulerInitiated", stoppedReason="Scaling activity initiated by")

    world.interrupt = dying
    result = operate("update", "--image", "two", "--json")
    assert result.exit_code == Outcome.ROLLED_BACK
    assert json.loads(result.stdout)["deaths"] == [
        {
            "task": "dead2",
            "revision": f"{FAMILY}:2",
            "reason": "Essential container in task exited; web: exit code 1",
            "lines": ["last words in service/web/dead2"],
        }
    ]
    assert "    | last words in service/web/dead2" in result.stderr
    assert "before" not in result.stderr


def test_a_reason_is_told_once(operate: Operate, world: World) -> None:
    world.fate = "ROLLBACK_SUCCESSFUL"
    world.interrupt = lambda: world.loops(2, 4)
    result = operate("update", "--image", "two")
    assert result.exit_code == Outcome.ROLLED_BACK
    assert result.output.count("Essential container in task exited") == 1
    assert result.output.count(": the same") == 3
    assert "No deployment circuit breaker" not in result.output


@pytest.mark.parametrize("circuit_breaker", [True, False])
def test_a_crash_loop_that_nobody_ends_is_named_with_the_way_out(
    operate: Operate, world: World, circuit_breaker: bool
) -> None:
    world.fate, world.circuit_breaker = "IN_PROGRESS", circuit_breaker
    world.interrupt = lambda: world.loops(2, 3)
    result = operate("update", "--image", "two", "--timeout", "30")
    assert result.exit_code == Outcome.TIMED_OUT
    way_out = "no deployment circuit breaker will end this: `ecs-emulator rollback shop-web` does."
    assert result.stdout.count(way_out) == (0 if circuit_breaker else 1)
    assert result.stderr.count(way_out) == (0 if circuit_breaker else 1)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda world: setattr(world, "answers", lambda: f"{FAMILY}:1"), f"GET /version: 6 × {FAMILY}:1"),
        (
            lambda world: setattr(world, "answers", lambda: None),
            "GET /version: 6 × 200 text/plain, no X-Service-Revision",
        ),
        (lambda world: setattr(world, "states", ["healthy", "unhealthy"]), "1 healthy, 1 unhealthy"),
        (lambda world: setattr(world, "states", ["healthy"] * 3), "10.0.0.2 of another revision"),
        (lambda world: world.runs.__setitem__(0, 1), f"1 × {FAMILY}:1, 1 × {FAMILY}:2"),
        (lambda world: world.runs.pop(), f"1 × {FAMILY}:2"),
        (lambda world: setattr(world, "primary", 1), f"PRIMARY {FAMILY}:1 COMPLETED"),
    ],
)
def test_a_success_that_is_none_fails_the_proof(
    operate: Operate, world: World, wrong: Callable[[World], object], told: str
) -> None:
    """ECS says SUCCESSFUL, but not everything that runs is the revision."""
    world.afterwards = lambda: wrong(world)
    result = operate("update", "--image", "two", "--timeout", "30")
    assert result.exit_code == Outcome.VERIFICATION_FAILED
    assert told in result.output
    assert "  WRONG  " in result.output


def test_the_proof_waits_for_what_is_still_on_its_way(operate: Operate, world: World, clock: Clock) -> None:
    world.answers = lambda: f"{FAMILY}:{2 if clock.now > 20 else 1}"
    assert operate("update", "--image", "two").exit_code == 0
    assert clock.now > 20


def test_a_service_whose_traffic_is_detached_is_proved_without_asking_it(operate: Operate, world: World) -> None:
    del world.rules[0]
    result = operate("update", "--image", "two")
    assert result.exit_code == 0
    assert "  --     answers: not provable: no rule of the load balancer leads here" in result.output


def test_a_placeholder_that_names_no_revision_is_no_proof(operate: Operate, world: World) -> None:
    world.definitions[1]["containerDefinitions"][0]["image"] = "nginxdemos/nginx-hello:latest"
    world.answers = lambda: None
    result = operate("update", "--env", "A=b", "--json")
    assert result.exit_code == 0, result.output
    assert "  --     answers: not provable: GET /version: 6 × 200 text/plain, no X-Service-Revision" in result.stderr
    assert result.stderr.endswith(f"shop-web runs {FAMILY}:2, as far as ECS and the load balancer tell.\n")
    *_, last = json.loads(result.stdout)["checks"]
    assert (last["name"], last["ok"], last["provable"]) == ("answers", True, False)


def test_a_deployment_under_way_is_not_overrun(operate: Operate, world: World) -> None:
    world._deploy(1, "IN_PROGRESS")
    result = operate("update", "--image", "two")
    assert result.exit_code == Outcome.FAILED
    assert f"A deployment of {FAMILY}:1 is under way (IN_PROGRESS)." in result.output
    assert world.aws.calls["ecs.register_task_definition"] == 0
    assert operate("update", "--image", "two", "--anyway").exit_code == 0


def test_only_this_deployment_counts(operate: Operate, world: World) -> None:
    """Another one, begun by somebody else at the same time, ends otherwise."""
    update = world.ecs_update_service

    def with_another(given: dict[str, object]) -> dict[str, object]:
        answer = update(given)
        world.deployments.insert(1, {**world.deployments[0], "serviceDeploymentArn": "other", "status": "STOPPED"})
        world.deployments[1]["targetServiceRevisionArn"] = "arn:aws:ecs:us-east-1:1:service-revision/c/s/1"
        world.deployments.reverse()
        return answer

    world.aws.operations["ecs.update_service"] = with_another
    assert operate("update", "--image", "two").exit_code == 0


def test_an_earlier_deployment_of_the_same_revision_is_not_taken_for_this_one(operate: Operate, world: World) -> None:
    """ECS may list a new deployment some seconds late."""
    world.definitions[2] = world._definition(2, f"{REPOSITORY}:two")
    world._deploy(2, "SUCCESSFUL")
    world._deploy(1, "SUCCESSFUL")
    world.fate = "ROLLBACK_SUCCESSFUL"
    listed = world.ecs_list_service_deployments
    late = iter(range(5))

    def lagging(given: dict[str, object]) -> dict[str, object]:
        found = listed(given)["serviceDeployments"]
        is_late = world.aws.calls["ecs.update_service"] and next(late, None) is not None
        return {"serviceDeployments": found[1:] if is_late else found}

    world.aws.operations["ecs.list_service_deployments"] = lagging
    assert operate("update", "--task-definition", "2").exit_code == Outcome.ROLLED_BACK


@pytest.mark.parametrize(
    ("image", "on_aws", "said"),
    [
        ("three", True, f"There is no image {REPOSITORY}:three. There are: two, one."),
        ("three", False, f"There is no image {REPOSITORY}:three. There are: two, one. Others need an emulator with"),
        ("postgres:16", False, "There is no image postgres:16. There are: shop:two, shop:one. Others need an emulator"),
    ],
)
def test_an_image_that_is_not_there_is_refused_before_a_deployment_begins(
    operate: Operate, world: World, monkeypatch: pytest.MonkeyPatch, image: str, on_aws: bool, said: str
) -> None:
    with world.target() as target:
        monkeypatch.setattr(options, "local", lambda *_: replace(target, on_aws=on_aws))
        result = operate("update", "--image", image)
    assert result.exit_code == Outcome.NOT_FOUND
    assert result.stderr.startswith(f"Error: {said}")
    assert not {"ecs.register_task_definition", "ecs.update_service"} & world.aws.calls.keys()


@pytest.mark.parametrize("code", ["AccessDeniedException", "RepositoryNotFoundException"])
def test_where_nobody_knows_of_an_image_it_is_not_refused(operate: Operate, world: World, code: str) -> None:
    """Rights may lack; and an emulator that has a stand-in for every image knows no repository."""
    world.aws.refuse("ecr.describe_images", code)
    assert operate("update", "--image", "three").exit_code == 0


def test_a_repository_that_is_not_there_is_refused_on_aws(
    operate: Operate, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.aws.refuse("ecr.describe_images", "RepositoryNotFoundException")
    with world.target() as target:
        monkeypatch.setattr(options, "local", lambda *_: replace(target, on_aws=True))
        assert "There is no repository shop for" in operate("update", "--image", "three").stderr
        assert operate("update", "--image", "postgres:16", "--dry-run").exit_code == 0, (
            "of other registries nobody knows"
        )


def test_ctrl_c_says_what_goes_on_and_how_to_look(operate: Operate, world: World) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    world.interrupt = interrupt
    result = operate("update", "--image", "two")
    assert result.exit_code == INTERRUPTED
    assert (
        "The deployment goes on. See `ecs-emulator status --watch`; end it with `ecs-emulator rollback shop-web`."
        in (result.output.replace("\n", " "))
    )


def test_credentials_lost_in_the_middle_are_told_with_what_goes_on(operate: Operate, world: World) -> None:
    world.aws.refuse("ecs.describe_service_deployments", "ExpiredTokenException", after=1)
    result = operate("update", "--image", "two")
    assert result.exit_code == Outcome.DENIED
    assert "the credentials have expired" in result.output
    assert "The deployment goes on." in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Say --image or --env or both, or else --task-definition."),
        (["--image", "two", "--task-definition", "1"], "Say --image"),
        (["--env", "novalue"], "'novalue' sets nothing; write NAME=VALUE."),
        (["--task-definition", "latest"], "'latest' is no revision"),
    ],
)
def test_a_wrong_command_line_changes_nothing(operate: Operate, world: World, arguments: list[str], said: str) -> None:
    result = operate("update", *arguments)
    assert result.exit_code == Outcome.USAGE
    assert said in result.output
    assert world.aws.calls["ecs.update_service"] == 0


def test_what_is_not_there_is_not_found(operate: Operate, world: World) -> None:
    assert operate("update", "nobody", "--image", "two").exit_code == Outcome.NOT_FOUND
    world.definitions[2] = world._definition(2, f"{REPOSITORY}:two", status="INACTIVE")
    result = operate("update", "--task-definition", revision(2))
    assert result.exit_code == Outcome.NOT_FOUND
    assert f"{FAMILY}:2 was deregistered." in result.output


@pytest.mark.parametrize(
    "arguments", [("update", "--task-definition"), ("rollback", "--to"), ("run-task", "true", "--task-definition")]
)
def test_a_revision_that_is_not_there_is_told_with_those_that_are(
    operate: Operate, world: World, arguments: tuple[str, ...]
) -> None:
    world.definitions[2] = world._definition(2, f"{REPOSITORY}:two")
    result = operate(*arguments, "77")
    assert result.exit_code == Outcome.NOT_FOUND
    assert result.stderr == f"Error: There is no revision 77 of {FAMILY}. The latest are: 2, 1.\n"
