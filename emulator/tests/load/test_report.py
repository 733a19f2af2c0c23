"""The figures of a load: slices add up, percentiles are right, nothing is lost on the way through JSON."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from ecs_emulator.cli import main
from ecs_emulator.load import show
from ecs_emulator.load.plot import COLUMNS, in_columns, names_of, plot
from ecs_emulator.load.report import LoadReport, Share
from ecs_emulator.load.slices import RequestKind, Slice, failed, merged, percentile
from ecs_emulator.ops.outcomes import Outcome

LIST, LIKE = "GET /cats", "POST /cats/{id}/like"


def a_slice(start: float, seconds: float = 1.0, /, **outcomes: int) -> Slice:
    """`ok=3` requests answered with 200 by revision 7, `new=2` by revision 8, `refused=1` not at all, `s503=1`."""
    kinds = {
        "ok": RequestKind(LIST, "200", "s:7"),
        "new": RequestKind(LIST, "200", "s:8"),
        "refused": RequestKind(LIKE, "connection refused", ""),
        "s503": RequestKind(LIKE, "503", ""),
    }
    made = Slice(start, seconds)
    for name, count in outcomes.items():
        for _ in range(count):
            made.add(kinds[name], 10.0)
    return made


def a_report(*slices: Slice) -> LoadReport:
    return LoadReport("http://localhost", 64, slices)


@pytest.mark.parametrize(
    ("outcome", "is_failed"),
    [("200", False), ("204", False), ("302", False), ("399", False), ("400", True), ("404", True), ("503", True),
     ("timed out", True), ("connection reset", True)],
)  # fmt: skip
def test_a_status_from_400_on_and_no_status_are_failures(outcome: str, is_failed: bool) -> None:
    assert failed(outcome) is is_failed


def test_a_report_adds_up_its_slices() -> None:
    report = a_report(
        a_slice(100, 1, ok=30), a_slice(101, 1, ok=10, new=20, refused=2), a_slice(102, 0.5, new=5, s503=3)
    )
    assert (report.requests, report.failed, report.start, report.seconds) == (70, 5, 100, 2.5)
    assert report.per_second == 28
    assert report.failures == {"connection refused": 2, "status 503": 3}
    assert report.by_route() == {LIST: Share(65, 0), LIKE: Share(5, 5)}
    assert report.by_revision() == {"": Share(5, 5), "s:7": Share(40, 0), "s:8": Share(25, 0)}
    assert report.last_failure() == 102.5


def test_a_part_of_a_report_has_the_slices_that_lie_in_it() -> None:
    report = a_report(a_slice(100, 1, ok=1), a_slice(101, 1, s503=1), a_slice(102, 1, ok=1))
    assert report.between(100.5, 103).failed == 1
    assert report.between(101.5, 103).failed == 0
    assert report.between(101.5, 103).requests == 1
    assert report.between(0, 1).requests == 0


def test_a_load_without_a_request_is_a_report_too() -> None:
    report = a_report()
    assert (report.requests, report.failed, report.per_second, report.last_failure()) == (0, 0, 0, None)
    assert json.loads(json.dumps(report.document()))["start"] is None


def test_a_slice_survives_json() -> None:
    made = a_slice(100, 0.1, ok=3, s503=1)
    made.acknowledged.update({"a": 2})
    made.in_doubt.update({"b": 1})
    assert Slice.of(json.loads(json.dumps(made.document()))) == made


def test_merging_changes_none_of_the_slices() -> None:
    one, two = a_slice(100, 1, ok=1), a_slice(101, 1, ok=1)
    assert merged([one, two]).requests[RequestKind(LIST, "200", "s:7")] == 2
    assert (one.requests.total(), one.latencies[LIST].total()) == (1, 1)


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
def test_a_percentile_is_right_to_one_percent(share: float) -> None:
    chosen = random.Random(7)
    latencies = sorted(chosen.lognormvariate(2, 1) for _ in range(5_000))
    counted = Slice(0)
    for each in latencies:
        counted.add(RequestKind(LIST, "200", ""), each)
    exact = latencies[round(share * len(latencies)) - 1]
    assert percentile(counted.latencies[LIST], share) == pytest.approx(exact, rel=0.0101)
    assert counted.slowest == latencies[-1]


def test_the_percentile_of_nothing_is_nothing() -> None:
    assert percentile(Counter(), 0.99) == 0


def test_what_was_never_answered_has_no_latency() -> None:
    report = a_report(a_slice(100, 1, refused=5))
    assert report.latency == (0, 0, 0, 0)


def test_a_picture_has_so_many_columns_and_every_request() -> None:
    slices = [a_slice(100 + number, 1, ok=1) for number in range(10 * COLUMNS + 7)]
    columns = in_columns(slices)
    assert len(columns) <= COLUMNS
    assert sum(each.requests.total() for each in columns) == len(slices) or columns[-1].end < slices[-1].end


def test_revisions_are_drawn_in_the_order_of_their_appearance_and_failures_last() -> None:
    assert names_of([a_slice(0, 1, new=1, s503=1), a_slice(1, 1, ok=1)]) == ["s:8", "s:7", "failed"]


@pytest.mark.parametrize(
    "slices",
    [
        [],
        [a_slice(100, 0.1, ok=1)],
        [a_slice(100, 1, refused=1), a_slice(101, 1, refused=1)],
        [a_slice(100, 1, ok=9), a_slice(101, 1, ok=5, new=5, s503=1), a_slice(102, 1, new=9)],
    ],
)
def test_whatever_happened_can_be_drawn(slices: list[Slice], tmp_path: Path) -> None:
    plot(a_report(*slices), tmp_path / "load.png")
    assert (tmp_path / "load.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("names_revision", "label"), [(True, "(no answer from the application)"), (False, "(answers that name none)")]
)
def test_what_names_no_revision_is_said_for_what_it_is(names_revision: bool, label: str) -> None:
    console = Console(width=100)
    with console.capture() as captured:
        console.print(show.summary(a_report(a_slice(100, 1, ok=2, s503=3)), names_revision))
    assert re.search(rf"^{re.escape(label)} +3 +3 *$", captured.get(), re.MULTILINE)


def test_a_load_that_ended_before_its_first_request_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecs_emulator.commands.load.loading", nullcontext)
    monkeypatch.setattr(show, "watch", lambda *_: a_report())
    done = CliRunner().invoke(main, ["load", "http://127.0.0.1:1"])
    assert (done.exit_code, done.stdout) == (Outcome.FAILED, "")
    assert done.stderr == "Error: Nothing was asked: it ended before its first request.\n"
