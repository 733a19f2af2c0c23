"""The verbs on a real rehearsal: processes, a load balancer and CloudFormation, and every end with its own code."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from ops.outcomes import Outcome
from tests.platform_runner import MYSFITS, ROOT, free_ports, until

LONG = 300  # seconds after which something hangs

pytestmark = pytest.mark.timeout(600)


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, its result, and what it told people."""

    code: int
    told: dict[str, Any]
    text: str


Operate = Callable[..., Ended]


@pytest.fixture(scope="module")
def operate_for_real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operate]:
    """`mysfits VERB … --json` on a rehearsal of its own, whose intervals are a tenth of AWS's."""
    folder = tmp_path_factory.mktemp("rehearsal")
    site, api, cloud = free_ports(3)
    ports = {"SITE_PORT": str(site), "API_PORT": str(api), "CLOUD_PORT": str(cloud)}
    environment = {**os.environ, **ports, "LOCAL_DIR": str(folder / "local")}
    said = folder / "up.log"
    with said.open("w") as file:
        rehearsal = subprocess.Popen(
            [*MYSFITS, "up", "--speed", "10"], cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT
        )

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

    try:
        until(lambda: rehearsal.poll() is not None or "\nReady" in said.read_text(), "the rehearsal is ready", LONG)
        assert rehearsal.poll() is None, said.read_text()
        yield operate
    finally:
        rehearsal.terminate()
        rehearsal.wait(LONG)


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


def test_a_bad_release_is_rolled_back_and_its_reason_told(operate_for_real: Operate) -> None:
    before = status(operate_for_real)["revision"]
    ended = operate_for_real("update", "--image", "never-pushed")
    assert ended.code == Outcome.ROLLED_BACK, ended.text
    assert (ended.told["status"], ended.told["runs"]) == ("ROLLBACK_SUCCESSFUL", before)
    assert "CannotPullContainerError" in ended.told["deaths"][0]["reason"]


def test_a_task_that_dies_at_its_start_is_told_with_its_last_words(operate_for_real: Operate) -> None:
    ended = operate_for_real("update", "--env", "FEATURES=nonsense")
    assert ended.code == Outcome.ROLLED_BACK, ended.text
    assert any("No such feature: nonsense" in line for death in ended.told["deaths"] for line in death["lines"])


def test_what_is_not_over_in_time_goes_on_and_is_not_overrun(operate_for_real: Operate) -> None:
    ended = operate_for_real("update", "--env", "COLOUR=red", "--timeout", "1")
    assert ended.code == Outcome.TIMED_OUT, ended.text
    ended = operate_for_real("update", "--env", "COLOUR=green")
    assert (ended.code, "is under way" in ended.text) == (Outcome.FAILED, True), ended.text
    until(lambda: len(status(operate_for_real)["deployments"]) == 1, "the deployment has ended", LONG)


def test_a_one_off_tasks_exit_code_is_ours(operate_for_real: Operate) -> None:
    ended = operate_for_real("run-task", "--", "python", "-c", "print('hello'); raise SystemExit(42)")
    assert (ended.code, ended.told["exit_code"], ended.told["lines"]) == (42, 42, ["hello"]), ended.text


def test_scaling_ends_with_as_many_healthy_tasks(operate_for_real: Operate) -> None:
    for count in (3, 2):
        assert operate_for_real("scale", "service", str(count)).code == Outcome.DONE
        assert [task["health"] for task in status(operate_for_real)["tasks"]] == ["healthy"] * count


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
    ended = operate_for_real("deploy", "likes-images", "likes", "--set", "likes.ImageTag=split")
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
