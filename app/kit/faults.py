"""Faults on purpose, for drills: `FAULTS=slow-start=5,error-share=0.1`. Off by default.

Nothing of it happens unless `FAULTS_ALLOWED=yes` says that this is a place for drills; see config.py.
"""

import logging
import mmap
import random
import signal
import time
from collections.abc import Callable, Mapping

from werkzeug.exceptions import InternalServerError

from app.kit.concurrency_limiter import WITHOUT_PERMIT
from app.kit.problems import Problem, Unavailable

log = logging.getLogger(__name__)

Faults = Mapping[str, float]

# Name, and the largest number that it takes; those with 0 take none.
_KNOWN = {
    "crash-at-start": 0,
    "slow-start": 3600,  # seconds before it listens
    "unhealthy-after": 3600,  # seconds after it began to serve
    "unhealthy-on-usr1": 0,  # SIGUSR1 to the main process
    "ignore-sigterm": 0,
    "error-share": 1,  # of the requests to features
}
_FORM = ", ".join(f"{name}={'SHARE' if most == 1 else 'SECONDS'}" if most else name for name, most in _KNOWN.items())

# Memory that forked workers share with the main process, so that one signal reaches all of them.
_unhealthy = mmap.mmap(-1, 1)
_begun = time.monotonic()


class OnPurpose(Problem, InternalServerError):
    title = "Fault on purpose"

    def __init__(self) -> None:
        super().__init__("This service was told to fail a share of its requests. Nothing was changed.")


def parse_faults(text: str) -> Faults:
    """`error-share=0.1,ignore-sigterm` as name to number, 1 where there is none. Raises ValueError."""
    faults = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        name, _, number = part.partition("=")
        most = _KNOWN.get(name)
        if most is None or name in faults or bool(most) != bool(number):
            raise ValueError(f"a list of {_FORM}, each once")
        faults[name] = _number(number, most) if most else 1.0
    return faults


def _number(text: str, most: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= most:
        raise ValueError(f"a list of {_FORM}, with numbers from 0 to {most}")
    return number


def begin(faults: Faults) -> None:
    """Faults before the server is there. To be called once, in the process whose children are the workers."""
    global _begun
    log.warning("Faults are switched on.", extra={"faults": dict(faults)})
    if "ignore-sigterm" in faults:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if "unhealthy-on-usr1" in faults:
        signal.signal(signal.SIGUSR1, _turn_unhealthy)
    if "crash-at-start" in faults:
        raise SystemExit("Crashed at start, as FAULTS asks.")
    time.sleep(faults.get("slow-start", 0))
    _begun = time.monotonic()


def _turn_unhealthy(*_: object) -> None:
    _unhealthy[0] = 1


def fault(faults: Faults) -> Callable[[str], None]:
    """A function that fails health checks and a share of the features' requests, by their path, as `faults` says.

    It raises Unavailable or OnPurpose.
    """
    unhealthy_from = _begun + faults.get("unhealthy-after", float("inf"))

    def fail(path: str) -> None:
        if path == "/health":
            if _unhealthy[0] or time.monotonic() >= unhealthy_from:
                raise Unavailable("This service was told to be unhealthy.")
        elif path not in WITHOUT_PERMIT and random.random() < faults.get("error-share", 0):  # noqa: S311
            raise OnPurpose

    return fail
