"""Nothing of an emulator stays in the engine, however the emulator ended."""

from __future__ import annotations

import contextlib
import subprocess
import sys

import pytest

from ecs_emulator.scheduler.docker.cleanup import sweep, watched
from ecs_emulator.scheduler.docker.engine import Engine
from emulator.tests.scheduler.docker.stand_in import StandIn
from emulator.tests.support.folders import ROOT
from emulator.tests.support.waiting import until

LABEL = "ecs-emulator.name=one"
MAIN = f"""
import sys
from ecs_emulator.scheduler.docker.engine import Engine
from ecs_emulator.scheduler.docker.cleanup import watched
with watched(Engine(), "{LABEL}"):
    print("watched", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _left(stand_in: StandIn) -> None:
    for name in ("one", "other"):
        (stand_in.folder / "containers" / name).write_text("{}")


def test_all_with_a_label_is_removed(engine: Engine, stand_in: StandIn) -> None:
    sweep(engine, LABEL)
    assert stand_in.containers() == []
    assert stand_in.calls("ps") == [["--all", "--quiet", "--filter", f"label={LABEL}"]]


def test_at_the_end_all_is_removed_once(engine: Engine, stand_in: StandIn) -> None:
    with watched(engine, LABEL):
        assert len(stand_in.containers()) == 2
    assert stand_in.containers() == []
    assert len(stand_in.calls("ps")) == 1


def test_at_an_end_that_fails_all_is_removed_as_well(engine: Engine, stand_in: StandIn) -> None:
    with pytest.raises(RuntimeError), watched(engine, LABEL):
        raise RuntimeError
    assert stand_in.containers() == []


def test_when_the_main_process_is_killed_somebody_looks_several_times(stand_in: StandIn) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", MAIN], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as main:
        assert main.stdout
        assert main.stdout.readline() == "watched\n"
        main.kill()
        until(lambda: stand_in.containers() == [], "all is removed")
    # The last that it asked for is made only now.
    (stand_in.folder / "containers" / "late").write_text("{}")
    until(lambda: stand_in.containers() == [], "that is removed too")


def test_whoever_would_look_is_followed_by_another_when_it_is_killed(engine: Engine, stand_in: StandIn) -> None:
    with contextlib.suppress(RuntimeError), watched(engine, LABEL) as watcher:
        assert watcher.ended() is None
        watcher.process.kill()
        until(lambda: watcher.ended() == "signal 9", "it has ended")
        watcher.restart()
        assert watcher.ended() is None
        raise RuntimeError
    assert stand_in.containers() == []
