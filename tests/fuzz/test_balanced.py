"""What two servers in a row may understand in two ways: the load balancer in front, the production server behind it.

The load balancer here is Envoy; what an Application Load Balancer makes of such requests is not known from this.
A large body is not among the cases: the server refuses it by its head and closes, and a load balancer that is still
sending may tell its own 502.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from ecs_emulator.experiments.emulator import DrillEmulator, emulating
from ecs_emulator.ops.http import call
from reliability.drills.platform import platform
from tests.fuzz.cases import Ids, case
from tests.fuzz.conftest import SEED, TIMES
from tests.fuzz.figures import Figures
from tests.fuzz.sending import Visitor
from tests.fuzz.tally import Tally

CASES = 500 * TIMES
KINDS = {"smuggled", "odd body", "malformed request", "strange condition", "pipeline", "no text", "half closed"}


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrillEmulator]:
    with emulating(tmp_path_factory.mktemp("balanced"), platform(), 10) as there:
        yield there


@pytest.mark.timeout(500 + 100 * TIMES)
def test_nothing_is_smuggled_past_the_load_balancer(there: DrillEmulator, figures: Figures) -> None:
    port = urlsplit(there.api_url).port or 80
    mysfits = call("GET", f"{there.api_url}/mysfits").json["mysfits"]
    ids = Ids(*(mysfit["mysfitId"] for mysfit in mysfits[:2]))
    numbered = ((number, case(SEED, number, ids)) for number in itertools.count())
    chosen = ((number, made) for number, made in numbered if made.kind in KINDS)
    tally = Tally()
    with ThreadPoolExecutor(8) as senders, Visitor(port, ids.liked) as visitor:
        list(
            senders.map(
                lambda each: tally.try_out(port, each[1], f"case {each[0]} of seed {SEED}"),
                itertools.islice(chosen, CASES),
            )
        )
    assert tally.wrong == []
    assert (tally.errors, tally.hangs) == (0, 0)
    assert tally.cases.total() == CASES
    assert set(tally.cases) == KINDS
    assert visitor.wrong == []
    canary = call("GET", f"{there.api_url}/mysfits/{ids.canary}").json
    assert (canary["likes"], canary["adopted"]) == (0, False), "something was smuggled in"
    assert call("GET", f"{there.api_url}/mysfits/{ids.liked}").json["likes"] == visitor.likes
    figures.balanced = tally
