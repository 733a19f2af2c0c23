"""A right API passes; each fault of the public workshop, one at a time, is named."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from click.testing import Result

from ecs_emulator.commands import options
from ecs_emulator.ops.outcomes import Outcome
from ecs_emulator.ops.target import NoTarget, Target
from tests.ops.conftest import Clock, Mysfits
from tests.ops.workshop import Workshop


@pytest.fixture
def workshop(request: pytest.FixtureRequest, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """The API with the fault that the test asks for, taken for the rehearsal's."""
    workshop = Workshop(getattr(request, "param", ""))
    with workshop.served() as url:
        outputs = {
            "ApiUrl": url,
            "S3WebsiteURL": f"{url}/site",
            "LogGroup": "logs",
            "ClusterName": "cluster",
            "DynamoTable": "mysfits",
        }
        target = Target(workshop.aws.session(), outputs)
        monkeypatch.setattr(options, "local", lambda *_: target)
        yield workshop


def wrong(result: Result) -> dict[str, str]:
    """The steps that went wrong, and what each of them means."""
    steps = json.loads(result.stdout)["steps"]
    return {step["name"]: step["fault"] for step in steps if not step["ok"]}


def test_a_right_api_passes_every_step(operate: Mysfits, workshop: Workshop) -> None:
    result = operate("verify")
    assert result.exit_code == Outcome.DONE, result.output
    assert result.output.splitlines()[-1] == "All 26 steps went right."
    assert workshop.rows["gary-1"]["likes"] == 4


@pytest.mark.parametrize(
    ("workshop", "steps", "named"),
    [
        # What is known of the public workshop.
        ("ghost row", {"adopt nobody", "no ghost"}, "has left a ghost row, and now the list is broken for everybody."),
        ("unknown id is 500", {"unknown id", "like nobody"}, "It is an error page of the framework"),
        ("unknown filter is 500", {"unknown filter"}, "not refused as the caller's error. It is an error page"),
        ("missing value is 500", {"missing value"}, "A filter without a value is not refused"),
        ("logs before it stores", {"no false log line"}, "it is written before the like is."),
        ("success though the monolith failed", {"like nobody"}, "answered as if it had been stored"),
        ("success without storing", {"one more"}, "answered with success and not stored"),
        ("print to a buffer", {"log line"}, "has left no trace in CloudWatch"),
        ("development server", {"production server"}, "Flask's development server answers."),
        ("every update is an outage", {"updates of one"}, "Every update is an outage"),
        ("bucket without a policy", {"site"}, "it has no policy"),
        ("likes in the indexes", {"indexes"}, "written once more for each of these indexes"),
        ("one role for both", {"roles of one"}, "One role for both"),
        # And what else goes wrong.
        ("logs twice", {"log line", "no false log line"}, "One like has left several events."),
        ("likes are text", {"profile"}, "of another type: likes."),
        ("no CORS", {"CORS", "CORS of errors", "preflight"}, "The browser keeps the answer from the site."),
        ("errors without CORS", {"CORS of errors"}, "The site cannot read an error"),
        ("preflight refused", {"preflight"}, "does not let the site like anybody"),
        ("no request id", {"request id"}, "No request can be found in the log."),
        ("no version", {"version"}, "does not say what it is"),
        ("old version", {"version"}, ""),
        ("empty table", {"list"}, "`mysfits seed` fills it"),
        ("site of another API", {"site's API"}, "say `mysfits publish` again"),
        ("unhealthy", {"healthy"}, "has no target"),
    ],
    indirect=["workshop"],
)
def test_each_fault_is_named(operate: Mysfits, workshop: Workshop, steps: set[str], named: str) -> None:
    result = operate("verify", "--json")
    assert result.exit_code == Outcome.VERIFICATION_FAILED
    found = wrong(result)
    assert found.keys() == steps
    assert any(named in fault for fault in found.values())
    assert all(fault in result.stderr for fault in found.values()), "people are told as well"


def test_reading_only_writes_nothing(operate: Mysfits, workshop: Workshop) -> None:
    workshop.fault = "ghost row"
    result = operate("verify", "--read-only")
    assert result.exit_code == 0, result.output
    assert {name: row["likes"] for name, row in workshop.rows.items()} == {"gary-1": 3, "nessi-2": 3}
    assert workshop.log == []


def test_of_a_foreign_url_only_what_http_shows_is_looked_at(
    operate: Mysfits, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing() -> Target:
        raise NoTarget("No rehearsal.")

    monkeypatch.setattr(options, "local", nothing)
    result = operate("verify", f"{workshop.url}/", "--json")
    assert result.exit_code == 0, result.output
    names = {step["name"] for step in json.loads(result.stdout)["steps"]}
    assert "one more" in names
    assert not {"site", "log line", "indexes"} & names


def test_nobody_at_the_address_is_said_and_nothing_else_tried(operate: Mysfits, workshop: Workshop) -> None:
    result = operate("verify", "http://127.0.0.1:1", "--json")
    assert result.exit_code == Outcome.VERIFICATION_FAILED
    assert wrong(result) == {"healthy": "Nobody listens at this address."}
