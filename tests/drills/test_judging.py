"""Drills of the platform pass a good record, and fail one in which any one thing they promise is not so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import pytest

from ecs_emulator.experiments import rollout, task_killed
from ecs_emulator.experiments.record import CheckResult, OperatorAction, RunRecord
from ecs_emulator.experiments.snapshots import DeploymentSnapshot, TaskSnapshot
from ecs_emulator.load.slices import RequestKind
from emulator.tests.experiments.records import ANNA, BERT, CARL, HEALTHY, a_record, a_snapshot, broken
from emulator.tests.experiments.records import NEW as WEB_NEW
from emulator.tests.experiments.records import OLD as WEB
from ops.visitors import LIKE
from reliability.drills import cutover, feature_killed
from reliability.drills.platform import likes_counted, platform

OLD = "mysfits-service:2"


def judged(checks: Sequence[CheckResult], record: RunRecord) -> list[str]:
    """As a drill is judged: by itself, and by what the platform promises in every one."""
    return broken([*checks, *platform().checks(record)])


class TestLikes:
    """They are counted in whatever drill."""

    deployed: ClassVar[dict[str, DeploymentSnapshot]] = {
        "one": DeploymentSnapshot(WEB, "SUCCESSFUL"),
        "two": DeploymentSnapshot(WEB_NEW, "SUCCESSFUL"),
    }
    replaced: ClassVar[dict[str, TaskSnapshot]] = {
        BERT: HEALTHY[BERT],
        ANNA: TaskSnapshot(WEB, "STOPPED"),
        CARL: TaskSnapshot(WEB, "RUNNING", "healthy"),
    }

    def rolled_out(self, liked: dict[str, int], stored: dict[str, int]) -> list[str]:
        snapshots = (a_snapshot(101), a_snapshot(110, rollouts={WEB_NEW: "COMPLETED"}, deployed=self.deployed))
        record = a_record(snapshots, answered={WEB: 6_000, WEB_NEW: 14_000}, liked=liked, stored=stored)
        return judged(rollout.judge(record, WEB, WEB_NEW, requests=20_000), record)

    def killed(self, failed: int, in_doubt: int, stored: int) -> list[str]:
        snapshots = (a_snapshot(101), a_snapshot(106, self.replaced))
        record = a_record(
            snapshots, [OperatorAction(102.0, "kill -9", 106.0)], failed_at=[102.1] * failed,
            liked={"x": 5}, in_doubt={"x": in_doubt},
            stored={"x": stored},
        )  # fmt: skip
        return judged(task_killed.judge(record, ANNA), record)

    def test_passes_when_what_was_answered_is_stored(self) -> None:
        assert self.rolled_out({"x": 5}, {"x": 5}) == []

    @pytest.mark.parametrize("stored", [{"x": 4, "y": 7}, {"x": 6, "y": 7}, {"x": 5, "y": 7, "z": 1}, {"x": 7, "y": 5}])
    def test_fails_when_what_is_stored_is_not_what_was_answered(self, stored: dict[str, int]) -> None:
        told = self.rolled_out({"x": 5, "y": 7}, stored)
        assert told == [f"{sum(stored.values())} likes are stored; 12 were answered."]

    def test_passes_when_only_likes_in_doubt_are_stored_or_not(self) -> None:
        assert self.killed(failed=64, in_doubt=20, stored=17) == []

    @pytest.mark.parametrize("stored", [4, 8])
    def test_fails_when_an_answered_like_is_lost_or_one_is_stored_twice(self, stored: int) -> None:
        told = self.killed(failed=0, in_doubt=2, stored=stored)
        assert told == [f"{stored} likes are stored; 5 were answered, 2 more were sent."]


class TestCutover:
    """The monolith is gone from 110 to 120; from 125.5 on it has everything again."""

    likes, users = "mysfits-likes:1", "mysfits-users:1"
    seen = cutover.CutoverObservation(gone=110.0, again=120.0, front_page="503 application/json")

    def judge(self, record: RunRecord, seen: cutover.CutoverObservation = seen) -> list[str]:
        revisions = [OLD, self.likes, self.users]
        return judged(cutover.judge(record, OLD, self.likes, revisions, seen, back=125.5, requests=9), record)

    def record(self, *more: tuple[float, RequestKind], without: int | None = None, stored: int = 4) -> RunRecord:
        requests = [
            (102.0, RequestKind(LIKE, "200", OLD)),
            (102.0, RequestKind("GET /api/users", "200", OLD)),
            (105.0, RequestKind(LIKE, "200", self.likes)),
            (112.0, RequestKind(LIKE, "200", self.likes)),
            (112.0, RequestKind("GET /api/users", "200", self.users)),
            (122.0, RequestKind("GET /api/users", "200", self.users)),
            (123.0, RequestKind("GET /api/users", "200", OLD)),
            (127.0, RequestKind(LIKE, "200", OLD)),
            (128.0, RequestKind("GET /api/users", "200", OLD)),
        ]
        also = [each for number, each in enumerate(requests) if number != without] + list(more)
        actions = [OperatorAction(124.0, "0 %", 125.0)]
        return a_record(actions=actions, answered={"": 0}, also=also, liked={"x": 4}, stored={"x": stored})

    def test_passes_when_all_went_there_and_came_back(self) -> None:
        assert self.judge(self.record()) == []

    def test_fails_for_one_failed_request(self) -> None:
        assert self.judge(self.record((114.0, RequestKind(LIKE, "503", self.users)))) == ["1 of 10 requests failed."]

    def test_fails_for_too_few_requests(self) -> None:
        assert self.judge(self.record(without=1)) == ["8 requests were made; 9 were asked for."]

    def test_fails_when_the_monolith_answered_after_its_end(self) -> None:
        (sentence,) = self.judge(self.record((115.0, RequestKind("GET /mysfits", "200", OLD))))
        assert sentence.startswith("Without the monolith 3 requests were answered, 1 of them by it")

    @pytest.mark.parametrize("told", ["404 application/problem+json", "503 text/html"])
    def test_fails_when_the_rest_was_not_dropped(self, told: str) -> None:
        (sentence,) = self.judge(self.record(), cutover.CutoverObservation(110.0, 120.0, told))
        assert sentence.endswith(f"and GET / with {told}.")

    def test_fails_when_a_feature_still_answers_at_the_end(self) -> None:
        (sentence,) = self.judge(self.record((126.0, RequestKind(LIKE, "200", self.likes))))
        assert sentence == f"At the end all answers came from {self.likes} and {OLD}."

    def test_passes_when_a_request_that_was_under_way_is_answered_late(self) -> None:
        assert self.judge(self.record((125.2, RequestKind("GET /api/users", "200", self.users)))) == []

    def test_fails_when_a_service_never_answered(self) -> None:
        record = self.record((113.0, RequestKind("GET /api/threads", "200", "mysfits-threads:1")))
        assert self.judge(record)[0].startswith(
            "Answers came from mysfits-likes:1 and mysfits-service:2 and mysfits-th"
        )

    def test_fails_when_only_one_service_stored_likes(self) -> None:
        # Of the likes' own service, something else must have answered.
        likes = [
            (112.5, RequestKind("GET /version", "200", self.likes)),
            (112.5, RequestKind("GET /version", "200", self.users)),
        ]
        requests = [*likes, (112.6, RequestKind(LIKE, "200", self.users)), (128.0, RequestKind(LIKE, "200", OLD))] * 3
        record = a_record(actions=[OperatorAction(124.0, "0 %", 125.0)], answered={"": 0}, also=requests)
        assert self.judge(record) == ["Likes were stored by mysfits-service:2 (3) and mysfits-users:1 (3)."]

    @pytest.mark.parametrize("stored", [3, 5])
    def test_fails_when_a_like_is_lost_or_stored_by_both(self, stored: int) -> None:
        assert self.judge(self.record(stored=stored)) == [f"{stored} likes are stored; 4 were answered."]


class TestFeatureKilled:
    """Killed at 102.5 and well at 105, without a task from 112, with all again at 120."""

    own, other = "GET /api/users", "GET /mysfits"
    empty: ClassVar[list[tuple[float, RequestKind]]] = [
        (110.5, RequestKind(own, "503", "")),
        (113.0, RequestKind(own, "503", "")),
    ]

    def judge(self, record: RunRecord) -> list[str]:
        return judged(feature_killed.judge(record), record)

    def record(self, *more: tuple[float, RequestKind], steady_at: float | None = 105.0, told: str = "503") -> RunRecord:
        actions = [
            OperatorAction(102.5, "kill -9", steady_at),
            OperatorAction(110.0, "none", 112.0),
            OperatorAction(115.0, "two", 120.0),
        ]
        also = [(103.0, RequestKind(self.own, "502", "")), (104.0, RequestKind(self.own, told, "")), *self.empty, *more]
        return a_record(actions=actions, also=also)

    def test_passes_when_the_others_did_not_notice(self) -> None:
        assert self.judge(self.record()) == []

    @pytest.mark.parametrize("at", [104.0, 113.0])
    def test_fails_for_one_failed_request_to_another(self, at: float) -> None:
        broken_rules = self.judge(self.record((at, RequestKind(self.other, "503", ""))))
        assert broken_rules[0] == "1 of 301 requests to other features failed."

    def test_fails_when_the_dead_one_never_failed(self) -> None:
        actions = [
            OperatorAction(102.5, "kill -9", 105.0),
            OperatorAction(110.0, "none", 112.0),
            OperatorAction(115.0, "two", 120.0),
        ]
        record = a_record(actions=actions, also=[(113.0, RequestKind(self.own, "200", OLD))])
        assert self.judge(record) == [
            "0 of 1 requests to mysfits-users failed; visitors were told nothing.",
            "Without a task it answered 1 of 1; visitors were told nothing.",
        ]

    @pytest.mark.parametrize("told", ["504", "timed out"])
    def test_fails_when_visitors_were_told_something_else(self, told: str) -> None:
        (sentence,) = self.judge(self.record(told=told))
        assert sentence.startswith("4 of 4 requests to mysfits-users failed")

    def test_fails_when_visitors_were_told_of_a_bad_gateway_without_any_task(self) -> None:
        (sentence,) = self.judge(self.record((113.0, RequestKind(self.own, "502", ""))))
        assert sentence == "Without a task it answered 0 of 2; visitors were told status 503 and status 502."

    @pytest.mark.parametrize("at", [101.0, 107.0, 122.0])
    def test_fails_when_it_failed_while_it_had_its_tasks(self, at: float) -> None:
        record = self.record((at, RequestKind(self.own, "503", "")))
        assert self.judge(record) == ["1 requests failed before and while it had its tasks again."]

    def test_fails_when_nobody_took_their_place(self) -> None:
        assert self.judge(self.record(steady_at=None)) == ["0 requests failed before and while it had its tasks again."]


@pytest.mark.parametrize("stored", [3, 5])
def test_a_lost_or_doubled_like_is_never_excused_by_a_starved_machine(stored: int) -> None:
    check = likes_counted(a_record(liked={"x": 4}, stored={"x": stored}))
    assert not check.holds
    assert not check.starvable
