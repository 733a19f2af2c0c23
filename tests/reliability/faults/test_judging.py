"""A fault that cost what it may passes, and fails where any one thing that is promised is not so."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from ecs_emulator.experiments.record import CheckResult
from ecs_emulator.load.client import TIMED_OUT
from ecs_emulator.load.generator import MUTE
from reliability.faults.fault import Tolerance
from reliability.faults.judging import AT_ONCE, LONGEST, RECOVERY, judge
from reliability.faults.programme import PROGRAMME
from reliability.faults.record import BAD_GATEWAY, TRY_AGAIN, FaultRun, Look, kinds
from reliability.faults.show import Result
from tests.reliability.faults.records import ALIVE, ANNA, BEGAN, BERT, ENDED, WELL, a_run

NOTHING, SAID_SO = Tolerance(), Tolerance(frozenset({TRY_AGAIN}))
ONE_EACH = Tolerance(frozenset({BAD_GATEWAY}), most=1.0, victim=True)
CARL = "c" * 32


def broken(run: FaultRun, tolerance: Tolerance) -> list[str]:
    return [finding.sentence for finding in judge(run, tolerance) if not finding.holds]


def test_passes_when_nobody_noticed() -> None:
    assert broken(a_run(), NOTHING) == []


def test_passes_when_visitors_were_told_to_try_again() -> None:
    assert broken(a_run(failed_at=[103, 104, 107.2]), SAID_SO) == []


def test_fails_for_one_failure_where_there_may_be_none() -> None:
    (sentence,) = broken(a_run(failed_at=[103]), NOTHING)
    assert sentence == "Those that failed were told 1 × 503 with Retry-After."


@pytest.mark.parametrize("outcome", ["500", "404", "429"])
def test_fails_for_another_answer_than_may_be_given(outcome: str) -> None:
    assert broken(a_run(failed_at=[103], outcome=outcome), SAID_SO) == [f"Those that failed were told 1 × {outcome}."]


@pytest.mark.parametrize("outcome", ["502", "503"])
def test_what_the_load_balancer_says_is_not_what_the_service_says(outcome: str) -> None:
    (sentence,) = broken(a_run(failed_at=[103], outcome=outcome, revision=""), SAID_SO)
    assert sentence == f"Those that failed were told 1 × {outcome} of the load balancer."


def test_fails_when_more_failed_than_there_are_clients() -> None:
    (sentence,) = broken(a_run(failed_at=[103] * 33, outcome="502", revision=""), ONE_EACH)
    assert sentence == "Those that failed were told 33 × 502 of the load balancer; there may be 32 from 32 clients."
    assert broken(a_run(failed_at=[103] * 32, outcome="502", revision=""), ONE_EACH) == []


def test_fails_when_requests_failed_before() -> None:
    (sentence,) = broken(a_run(failed_at=[101]), SAID_SO)
    assert sentence == "1 of 21 requests failed before anything was done."


def test_fails_for_an_answer_that_took_longer_than_a_request_may() -> None:
    (sentence,) = broken(a_run(slowest=(LONGEST + 0.1) * 1000), NOTHING)
    assert sentence == f"The slowest answer took {LONGEST + 0.1:.1f} s, and 0 never came."


def test_fails_for_an_answer_that_never_came() -> None:
    told = Tolerance(frozenset({TIMED_OUT}))
    (sentence,) = broken(a_run(failed_at=[103], outcome=TIMED_OUT, revision=""), told)
    assert sentence.endswith("and 1 never came.")


@pytest.mark.parametrize(("told", "seconds"), [("503 with Retry-After", 0.1), ("200", AT_ONCE + 0.1)])
def test_fails_when_a_health_check_was_not_answered_at_once(told: str, seconds: float) -> None:
    (sentence,) = broken(a_run(looks=(*ALIVE, Look(BERT, "/health", told, seconds))), NOTHING)
    assert sentence.startswith("/ and /health were answered 4 of 5 times")


def test_fails_when_no_task_was_asked_whether_it_lives() -> None:
    assert len(broken(a_run(looks=()), NOTHING)) == 1


def test_only_the_victim_may_be_deaf_or_replaced() -> None:
    deaf = Look(ANNA, "/health", "unreachable", 0.1)
    assert broken(a_run(looks=(*ALIVE, deaf), after=(BERT, CARL)), ONE_EACH) == []
    assert len(broken(a_run(looks=(*ALIVE, deaf._replace(task=BERT))), ONE_EACH)) == 1
    assert broken(a_run(after=(ANNA, CARL)), ONE_EACH) == ["1 of 2 tasks were replaced."]
    assert broken(a_run(after=(BERT, CARL)), NOTHING) == ["1 of 2 tasks were replaced."]


def test_fails_when_nobody_took_the_place_of_a_task() -> None:
    assert broken(a_run(after=(BERT,)), ONE_EACH) == ["1 of 2 tasks were replaced."]


def test_fails_for_a_503_that_does_not_say_when_to_try_again() -> None:
    (sentence,) = broken(a_run(failed_at=[103], outcome=MUTE), SAID_SO)
    assert sentence == "Those that failed were told 1 × 503 without Retry-After."


@pytest.mark.parametrize("stored", [4, 8])
def test_fails_when_an_answered_like_is_lost_or_one_is_stored_twice(stored: int) -> None:
    (sentence,) = broken(a_run(in_doubt={"x": 2}, stored={"x": stored}), NOTHING)
    assert sentence == f"{stored} likes are stored; 5 were answered, 2 more were sent."


def test_a_like_in_doubt_may_be_stored_or_not() -> None:
    assert [broken(a_run(in_doubt={"x": 2}, stored={"x": stored}), NOTHING) for stored in (5, 6, 7)] == [[], [], []]


def test_fails_when_nobody_liked() -> None:
    assert broken(a_run(liked={}), NOTHING) == ["0 likes are stored; 0 were answered."]


def test_the_recovery_is_from_the_end_of_the_fault_to_the_last_failure() -> None:
    assert a_run().recovery == 0.0
    assert a_run(failed_at=[105]).recovery == 0.0
    run = a_run(failed_at=[105, 107.55])
    assert run.recovery == pytest.approx(0.6)
    assert kinds(run.meanwhile)[TRY_AGAIN] == 2


def test_fails_when_it_does_not_get_well_again() -> None:
    ill = Look("", "/mysfits", TRY_AGAIN, 0.1)
    assert len(broken(a_run(later=(*WELL, ill)), SAID_SO)) == 1
    assert len(broken(a_run(later=()), SAID_SO)) == 1


def test_fails_when_it_takes_longer_than_a_request_may() -> None:
    late = replace(a_run(failed_at=[108.5]), began=90.0, ended=108.5 - RECOVERY)
    assert broken(late, SAID_SO)[-1].startswith(f"The last failure came {RECOVERY + 0.1:.1f} s after")


def test_what_a_fault_says_of_itself_is_judged_as_well() -> None:
    assert broken(a_run(found=[CheckResult(False, "It was injected into 0 calls.")]), NOTHING) == [
        "It was injected into 0 calls."
    ]


def test_a_row_says_what_was_done_seen_lost_and_how_long_it_took() -> None:
    run = a_run(failed_at=[103, 107.2], in_doubt={"x": 2}, stored={"x": 6})
    result = Result(PROGRAMME[0], run, judge(run, SAID_SO))
    assert result.row() == (
        "DynamoDB takes no connection",
        f"{ENDED - BEGAN:.0f} s",
        "53 × 200, 2 × 503 with Retry-After; the slowest in 0.0 s",
        "2 of 102",
        "5 / 6",
        "0.3 s",
        "holds",
    )
    assert Result(PROGRAMME[0], run, judge(run, NOTHING)).row()[-1] == "FAILS"


def test_every_fault_has_a_name_of_its_own() -> None:
    assert Counter(each.name for each in PROGRAMME).most_common(1)[0][1] == 1
