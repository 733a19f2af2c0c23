"""A soak is shown with its acts, its findings, and its memory over time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rich.console import Console

from ecs_emulator.load.plot import names_of
from reliability.soak import show
from reliability.soak.judging import judge
from reliability.soak.memory import Part
from reliability.soak.picture import by_service, draw, in_columns, memory_over_time
from reliability.soak.run import together
from tests.reliability.soak.soaks import MIB, TASKS, UPDATED, a_soak


def test_the_figures_tell_what_was_done_what_was_found_and_what_is_held() -> None:
    soaked = a_soak(grown={TASKS[0]: 3 * MIB})
    told = show.figures(replace(soaked, deployed=["STOPPED"]), judge(replace(soaked, deployed=["STOPPED"])))
    assert "722 requests in 1.0 min from 4 clients, 12 a second;" in told
    assert "| 20 s | kill -9 | 3.0 s |" in told
    assert "| yes | 0 of 722 requests failed without a reason. |" in told
    assert f"| NO | The rollout of {UPDATED} ended in STOPPED; it answered 60 requests. |" in told
    assert "| mysfits-catalog, 1 task | 101.6 | 104.6 | +3.0 |" in told
    assert "| the load balancer | 100.0 | 100.0 | +0.0 |" in told


def test_people_are_told_the_verdict() -> None:
    soaked = a_soak()
    console = Console(record=True, width=160)
    console.print(show.outcome(soaked, judge(soaked)))
    assert "The soak has passed." in console.export_text()
    assert str(show.verdict(judge(replace(soaked, replaced=[])))) == "The soak has FAILED."


def test_the_picture_is_drawn_and_a_service_keeps_its_colour_over_a_rollout(tmp_path: Path) -> None:
    soaked = a_soak()
    draw(soaked, tmp_path / "soak.png")
    assert (tmp_path / "soak.png").read_bytes().startswith(b"\x89PNG")
    columns = in_columns([by_service(each) for each in soaked.report.slices], soaked.report.start, 1.0)
    assert "mysfits-users" in names_of(columns)
    assert UPDATED not in names_of(columns)


def test_two_loads_are_shown_as_one() -> None:
    first, second = a_soak().report, a_soak().report
    both = together([first, second])
    assert (both.clients, both.requests, both.seconds) == (8, 1_444, first.seconds)
    columns = in_columns(both.slices, both.start, 1.0)
    assert {round(column.seconds, 1) for column in columns} == {1.0}
    assert sum(column.requests.total() for column in columns) == both.between(both.start, columns[-1].end).requests


def test_memory_is_drawn_part_by_part() -> None:
    series = memory_over_time(a_soak().samples, zero=100.0)
    assert series[TASKS[0]][:2] == [(0.0, 100.0), (1.0, 100.0)]
    assert Part("the load balancer") in series
