"""Transitions of a running platform, there and back, by the commands for them and under load: nobody notices."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from ecs_emulator.ops.outcomes import Outcome
from tests.platform_runner import Platform, until

pytestmark = pytest.mark.timeout(900)

_CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-1234567890ab"
_CERTIFIED = {
    "CertificateArn": _CERTIFICATE,
    "DomainName": "api.mysfits.example",
    "HostedZoneId": "Z0123456789",
}
PAUSE = 0.05  # seconds between two requests of the visitor


class Visitor:
    """Asks for a path again and again, each time anew; `answers` counts the status codes, or the errors' names."""

    def __init__(self, url: str, path: str) -> None:
        self.answers: Counter[int | str] = Counter()
        self._host = urlsplit(url).netloc
        self._path = path
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._visit, daemon=True)

    def ask(self) -> int | str:
        connection = http.client.HTTPConnection(self._host, timeout=30)
        try:
            connection.request("GET", self._path)
            return connection.getresponse().status
        except OSError as error:
            return type(error).__name__
        finally:
            connection.close()

    def _visit(self) -> None:
        while not self._left.wait(PAUSE):
            self.answers[self.ask()] += 1

    def __enter__(self) -> Visitor:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._left.set()
        self._thread.join()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform whose services run the placeholder; each test leaves it as it was."""
    local = tmp_path_factory.mktemp("transitions") / "local"
    with Platform(local, options=("--placeholder", "--speed", "10")) as platform:
        yield platform.ready()


def deploy(platform: Platform, *stacks: str, **parameters: object) -> None:
    done = platform.mysfits("deploy", *stacks, *_settings(parameters))
    assert done.returncode == Outcome.DONE, done.stdout + done.stderr


def refused(platform: Platform, *stacks: str, **parameters: object) -> str:
    """What was said by a deployment that AWS does not let happen, and rolls back."""
    done = platform.mysfits("deploy", *stacks, *_settings(parameters))
    assert done.returncode == Outcome.ROLLED_BACK, done.stdout + done.stderr
    return done.stderr


def _settings(parameters: dict[str, object]) -> list[str]:
    return [part for name, value in parameters.items() for part in ("--set", f"{name}={value}")]


@contextmanager
def nobody_fails(platform: Platform, path: str = "/mysfits", expected: tuple[int, ...] = (200,)) -> Iterator[Visitor]:
    """Context during which every request is answered as `expected`."""
    with Visitor(platform.api_url, path) as visitor:
        until(lambda: visitor.answers.total() > 0, "the visitor is there")
        yield visitor
    assert visitor.answers.keys() <= set(expected), visitor.answers


def rules(platform: Platform, port: int) -> list[str]:
    """Target groups' names that the listener of a port forwards to by its rules."""
    elbv2 = platform.client("elbv2")
    [balancer] = elbv2.describe_load_balancers()["LoadBalancers"]
    for listener in elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]:
        if listener["Port"] == port:
            found = elbv2.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
            actions = [action for rule in found for action in rule["Actions"]]
            return [each["TargetGroupArn"].split("/")[1] for each in actions if "TargetGroupArn" in each]
    return []


def zones(platform: Platform) -> int:
    cluster = platform.outputs["ClusterName"]
    [arn] = platform.client("ecs").list_services(cluster=cluster)["serviceArns"]
    [service] = platform.client("ecs").describe_services(cluster=cluster, services=[arn])["services"]
    return len(service["networkConfiguration"]["awsvpcConfiguration"]["subnets"])


def test_a_third_zone_comes_and_goes(platform: Platform) -> None:
    with nobody_fails(platform):
        deploy(platform, SubnetsOfEachKind=3)
        assert zones(platform) == 3
        # What is in use cannot go, so the way back begins with those who use it.
        said = refused(platform, "network", SubnetsOfEachKind=2)
        assert "cannot be deleted as it is in use by mysfits-cluster" in said
        for stack in ("service", "cluster", "network"):
            deploy(platform, stack, SubnetsOfEachKind=2)
        assert zones(platform) == 2


def test_a_certificate_comes_and_goes(platform: Platform) -> None:
    with nobody_fails(platform, expected=(200, 301)) as visitor:
        deploy(platform, "cluster", **_CERTIFIED)
        assert visitor.ask() == 200, "HTTP serves until the services have moved"
        deploy(platform, "service", Listener="https")
        assert rules(platform, 443) == ["mysfits-service-TargetGroup"]
        until(lambda: visitor.ask() == 301, "HTTP redirects")
        said = refused(platform, "cluster", **dict.fromkeys(_CERTIFIED, ""))
        assert "Export mysfits-cluster-HttpsListener cannot be deleted as it is in use by mysfits-service" in said
        deploy(platform, "service", Listener="http")
        deploy(platform, "cluster", **dict.fromkeys(_CERTIFIED, ""))
        until(lambda: visitor.ask() == 200, "HTTP serves")
        assert rules(platform, 443) == []


def test_a_service_loses_its_requests_and_has_them_again_while_the_other_goes_on(platform: Platform) -> None:
    deploy(platform, "likes")
    with nobody_fails(platform, "/mysfits/1/like"), nobody_fails(platform, "/mysfits"):
        deploy(platform, "likes", Traffic="detached")
        # As CloudFormation sends its target group with every change, one that no load balancer has would be refused.
        deploy(platform, "likes", DesiredCount=3)
        deploy(platform, "likes", Traffic="attached")
        deploy(platform, "likes", Traffic="detached")
    done = platform.mysfits("destroy", "likes", "--yes")
    assert done.returncode == Outcome.DONE, done.stdout + done.stderr
    deploy(platform, "likes", Traffic="detached")
    done = platform.mysfits("destroy", "likes", "--yes")
    assert done.returncode == Outcome.DONE, done.stdout + done.stderr


def test_the_site_moves_behind_cloudfront_and_back_while_the_api_answers(platform: Platform) -> None:
    with nobody_fails(platform):
        for delivery, public in (("cloudfront", False), ("website", True)):
            deploy(platform, "site", Delivery=delivery)
            bucket = platform.outputs["SiteBucket"]
            [statement] = _policy(platform, bucket)
            assert (statement["Principal"] == "*") == public


def _policy(platform: Platform, bucket: str) -> list[dict[str, object]]:
    policy = json.loads(platform.client("s3").get_bucket_policy(Bucket=bucket)["Policy"])
    found: list[dict[str, object]] = policy["Statement"]
    return found
