"""Each drill passes a good story, and fails a story in which any one thing it promises is not so."""

from __future__ import annotations

from typing import ClassVar

import pytest

from ecs_emulator.experiments import (
    bad_revision,
    rollout,
    slow_start,
    task_killed,
    unhealthy_target,
    workshop_settings,
)
from ecs_emulator.experiments.sight import Deployed, Seen
from ecs_emulator.experiments.story import Act, Moment, Story
from ecs_emulator.experiments.unhealthy_target import Log
from ecs_emulator.load.slices import Kind
from emulator.tests.experiments.stories import (
    ANNA,
    BERT,
    CARL,
    DORA,
    HEALTHY,
    LIKE,
    NEW,
    OLD,
    a_sight,
    a_story,
    broken,
)
from reliability.drills import cutover, feature_killed

DONE = {"one": Deployed(OLD, "SUCCESSFUL"), "two": Deployed(NEW, "SUCCESSFUL")}
EXCHANGED = {CARL: Seen(NEW, "RUNNING", "healthy"), DORA: Seen(NEW, "RUNNING", "healthy")}


class TestRollout:
    sights = (a_sight(101), a_sight(110, EXCHANGED, {NEW: "COMPLETED"}, DONE))
    answered: ClassVar[dict[str, int]] = {OLD: 6_000, NEW: 14_000}

    def judge(self, story: Story) -> list[str]:
        return broken(rollout.judge(story, OLD, NEW, requests=20_000))

    def test_passes_when_nobody_noticed(self) -> None:
        story = a_story(self.sights, answered=self.answered, liked={"x": 5}, stored={"x": 5})
        assert self.judge(story) == []

    def test_fails_for_one_failed_request(self) -> None:
        story = a_story(self.sights, answered=self.answered, failed_at=[105])
        assert self.judge(story) == ["1 of 20,001 requests failed."]

    def test_fails_for_too_few_requests(self) -> None:
        story = a_story(self.sights, answered={OLD: 6_000, NEW: 13_999})
        assert self.judge(story) == ["19,999 requests were made; 20,000 were asked for."]

    def test_fails_when_the_new_revision_never_answered(self) -> None:
        story = a_story(self.sights, answered={OLD: 20_000})
        assert self.judge(story) == [f"Answers came from {OLD}."]

    def test_fails_when_the_deployment_was_rolled_back(self) -> None:
        undone = {**DONE, "two": Deployed(NEW, "ROLLBACK_SUCCESSFUL")}
        story = a_story((a_sight(110, deployed=undone),), answered=self.answered)
        assert self.judge(story) == [f"The deployment of {NEW} ended in ROLLBACK_SUCCESSFUL."]

    @pytest.mark.parametrize("stored", [{"x": 4, "y": 7}, {"x": 6, "y": 7}, {"x": 5, "y": 7, "z": 1}, {"x": 7, "y": 5}])
    def test_fails_when_what_is_stored_is_not_what_was_answered(self, stored: dict[str, int]) -> None:
        story = a_story(self.sights, answered=self.answered, liked={"x": 5, "y": 7}, stored=stored)
        assert self.judge(story) == [f"{sum(stored.values())} likes are stored; 12 were answered."]


class TestBadRevision:
    bad = ("mysfits-service:3", "mysfits-service:4")
    deployed: ClassVar[dict[str, Deployed]] = {
        "one": Deployed(OLD, "SUCCESSFUL"),
        "two": Deployed(bad[0], "ROLLBACK_SUCCESSFUL"),
        "three": Deployed(bad[1], "ROLLBACK_SUCCESSFUL"),
    }

    def judge(self, story: Story) -> list[str]:
        return broken(bad_revision.judge(story, OLD, list(self.bad)))

    def test_passes_when_both_were_rolled_back_and_nobody_noticed(self) -> None:
        assert self.judge(a_story((a_sight(101), a_sight(120, deployed=self.deployed)))) == []

    def test_fails_when_one_of_them_stayed(self) -> None:
        deployed = {**self.deployed, "three": Deployed(self.bad[1], "SUCCESSFUL")}
        story = a_story((a_sight(120, rollouts={self.bad[1]: "COMPLETED"}, deployed=deployed),))
        assert self.judge(story) == [
            f"The deployment of {self.bad[1]} ended in SUCCESSFUL.",
            f"At the end the service runs {self.bad[1]}.",
        ]

    def test_fails_for_one_failed_request(self) -> None:
        story = a_story((a_sight(120, deployed=self.deployed),), failed_at=[110])
        assert self.judge(story) == ["1 of 301 requests failed."]


class TestTaskKilled:
    replaced: ClassVar[dict[str, Seen]] = {
        BERT: HEALTHY[BERT],
        ANNA: Seen(OLD, "STOPPED"),
        CARL: Seen(OLD, "RUNNING", "healthy"),
    }
    sights = (a_sight(101), a_sight(106, replaced))

    def judge(self, story: Story) -> list[str]:
        return broken(task_killed.judge(story, ANNA))

    def killed(self, steady_at: float | None = 106.0) -> list[Act]:
        return [Act(102.0, "kill -9", steady_at)]

    def test_passes_when_only_what_was_under_way_failed(self) -> None:
        story = a_story(self.sights, self.killed(), failed_at=[102.1] * 64, liked={"x": 5}, in_doubt={"x": 20},
                        stored={"x": 17})  # fmt: skip
        assert self.judge(story) == []

    def test_passes_when_nothing_failed_at_all(self) -> None:
        assert self.judge(a_story(self.sights, self.killed())) == []

    def test_fails_when_more_failed_than_there_are_clients(self) -> None:
        (sentence,) = self.judge(a_story(self.sights, self.killed(), failed_at=[102.1] * 65))
        assert sentence.startswith("65 of 365 requests failed, within 0.1 s")

    def test_fails_when_requests_failed_long_after(self) -> None:
        (sentence,) = self.judge(a_story(self.sights, self.killed(), failed_at=[102.1, 105.0]))
        assert sentence.startswith("2 of 302 requests failed, within 3.1 s")

    def test_fails_when_requests_failed_before(self) -> None:
        (sentence,) = self.judge(a_story(self.sights, self.killed(), failed_at=[101.0]))
        assert sentence == "1 requests failed before anything was done."

    def test_fails_when_nobody_took_its_place(self) -> None:
        story = a_story((a_sight(101),), self.killed(steady_at=None))
        assert self.judge(story) == ["Nobody took its place."]

    @pytest.mark.parametrize("stored", [4, 8])
    def test_fails_when_an_answered_like_is_lost_or_one_is_stored_twice(self, stored: int) -> None:
        story = a_story(self.sights, self.killed(), liked={"x": 5}, in_doubt={"x": 2}, stored={"x": stored})
        assert self.judge(story) == [f"{stored} likes are stored; 5 were answered, 2 more were sent."]


class TestUnhealthyTarget:
    """Checks a second apart; the third failed one is at 107.0, and a look that began at 106.9 shows it at 107.1."""

    out = Moment(106.9, 107.1)
    log = Log(failed_checks=(105.0, 106.0, 107.0, 108.0, 109.0), requests=(104.0, 106.9, 107.4))

    def judge(self, story: Story, out: Moment = out, log: Log = log) -> list[str]:
        return broken(unhealthy_target.judge(story, out, log, threshold=3, interval=1.0))

    def turned(self, steady_at: float | None = 112.0) -> list[Act]:
        return [Act(90.0, "exchanged", 99.0), Act(104.5, "turned", steady_at)]

    def test_passes_when_it_was_out_after_exactly_the_threshold(self) -> None:
        assert self.judge(a_story(acts=self.turned())) == []

    @pytest.mark.parametrize(("seen_at", "checks"), [(106.1, 2), (108.1, 4)])
    def test_fails_when_it_was_out_a_check_too_early_or_too_late(self, seen_at: float, checks: int) -> None:
        broken_rules = self.judge(
            a_story(acts=self.turned()), Moment(seen_at - 0.2, seen_at), Log(self.log.failed_checks, ())
        )
        assert broken_rules == [f"It was out after {checks} failed health checks; the threshold is 3."]

    def test_looks_further_apart_than_checks_prove_no_more_than_they_can(self) -> None:
        story = a_story(acts=self.turned())
        assert self.judge(story, Moment(106.8, 108.3)) == []
        assert self.judge(story, Moment(108.3, 110.3)) == [
            "It was out after 4 to 5 failed health checks; the threshold is 3."
        ]

    def test_fails_when_it_got_requests_after_that(self) -> None:
        late = Log(self.log.failed_checks, (109.1,))
        assert self.judge(a_story(acts=self.turned()), log=late) == ["Its last request came 2.0 s after that."]

    def test_fails_when_it_stayed(self) -> None:
        assert self.judge(a_story(acts=self.turned(steady_at=None))) == ["It was not replaced."]

    def test_fails_when_a_request_failed_after_that_and_not_for_one_before(self) -> None:
        assert self.judge(a_story(acts=self.turned(), failed_at=[106])) == []
        assert self.judge(a_story(acts=self.turned(), failed_at=[110])) == ["1 requests failed after that, 1 in all."]


class TestSlowStart:
    starting: ClassVar[dict[str, Seen]] = {
        **HEALTHY,
        CARL: Seen(NEW, "RUNNING", "unhealthy"),
        DORA: Seen(NEW, "RUNNING", "initial"),
    }
    sights = (a_sight(101), a_sight(108, starting), a_sight(115, EXCHANGED, {NEW: "COMPLETED"}, DONE))
    answered: ClassVar[dict[str, int]] = {OLD: 200, NEW: 200}

    def judge(self, story: Story) -> list[str]:
        return broken(slow_start.judge(story, OLD, NEW))

    def test_passes_when_it_was_waited_for(self) -> None:
        assert self.judge(a_story(self.sights, answered=self.answered)) == []

    def test_fails_when_a_task_was_stopped_for_being_slow(self) -> None:
        stopped = a_sight(109, {**self.starting, CARL: Seen(NEW, "DEACTIVATING", "draining")})
        story = a_story((*self.sights[:2], stopped, self.sights[2]), answered=self.answered)
        assert self.judge(story) == ["1 of its tasks were unhealthy while they started; 1 were stopped for it."]

    def test_fails_when_it_was_not_slow_enough_to_prove_anything(self) -> None:
        story = a_story((self.sights[0], self.sights[2]), answered=self.answered)
        assert self.judge(story) == ["0 of its tasks were unhealthy while they started; 0 were stopped for it."]


class TestWorkshopSettings:
    sights = (a_sight(101), a_sight(115, EXCHANGED, {NEW: "COMPLETED"}, DONE))

    def test_passes_when_visitors_were_failed(self) -> None:
        findings = workshop_settings.judge(a_story(self.sights, failed_at=[105] * 10), NEW)
        assert broken(findings) == []
        assert findings[0].sentence == (
            "10 of 310 requests failed. This is what the drill looks like when it goes wrong."
        )

    def test_fails_when_nobody_noticed(self) -> None:
        findings = workshop_settings.judge(a_story(self.sights), NEW)
        assert broken(findings) == ["0 of 300 requests failed. They should have."]


class TestCutover:
    """The monolith is gone from 110 to 120; from 125.5 on it has everything again."""

    likes, users = "mysfits-likes:1", "mysfits-users:1"
    seen = cutover.Seen(gone=110.0, again=120.0, front_page="503 application/json")

    def judge(self, story: Story, seen: cutover.Seen = seen) -> list[str]:
        revisions = [OLD, self.likes, self.users]
        return broken(cutover.judge(story, OLD, self.likes, revisions, seen, back=125.5, requests=9))

    def story(self, *more: tuple[float, Kind], without: int | None = None, stored: int = 4) -> Story:
        requests = [
            (102.0, Kind(LIKE, "200", OLD)),
            (102.0, Kind("GET /api/users", "200", OLD)),
            (105.0, Kind(LIKE, "200", self.likes)),
            (112.0, Kind(LIKE, "200", self.likes)),
            (112.0, Kind("GET /api/users", "200", self.users)),
            (122.0, Kind("GET /api/users", "200", self.users)),
            (123.0, Kind("GET /api/users", "200", OLD)),
            (127.0, Kind(LIKE, "200", OLD)),
            (128.0, Kind("GET /api/users", "200", OLD)),
        ]
        also = [each for number, each in enumerate(requests) if number != without] + list(more)
        acts = [Act(124.0, "0 %", 125.0)]
        return a_story(acts=acts, answered={"": 0}, also=also, liked={"x": 4}, stored={"x": stored})

    def test_passes_when_all_went_there_and_came_back(self) -> None:
        assert self.judge(self.story()) == []

    def test_fails_for_one_failed_request(self) -> None:
        assert self.judge(self.story((114.0, Kind(LIKE, "503", self.users)))) == ["1 of 10 requests failed."]

    def test_fails_for_too_few_requests(self) -> None:
        assert self.judge(self.story(without=1)) == ["8 requests were made; 9 were asked for."]

    def test_fails_when_the_monolith_answered_after_its_end(self) -> None:
        (sentence,) = self.judge(self.story((115.0, Kind("GET /mysfits", "200", OLD))))
        assert sentence.startswith("Without the monolith 3 requests were answered, 1 of them by it")

    @pytest.mark.parametrize("told", ["404 application/problem+json", "503 text/html"])
    def test_fails_when_the_rest_was_not_dropped(self, told: str) -> None:
        (sentence,) = self.judge(self.story(), cutover.Seen(110.0, 120.0, told))
        assert sentence.endswith(f"and GET / with {told}.")

    def test_fails_when_a_feature_still_answers_at_the_end(self) -> None:
        (sentence,) = self.judge(self.story((126.0, Kind(LIKE, "200", self.likes))))
        assert sentence == f"At the end all answers came from {self.likes} and {OLD}."

    def test_passes_when_a_request_that_was_under_way_is_answered_late(self) -> None:
        assert self.judge(self.story((125.2, Kind("GET /api/users", "200", self.users)))) == []

    def test_fails_when_a_service_never_answered(self) -> None:
        story = self.story((113.0, Kind("GET /api/threads", "200", "mysfits-threads:1")))
        assert self.judge(story)[0].startswith("Answers came from mysfits-likes:1 and mysfits-service:2 and mysfits-th")

    def test_fails_when_only_one_service_stored_likes(self) -> None:
        # Of the likes' own service, something else must have answered.
        likes = [(112.5, Kind("GET /version", "200", self.likes)), (112.5, Kind("GET /version", "200", self.users))]
        requests = [*likes, (112.6, Kind(LIKE, "200", self.users)), (128.0, Kind(LIKE, "200", OLD))] * 3
        story = a_story(acts=[Act(124.0, "0 %", 125.0)], answered={"": 0}, also=requests)
        assert self.judge(story) == ["Likes were stored by mysfits-service:2 (3) and mysfits-users:1 (3)."]

    @pytest.mark.parametrize("stored", [3, 5])
    def test_fails_when_a_like_is_lost_or_stored_by_both(self, stored: int) -> None:
        assert self.judge(self.story(stored=stored)) == [f"{stored} likes are stored; 4 were answered."]


class TestFeatureKilled:
    """Killed at 102.5 and well at 105, without a task from 112, with all again at 120."""

    own, other = "GET /api/users", "GET /mysfits"
    empty: ClassVar[list[tuple[float, Kind]]] = [(110.5, Kind(own, "503", "")), (113.0, Kind(own, "503", ""))]

    def judge(self, story: Story) -> list[str]:
        return broken(feature_killed.judge(story))

    def story(self, *more: tuple[float, Kind], steady_at: float | None = 105.0, told: str = "503") -> Story:
        acts = [Act(102.5, "kill -9", steady_at), Act(110.0, "none", 112.0), Act(115.0, "two", 120.0)]
        also = [(103.0, Kind(self.own, "502", "")), (104.0, Kind(self.own, told, "")), *self.empty, *more]
        return a_story(acts=acts, also=also)

    def test_passes_when_the_others_did_not_notice(self) -> None:
        assert self.judge(self.story()) == []

    @pytest.mark.parametrize("at", [104.0, 113.0])
    def test_fails_for_one_failed_request_to_another(self, at: float) -> None:
        broken_rules = self.judge(self.story((at, Kind(self.other, "503", ""))))
        assert broken_rules[0] == "1 of 301 requests to other features failed."

    def test_fails_when_the_dead_one_never_failed(self) -> None:
        acts = [Act(102.5, "kill -9", 105.0), Act(110.0, "none", 112.0), Act(115.0, "two", 120.0)]
        story = a_story(acts=acts, also=[(113.0, Kind(self.own, "200", OLD))])
        assert self.judge(story) == [
            "0 of 1 requests to mysfits-users failed; visitors were told nothing.",
            "Without a task it answered 1 of 1; visitors were told nothing.",
        ]

    @pytest.mark.parametrize("told", ["504", "timed out"])
    def test_fails_when_visitors_were_told_something_else(self, told: str) -> None:
        (sentence,) = self.judge(self.story(told=told))
        assert sentence.startswith("4 of 4 requests to mysfits-users failed")

    def test_fails_when_visitors_were_told_of_a_bad_gateway_without_any_task(self) -> None:
        (sentence,) = self.judge(self.story((113.0, Kind(self.own, "502", ""))))
        assert sentence == "Without a task it answered 0 of 2; visitors were told status 503 and status 502."

    @pytest.mark.parametrize("at", [101.0, 107.0, 122.0])
    def test_fails_when_it_failed_while_it_had_its_tasks(self, at: float) -> None:
        story = self.story((at, Kind(self.own, "503", "")))
        assert self.judge(story) == ["1 requests failed before and while it had its tasks again."]

    def test_fails_when_nobody_took_their_place(self) -> None:
        assert self.judge(self.story(steady_at=None)) == ["0 requests failed before and while it had its tasks again."]
