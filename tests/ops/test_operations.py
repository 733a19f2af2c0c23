"""The verbs on a real rehearsal: processes, a load balancer and CloudFormation, and every end with its own code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ecs_emulator.access_key import AccessKey
from ecs_emulator.local import client_environment
from ecs_emulator.ops.outcomes import Outcome
from tests.labs.walk import Shell, section, see, steps
from tests.platform_runner import MYSFITS, ROOT, free_ports, until

LONG = 300  # seconds after which something hangs
RUNBOOK = ROOT / "docs" / "operations.md"
RIGHTS = ROOT / "docs" / "rights.md"
NESSI = "a68db521-c031-44c7-b5ef-bfa4c0850e2a"
COCO = "0e37d916-f960-4772-a25a-01b762b5c1bd"

pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, its result, and what it told people."""

    code: int
    told: dict[str, Any]
    text: str


Operate = Callable[..., Ended]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment that finds a rehearsal of its own, whose intervals are a tenth of AWS's."""
    folder = tmp_path_factory.mktemp("rehearsal")
    site, api, cloud = free_ports(3)
    ports = {"SITE_PORT": str(site), "API_PORT": str(api), "CLOUD_PORT": str(cloud)}
    environment = {**os.environ, **ports, "LOCAL_DIR": str(folder / "local")}
    said = folder / "up.log"
    with said.open("w") as file:
        rehearsal = subprocess.Popen(
            [*MYSFITS, "up", "--speed", "10"], cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT
        )

    try:
        until(lambda: rehearsal.poll() is not None or "\nReady" in said.read_text(), "the rehearsal is ready", LONG)
        assert rehearsal.poll() is None, said.read_text()
        yield environment
    finally:
        rehearsal.terminate()
        rehearsal.wait(LONG)


@pytest.fixture(scope="module")
def operate_for_real(environment: dict[str, str]) -> Operate:
    """`mysfits VERB … --json` on that rehearsal."""

    def operate(*arguments: str) -> Ended:
        verb, *rest = arguments
        ended = subprocess.run(
            [*MYSFITS, verb, "--json", *rest],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LONG,
        )
        assert "Traceback" not in ended.stderr, ended.stderr
        return Ended(ended.returncode, json.loads(ended.stdout or "{}"), ended.stderr)

    return operate


def status(operate: Operate) -> dict[str, Any]:
    [service] = operate("status", "service").told["services"]
    assert isinstance(service, dict)
    return service


def test_the_golden_journey_is_walked(operate_for_real: Operate) -> None:
    ended = operate_for_real("verify")
    assert ended.code == Outcome.DONE, ended.text
    assert {"one more", "log line", "no ghost", "site", "CORS", "version"} <= {s["name"] for s in ended.told["steps"]}


def test_an_update_is_proved_and_a_rollback_too(operate_for_real: Operate) -> None:
    before = status(operate_for_real)["revision"]
    ended = operate_for_real("update", "service", "--env", "COLOUR=blue")
    assert ended.code == Outcome.DONE, ended.text
    assert [check["name"] for check in ended.told["checks"]] == ["deployments", "running tasks", "targets", "answers"]
    now = status(operate_for_real)
    assert (now["revision"], now["notes"]) == (ended.told["revision"], [])
    assert now["revision"] != before
    ended = operate_for_real("rollback")
    assert (ended.code, ended.told["revision"]) == (Outcome.DONE, before), ended.text


def test_what_cloudwatch_counts_is_what_was_answered(operate_for_real: Operate) -> None:
    """Every like of this rehearsal so far, and so those of tasks that have been stopped since."""
    loaded = operate_for_real("load", "-", "--for", "2s", "--clients", "4")
    assert loaded.code == Outcome.DONE, loaded.text

    def seen() -> dict[str, int]:
        # Services that were there for a test have counted as well.
        services = operate_for_real("metrics", "--since", "1h").told["services"]
        return {name: sum(each[name] for each in services) for name in ("requests", "likes", "server_errors")}

    with urllib.request.urlopen(f"{loaded.told['url']}/mysfits") as answer:
        mysfits = [each["mysfitId"] for each in json.load(answer)["mysfits"]]
    stored = 0
    for mysfit in mysfits:
        with urllib.request.urlopen(f"{loaded.told['url']}/mysfits/{mysfit}") as answer:
            stored += json.load(answer)["likes"]
    assert stored >= sum(loaded.told["acknowledged"].values()) > 0
    until(lambda: seen()["likes"] == stored, "CloudWatch has every like", 60, pause=2)
    assert seen()["requests"] > loaded.told["requests"]


def test_an_image_that_was_never_pushed_is_refused_before_anything_begins(operate_for_real: Operate) -> None:
    before = status(operate_for_real)
    for image in ("never-pushed", "postgres:16"):
        ended = operate_for_real("update", "--image", image)
        assert (ended.code, "There are: " in ended.text) == (Outcome.NOT_FOUND, True), ended.text
    assert status(operate_for_real)["deployments"] == before["deployments"]


def test_a_task_that_dies_at_its_start_is_told_with_its_last_words(operate_for_real: Operate) -> None:
    before = status(operate_for_real)["revision"]
    ended = operate_for_real("update", "--env", "FEATURES=nonsense")
    assert ended.code == Outcome.ROLLED_BACK, ended.text
    assert (ended.told["status"], ended.told["runs"]) == ("ROLLBACK_SUCCESSFUL", before)
    assert any("No such feature: nonsense" in line for death in ended.told["deaths"] for line in death["lines"])


def test_what_is_not_over_in_time_goes_on_and_is_not_overrun(operate_for_real: Operate) -> None:
    # Until its deployment is given up. One that ended well would be over before the next command has begun to look.
    slow = ("--env", "FAULTS_ALLOWED=yes", "--env", "FAULTS=slow-start=3600")
    ended = operate_for_real("update", *slow, "--timeout", "1")
    assert ended.code == Outcome.TIMED_OUT, ended.text
    ended = operate_for_real("update", "--env", "COLOUR=green")
    assert (ended.code, "is under way" in ended.text) == (Outcome.FAILED, True), ended.text
    ended = operate_for_real("rollback")
    assert ended.code == Outcome.DONE, ended.text
    assert len(status(operate_for_real)["deployments"]) == 1


def test_a_one_off_tasks_exit_code_is_ours(operate_for_real: Operate) -> None:
    ended = operate_for_real("run-task", "--", "python", "-c", "print('hello'); raise SystemExit(42)")
    assert (ended.code, ended.told["exit_code"], ended.told["lines"]) == (42, 42, ["hello"]), ended.text


def test_scaling_ends_with_as_many_healthy_tasks(operate_for_real: Operate) -> None:
    for count in (3, 2):
        assert operate_for_real("scale", "service", str(count)).code == Outcome.DONE
        assert [task["health"] for task in status(operate_for_real)["tasks"]] == ["healthy"] * count


def test_a_task_that_a_fault_is_made_of_is_replaced(operate_for_real: Operate) -> None:
    for fault in ("kill", "stop", "unhealthy"):
        ended = operate_for_real("fault", fault, "service")
        assert ended.code == Outcome.DONE, ended.text
        [victim] = ended.told["tasks"]

        def replaced(victim: str = victim) -> bool:
            tasks = status(operate_for_real)["tasks"]
            return (
                [each["health"] for each in tasks if each["task"] != victim]
                == ["healthy"] * 2
                == [each["health"] for each in tasks]
            )

        until(replaced, f"the service has replaced its task after {fault}", LONG, pause=2)


def test_a_paused_task_goes_on(operate_for_real: Operate) -> None:
    # One that is resumed too late, on a busy machine, is one that has failed its health checks and is replaced.
    for _ in range(3):
        [paused] = operate_for_real("fault", "pause", "service").told["tasks"]
        if paused in operate_for_real("fault", "resume", "service").told["tasks"]:
            return
    raise AssertionError("No task that was paused was there afterwards.")


def test_a_later_deployment_brings_no_old_image_back(operate_for_real: Operate) -> None:
    assert operate_for_real("deploy").told["stacks"][-1]["did"] == "unchanged"
    operate_for_real("push", "newer")
    assert operate_for_real("update", "service", "--image", "newer").code == Outcome.DONE
    ended = operate_for_real("deploy", "service", "--set", "Memory=1024")
    assert (ended.code, ended.told["running"]) == (Outcome.FAILED, "newer"), ended.text
    ended = operate_for_real("deploy", "service", "--set", "Memory=1024", "--set", "ImageTag=newer")
    assert ended.code == Outcome.DONE, ended.text
    assert status(operate_for_real)["image"].endswith(":newer")


def test_a_feature_is_cut_over_and_back(operate_for_real: Operate) -> None:
    operate_for_real("push", "split")
    ended = operate_for_real("deploy", "likes", "--set", "likes.ImageTag=split")
    assert ended.code == Outcome.DONE, ended.text
    for arguments, families in (
        (["--back"], {"mysfits-service"}),
        (["--weight", "50"], {"mysfits-service", "mysfits-likes"}),
        (["--all"], {"mysfits-likes"}),
    ):
        ended = operate_for_real("cutover", "likes", *arguments)
        assert ended.code == Outcome.DONE, ended.text
        assert ended.told["answers"].keys() == families
    # Two services, whose revisions are proved each by its own answers.
    ended = operate_for_real("update", "likes", "--env", "COLOUR=blue")
    assert ended.code == Outcome.DONE, ended.text
    for state in ("on", "off"):
        ended = operate_for_real("drop-traffic", state)
        assert ended.code == Outcome.DONE, ended.text
    assert operate_for_real("verify").code == Outcome.DONE


def answers(api: str) -> dict[str, Any]:
    """Everything that there is to read of mysfits and of the board."""

    def got(path: str) -> Any:
        with urllib.request.urlopen(f"{api}{path}", timeout=30) as answer:
            return json.load(answer)

    board = {path: got(path) for path in ("/api/users", "/api/threads", "/api/posts")}
    listed = got("/mysfits")["mysfits"]
    return board | {"/mysfits": listed} | {each["mysfitId"]: got(f"/mysfits/{each['mysfitId']}") for each in listed}


def answers_of_now(api: str) -> dict[str, Any]:
    """`answers` once the list's copy is as new as the profiles."""

    def found() -> dict[str, Any] | None:
        all_of_it = answers(api)
        told = [(each["likes"], each["adopted"]) for each in all_of_it["/mysfits"]]
        profiles = [all_of_it[each["mysfitId"]] for each in all_of_it["/mysfits"]]
        return all_of_it if told == [(each["likes"], each["adopted"]) for each in profiles] else None

    answer = until(found, "the list is of now", LONG)
    assert answer is not None
    return answer


def test_the_table_is_restored_as_the_runbook_says(environment: dict[str, str]) -> None:
    """Exported, emptied and imported, line by line as it is written there: every answer is as it was."""
    api = f"http://localhost:{environment['API_PORT']}"
    for path in (f"{NESSI}/like", f"{NESSI}/like", f"{COCO}/adopt"):
        urllib.request.urlopen(urllib.request.Request(f"{api}/mysfits/{path}", method="POST"), timeout=30).close()
    before = answers_of_now(api)
    assert (before[NESSI]["likes"] >= 2, before[COCO]["adopted"], len(before["/mysfits"])) == (True, True, 12)

    tools = f"{Path(sys.executable).parent}:{environment['PATH']}"
    aws = client_environment(
        f"http://localhost:{environment['CLOUD_PORT']}", AccessKey.of_folder(Path(environment["LOCAL_DIR"]))
    )
    *restoring, verifying = steps(section(RUNBOOK, "Restore the table"))
    with Shell(environment | aws | {"PATH": tools}) as shell:
        for step in restoring:
            see(step, shell.run(step.commands))
            if "batch-write-item" in step.commands:
                count = 'aws dynamodb scan --table-name "$TABLE" --select COUNT --query Count\n'
                assert shell.run(count).strip() == "0", "the table was emptied"
        assert answers_of_now(api) == before
        see(verifying, shell.run(verifying.commands))


def test_what_is_typed_before_one_begins_says_what_it_says(environment: dict[str, str]) -> None:
    """Of the runbook, and of the page on rights."""
    tools = f"{Path(sys.executable).parent}:{environment['PATH']}"
    aws = client_environment(
        f"http://localhost:{environment['CLOUD_PORT']}", AccessKey.of_folder(Path(environment["LOCAL_DIR"]))
    )
    typed = [*steps(section(RUNBOOK, "Before you begin")), *steps(RIGHTS.read_text())]
    assert len(typed) == 2
    with Shell(environment | aws | {"PATH": tools}) as shell:
        for step in typed:
            see(step, shell.run(step.commands))
