"""As many calls at once as keep the processor busy."""

from __future__ import annotations

import pytest

from app.kit.adaptive_concurrency import FIRST, LEAST, MOST, WINDOW, AdaptiveConcurrency


class Processor:
    """Seconds of processor time, as a test spends them."""

    def __init__(self) -> None:
        self.used = 0.0

    def __call__(self) -> float:
        return self.used


def derived(duration: float, work: float) -> AdaptiveConcurrency:
    """After a window of calls that took `duration` each, and `work` of the processor with all around them."""
    processor = Processor()
    concurrency = AdaptiveConcurrency(processor)
    for _ in range(WINDOW):
        processor.used += work
        concurrency.add(duration)
    return concurrency


@pytest.mark.parametrize(
    ("duration", "work", "limit"),
    [
        (0.004, 0.012, LEAST),  # a crowd on one row: sixty requests share a call
        (0.004, 0.0005, 8),  # every call is for one request
        (0.100, 0.002, 50),  # a slow data store
        (10.0, 0.001, MOST),
        (0.004, 0.0, MOST),  # a clock that has not moved on
    ],
)
def test_the_limit_is_what_keeps_a_processor_busy(duration: float, work: float, limit: int) -> None:
    assert limit == derived(duration, work).limit


def test_the_shortest_call_of_a_window_counts() -> None:
    """The others may have waited for the processor, and more of them would wait for longer."""
    processor = Processor()
    concurrency = AdaptiveConcurrency(processor)
    for number in range(WINDOW):
        processor.used += 0.002
        concurrency.add(0.008 if number == 3 else 0.5)
    assert (concurrency.limit, concurrency.overdue) == (4, 0.05)


def test_a_call_is_overdue_when_it_takes_several_times_as_long_as_the_shortest() -> None:
    assert pytest.approx(0.4) == derived(0.1, 0.01).overdue


def test_until_a_window_is_full_the_limit_is_a_guess() -> None:
    processor = Processor()
    concurrency = AdaptiveConcurrency(processor)
    for _ in range(WINDOW - 1):
        processor.used += 1
        concurrency.add(0.004)
    assert (concurrency.limit, concurrency.overdue) == (FIRST, 0.05)
    concurrency.add(0.004)
    assert concurrency.limit == LEAST


def test_each_window_counts_for_itself() -> None:
    processor = Processor()
    concurrency = AdaptiveConcurrency(processor)
    for work, limit in ((0.004, LEAST), (0.0005, 8), (0.004, LEAST)):
        for _ in range(WINDOW):
            processor.used += work
            concurrency.add(0.004)
        assert concurrency.limit == limit
