"""A revision differs from the one before in what was asked, and the difference is said."""

from __future__ import annotations

from typing import Any

import pytest

from ecs_emulator.ops import revisions
from ecs_emulator.ops.balancing import Probe, Rule, matches, probe
from ecs_emulator.ops.outcomes import Failure


def definition(image: str = "r/app:1", **settings: str) -> dict[str, Any]:
    environment = [{"name": name, "value": value} for name, value in settings.items()]
    container = {"name": "web", "image": image, "environment": environment, "portMappings": [{"containerPort": 80}]}
    return {"family": "f", "cpu": "256", "revision": 3, "containerDefinitions": [container]}


@pytest.mark.parametrize(
    ("image", "tag", "repository"),
    [
        ("nginx", "latest", "nginx"),
        ("nginx:1", "1", "nginx"),
        ("host:5000/a/b", "latest", "host:5000/a/b"),
        ("host:5000/a/b:v2", "v2", "host:5000/a/b"),
        ("a/b@sha256:abc", "sha256:abc", "a/b"),
    ],
)
def test_an_image_has_a_repository_and_a_tag(image: str, tag: str, repository: str) -> None:
    assert (revisions.tag_of(image), revisions.repository_of(image)) == (tag, repository)


@pytest.mark.parametrize(
    ("old", "wanted", "new"),
    [
        ("1.dkr.ecr.r.amazonaws.com/a:1", "2", "1.dkr.ecr.r.amazonaws.com/a:2"),
        ("1.dkr.ecr.r.amazonaws.com/a@sha256:1", "2", "1.dkr.ecr.r.amazonaws.com/a:2"),
        ("placeholder:1", "2", "ours:2"),
        ("1.dkr.ecr.r.amazonaws.com/a:1", "other/b:2", "other/b:2"),
    ],
)
def test_a_tag_keeps_the_repository(old: str, wanted: str, new: str) -> None:
    changed = revisions.changed(definition(old), "web", wanted, {}, "ours")
    assert revisions.image_of(changed, "web") == new


def test_only_what_was_asked_changes_and_the_old_one_stays_as_it_was() -> None:
    old = definition(A="1", B="2")
    new = revisions.changed(old, "web", None, {"B": "3", "C": "4"})
    assert revisions.difference(old, new) == ["web.environment.B: 2 → 3", "web.environment.C: '4' is new"]
    assert old == definition(A="1", B="2")
    assert revisions.difference(new, old)[-1] == "web.environment.C: '4' is taken away"


def test_what_ecs_writes_by_itself_is_no_difference() -> None:
    assert revisions.difference(definition(), definition() | {"revision": 4, "status": "ACTIVE"}) == []


def test_a_container_that_is_not_there_is_said() -> None:
    with pytest.raises(Failure, match="There is no container api; there are: web"):
        revisions.changed(definition(), "api", "2", {})


@pytest.mark.parametrize(
    ("wanted", "name"), [("7", "f:7"), ("g:7", "g:7"), ("arn:aws:ecs:r:1:task-definition/f:7",) * 2]
)
def test_a_revision_is_named_by_number_name_or_arn(wanted: str, name: str) -> None:
    assert revisions.named("f", wanted) == name


@pytest.mark.parametrize("wanted", ["", "f", "f:", "f:x", "７", "-1", "f:1:2"])
def test_what_is_no_revision_is_refused(wanted: str) -> None:
    with pytest.raises(Failure, match="is no revision"):
        revisions.named("f", wanted)


@pytest.mark.parametrize(
    ("pattern", "path", "does"),
    [
        ("/*", "/version", True),
        ("/cats/*/like", "/cats/a/b/like", True),
        ("/cats/*/like", "/cats/like", False),
        ("/a?c", "/abc", True),
        ("/a?c", "/ac", False),
        ("/A", "/a", False),
        ("/a.c", "/abc", False),
    ],
)
def test_a_path_pattern_takes_paths_as_the_load_balancer_does(pattern: str, path: str, does: bool) -> None:
    assert matches(pattern, path) is does


def rule(priority: str, paths: tuple[str, ...], **weights: int) -> Rule:
    return Rule(f"arn-{priority}", priority, paths, weights)


DEFAULT = rule("default", ())


@pytest.mark.parametrize(
    ("rules", "group", "way"),
    [
        ([rule("9", ("/*",), a=1), DEFAULT], "a", Probe("/version", True)),
        ([rule("1", ("/x/*/y",), b=1), rule("9", ("/*",), a=1)], "b", Probe("/x/probe/y", True)),
        ([rule("1", ("/x",), b=10, a=90), rule("9", ("/*",), a=1)], "b", Probe("/x", False)),
        # Somebody else's rule comes before.
        ([rule("1", ("/version",), b=1), rule("9", ("/*",), a=1)], "a", Probe("/probe", True)),
        ([rule("1", ("/*",), b=1), rule("9", ("/*",), a=1)], "a", None),
        ([rule("9", ("/*",), a=0, b=1)], "a", None),
        ([rule("9", (), a=1), DEFAULT], "a", None),
        ([rule("default", (), a=1)], "a", Probe("/version", True)),
        ([DEFAULT], "a", None),
    ],
)
def test_a_service_is_asked_where_requests_reach_it(rules: list[Rule], group: str, way: Probe | None) -> None:
    assert probe(rules, group, "/version") == way
