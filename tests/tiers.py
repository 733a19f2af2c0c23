"""Markers of the tests: what each needs, told by its place and its fixtures; and what a run has left out.

A pytest plugin, loaded by the conftest.py above. No test says itself what it needs: whatever is in none of the places
below and has none of the fixtures is a unit test, and one that starts a program all the same fails.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Set
from functools import cache
from pathlib import Path
from typing import Any

import pytest

# What there is to need, the most demanding first; a test has exactly one of these.
NEEDS = {
    "docker": "a Docker engine",
    "compiler": "a C compiler (tools/setup-faults)",
    "scanner": "the scanners and audits (tools/setup-scan, tools/setup-audit)",
    "peers": "the peers of the benchmark (tools/setup-peers)",
    "browser": "a real browser (tools/setup-browser)",
    "platform": "a whole rehearsal, in processes of its own",
    "process": "programs of its own: a server, a load balancer, a command",
    "local_cloud": "the local cloud, in the process of the test",
    "unit": "nothing but its own process",
}
ALSO = {
    "alone": "wants the machine for itself, because it measures or takes a whole platform under load",
    "quick": "is part of `make test`",
    "long": "is part of `make drills`, and not of `make test-all`",
}

# A place is a folder, a file, or a test in a file. The first that fits is taken.
PLACES = {
    "tests/image/bill.py": "docker",
    "tests/image/composed.py": "docker",
    "tests/image/container.py": "docker",
    "tests/image/rehearsed.py": "docker",
    "tests/reliability/faults/test_faults.py::test_no_fault": "compiler",
    "tests/cfn/test_audits.py": "scanner",
    "tests/cfn/test_scanners.py": "scanner",
    "tests/emulated/test_public_clients.py": "scanner",
    "tests/fuzz/test_described.py": "scanner",
    "tests/rights/test_policies.py": "scanner",
    "tests/bench/test_peers.py::test_every_peer": "peers",
    "tests/site": "browser",
    "tests/console": "browser",
    "tests/platform/test_page.py": "browser",
    "tests/platform/test_documentation.py": "browser",
    "tests/journeys/test_visitors.py": "browser",
    "emulator/tests/control/test_foreign_page.py": "browser",
    "tests/journeys": "platform",
    "tests/labs/test_readme.py": "platform",
    "tests/labs/test_walks.py": "platform",
    "tests/labs/test_other_walks.py": "platform",
    "tests/ops/test_operations.py": "platform",
    "tests/reliability/kills/test_kills.py::test_what_was_answered": "platform",
    "tests/reliability/soak/test_soak.py": "platform",
    "tests/emulated/test_other_user.py": "platform",
    "tests/drills/test_drills.py": "platform",
    "tests/drills/test_anybody.py": "platform",
    "tests/labs/test_eight_steps.py": "platform",
    "tests/up/test_detached.py": "platform",
    "tests/up/test_supervised.py": "platform",
    "tests/up/test_transitions.py": "platform",
    "tests/up/test_up.py": "platform",
    "emulator/tests/experiments/test_drill.py::test_a_rollout": "platform",
    "tests/breaks/test_project.py": "process",
    "tests/test_tiers.py::test_a_run": "process",
    "tests/emulated/test_push.py": "process",
    "tests/packaging": "process",
    "tests/platform/test_walls.py": "process",
    "tests/up/test_agreement.py": "process",
    "tests/up/test_image.py": "process",
    "emulator/tests/console/test_jobs.py": "process",
    "emulator/tests/console/test_page.py::test_the_line": "process",
    "emulator/tests/console/test_page.py::test_a_task": "process",
    "emulator/tests/doctor/test_envoy.py": "process",
    "emulator/tests/fuzz": "process",
    "emulator/tests/load/test_load.py": "process",
    "emulator/tests/ops/test_programs.py": "process",
    "emulator/tests/test_detached.py": "process",
    "emulator/tests/test_programs.py": "process",
    "emulator/tests/test_library.py": "process",
    "tests/fuzz": "process",
    "tests/hello/test_hello.py::test_several_servers": "process",
    "tests/image/test_buildspec.py": "process",
    "tests/kit/test_limits.py::test_whoever": "process",
    "tests/labs/test_walk.py": "process",
    "tests/likes/test_exactness.py": "process",
    "tests/likes/test_like_service.py": "process",
    "tests/ops/test_env.py": "process",
    "tests/ops/test_load.py": "process",
    "tests/ops/test_push.py": "process",
    "tests/ops/test_visible.py::test_tracebacks": "process",
    "tests/platform/test_documents.py::test_every_block": "process",
    "tests/platform/test_workflows.py": "process",
    "tests/platform/test_wire.py": "process",
    "tests/reliability/faults/test_faults.py::test_without": "process",
    "tests/reliability/soak/test_memory.py": "process",
    "tests/reliability/test_audit.py::test_the_command": "process",
    "tests/server_process": "process",
    "emulator/tests/balancer/test_balancer.py": "process",
    "emulator/tests/balancer/test_plan.py": "process",
    "emulator/tests/balancer/test_restart.py": "process",
    "tests/emulated/test_spellings.py": "process",
    "emulator/tests/balancer/test_traffic.py": "process",
    "emulator/tests/cloud/test_clients.py": "process",
    "emulator/tests/cloud/durable/test_full_disk.py": "process",
    "emulator/tests/cloud/durable/test_journal.py": "process",
    "emulator/tests/cloud/durable/test_kinds.py": "process",
    "emulator/tests/scheduler/docker": "process",
    "emulator/tests/scheduler/test_clients.py": "process",
    "emulator/tests/scheduler/test_confinement.py": "process",
    "emulator/tests/scheduler/test_container.py": "process",
    "emulator/tests/scheduler/test_containers.py": "process",
    "emulator/tests/scheduler/test_execute.py": "process",
    "emulator/tests/scheduler/test_placeholder.py": "process",
    "emulator/tests/scheduler/test_processes.py": "process",
    "emulator/tests/scheduler/test_restarts.py": "process",
    "emulator/tests/scheduler/test_tasks_of_programs.py": "process",
    "emulator/tests/scheduler/test_utilization.py::test_the_machine": "process",
    "emulator/tests/simulation": "process",
    "emulator/tests/stacks/test_operations.py::test_the_aws_cli": "process",
    "emulator/tests/test_access_key.py::test_a_wide_umask": "process",
    "emulator/tests/test_announcement.py": "process",
    "emulator/tests/experiments/test_polling.py": "process",
    "emulator/tests/experiments/test_starvation.py::test_a_process": "process",
    "emulator/tests/test_reaper.py": "process",
    "emulator/tests/test_no_mentions.py": "process",
    "emulator/tests/test_local.py::test_a_folder_is_free": "process",
    "emulator/tests/test_strangers.py": "process",
    "emulator/tests/test_supervisor.py": "process",
}
# What the fixtures of a file bring with them.
FIXTURES = {
    "emulator/tests/support/browser.py": "browser",
    "emulator/tests/balancer/conftest.py": "process",
    "emulator/tests/stacks/conftest.py": "local_cloud",
    "tests/conftest.py": "local_cloud",
    "emulator/tests/conftest.py": "local_cloud",
    "emulator/tests/support/cloud.py": "local_cloud",
}

ALONE = ("tests/reliability/faults/test_faults.py::test_no_fault",)

# A minute or two of load each, about what shorter tests look at in parts; they run one after the other.
LONG = (
    # The other browser does it by the other device in `make test-all`; by the AWS CLI it is done as the eight steps.
    "tests/console/test_console.py::test_the_lab_is_done_in_chromium[keyboard]",
    "tests/console/test_console.py::test_the_lab_is_done_in_firefox[mouse]",
    "tests/journeys/test_s0_with_the_aws_cli.py",
    "tests/drills/test_drills.py::test_a_cutover",
    "tests/drills/test_drills.py::test_a_dead_feature",
    "tests/drills/test_drills.py::test_a_killed_task",
    # Twenty thousand requests; tests/journeys/test_rollout.py has one of a thousand.
    "tests/drills/test_drills.py::test_a_rollout",
    "tests/drills/test_drills.py::test_a_slow_start",
    "tests/drills/test_drills.py::test_an_unhealthy_target",
    "tests/drills/test_drills.py::test_with_the_workshops_settings",
    "tests/reliability/soak/test_soak.py",
)

# The two halves of `make test-all`, and `make drills`.
ALL_BUT_ALONE, ONLY_ALONE, ONLY_LONG = "not alone and not long", "alone", "long"

# `make test` is everything that needs no program beside it, and this tour through the platform.
QUICK = {"unit", "local_cloud"}
TOUR = ("tests/journeys/test_visitors.py", "tests/journeys/test_rollout.py")
TOUR_ASSEMBLY = "monolith"

# Begun first, so that two workers end together.
LONGEST = (
    "tests/journeys",
    "tests/drills/test_drills.py",
    "tests/labs",
    "tests/server_process/test_server.py",
    "tests/up/test_up.py",
    "tests/ops/test_operations.py",
    "tests/emulated/test_public_clients.py",
    "tests/console",
    "tests/site/test_engines.py",
    "emulator/tests/test_detached.py",
    "emulator/tests/test_strangers.py",
    "emulator/tests/test_programs.py",
    "emulator/tests/experiments/test_drill.py",
    "tests/up",
    "tests/likes/test_exactness.py",
    "tests/reliability/kills/test_kills.py",
    "tests/site",
    "tests/platform/test_everywhere.py",
    "tests/fuzz",
    "tests/emulated/test_spellings.py",
    "tests/server_process",
)

_running: pytest.Item | None = None  # the test that the audit hook watches
_watched = False


def is_in(node: str, place: str) -> bool:
    """Whether a test (its node id) is in a place."""
    path, _, name = place.partition("::")
    file, _, rest = node.partition("::")
    return (file == path or file.startswith(f"{path}/")) and rest.startswith(name)


@cache
def _places_of(file: str) -> list[str]:
    """Those that are of a file or of a test in it: a run has thousands of tests, and as many looks at each place."""
    return [place for place in PLACES if is_in(file, place.partition("::")[0])]


def need_of(node: str, files: Set[str]) -> str:
    """What a test needs: as its place says, else as the most demanding file of its fixtures, else nothing."""
    for place in _places_of(node.partition("::")[0]):
        if is_in(node, place):
            return PLACES[place]
    found = {FIXTURES[name] for name in files & FIXTURES.keys()}
    return next((need for need in NEEDS if need in found), "unit")


def is_quick(node: str, need: str) -> bool:
    if any(is_in(node, place) for place in TOUR):
        _, _, case = node.partition("[")
        return not case or TOUR_ASSEMBLY in case
    return need in QUICK


@cache
def _rank(file: str) -> int:
    return next((number for number, place in enumerate(LONGEST) if is_in(file, place)), len(LONGEST))


def pytest_configure(config: pytest.Config) -> None:
    for name, meaning in {**NEEDS, **ALSO}.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
    config.stash[_left_out] = Counter()


_left_out = pytest.StashKey[Counter[str]]()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A few tests are found without six thousand being read."""
    places = {ONLY_ALONE: ALONE, ONLY_LONG: LONG}.get(config.option.markexpr)
    if places is None or collection_path.suffix != ".py":
        return None
    node = collection_path.relative_to(config.rootpath).as_posix()
    return None if any(place.partition("::")[0] == node for place in places) else True


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Around all others: they see the markers, and what they have left out is counted."""
    for item in items:
        node = item.nodeid
        need = need_of(node, _files(item, config.rootpath))
        item.add_marker(need)
        if any(is_in(node, place) for place in ALONE):
            item.add_marker("alone")
        if any(is_in(node, place) for place in LONG):
            item.add_marker("long")
        if is_quick(node, need):
            item.add_marker("quick")
    items.sort(key=lambda item: _rank(item.nodeid.partition("::")[0]))
    there = Counter(map(_kind, items))
    yield
    config.stash[_left_out] = there - Counter(map(_kind, items))


def _files(item: Any, root: Path) -> set[str]:
    """The files of this project that have the fixtures of a test."""
    fixtures = item._fixtureinfo.name2fixturedefs.values() if hasattr(item, "_fixtureinfo") else ()
    codes = [getattr(each.func, "__code__", None) for found in fixtures for each in found]
    return {code.co_filename.removeprefix(f"{root}/") for code in codes if code}


def _kind(item: pytest.Item) -> str:
    return next(name for name in ("long", "alone", *NEEDS) if item.get_closest_marker(name))


# A test that needs no program must not start one: the tiers would be wrong without a word.


class StartsAProgram(Exception):
    """A unit test starts one; tests/tiers.py has to say so."""


STARTS = {"subprocess.Popen", "os.fork", "os.posix_spawn"}
# The emulator's own, of which a test knows nothing: a pattern of a template may take for ever.
MATCHER = "matcher.py"


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _running is not None and event in STARTS and MATCHER not in str(arguments):
        raise StartsAProgram(f"{_running.nodeid} starts a program, and tests/tiers.py says that it needs none.")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    global _running, _watched
    if not _watched:
        sys.addaudithook(_watch)
        _watched = True
    _running = item if any(item.get_closest_marker(name) for name in QUICK) else None
    try:
        return (yield)
    finally:
        _running = None


# What was left out is told by each worker of xdist, and all have seen the same.


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        left_out: dict[str, int] = dict(session.config.stash[_left_out].items())
        session.config.workeroutput["left_out"] = left_out


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    left_out = getattr(node, "workeroutput", {}).get("left_out")
    if left_out is not None:
        node.config.stash[_left_out] = Counter(left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    left_out = config.stash[_left_out]
    if not left_out or config.option.markexpr in (ALL_BUT_ALONE, ONLY_ALONE, ONLY_LONG):
        return
    terminalreporter.section("left out")
    for name, meaning in {**NEEDS, **ALSO}.items():
        if left_out[name]:
            terminalreporter.write_line(f"{left_out[name]:>6,} tests  {name}: {meaning}")
    terminalreporter.write_line(
        "`make test-all` runs them, and `make drills` the long ones; `.venv/bin/pytest -m NAME` those of one kind."
    )
