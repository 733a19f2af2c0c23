"""Steps around the API: the site, the services' settings, the table."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

from ecs_emulator.ops.http import call
from ecs_emulator.ops.outcomes import Failure
from ecs_emulator.ops.services import Named, describe, names, short
from ecs_emulator.ops.target import Target
from ops.conventions import api_url
from ops.verify.steps import GoldenJourney


def running(target: Target) -> set[str]:
    """The revisions that services are to run; none when there is no cluster."""
    return {short(service["taskDefinition"]) for service in _services(target)}


def _services(target: Target) -> list[Mapping[str, Any]]:
    if "ClusterName" not in target.outputs:
        return []
    cluster = target.outputs["ClusterName"]
    return [describe(target.ecs, Named(cluster, name)) for name in names(target)]


def site(journey: GoldenJourney, target: Target) -> None:
    """The site can be reached, and asks this API."""
    answer = call("GET", target.output("S3WebsiteURL"))
    ok = answer.status == 200 and answer.type == "text/html"
    fault = "The site cannot be reached."
    if answer.status == 403:
        fault = "The bucket lets nobody read: it has no policy, or public access is blocked."
    elif answer.status == 404:
        fault = "The bucket has no page: `mysfits publish` uploads it."
    journey.answered("site", answer, ok, "200 text/html", fault)
    if ok:
        try:
            address = f"{api_url(target)}/mysfits"
        except Failure:
            return
        journey.step(
            "site's API",
            f"the page asks {address}",
            "it does" if address.encode() in answer.body else "it asks another",
            address.encode() in answer.body,
            "The site was published for another API: say `mysfits publish` again.",
        )


def services(journey: GoldenJourney, target: Target) -> None:
    """No update is an outage, and the application has a role of its own."""
    for service in _services(target):
        name, desired = service["serviceName"], service["desiredCount"]
        percent = service.get("deploymentConfiguration", {}).get("minimumHealthyPercent", 100)
        stay = ceil(desired * percent / 100)
        journey.step(
            f"updates of {name}",
            "at least one task stays during an update",
            f"{stay} of {desired} stay ({percent} %)",
            desired == 0 or stay >= 1,
            "Every update is an outage: minimum healthy percent is too low.",
        )
        definition = target.ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
        role, execution = definition.get("taskRoleArn", ""), definition.get("executionRoleArn", "")
        journey.step(
            f"roles of {name}",
            "a role for the application, another one for starting it",
            f"{role.rpartition('/')[2] or 'none'} and {execution.rpartition('/')[2] or 'none'}",
            not role or role != execution,
            "One role for both: the application may pull images and write any log.",
        )


def table(journey: GoldenJourney, target: Target) -> None:
    """A like is one write: the indexes hold nothing that it changes."""
    if "DynamoTable" not in target.outputs:
        return
    described = target.session.client("dynamodb").describe_table(TableName=target.outputs["DynamoTable"])["Table"]
    indexes = {each["IndexName"]: each["Projection"] for each in described.get("GlobalSecondaryIndexes", [])}
    whole = [
        name
        for name, shown in indexes.items()
        if shown.get("ProjectionType") == "ALL" or "Likes" in shown.get("NonKeyAttributes", [])
    ]
    journey.step(
        "indexes",
        "no index holds the likes",
        f"{', '.join(whole)} hold them" if whole else "none does",
        not whole,
        "Every like is written once more for each of these indexes.",
    )
