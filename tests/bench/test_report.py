"""Workloads are what they say, and the page says in plain words where we are behind."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bench.bars import GROWTH, bars, compared
from bench.figures import CROWD, Figure, FigureSet, medians, read_figures
from bench.measure import Measurement
from bench.processor import ProcessorTime
from bench.report import BusyMachine, write_bars
from bench.scale import SCALE, fill
from bench.servers import BARE, EVERYBODY, EXPRESS, FASTAPI, OURS
from bench.workloads import DIRECT_WRITES, NOTHING, QUIET_LIKES, SHARED, WORKLOADS, MeasuredWorkload

ALONE, CROWDED = (WORKLOADS["likes, 1 row"], 1), (WORKLOADS["likes, 1 row"], CROWD - 1)
PROCESSOR = ProcessorTime(like=150.0, nothing=120.0, bare=100.0)


def a_measurement(server: str, workload: str, clients: int, per_second: float, p50: float = 10.0) -> Measurement:
    return Measurement(server, workload, clients, 100, per_second, p50, p99=50.0, failed=0, calls_per_request=0.1)


def a_run(ours: float = 1000, express: float = 400, fastapi: float = 300, others: float = 0.01) -> FigureSet:
    rates = {OURS.name: ours, EXPRESS.name: express, FASTAPI.name: fastapi}
    found = [
        a_measurement(server.name, workload.name, CROWD, rates.get(server.name, 200))
        for server in EVERYBODY
        for workload in (SHARED if server.routes else [NOTHING])
    ]
    single = [(ALONE[0], 1), (CROWDED[0], CROWD - 1), (DIRECT_WRITES, 1), (QUIET_LIKES, 1)]
    found += [a_measurement(OURS.name, workload.name, clients, 100) for workload, clients in single]
    return FigureSet("2026-11-27", "2 cores", others, medians(found))


def requests(workload: MeasuredWorkload, folder: Path) -> Counter[str]:
    path = folder / "requests"
    workload.write(path)
    return Counter(path.read_text().splitlines())


def test_a_workload_asks_for_all_its_rows_evenly_or_as_a_crowd_does(tmp_path: Path) -> None:
    even = requests(WORKLOADS["likes, 12 rows"], tmp_path)
    assert even.keys() == {f"POST /mysfits/mysfit-{number}/like" for number in range(12)}
    assert 0.8 < even["POST /mysfits/mysfit-0/like"] / even["POST /mysfits/mysfit-11/like"] < 1.25
    crowd = requests(WORKLOADS["profiles, 12 rows, Zipf"], tmp_path)
    assert 1.7 < crowd["GET /mysfits/mysfit-0"] / crowd["GET /mysfits/mysfit-1"] < 2.3
    assert 9 < crowd["GET /mysfits/mysfit-0"] / crowd["GET /mysfits/mysfit-11"] < 15
    assert len(requests(WORKLOADS["likes, 1,000 rows"], tmp_path)) == 1_000


def test_a_visit_is_the_list_three_profiles_and_two_likes(tmp_path: Path) -> None:
    visits = requests(WORKLOADS["visits"], tmp_path)
    likes = sum(count for request, count in visits.items() if request.startswith("POST "))
    assert 0.9 < likes / 2 / visits["GET /mysfits"] < 1.1
    profiles = visits.total() - likes - visits["GET /mysfits"]
    assert 0.9 < profiles / 3 / visits["GET /mysfits"] < 1.1


def test_a_quiet_row_is_another_than_the_crowds(tmp_path: Path) -> None:
    assert requests(QUIET_LIKES, tmp_path).keys().isdisjoint(requests(WORKLOADS["likes, 1 row"], tmp_path))


def test_a_figure_is_the_median_of_its_measurements_with_their_spread() -> None:
    (figure,) = medians(a_measurement("ours", "list", CROWD, each) for each in (900, 100, 200))
    assert (figure.per_second, figure.slowest, figure.fastest) == (200, 100, 900)


@pytest.mark.parametrize(
    ("run", "memory", "missed"),
    [
        (a_run(), (90, 91), []),
        (a_run(ours=900), (90, 91), ["likes, 1 row ÷ Express"]),
        (a_run(), (90, 101), ["MiB of a worker at the end", "the same ÷ after the first round"]),
    ],
)
def test_a_bar_holds_or_does_not(run: FigureSet, memory: tuple[float, float], missed: list[str]) -> None:
    found = bars(run, PROCESSOR, memory)
    assert [bar.name for bar in found if not bar.holds] == missed
    assert memory[1] / memory[0] <= GROWTH or missed


def test_a_ratio_is_to_the_fastest_peer() -> None:
    assert {(each.peer, each.ratio) for each in compared(a_run())} == {("Express", 2.5)}
    assert {(each.peer, each.ratio) for each in compared(a_run(fastapi=2000))} == {("FastAPI", 0.5)}


EMPTY = "# Performance\n\n<!-- bench -->\n<!-- /bench -->\n\nThe end.\n"


def page(folder: Path, run: FigureSet, busy: bool = False) -> str:
    path = folder / "README.md"
    path.write_text(EMPTY)
    write_bars(folder, run, bars(run, PROCESSOR, (90, 91)), compared(run), busy)
    return path.read_text()


def test_the_page_says_where_we_are_behind_and_by_how_much(tmp_path: Path) -> None:
    text = page(tmp_path, a_run(ours=300))
    assert "* **Behind** the fastest peer: likes, 1 row (0.75 × Express); likes, 12 rows (0.75 × Express);" in text
    assert "* **Ahead** of it: nowhere." in text
    assert "| likes, 12 rows ÷ Express | 0.75 | ≥ 2 | **no** |" in text
    assert "* Below the bar: likes, 1 row ÷ Express (0.75);" in text
    assert text.endswith("The end.\n")
    assert "* **Behind** the fastest peer: nowhere." in page(tmp_path, a_run())


def test_figures_of_a_busy_machine_stay_out_of_the_page_unless_it_says_so(tmp_path: Path) -> None:
    assert "Others took 1% of the machine during the run." in page(tmp_path, a_run())
    with pytest.raises(BusyMachine, match=r"^Others took 60% of the machine meanwhile: "):
        page(tmp_path, a_run(others=0.6))
    assert (tmp_path / "README.md").read_text() == EMPTY
    assert read_figures(tmp_path / "figures.json").others == 0.01
    assert "Others took 60% of the machine during the run: **it was busy" in page(tmp_path, a_run(others=0.6), True)


def test_figures_are_read_as_they_were_written(tmp_path: Path) -> None:
    run = a_run()
    run.write(tmp_path / "figures.json")
    read = read_figures(tmp_path / "figures.json")
    assert read == run
    assert isinstance(read.of(BARE.name, NOTHING.name), Figure)
    with pytest.raises(LookupError, match="bare, list, 256 clients were not measured"):
        read.of(BARE.name, "list")


def test_the_models_of_scale_are_those_of_the_figures(tmp_path: Path) -> None:
    page = tmp_path / "scale.md"
    page.write_text(SCALE.read_text())
    fill(read_figures(), page)
    assert page.read_text() == SCALE.read_text()
