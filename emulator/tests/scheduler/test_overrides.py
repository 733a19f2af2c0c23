"""Overrides of RunTask: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskOverride.html"""

from __future__ import annotations

from typing import Any

from ecs_emulator.scheduler.tasks import overridden

WEB = {"name": "web", "command": ["serve"], "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}
LOGS = {"name": "logs", "memory": 64}
DEFINITION: Any = {"family": "f", "cpu": "256", "memory": "512", "containerDefinitions": [WEB, LOGS]}


def test_sizes_and_roles_of_the_task_are_overridden_and_nothing_else_of_it() -> None:
    overrides = {"cpu": "512", "memory": "1024", "executionRoleArn": "e", "taskRoleArn": "t", "family": "other"}
    expected = {"cpu": "512", "memory": "1024", "executionRoleArn": "e", "taskRoleArn": "t"}
    containers = [WEB, {**LOGS, "environment": []}]
    assert overridden(DEFINITION, overrides) == {**DEFINITION, **expected, "containerDefinitions": containers}


def test_a_container_is_overridden_by_its_name_and_keeps_what_is_not_named() -> None:
    override = {
        "name": "web",
        "command": ["seed"],
        "cpu": 10,
        "memory": 20,
        "memoryReservation": 15,
        "image": "other",
        "environment": [{"name": "B", "value": "3"}, {"name": "C", "value": "4"}],
    }
    made = overridden(DEFINITION, {"containerOverrides": [override]})
    values = [{"name": "A", "value": "1"}, {"name": "B", "value": "3"}, {"name": "C", "value": "4"}]
    web = {"name": "web", "command": ["seed"], "cpu": 10, "memory": 20, "memoryReservation": 15, "environment": values}
    assert made == {**DEFINITION, "containerDefinitions": [web, {**LOGS, "environment": []}]}


def test_a_definition_is_not_changed_by_the_overrides_of_a_task() -> None:
    before = str(DEFINITION)
    overridden(DEFINITION, {"containerOverrides": [{"name": "logs", "environment": [{"name": "A", "value": "0"}]}]})
    assert str(DEFINITION) == before
