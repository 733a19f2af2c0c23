"""A soak passes a good record, and fails a record in which any one thing it promises is not so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ecs_emulator.load.slices import RequestKind
from emulator.tests.experiments.records import broken
from ops.visitors import LIKE
from reliability.soak.judging import ROOM, judge
from reliability.soak.memory import REHEARSAL, Part, Sample
from reliability.soak.record import Refusal
from reliability.soak.synthetic_probes import ProbeResult
from tests.reliability.soak.soaks import LIKES, MIB, TASKS, UNDER_WAY, a_soak


def test_passes_when_every_failure_has_its_reason() -> None:
    assert broken(judge(a_soak())) == []


@pytest.mark.parametrize(
    ("at", "kind"),
    [
        (105.0, RequestKind(LIKE, "502", "")),  # before anything was done
        (123.5, RequestKind(LIKE, "502", "")),  # long after the task was killed
        (120.5, RequestKind("GET /mysfits", "502", "")),  # of a feature whose task was not killed
        (120.5, RequestKind(LIKE, "500", "")),
        (110.5, RequestKind("GET /api/users", "503", "")),  # during the rollout
        (124.0, RequestKind(LIKE, "503", LIKES)),  # before the table was throttled
        (138.0, RequestKind(LIKE, "503", LIKES)),  # long after
        (131.0, RequestKind(LIKE, "500", LIKES)),
        (131.0, RequestKind(LIKE, "503", "")),  # by the load balancer
        (131.0, RequestKind("GET /mysfits/{id}", "503", LIKES)),
        (131.0, RequestKind(LIKE, "timed out", "")),
    ],
)
def test_fails_for_a_failure_without_a_reason(at: float, kind: RequestKind) -> None:
    (sentence,) = broken(judge(a_soak((at, kind))))
    assert sentence.startswith("1 of 723 requests failed without a reason: 1 × ")


def test_fails_when_a_kill_costs_more_than_there_are_clients() -> None:
    assert broken(judge(a_soak(*[UNDER_WAY] * 3))) == []
    (sentence,) = broken(judge(a_soak(*[UNDER_WAY] * 5)))
    assert sentence.startswith("2 of 727 requests failed without a reason: 2 × 502 at POST /mysfits/{id}/like, at 20 s")


@pytest.mark.parametrize("stored", [{"x": 4, "y": 7}, {"x": 6, "y": 7}, {"x": 6, "y": 6}, {"x": 5, "y": 7, "z": 1}])
def test_fails_when_a_like_is_lost_or_stored_twice(stored: dict[str, int]) -> None:
    (sentence,) = broken(judge(a_soak(stored=stored)))
    assert sentence == f"{sum(stored.values())} likes are stored; 12 were answered, 0 had no answer."


def test_a_like_without_an_answer_may_be_stored_or_not_and_one_that_was_refused_may_not() -> None:
    unanswered = a_soak(stored={"x": 6, "y": 7})
    unanswered.report.slices[205].in_doubt["x"] += 1
    assert broken(judge(unanswered)) == []
    refused = a_soak(stored={"x": 6, "y": 7})
    refused.report.slices[310].in_doubt["x"] += 1
    assert broken(judge(refused)) == ["13 likes are stored; 12 were answered, 0 had no answer."]


def test_fails_when_a_guest_was_told_something_else() -> None:
    wrong = ProbeResult(130.0, "GET /hello/again", "Hello ELECLE 2", "Hello ELECLE 3")
    soaked = a_soak()
    (sentence,) = broken(judge(replace(soaked, visits=[*soaked.visits, wrong])))
    assert sentence == "1 of 2 probes were told what they should not be: GET /hello/again 'Hello ELECLE 3'."


def test_fails_when_an_act_came_to_nothing() -> None:
    soaked = a_soak()
    assert "ended in ROLLBACK_SUCCESSFUL" in broken(judge(replace(soaked, deployed=["ROLLBACK_SUCCESSFUL"])))[0]
    assert "it answered 0 requests" in broken(judge(replace(soaked, updated="mysfits-users:3")))[0]
    assert "nobody took its place" in broken(judge(replace(soaked, replaced=[])))[0]
    assert "refused 0 calls" in broken(judge(replace(soaked, throttled_calls=0)))[0]
    assert "told 503 with Retry-After missing" in broken(judge(replace(soaked, refusal=Refusal(503, ""))))[0]
    assert "told 200" in broken(judge(replace(soaked, refusal=Refusal(200, ""))))[0]


def test_fails_when_a_task_holds_more_and_more() -> None:
    assert broken(judge(a_soak(grown={TASKS[1]: ROOM - MIB}))) == []
    (sentence,) = broken(judge(a_soak(grown={TASKS[1]: ROOM + MIB})))
    assert sentence.startswith("2 tasks were there all the time; the one that grew most holds +")


def test_what_the_rehearsal_keeps_is_no_memory_of_the_service() -> None:
    assert broken(judge(a_soak(grown={Part(REHEARSAL): 900 * MIB}))) == []


def test_fails_when_no_task_of_a_service_was_there_all_the_time() -> None:
    soaked = a_soak()
    late = [Sample(each.at, {**each.held, Part("mysfits-posts", "d"): MIB}) for each in soaked.samples if each.at > 140]
    (sentence,) = broken(judge(replace(soaked, samples=[*soaked.samples[:41], *late])))
    assert sentence.endswith("None was of mysfits-posts.")
    assert broken(judge(replace(soaked, samples=[]))) == [
        "0 tasks were there all the time; the one that grew most holds +0.0 MiB."
    ]


def test_a_task_that_came_meanwhile_is_not_compared_with_its_own_start() -> None:
    soaked = a_soak()
    new = Part("mysfits-likes", "e")
    grown = [
        Sample(each.at, {**each.held, new: int((each.at - 115) * 4 * MIB)}) if each.at > 115 else each
        for each in soaked.samples
    ]
    assert broken(judge(replace(soaked, samples=grown))) == []
