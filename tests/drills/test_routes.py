"""The visitors of the drills ask for all that there is to be asked for."""

from __future__ import annotations

from flask import Flask

from app import NEEDS, create_app
from app.kit.config import Config
from ecs_emulator.ops.balancing import matches
from ops.local.surroundings import STACKS
from ops.stacks.listing import Listing
from reliability.drills.routes import EVERYWHERE, ROUTES

# Why: see reliability/drills/routes.py. The last ones describe the service that is asked.
NOT_VISITED = {
    "POST /mysfits/<mysfit_id>/adopt",
    "POST /mysfits/<mysfit_id>/fulfill-like",
    "GET /hello",
    "GET /hello/again",
    "GET /",
    "GET /health",
    "GET /openapi.json",
    "GET /docs",
}


def an_app() -> Flask:
    tables = dict.fromkeys((name for names in NEEDS.values() for name in names), "table")
    return create_app(Config.from_env({**tables, "AWS_REGION": "us-east-1", "FULFILL_LIKE": "yes"}, NEEDS))


def test_every_route_is_visited_or_left_out_for_a_reason() -> None:
    urls = an_app().url_map
    there_are = {
        f"{method} {rule.rule}"
        for rule in urls.iter_rules()
        for method in rule.methods or ()
        if method in ("GET", "POST")
    }
    router = urls.bind("localhost")
    visited = set()
    for route in EVERYWHERE:
        method, path = route.replace("{id}", "somebody").split(" ")
        rule, _ = router.match(path.partition("?")[0], method, return_rule=True)
        visited.add(f"{method} {rule.rule}")
    # One address with a slash at its end, and one without.
    assert there_are - visited == NOT_VISITED | {"GET /api/"}
    assert not NOT_VISITED & visited


def test_each_service_of_the_split_assembly_is_asked_for_what_its_paths_say() -> None:
    services = {
        stack.name: (stack.parameters["Paths"].split(","), int(stack.parameters["Priority"]))
        for stack in Listing.read(STACKS).assembly("split")
        if "Paths" in stack.parameters
    }
    assert services.keys() == ROUTES.keys()
    for stack, routes in ROUTES.items():
        for route in routes:
            path = route.split(" ")[1].partition("?")[0]
            takers = [
                (priority, name)
                for name, (patterns, priority) in services.items()
                if any(matches(pattern, path) for pattern in patterns)
            ]
            assert min(takers)[1] == stack, route
