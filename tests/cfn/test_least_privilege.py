"""The application's journey under exactly its task role: all of it works, and nothing else would."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.session
import pytest
from flask.testing import FlaskClient

from app import NEEDS, create_app
from app.kit.config import Config
from ecs_emulator.cloud.endpoint import Cloud
from ecs_emulator.cloud.iam import allows
from ecs_emulator.cloud.iam_proxy import IamProxy
from ecs_emulator.cloud.server import WebServer
from ecs_emulator.local import ACCOUNT
from ecs_emulator.stacks.render import REGION, render
from ecs_emulator.stacks.stack import Stacks
from ecs_emulator.stacks.templates import read_template
from ops.local.surroundings import STACKS
from ops.seed import seed_all
from ops.stacks.listing import Listing, listed
from tests.cfn import platforms
from tests.cfn.platforms import CFN, Platform

ID = "4e53920c-505a-4a90-a694-b9300791f0ae"
FREE = "b41ff031-141e-4a8d-bb56-158a22bea0b3"
TABLES = {
    name: f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/mysfits-data-{name}"
    for name in ("Mysfits", "Users", "Threads", "Posts", "Hello")
}
TABLE = TABLES["Mysfits"]
GOOD_EVIL, LAW_CHAOS = f"{TABLE}/index/GoodEvilIndex", f"{TABLE}/index/LawChaosIndex"
BY_USER = f"{TABLES['Posts']}/index/ByUser"

# All that a feature may do.
GRANTED = {
    "catalog": {
        ("dynamodb:GetItem", TABLE),
        ("dynamodb:Scan", TABLE),
    },
    "likes": {("dynamodb:UpdateItem", TABLE)},
    "adoptions": {("dynamodb:UpdateItem", TABLE)},
    "users": {("dynamodb:GetItem", TABLES["Users"]), ("dynamodb:Scan", TABLES["Users"])},
    "threads": {("dynamodb:GetItem", TABLES["Threads"]), ("dynamodb:Scan", TABLES["Threads"])},
    "posts": {
        ("dynamodb:Scan", TABLES["Posts"]),
        ("dynamodb:Query", TABLES["Posts"]),
        ("dynamodb:Query", BY_USER),
    },
    "hello": {("dynamodb:UpdateItem", TABLES["Hello"])},
}
# The services of the split assembly in stacks.yml, with their features.
LISTED = {
    stack.name.removeprefix("mysfits-"): stack.parameters.get("Features", ",".join(GRANTED)).split(",")
    for stack in Listing.read(STACKS).assembly("split")
    if "Features" in stack.document["Parameters"]
}
# Stack of an assembly, and all that its tasks may do.
ASSEMBLIES = {
    "production service": set().union(*GRANTED.values()),
    **{f"split {feature}": granted for feature, granted in GRANTED.items()},
    **{f"listed {stack}": set().union(*(GRANTED[each] for each in features)) for stack, features in LISTED.items()},
}


@pytest.fixture(scope="session")
def seeded(cloud: Cloud) -> str:
    """The cloud's address, with the tables under the names that the rendered policies have them by."""
    session = boto3.Session()
    stacks = Stacks(session, REGION)
    stacks.deploy_document("mysfits-data", read_template(CFN / "data.yml"), {})
    seed_all(session, stacks.outputs)
    session.client("logs").create_log_group(logGroupName="mysfits-cluster-Logs")
    return cloud.url


@pytest.fixture(params=ASSEMBLIES)
def assembly(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@functools.cache
def _as_listed() -> Platform:
    return Platform("listed", render(listed(STACKS, "split")))


@pytest.fixture
def platform_of(assembly: str) -> Platform:
    kind = assembly.split()[0]
    return _as_listed() if kind == "listed" else platforms.as_written(kind)


@pytest.fixture
def role(assembly: str, platform_of: Platform) -> list[dict[str, Any]]:
    """The policies of the task role."""
    return platform_of.task_policies(f"mysfits-{assembly.split()[1]}")


@pytest.fixture
def guarded(role: list[dict[str, Any]], seeded: str) -> Iterator[tuple[IamProxy, str]]:
    """An IAM proxy that lets pass what the role allows, and its address."""
    proxy = IamProxy(seeded, role, REGION, ACCOUNT)
    server = WebServer(proxy, 0, threads=4)
    yield proxy, server.url
    server.close()


@pytest.fixture
def client(
    assembly: str, platform_of: Platform, guarded: tuple[IamProxy, str], monkeypatch: pytest.MonkeyPatch
) -> FlaskClient:
    """The application with the settings of its task definition, on the cloud behind the proxy."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", guarded[1])
    stack = platform_of.stacks[f"mysfits-{assembly.split()[1]}"]
    (container,) = stack.resources["TaskDefinition"]["Properties"]["ContainerDefinitions"]
    settings = {each["Name"]: each["Value"] for each in container["Environment"]}
    return create_app(Config.from_env({"AWS_REGION": REGION, **settings, "FULFILL_LIKE": "yes"}, NEEDS)).test_client()


def _read(client: FlaskClient) -> None:
    assert len(client.get("/mysfits").json["mysfits"]) == 12  # type: ignore[index]
    for attribute, value in (("GoodEvil", "Good"), ("LawChaos", "Lawful")):
        assert client.get(f"/mysfits?filter={attribute}&value={value}").json["mysfits"]  # type: ignore[index]
    assert client.get(f"/mysfits/{ID}").json["name"] == "Evangeline"  # type: ignore[index]
    assert client.get("/mysfits/nobody").status_code == 404


def _like(client: FlaskClient) -> None:
    assert client.post(f"/mysfits/{ID}/like").json["Update"] == "Success"  # type: ignore[index]
    assert client.post(f"/mysfits/{ID}/fulfill-like").json["Update"] == "Success"  # type: ignore[index]
    assert client.post("/mysfits/nobody/like").status_code == 404


def _adopt(client: FlaskClient) -> None:
    assert client.post(f"/mysfits/{FREE}/adopt").status_code in (200, 409)
    assert client.post(f"/mysfits/{FREE}/adopt").status_code == 409
    assert client.post("/mysfits/nobody/adopt").status_code == 404


def _visit_users(client: FlaskClient) -> None:
    assert len(client.get("/api/users").json) == 4  # type: ignore[arg-type]
    assert client.get("/api/users/2").json["username"] == "tove"  # type: ignore[index]
    assert client.get("/api/users/99").status_code == 404


def _visit_threads(client: FlaskClient) -> None:
    assert client.get("/api").text == "API ready to receive requests"
    assert len(client.get("/api/threads").json) == 3  # type: ignore[arg-type]
    assert client.get("/api/threads/3").json["createdBy"] == 4  # type: ignore[index]
    assert client.get("/api/threads/99").status_code == 404


def _visit_posts(client: FlaskClient) -> None:
    assert len(client.get("/api/posts").json) == 6  # type: ignore[arg-type]
    for address, count in (("in-thread/1", 3), ("by-user/3", 2)):
        assert len(client.get(f"/api/posts/{address}").json) == count  # type: ignore[arg-type]
    for address in ("in-thread/99", "by-user/99"):
        assert client.get(f"/api/posts/{address}").status_code == 404


def _count(client: FlaskClient) -> None:
    assert client.get("/hello").text == "Hello ELECLE 1"
    assert client.get("/hello/again").text == "Hello ELECLE 2"


_OF_FEATURES: dict[str, Callable[[FlaskClient], None]] = {
    "catalog": _read,
    "likes": _like,
    "adoptions": _adopt,
    "users": _visit_users,
    "threads": _visit_threads,
    "posts": _visit_posts,
    "hello": _count,
}
JOURNEYS = {
    "production service": list(_OF_FEATURES.values()),
    **{f"split {feature}": [journey] for feature, journey in _OF_FEATURES.items()},
    **{f"listed {stack}": [_OF_FEATURES[each] for each in features] for stack, features in LISTED.items()},
}


def test_the_whole_journey_works_and_needs_all_that_is_granted(
    assembly: str, client: FlaskClient, guarded: tuple[IamProxy, str]
) -> None:
    for part in JOURNEYS[assembly]:
        part(client)
    proxy, _ = guarded
    assert proxy.denied == []
    assert proxy.passed == ASSEMBLIES[assembly]


def _actions() -> list[str]:
    """Every action of DynamoDB and CloudWatch Logs that AWS's own service models know."""
    model = botocore.session.get_session().get_service_model
    actions = [f"{name}:{each}" for name in ("dynamodb", "logs") for each in model(name).operation_names]
    # What IAM calls the parts of transactions and of PartiQL.
    extra = ["ConditionCheckItem", "PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"]
    return actions + [f"dynamodb:{each}" for each in extra]


def test_no_other_action_and_no_other_resource_is_allowed(assembly: str, role: list[dict[str, Any]]) -> None:
    logs = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:mysfits-cluster-Logs"
    resources = [
        *(*TABLES.values(), GOOD_EVIL, LAW_CHAOS, BY_USER),
        *(f"{TABLE}/index/NameIndex", f"{TABLE}/stream/now", f"{TABLE}2"),
        *(TABLE.replace("Mysfits", "Visitors"), TABLE.replace(ACCOUNT, "999999999999")),
        *(TABLE.replace(REGION, "eu-west-1"), "*", logs, f"{logs}:*", f"{logs}:log-stream:a"),
    ]
    actions = _actions()
    assert len(actions) > 100
    allowed = {(each, arn) for each in actions for arn in resources if allows(role, each, arn)}
    assert allowed == ASSEMBLIES[assembly]


def test_every_other_call_is_denied_at_the_door(assembly: str, guarded: tuple[IamProxy, str]) -> None:
    _, url = guarded
    with closing(HTTPConnection(urlsplit(url).netloc, timeout=10)) as door:
        for operation in _operations("dynamodb"):
            for name in [*TABLES, "Visitors"]:
                table = f"mysfits-data-{name}"
                may = {each for each, arn in ASSEMBLIES[assembly] if arn.split("/")[1] == table}
                if f"dynamodb:{operation}" in may:
                    continue
                item = {"Key": {"MysfitId": {"S": ID}}, "TableName": table}
                body = {
                    **item,
                    "RequestItems": {table: {}},
                    "TransactItems": [{"ConditionCheck" if operation == "TransactWriteItems" else "Get": item}],
                    "Statement": f'SELECT * FROM "{table}"',
                }
                code = _call(door, f"DynamoDB_20120810.{operation}", body)
                # Two calls are no more than the rows they touch.
                if operation == "TransactGetItems" and "dynamodb:GetItem" in may:
                    continue
                assert code == "AccessDeniedException", (operation, table)
        for operation in _operations("logs"):
            body = {"logGroupName": "mysfits-cluster-Logs", "logStreamName": "a"}
            assert _call(door, f"Logs_20140328.{operation}", body) == "AccessDeniedException", operation


def test_a_scan_is_granted_on_the_table_and_on_no_index_of_it(role: list[dict[str, Any]], assembly: str) -> None:
    for index in (GOOD_EVIL, LAW_CHAOS):
        assert not allows(role, "dynamodb:Scan", index)
        assert not allows(role, "dynamodb:Query", index)


def test_starting_a_task_may_pull_its_image_and_write_its_log_only(production: Platform) -> None:
    service = production.stack("service").resources["ExecutionRole"]["Properties"]
    policies = [each["PolicyDocument"] for each in service["Policies"]]
    image = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/mysfits-pipeline-images"
    log = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:mysfits-cluster-Logs:log-stream:mysfits-service/a/b"
    assert allows(policies, "ecr:BatchGetImage", image)
    assert allows(policies, "logs:PutLogEvents", log)
    assert not allows(policies, "ecr:BatchGetImage", image + "2")
    assert not allows(policies, "logs:PutLogEvents", log.replace("mysfits-cluster", "other"))
    for action in _actions():
        if action not in ("logs:PutLogEvents", "logs:CreateLogStream"):
            assert not any(allows(policies, action, resource) for resource in (TABLE, GOOD_EVIL, log)), action
    model = botocore.session.get_session().get_service_model("ecr")
    pulling = {"BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer", "GetAuthorizationToken"}
    assert {each for each in model.operation_names if allows(policies, f"ecr:{each}", image)} == pulling


def _operations(service: str) -> list[str]:
    return list(botocore.session.get_session().get_service_model(service).operation_names)


def _call(door: HTTPConnection, target: str, body: dict[str, Any]) -> str:
    """The code of the error that a raw call is answered with, empty when there is none."""
    door.request("POST", "/", json.dumps(body), {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0"})
    with door.getresponse() as response:
        content = response.read()
    return str(json.loads(content)["__type"].rpartition("#")[2]) if response.status >= 400 else ""
