"""`mysfits verify`: the golden journey."""

from __future__ import annotations

from urllib.parse import urlsplit

import click

from ecs_emulator.commands import options
from ecs_emulator.commands.options import ON_AWS, with_json
from ecs_emulator.ops.outcomes import Failure, Outcome
from ecs_emulator.ops.target import NoTarget, Target
from ecs_emulator.ops.terminal import Terminal
from ops.verify import around, reading, writing
from ops.verify.steps import GoldenJourney

_ANY_PAGE = "https://mysfits.example"


@click.command()
@click.option("--aws", "on_aws", is_flag=True, help=ON_AWS)
@click.argument("url", required=False)
@click.option("--read-only", is_flag=True, help="No like and no attempt to adopt: nothing is written.")
@with_json
def verify(on_aws: bool, url: str | None, read_only: bool, out: Terminal) -> None:
    """Follow the golden journey over HTTP: list, profile, like, one more, its log line, site, CORS, version.

    It likes one mysfit once. With the URL of any other API, only what HTTP shows is looked at.
    """
    target = _target(on_aws, url)
    journey = GoldenJourney((url or (target.output("ApiUrl") if target else "")).rstrip("/"), _origin(target))
    _walk(journey, target, read_only)
    for step in journey.steps:
        for line in step.lines:
            out.say(line)
    facts = {"url": journey.url, "steps": [step.facts() for step in journey.steps]}
    if wrong := [step for step in journey.steps if not step.ok]:
        said = " ".join(step.fault for step in wrong)
        raise Failure(
            Outcome.VERIFICATION_FAILED, f"{len(wrong)} of {len(journey.steps)} steps went wrong. {said}", **facts
        )
    out.say(f"All {len(journey.steps)} steps went right.")
    out.result(outcome="done", **facts)


def _target(on_aws: bool, url: str | None) -> Target | None:
    """What stands around the API, when it is ours."""
    if on_aws:
        return options.aws()
    if url is None:
        return options.local()
    try:
        found = options.local()
    except NoTarget:
        return None
    return found if found.outputs.get("ApiUrl") == url.rstrip("/") else None


def _origin(target: Target | None) -> str:
    site = urlsplit(target.outputs.get("S3WebsiteURL", "") if target else "")
    return f"{site.scheme}://{site.netloc}" if site.netloc else _ANY_PAGE


def _walk(journey: GoldenJourney, target: Target | None, read_only: bool) -> None:
    if not reading.reachable(journey):
        return
    reading.version(journey, around.running(target) if target else set())
    listed = reading.mysfits(journey)
    reading.filters(journey)
    reading.unknown(journey)
    if listed:
        mysfit_id = str(listed[0]["mysfitId"])
        profile = reading.profile(journey, mysfit_id)
        reading.cors(journey, mysfit_id)
        if not read_only:
            _write(journey, target, mysfit_id, profile.get("likes"), len(listed))
    if target:
        if "S3WebsiteURL" in target.outputs:
            around.site(journey, target)
        around.services(journey, target)
        around.table(journey, target)


def _write(journey: GoldenJourney, target: Target | None, mysfit_id: str, likes: int | None, count: int) -> None:
    refused = writing.like_nobody(journey)
    if likes is not None:
        liked = writing.like(journey, mysfit_id, likes)
        if liked and target and "LogGroup" in target.outputs:
            writing.logged(journey, target, liked, refused)
    # Last: a wrong API may break the list for everybody.
    writing.adopt_nobody(journey, count)
