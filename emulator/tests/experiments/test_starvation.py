"""A machine that gives no processor time is noticed, and excuses what is late and nothing else."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from ecs_emulator.experiments import rollout, run
from ecs_emulator.experiments.drill import Drill
from ecs_emulator.experiments.emulator import EmulatorNotReady
from ecs_emulator.experiments.polling import TookTooLong
from ecs_emulator.experiments.record import (
    CheckResult,
    RunRecord,
    answered_by,
    at_least,
    ended,
    nobody_failed,
)
from ecs_emulator.experiments.run import DrillResult
from ecs_emulator.experiments.starvation import EVERY, Starvation, beating
from ecs_emulator.experiments.subject import Subject
from ecs_emulator.load.client import RESET, TIMED_OUT
from ecs_emulator.load.slices import RequestKind
from ecs_emulator.ops.outcomes import Failure, Outcome
from emulator.tests.experiments.records import LIKE, NEW, OLD, a_record

STARVED, WELL = Starvation(0.5, (0.01, 0.3)), Starvation(0.5, (0.01, 0.02))


def test_a_process_that_gets_no_processor_time_is_starved_for_so_long() -> None:
    with beating(health_check=2.0) as heartbeat:
        time.sleep(4 * EVERY)
        os.kill(heartbeat.pid, signal.SIGSTOP)
        time.sleep(2.0)
        os.kill(heartbeat.pid, signal.SIGCONT)
        time.sleep(4 * EVERY)
        told = heartbeat.stop()
    assert told.starved
    assert told.bar == 0.25
    assert told.late >= 1
    assert max(told.waits) > 1.0
    assert len(told.waits) >= 3
    assert f"{told.late} of {len(told.waits)} times 0.25 s or longer, and had " in told.sentence


@pytest.mark.parametrize(
    ("waits", "starved"),
    [
        ((), False),
        ((0.06,) * 40 + (0.01,) * 60, False),
        ((0.039,) * 100, False),
        ((0.041,) * 100, True),
        ((0.07,) * 9 + (0.01,) * 91, False),
        ((0.07,) * 10 + (0.01,) * 90, True),
        ((0.24,) + (0.01,) * 99, False),
        ((0.25,) + (0.01,) * 99, True),
    ],
)
def test_starved_is_one_beat_in_ten_one_for_half_of_a_health_check_or_a_fifth_of_a_processor(
    waits: tuple[float, ...], starved: bool
) -> None:
    assert Starvation(0.5, waits).starved is starved


def outcome(starvation: Starvation, *checks: CheckResult) -> DrillResult:
    drill = Drill("rollout", "", rollout.run, minutes=1)
    return DrillResult(drill, list(checks), a_record(), [], Path("none.png"), starvation)


GOOD, LATE, WRONG = CheckResult(True, ""), CheckResult(False, "", starvable=True), CheckResult(False, "")


@pytest.mark.parametrize(
    ("starvation", "checks", "verdict"),
    [
        (WELL, (GOOD,), "passed"),
        (STARVED, (GOOD,), "passed"),
        (STARVED, (GOOD, LATE), "inconclusive"),
        (WELL, (GOOD, LATE), "failed"),
        (STARVED, (GOOD, WRONG), "failed"),
        (STARVED, (LATE, WRONG), "failed"),
    ],
)
def test_inconclusive_is_only_what_is_late_on_a_machine_that_was_starved(
    starvation: Starvation, checks: tuple[CheckResult, ...], verdict: str
) -> None:
    found = outcome(starvation, *checks)
    assert (found.verdict, found.inconclusive) == (verdict, verdict == "inconclusive")
    assert found.document()["verdict"] == verdict
    assert found.document()["starvation"] == {"health_check": 0.5, "waits": starvation.waits}


@pytest.mark.parametrize("problem", [EmulatorNotReady("It did not get ready."), TookTooLong("Not steady.")])
@pytest.mark.parametrize(("starvation", "inconclusive"), [(STARVED, True), (WELL, False)])
def test_an_emulator_that_does_not_get_ready_is_inconclusive_where_the_machine_was_starved(
    problem: Exception, starvation: Starvation, inconclusive: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def never(*_: object) -> Iterator[None]:
        raise problem
        yield

    heartbeat = SimpleNamespace(stop=lambda: starvation)
    monkeypatch.setattr(run, "emulating", never)
    monkeypatch.setattr(run, "beating", lambda _: nullcontext(heartbeat))
    drill, subject = Drill("rollout", "", rollout.run, minutes=1), Subject(["true"])
    with pytest.raises(Failure if inconclusive else type(problem), match=str(problem)) as raised:
        run.run(drill, subject, run.DrillOptions(), tmp_path, tmp_path, lambda _: None)
    if isinstance(raised.value, Failure):
        assert raised.value.outcome is Outcome.INCONCLUSIVE
        assert starvation.sentence in str(raised.value)


def failing(outcome: str) -> RunRecord:
    return a_record(also=[(105.0, RequestKind(LIKE, outcome, ""))])


@pytest.mark.parametrize(
    ("check", "starvable"),
    [
        (nobody_failed(failing(TIMED_OUT)), True),
        (nobody_failed(failing("503")), True),
        (nobody_failed(failing("504")), True),
        (nobody_failed(failing("502")), False),
        (nobody_failed(failing("500")), False),
        (nobody_failed(failing(RESET)), False),
        (at_least(a_record(), 1_000), False),
        (ended(a_record(), NEW, "SUCCESSFUL"), True),
        (ended(a_record(), NEW, "ROLLBACK_SUCCESSFUL"), False),
        (answered_by(a_record(), (OLD, NEW)), True),
        (answered_by(a_record(answered={OLD: 9, "x:1": 9}), (OLD,)), False),
    ],
)
def test_lateness_is_excused_and_nothing_else(check: CheckResult, starvable: bool) -> None:
    assert not check.holds
    assert check.starvable is starvable
