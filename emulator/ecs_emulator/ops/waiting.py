"""Polling of AWS, for so long and no longer; and a word on what goes on without us."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from ecs_emulator.ops.outcomes import Failure, failure_of
from ecs_emulator.ops.terminal import Terminal


def rounds(timeout: float, pause: float) -> Iterator[float]:
    """Go round until `timeout` is over, `pause` between two rounds; the seconds gone by. At least one round."""
    begin = time.monotonic()
    while True:
        yield time.monotonic() - begin
        left = begin + timeout - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(pause, left))


@contextmanager
def going_on(out: Terminal, sentence: str) -> Iterator[None]:
    """Say `sentence` when Ctrl-C or an error of AWS, such as lost credentials, ends our watching of what goes on."""
    try:
        yield
    except KeyboardInterrupt:
        out.say(f"\nNot watching any more. {sentence}")
        raise
    except (BotoCoreError, ClientError) as error:
        failure = failure_of(error)
        raise Failure(failure.outcome, f"{failure}\n{sentence}", **failure.facts) from error
