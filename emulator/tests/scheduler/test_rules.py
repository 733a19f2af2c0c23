"""The numbers of a rollout, row by row, with the page of AWS's documentation that each row is from."""

from __future__ import annotations

from typing import Any

import pytest

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.scheduler import rules
from ecs_emulator.scheduler.sizes import cpu_units, fits_fargate, mebibytes

_GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/"
_API = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/"

DEPLOYMENT_TYPE = f"{_GUIDE}deployment-type-ecs.html"
CONFIGURATION = f"{_API}API_DeploymentConfiguration.html"
BREAKER = f"{_GUIDE}deployment-circuit-breaker.html"
THRESHOLD = f"{_API}API_ThresholdConfiguration.html"
THROTTLE = f"{_GUIDE}service-throttle-logic.html"
TASK_SIZE = f"{_GUIDE}task-cpu-memory-error.html"


@pytest.mark.parametrize(
    ("desired", "percent", "healthy", "page"),
    [
        (4, 50, 2, DEPLOYMENT_TYPE),
        (2, 75, 2, DEPLOYMENT_TYPE),
        (2, 100, 2, CONFIGURATION),
        (3, 50, 2, CONFIGURATION),
        (1, 1, 1, CONFIGURATION),
        (1, 0, 0, CONFIGURATION),
        (0, 100, 0, CONFIGURATION),
    ],
)
def test_the_minimum_of_healthy_tasks_is_rounded_up(desired: int, percent: int, healthy: int, page: str) -> None:
    assert rules.minimum(desired, percent) == healthy, page


@pytest.mark.parametrize(
    ("desired", "percent", "tasks", "page"),
    [
        (4, 200, 8, DEPLOYMENT_TYPE),
        (2, 125, 2, DEPLOYMENT_TYPE),
        (1, 150, 1, CONFIGURATION),
        (3, 150, 4, CONFIGURATION),
        (4, 100, 4, CONFIGURATION),
        (0, 200, 0, CONFIGURATION),
    ],
)
def test_the_maximum_of_tasks_is_rounded_down(desired: int, percent: int, tasks: int, page: str) -> None:
    assert rules.maximum(desired, percent) == tasks, page


@pytest.mark.parametrize(
    ("desired", "breaker", "failures", "page"),
    [
        (1, {}, 3, BREAKER),
        (6, {}, 3, BREAKER),
        (7, {}, 4, BREAKER),
        (25, {}, 13, BREAKER),
        (400, {}, 200, BREAKER),
        (800, {}, 200, BREAKER),
        (10, {"type": "BOUNDED_PERCENT", "value": 80}, 8, THRESHOLD),
        (10, {"type": "BOUNDED_PERCENT", "value": 10}, 3, THRESHOLD),
        (1000, {"type": "BOUNDED_PERCENT", "value": 100}, 200, THRESHOLD),
        (10, {"type": "UNBOUNDED_PERCENT", "value": 10}, 1, THRESHOLD),
        (1000, {"type": "UNBOUNDED_PERCENT", "value": 50}, 500, THRESHOLD),
        (0, {"type": "UNBOUNDED_PERCENT", "value": 50}, 1, THRESHOLD),
        (2, {"type": "COUNT", "value": 1}, 1, THRESHOLD),
        (100, {"type": "COUNT", "value": 5}, 5, THRESHOLD),
    ],
)
def test_so_many_failed_tasks_fail_a_deployment(
    desired: int, breaker: dict[str, Any], failures: int, page: str
) -> None:
    configured = {"thresholdConfiguration": breaker} if breaker else {}
    assert rules.threshold({"enable": True, "rollback": True, **configured}, desired) == failures, page


@pytest.mark.parametrize(
    ("failures", "seconds", "page"),
    [
        (0, 0, THROTTLE),
        (2, 0, THROTTLE),
        (3, 10, THROTTLE),
        (4, 20, THROTTLE),
        (11, 1620, THROTTLE),
        (99, 1620, THROTTLE),
    ],
)
def test_attempts_get_rarer_down_to_one_in_27_minutes(failures: int, seconds: float, page: str) -> None:
    assert rules.delay(failures) == seconds, page


@pytest.mark.parametrize(
    ("cpu", "memory", "there_is", "page"),
    [
        ("256", "512", True, TASK_SIZE),
        ("256", "2048", True, TASK_SIZE),
        ("256", "3072", False, TASK_SIZE),
        ("512", "512", False, TASK_SIZE),
        ("1024", "8192", True, TASK_SIZE),
        ("2048", "16384", True, TASK_SIZE),
        ("2048", "17408", False, TASK_SIZE),
        ("4096", "30720", True, TASK_SIZE),
        ("8192", "17408", False, TASK_SIZE),
        ("8192", "20480", True, TASK_SIZE),
        ("16384", "122880", True, TASK_SIZE),
        (".25 vCPU", "0.5GB", True, TASK_SIZE),
        ("1 vcpu", "2 GB", True, TASK_SIZE),
        ("100", "512", False, TASK_SIZE),
    ],
)
def test_fargate_has_tasks_of_some_sizes(cpu: str, memory: str, there_is: bool, page: str) -> None:
    assert fits_fargate(cpu_units(cpu), mebibytes(memory)) == there_is, page


def test_a_size_that_is_no_number_is_refused() -> None:
    with pytest.raises(AwsError, match="Invalid setting for CPU: much"):
        cpu_units("much")


def test_a_stopped_task_can_be_read_about_at_any_speed() -> None:
    assert rules.stays_visible(1) == 3600
    assert rules.stays_visible(2) == 1800
    assert rules.stays_visible(100) == 600
