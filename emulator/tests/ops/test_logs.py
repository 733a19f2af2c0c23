"""The log events of all streams are shown in order, each once."""

from __future__ import annotations

import contextlib
import itertools
import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import boto3
import pytest

from ecs_emulator.commands import options
from ecs_emulator.ops import logs
from ecs_emulator.ops.logs import read_logs, readable, seconds, spelled
from ecs_emulator.ops.outcomes import Outcome
from ecs_emulator.ops.target import Target
from emulator.tests.ops.conftest import Operate
from emulator.tests.ops.world import World

if TYPE_CHECKING:
    from mypy_boto3_logs.type_defs import FilteredLogEventTypeDef

_numbers = itertools.count(1)


class Group:
    """A log group that events are put into."""

    def __init__(self, session: boto3.Session) -> None:
        self.name = f"group-{next(_numbers)}"
        self._session = session
        self._logs = session.client("logs")
        self._logs.create_log_group(logGroupName=self.name)
        self._streams: set[str] = set()

    def put(self, message: str, ago: float = 0, stream: str = "one") -> None:
        """Store an event that happened `ago` seconds ago."""
        if stream not in self._streams:
            self._logs.create_log_stream(logGroupName=self.name, logStreamName=stream)
            self._streams.add(stream)
        event = {"timestamp": int((time.time() - ago) * 1000), "message": message}
        self._logs.put_log_events(
            logGroupName=self.name,
            logStreamName=stream,
            logEvents=[event],  # type: ignore[list-item]
        )

    def read(self, since: int = 3600, grep: str | None = None, task: str | None = None) -> list[str]:
        return [event["message"] for event in read_logs(self._session, self.name, since, grep, False, task)]


@pytest.fixture
def group(session: boto3.Session) -> Group:
    return Group(session)


def test_events_of_all_streams_are_shown_oldest_first(group: Group) -> None:
    group.put("fourth", ago=1, stream="one")
    group.put("first", ago=40, stream="one")
    group.put("third", ago=20, stream="two")
    group.put("second", ago=30, stream="three")
    assert group.read() == ["first", "second", "third", "fourth"]


def test_without_events_nothing_is_shown(group: Group) -> None:
    assert group.read() == []


def test_only_the_asked_time_span_is_shown(group: Group) -> None:
    group.put("long ago", ago=7200)
    group.put("lately", ago=50)
    assert group.read(since=60) == ["lately"]
    assert group.read(since=3600) == ["lately"]
    assert group.read(since=8000) == ["long ago", "lately"]


MESSAGES = [
    "Like processed.",
    "like processed.",
    "Like  processed.",
    json.dumps({"message": "Like processed.", "cat_id": "a"}),
    json.dumps({"message": 'He said "no".', "path": "C:\\temp"}),
    "100% of (all) [brackets] {are} ?plain -text",
    'only " a quote',
    "only \\ a backslash",
    "하슬라가 좋아요",
]


@pytest.mark.parametrize(
    "grep",
    [
        *MESSAGES,
        "Like processed.",
        "processed",
        '"message": "Like processed."',
        '\\"no\\"',
        "C:\\\\temp",
        '"',
        "\\",
        '" a quote',
        "\\ a",
        "[brackets] {are} ?plain -text",
        "100%",
        "좋아요",
        "not there",
        "LIKE",
    ],
)
def test_a_text_finds_the_events_that_contain_exactly_it(group: Group, grep: str) -> None:
    """Quotes and backslashes too: every message is JSON, and a part of it can be pasted."""
    for number, message in enumerate(MESSAGES):
        group.put(message, ago=100 - number)
    assert group.read(grep=grep) == [message for message in MESSAGES if grep in message]


def follow(
    group: Group, session: boto3.Session, monkeypatch: pytest.MonkeyPatch, *rounds: Callable[[], None]
) -> list[str]:
    """What a follower shows while one of `rounds` happens between each look and the next."""
    coming = iter(rounds)

    def sleep(_seconds: float) -> None:
        happen = next(coming, None)
        if happen is None:
            raise KeyboardInterrupt
        happen()

    monkeypatch.setattr(logs, "time", SimpleNamespace(time=time.time, sleep=sleep))
    shown = []
    with contextlib.suppress(KeyboardInterrupt):
        for event in read_logs(session, group.name, 3600, None, follow=True):
            shown.append(event["message"])
    return shown


def test_a_follower_sees_what_was_there_and_what_comes_each_once(
    group: Group, session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    group.put("before", ago=60)
    shown = follow(
        group,
        session,
        monkeypatch,
        lambda: group.put("new"),
        lambda: None,
        lambda: group.put("same words"),
        lambda: group.put("same words"),
        lambda: None,
    )
    assert shown == ["before", "new", "same words", "same words"]


def test_the_events_of_one_task_are_those_of_its_streams(group: Group) -> None:
    for ago, stream in ((4, "service/web/aaa111"), (3, "service/web/bbb222"), (2, "service/side/aaa111")):
        group.put(f"{ago} of {stream}", ago, stream)
    assert group.read(task="aaa1") == ["4 of service/web/aaa111", "2 of service/side/aaa111"]
    assert group.read(task="aaa1", grep="2 of") == ["2 of service/side/aaa111"]
    assert group.read(task="ccc") == []
    assert len(group.read()) == 3


def test_a_follower_sees_what_cloudwatch_shows_late(
    group: Group, session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CloudWatch shows an event some seconds after it happened, when newer ones of other streams are there already."""
    shown = follow(
        group,
        session,
        monkeypatch,
        lambda: group.put("in time"),
        lambda: group.put("5 seconds late", ago=5, stream="slow"),
        lambda: group.put("50 seconds late", ago=50, stream="slower"),
    )
    assert shown == ["in time", "5 seconds late", "50 seconds late"]


def test_an_event_of_a_clock_that_is_ahead_hides_nothing_from_a_follower(
    group: Group, session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = follow(
        group,
        session,
        monkeypatch,
        lambda: group.put("from the future", ago=-600, stream="ahead"),
        lambda: group.put("from now"),
        lambda: None,
    )
    assert shown == ["from the future", "from now"]


def test_a_follower_without_any_event_waits(
    group: Group, session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert follow(group, session, monkeypatch, lambda: None, lambda: group.put("at last")) == ["at last"]


def test_a_follower_that_finds_nothing_does_not_look_through_all_of_it_again(
    group: Group, session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    client = session.client("logs")
    client.meta.events.register(
        "provide-client-params.cloudwatch-logs.FilterLogEvents", lambda params, **_: asked.append(params["startTime"])
    )
    monkeypatch.setattr(session, "client", lambda _service: client)
    follow(group, session, monkeypatch, lambda: None, lambda: group.put("at last"))
    now = time.time() * 1000
    assert asked[0] < now - 3_500_000
    assert all(start > now - 700_000 for start in asked[1:])


@pytest.mark.parametrize(
    ("text", "expected"), [("90s", 90), ("10m", 600), ("2h", 7200), ("1d", 86400), ("0s", 0), ("007m", 420)]
)
def test_a_time_span_has_a_number_and_a_unit(text: str, expected: int) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize(
    "text", ["", "10", "m", "10 m", "-1m", "1.5h", "1w", "1M", "10m ", "１０m", "9999999s", "1h30m"]
)
def test_what_is_no_time_span_is_refused_with_what_would_be_right(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no time span; write 90s, 10m, 2h or 1d\."):
        seconds(text)


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (
            {"time": "t", "level": "INFO", "message": "Like processed.", "cat_id": "a", "likes": 3},
            "INFO    Like processed.  cat_id=a likes=3",
        ),
        ({"level": "WARNING", "message": "Slow."}, "WARNING Slow.  "),
        ({"level": "INFO", "message": "하슬라", "path": "a b"}, "INFO    하슬라  path=a b"),
        (
            {"level": "INFO", "message": "Metrics.", "_aws": {"Timestamp": 1}, "Requests": 11, "Latency": [1.5] * 11},
            "INFO    Metrics.  Requests=11 Latency=[11 values]",
        ),
        ({"level": "WARNING", "message": "Faults.", "faults": ["a", "b"]}, "WARNING Faults.  faults=['a', 'b']"),
        # What is not ours is shown as it is.
        ("plain text", "plain text"),
        ("{half", "{half"),
        ({"message": "no level"}, '{"message": "no level"}'),
        (["a", "list"], '["a", "list"]'),
        (3, "3"),
        (None, "null"),
    ],
)
def test_an_event_is_one_readable_line(message: object, line: str) -> None:
    text = message if isinstance(message, str) else json.dumps(message)
    event = cast("FilteredLogEventTypeDef", {"timestamp": 1767323045006, "message": text})
    assert readable(event) == f"2026-01-02 03:04:05.006  {line}"


@pytest.mark.parametrize(("span", "said"), [(90, "90s"), (600, "10m"), (7200, "2h"), (86400, "1d"), (3660, "61m")])
def test_a_span_is_spelled_as_it_is_typed(span: int, said: str) -> None:
    assert spelled(span) == said
    assert seconds(said) == span


@pytest.fixture
def shown(group: Group, session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> Group:
    """The log group of what commands work on."""
    monkeypatch.setattr(options, "local", lambda *_: Target(session, {"LogGroup": group.name}))
    return group


def test_nothing_found_is_said_beside_the_events(operate: Operate, shown: Group) -> None:
    shown.put("something else")
    result = operate("logs", "--grep", "nothing", "--json", "--since", "90m")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"{shown.name} has not had an event that contains 'nothing' in the last 90m.\n"
    assert operate("logs", "--grep", "else").stderr == ""


def test_a_log_group_that_is_not_there_is_told_with_those_that_are(operate: Operate, shown: Group) -> None:
    result = operate("logs", "--group", "nosuch")
    assert result.exit_code == Outcome.NOT_FOUND
    assert result.stderr.startswith("Error: There is no log group nosuch. There are: ")
    assert shown.name.startswith("group-")


@pytest.mark.parametrize("how", [(), ("--follow",)])
def test_a_task_that_nobody_knows_is_told_with_those_that_run(
    operate: Operate, world: World, how: tuple[str, ...]
) -> None:
    world.aws.operations["logs.filter_log_events"] = lambda _: {"events": []}
    result = operate("logs", "--group", "logs", "--task", "zzz", *how)
    assert result.exit_code == Outcome.NOT_FOUND
    assert result.stderr == "Error: No task zzz is known to ECS. Running are: running0, running1.\n"


def test_a_task_that_has_not_logged_yet_is_none_that_nobody_knows(operate: Operate, world: World) -> None:
    world.aws.operations["logs.filter_log_events"] = lambda _: {"events": []}
    result = operate("logs", "--group", "logs", "--task", "running0")
    assert (result.exit_code, result.stderr) == (0, "logs has not had an event of task running0 in the last 1h.\n")
