"""Each drill passes a good record, and fails a record in which any one thing it promises is not so."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import pytest

from ecs_emulator.experiments import (
    bad_revision,
    faulty_task,
    rollout,
    slow_start,
    task_killed,
    unhealthy_target,
    workshop_settings,
)
from ecs_emulator.experiments.record import Moment, OperatorAction, RunRecord
from ecs_emulator.experiments.snapshots import DeploymentSnapshot, TaskSnapshot
from ecs_emulator.experiments.unhealthy_target import AccessLog
from ecs_emulator.load.slices import RequestKind
from emulator.tests.experiments.records import (
    ANNA,
    BERT,
    CARL,
    DORA,
    HEALTHY,
    NEW,
    OLD,
    a_record,
    a_snapshot,
    broken,
)

DONE = {"one": DeploymentSnapshot(OLD, "SUCCESSFUL"), "two": DeploymentSnapshot(NEW, "SUCCESSFUL")}
EXCHANGED = {CARL: TaskSnapshot(NEW, "RUNNING", "healthy"), DORA: TaskSnapshot(NEW, "RUNNING", "healthy")}


class TestRollout:
    snapshots = (a_snapshot(101), a_snapshot(110, EXCHANGED, {NEW: "COMPLETED"}, DONE))
    answered: ClassVar[dict[str, int]] = {OLD: 6_000, NEW: 14_000}

    def judge(self, record: RunRecord) -> list[str]:
        return broken(rollout.judge(record, OLD, NEW, requests=20_000))

    def test_passes_when_nobody_noticed(self) -> None:
        record = a_record(self.snapshots, answered=self.answered)
        assert self.judge(record) == []

    def test_fails_for_one_failed_request(self) -> None:
        record = a_record(self.snapshots, answered=self.answered, failed_at=[105])
        assert self.judge(record) == ["1 of 20,001 requests failed."]

    def test_fails_for_too_few_requests(self) -> None:
        record = a_record(self.snapshots, answered={OLD: 6_000, NEW: 13_999})
        assert self.judge(record) == ["19,999 requests were made; 20,000 were asked for."]

    def test_fails_when_the_new_revision_never_answered(self) -> None:
        record = a_record(self.snapshots, answered={OLD: 20_000})
        assert self.judge(record) == [f"Answers came from {OLD}."]

    def test_answers_of_a_service_that_never_names_its_revision_are_told_and_prove_nothing(self) -> None:
        mute = a_record(self.snapshots, answered={"": 20_000})
        assert self.judge(mute) == ["Answers came from nobody."]
        assert self.judge(replace(mute, names_revision=False)) == []
        assert self.judge(replace(mute, report=a_record(answered={OLD: 20_000}).report, names_revision=False)) == [
            f"Answers came from {OLD}."
        ]

    def test_fails_when_the_deployment_was_rolled_back(self) -> None:
        undone = {**DONE, "two": DeploymentSnapshot(NEW, "ROLLBACK_SUCCESSFUL")}
        record = a_record((a_snapshot(110, deployed=undone),), answered=self.answered)
        assert self.judge(record) == [f"The deployment of {NEW} ended in ROLLBACK_SUCCESSFUL."]


class TestBadRevision:
    bad = ("shop-web:3", "shop-web:4")
    deployed: ClassVar[dict[str, DeploymentSnapshot]] = {
        "one": DeploymentSnapshot(OLD, "SUCCESSFUL"),
        "two": DeploymentSnapshot(bad[0], "ROLLBACK_SUCCESSFUL"),
        "three": DeploymentSnapshot(bad[1], "ROLLBACK_SUCCESSFUL"),
    }

    def judge(self, record: RunRecord) -> list[str]:
        return broken(bad_revision.judge(record, OLD, list(self.bad)))

    def test_passes_when_both_were_rolled_back_and_nobody_noticed(self) -> None:
        assert self.judge(a_record((a_snapshot(101), a_snapshot(120, deployed=self.deployed)))) == []

    def test_fails_when_one_of_them_stayed(self) -> None:
        deployed = {**self.deployed, "three": DeploymentSnapshot(self.bad[1], "SUCCESSFUL")}
        record = a_record((a_snapshot(120, rollouts={self.bad[1]: "COMPLETED"}, deployed=deployed),))
        assert self.judge(record) == [
            f"The deployment of {self.bad[1]} ended in SUCCESSFUL.",
            f"At the end the service runs {self.bad[1]}.",
        ]

    def test_fails_for_one_failed_request(self) -> None:
        record = a_record((a_snapshot(120, deployed=self.deployed),), failed_at=[110])
        assert self.judge(record) == ["1 of 301 requests failed."]


class TestFaultyTask:
    """ANNA has the fault from 102 on, is out at 104, and CARL has taken her place at 106."""

    snapshots = (
        a_snapshot(101),
        a_snapshot(106, {BERT: HEALTHY[BERT], ANNA: TaskSnapshot(OLD, "STOPPED"), CARL: HEALTHY[BERT]}),
    )
    actions: ClassVar[list[OperatorAction]] = [OperatorAction(102.0, "is cut off", 106.0)]
    out = Moment(103.5, 104.0)

    def judge(self, record: RunRecord, answers: bool) -> list[str]:
        return broken(faulty_task.judge_out(record, ANNA, self.out, answers))

    def test_passes_when_nobody_noticed_and_it_was_replaced(self) -> None:
        record = a_record(self.snapshots, self.actions)
        assert self.judge(record, answers=True) == []
        assert broken(faulty_task.judge_stopped(record, ANNA)) == []

    def test_fails_for_one_failed_request_of_a_task_that_answers(self) -> None:
        record = a_record(self.snapshots, self.actions, failed_at=[103.0])
        assert self.judge(record, answers=True) == ["1 of 301 requests failed."]
        assert broken(faulty_task.judge_stopped(record, ANNA)) == ["1 of 301 requests failed."]

    @pytest.mark.parametrize(("failed", "broken_rules"), [(64, 0), (65, 1)])
    def test_each_client_may_have_one_request_on_a_task_that_answers_nothing(
        self, failed: int, broken_rules: int
    ) -> None:
        record = a_record(self.snapshots, self.actions, failed_at=[110.0] * failed)
        assert len(self.judge(record, answers=False)) == broken_rules

    def test_fails_when_it_was_not_replaced(self) -> None:
        record = a_record([a_snapshot(101)], [OperatorAction(102.0, "is cut off")])
        assert self.judge(record, answers=True) == ["Nobody took its place."]

    slow: ClassVar[list[OperatorAction]] = [OperatorAction(102.0, "late", 110.0), OperatorAction(110.0, "well", 110.0)]

    def test_a_slow_task_passes_when_it_was_noticed_and_stayed(self) -> None:
        record = a_record([a_snapshot(101)], self.slow)
        record.report.slices[50].add(RequestKind("GET /cats", "200", OLD), 1004.0)
        assert broken(faulty_task.judge_slow(record, {ANNA, BERT})) == []

    def test_a_slow_task_fails_when_nobody_waited_or_it_was_replaced(self) -> None:
        record = a_record(self.snapshots, self.slow)
        told = broken(faulty_task.judge_slow(record, {ANNA, BERT}))
        assert [each[:20] for each in told] == ["While it was slow, v", "1 of 2 tasks were re"]


class TestTaskKilled:
    replaced: ClassVar[dict[str, TaskSnapshot]] = {
        BERT: HEALTHY[BERT],
        ANNA: TaskSnapshot(OLD, "STOPPED"),
        CARL: TaskSnapshot(OLD, "RUNNING", "healthy"),
    }
    snapshots = (a_snapshot(101), a_snapshot(106, replaced))

    def judge(self, record: RunRecord) -> list[str]:
        return broken(task_killed.judge(record, ANNA))

    def killed(self, steady_at: float | None = 106.0) -> list[OperatorAction]:
        return [OperatorAction(102.0, "kill -9", steady_at)]

    def test_passes_when_only_what_was_under_way_failed(self) -> None:
        record = a_record(self.snapshots, self.killed(), failed_at=[102.1] * 64)
        assert self.judge(record) == []

    def test_passes_when_nothing_failed_at_all(self) -> None:
        assert self.judge(a_record(self.snapshots, self.killed())) == []

    def test_fails_when_more_failed_than_there_are_clients(self) -> None:
        (sentence,) = self.judge(a_record(self.snapshots, self.killed(), failed_at=[102.1] * 65))
        assert sentence.startswith("65 of 365 requests failed, within 0.1 s")

    def test_fails_when_requests_failed_long_after(self) -> None:
        (sentence,) = self.judge(a_record(self.snapshots, self.killed(), failed_at=[102.1, 105.0]))
        assert sentence.startswith("2 of 302 requests failed, within 3.1 s")

    def test_fails_when_requests_failed_before(self) -> None:
        (sentence,) = self.judge(a_record(self.snapshots, self.killed(), failed_at=[101.0]))
        assert sentence == "1 requests failed before anything was done."

    def test_fails_when_nobody_took_its_place(self) -> None:
        record = a_record((a_snapshot(101),), self.killed(steady_at=None))
        assert self.judge(record) == ["Nobody took its place."]

    def test_only_who_runs_at_the_end_took_a_place(self) -> None:
        late = {**self.replaced, DORA: TaskSnapshot(OLD, "STOPPED")}
        record = a_record((a_snapshot(101), a_snapshot(106, late)), self.killed())
        *_, last = task_killed.judge(record, ANNA)
        assert (last.holds, last.sentence) == (True, "Task cccccccc took its place.")

    def test_a_fellow_that_was_replaced_too_is_named(self) -> None:
        both = {
            CARL: TaskSnapshot(OLD, "RUNNING", "healthy"),
            DORA: TaskSnapshot(OLD, "RUNNING", "healthy"),
            BERT: TaskSnapshot(OLD, "STOPPED"),
        }
        *_, last = task_killed.judge(a_record((a_snapshot(101), a_snapshot(106, both)), self.killed()), ANNA)
        assert last.sentence == "Task cccccccc and Task dddddddd took its place and that of Task bbbbbbbb."


class TestUnhealthyTarget:
    """Checks a second apart; the third failed one is at 107.0, and a look that began at 106.9 shows it at 107.1."""

    out = Moment(106.9, 107.1)
    log = AccessLog(failed_checks=(105.0, 106.0, 107.0, 108.0, 109.0), requests=(104.0, 106.9, 107.4))

    def judge(self, record: RunRecord, out: Moment = out, log: AccessLog = log) -> list[str]:
        return broken(unhealthy_target.judge(record, out, log, threshold=3, interval=1.0))

    def turned(self, steady_at: float | None = 112.0) -> list[OperatorAction]:
        return [OperatorAction(90.0, "exchanged", 99.0), OperatorAction(104.5, "turned", steady_at)]

    def test_passes_when_it_was_out_after_exactly_the_threshold(self) -> None:
        assert self.judge(a_record(actions=self.turned())) == []

    @pytest.mark.parametrize(("seen_at", "checks"), [(106.1, 2), (108.1, 4)])
    def test_fails_when_it_was_out_a_check_too_early_or_too_late(self, seen_at: float, checks: int) -> None:
        broken_rules = self.judge(
            a_record(actions=self.turned()), Moment(seen_at - 0.2, seen_at), AccessLog(self.log.failed_checks, ())
        )
        assert broken_rules == [f"It was out after {checks} failed health checks; the threshold is 3."]

    def test_looks_further_apart_than_checks_prove_no_more_than_they_can(self) -> None:
        record = a_record(actions=self.turned())
        assert self.judge(record, Moment(106.8, 108.3)) == []
        assert self.judge(record, Moment(108.3, 110.3)) == [
            "It was out after 4 to 5 failed health checks; the threshold is 3."
        ]

    def test_fails_when_it_got_requests_after_that(self) -> None:
        late = AccessLog(self.log.failed_checks, (109.1,))
        assert self.judge(a_record(actions=self.turned()), log=late) == ["Its last request came 2.0 s after that."]

    def test_fails_when_it_stayed(self) -> None:
        assert self.judge(a_record(actions=self.turned(steady_at=None))) == ["It was not replaced."]

    def test_fails_when_a_request_failed_after_that_and_not_for_one_before(self) -> None:
        assert self.judge(a_record(actions=self.turned(), failed_at=[106])) == []
        assert self.judge(a_record(actions=self.turned(), failed_at=[110])) == [
            "1 requests failed after that, 1 in all."
        ]


class TestSlowStart:
    starting: ClassVar[dict[str, TaskSnapshot]] = {
        **HEALTHY,
        CARL: TaskSnapshot(NEW, "RUNNING", "unhealthy"),
        DORA: TaskSnapshot(NEW, "RUNNING", "initial"),
    }
    snapshots = (a_snapshot(101), a_snapshot(108, starting), a_snapshot(115, EXCHANGED, {NEW: "COMPLETED"}, DONE))
    answered: ClassVar[dict[str, int]] = {OLD: 200, NEW: 200}

    def judge(self, record: RunRecord) -> list[str]:
        return broken(slow_start.judge(record, OLD, NEW))

    def test_passes_when_it_was_waited_for(self) -> None:
        assert self.judge(a_record(self.snapshots, answered=self.answered)) == []

    def test_fails_when_a_task_was_stopped_for_being_slow(self) -> None:
        stopped = a_snapshot(109, {**self.starting, CARL: TaskSnapshot(NEW, "DEACTIVATING", "draining")})
        record = a_record((*self.snapshots[:2], stopped, self.snapshots[2]), answered=self.answered)
        assert self.judge(record) == ["1 of its tasks were unhealthy while they started; 1 were stopped for it."]

    def test_fails_when_it_was_not_slow_enough_to_prove_anything(self) -> None:
        record = a_record((self.snapshots[0], self.snapshots[2]), answered=self.answered)
        assert self.judge(record) == ["0 of its tasks were unhealthy while they started; 0 were stopped for it."]


class TestWorkshopSettings:
    snapshots = (a_snapshot(101), a_snapshot(115, EXCHANGED, {NEW: "COMPLETED"}, DONE))

    def test_passes_when_visitors_were_failed(self) -> None:
        checks = workshop_settings.judge(a_record(self.snapshots, failed_at=[105] * 10), NEW)
        assert broken(checks) == []
        assert checks[0].sentence == (
            "10 of 310 requests failed, as foretold: between the old task and the new one there is none."
        )

    def test_fails_when_nobody_noticed(self) -> None:
        checks = workshop_settings.judge(a_record(self.snapshots), NEW)
        assert broken(checks) == ["0 of 300 requests failed: too few."]
