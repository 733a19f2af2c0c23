"""A stranger's template and program in the console: shown and operated by clicking, and told event for event."""

from __future__ import annotations

import shlex
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from ecs_emulator import Emulator
from ecs_emulator.console.console import Console
from ecs_emulator.experiments.polling import watching
from ecs_emulator.experiments.snapshots import ServicePoller, ServiceSnapshot
from ecs_emulator.experiments.timeline import phase
from ecs_emulator.ops.services import Named
from ecs_emulator.ops.target import Target
from emulator.tests.support.waiting import until
from tests.console.listening import Listener, listening

TEMPLATE = Path(__file__).with_name("stranger.yml")
PROGRAM = """
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(os.environ["STATUS"]))
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_): ...
http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), Handler).serve_forever()
"""
CLUSTER, SERVICE = "stranger-Cluster", "shop"
HALF_A_SECOND = 0.5
# The bars of the page: when each was seen first, by task, phase and the moment at which it begins.
OBSERVE = """
window.seen = new Map();
new MutationObserver(() => {
  for (const lanes of document.querySelectorAll("main .lanes")) {
    const tasks = [...lanes.querySelectorAll(".names .mono")].map((each) => each.textContent);
    const base = Math.floor(Date.now() / 3600000) * 3600;
    [...lanes.querySelectorAll("svg > g > g")].forEach((bars, i) => {
      for (const bar of bars.querySelectorAll("rect:not(.notch)")) {
        const key = [tasks[i], bar.classList[0].replace("bar-", ""), base + Number(bar.getAttribute("x"))].join(" ");
        if (tasks[i] && !window.seen.has(key)) window.seen.set(key, Date.now() / 1000);
      }
    });
  }
}).observe(document, { childList: true, subtree: true, attributes: true });
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Emulator, Console]]:
    """An emulator with the stranger's service, and its console."""
    folder = tmp_path_factory.mktemp("stranger")
    (folder / "program.py").write_text(PROGRAM)
    run = f"exec {shlex.join([sys.executable, str(folder / 'program.py')])}"
    drill = ("rollout", str(TEMPLATE), f"--run=web={run}", "--yes")
    with Emulator(speed=30, folder=folder / "data") as aws:
        aws.deploy(TEMPLATE, run={"web": run})
        with Console(aws, 0, drills=[drill]) as console:
            yield aws, console


@pytest.fixture
def page(shop: tuple[Emulator, Console], page: Page) -> Page:
    """A page with a session."""
    page.add_init_script(OBSERVE)
    page.goto(shop[1].link())
    expect(page.get_by_role("heading", name=CLUSTER)).to_be_visible()
    return page


def view(page: Page, name: str) -> None:
    page.evaluate("name => { location.hash = `#/${name}`; }", name)


def service(aws: Emulator) -> Any:
    [found] = aws.client("ecs").describe_services(cluster=CLUSTER, services=[SERVICE])["services"]
    return found


def is_steady(aws: Emulator) -> bool:
    return [each["rolloutState"] for each in service(aws)["deployments"]] == ["COMPLETED"]


def begin_a_bad_deployment(aws: Emulator) -> None:
    """A deployment that neither completes nor fails by itself: its tasks answer 500 to the health check."""
    ecs = aws.client("ecs")
    definition = ecs.describe_task_definition(taskDefinition="shop")["taskDefinition"]["containerDefinitions"][0]
    bad = {**definition, "environment": [{"name": "STATUS", "value": "500"}]}
    given = {"networkMode": "awsvpc", "cpu": "256", "memory": "512", "requiresCompatibilities": ["FARGATE"]}
    made = ecs.register_task_definition(family="shop", containerDefinitions=[bad], **given)["taskDefinition"]
    ecs.update_service(cluster=CLUSTER, service=SERVICE, taskDefinition=made["taskDefinitionArn"])


def course(aws: Emulator) -> Any:
    ecs = aws.client("ecs")
    [newest, *_] = ecs.list_service_deployments(cluster=CLUSTER, service=SERVICE)["serviceDeployments"]
    return newest


def test_a_service_is_shown_and_scaled(shop: tuple[Emulator, Console], page: Page) -> None:
    view(page, f"clusters/{CLUSTER}/services/{SERVICE}/health")
    expect(page.locator("dd").first).to_have_text("2 / 2")
    page.get_by_role("link", name="Update service").click()
    page.get_by_label("Desired tasks").fill("3")
    page.get_by_role("button", name="Update", exact=True).click()
    until(lambda: service(shop[0])["runningCount"] == 3, "a third task runs")
    view(page, f"clusters/{CLUSTER}/services/{SERVICE}/health")
    expect(page.locator("dd").first).to_have_text("3 / 3")
    shop[0].client("ecs").update_service(cluster=CLUSTER, service=SERVICE, desiredCount=2)
    until(lambda: is_steady(shop[0]), "it is steady")


@pytest.mark.parametrize(
    ("button", "status"), [("Roll back deployment", "ROLLBACK_SUCCESSFUL"), ("Stop deployment", "STOPPED")]
)
def test_a_deployment_is_stopped_and_rolled_back(
    shop: tuple[Emulator, Console], page: Page, button: str, status: str
) -> None:
    aws = shop[0]
    begin_a_bad_deployment(aws)
    view(page, f"clusters/{CLUSTER}/services/{SERVICE}/deployments")
    page.get_by_role("button", name=button, exact=True).click()
    until(lambda: course(aws)["status"] == status, f"it is {status}")
    expect(page.locator("tbody").first.locator("tr").first).to_contain_text(status)
    aws.client("ecs").update_service(cluster=CLUSTER, service=SERVICE, taskDefinition="shop:1")
    until(lambda: is_steady(aws), "the first revision is back")


def test_weights_are_shifted(shop: tuple[Emulator, Console], page: Page) -> None:
    view(page, "load-balancers")
    blue, green = (page.locator("fieldset input").nth(each) for each in (0, 1))
    blue.fill("3")
    green.fill("1")
    page.get_by_role("button", name="Shift weights").click()
    expect(page.locator("main")).to_contain_text("75 % / 25 %")
    elbv2 = shop[0].client("elbv2")
    [balancer] = elbv2.describe_load_balancers()["LoadBalancers"]
    [listener] = elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    groups = listener["DefaultActions"][0]["ForwardConfig"]["TargetGroups"]
    assert [each["Weight"] for each in groups] == [3, 1]


def test_a_drill_is_begun_and_ended(page: Page) -> None:
    view(page, "work")
    page.get_by_role("button", name="rollout", exact=True).click()
    said = page.locator("article pre.said")
    expect(said).to_contain_text("would run as your processes", timeout=120_000)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator("article")).to_contain_text("exit code", timeout=60_000)


def test_the_page_the_server_and_a_drill_tell_the_same_changes(shop: tuple[Emulator, Console], page: Page) -> None:
    aws, console = shop
    view(page, f"clusters/{CLUSTER}/services/{SERVICE}/health")
    expect(page.locator("main .lanes")).to_be_visible()
    target = Target(aws.session(), {"ClusterName": CLUSTER})
    poller = ServicePoller(target, Named(CLUSTER, SERVICE))
    with listening(console.link()) as listener, watching(poller.look) as watch, lateness() as late:
        aws.client("ecs").update_service(cluster=CLUSTER, service=SERVICE, forceNewDeployment=True)
        watch.until(lambda seen: not seen.is_steady(), "the rollout has begun", 60, time.time())
        watch.until(ServiceSnapshot.is_steady, "the service is steady", 60, time.time())
        snapshots = watch.snapshots()
        recorded = {task: recorded_phases(task, snapshots) for snapshot in snapshots for task in snapshot.tasks}
        # What a phase has been for a moment alone, on a busy machine one sees and another does not. This one stays.
        until(
            lambda: [word for _, word in changes(listener)].count("healthy") == 2, "the server has told the new tasks"
        )
        told = changes(listener)
        until(lambda: told.keys() <= shown(page).keys(), "the page has drawn every change")
    seen = shown(page)
    # No change is later on the page than half a second, and what the machine took.
    assert {change: seen[change] - told[change] for change in told if seen[change] - told[change] > late[0]} == {}
    for task, words in recorded.items():
        drawn = [word for (name, word), _ in sorted(seen.items(), key=lambda each: each[1]) if name == task[:8]]
        assert [word for word in drawn if word in words] == [word for word in words if word in drawn], task


def recorded_phases(task: str, snapshots: Sequence[ServiceSnapshot]) -> list[str]:
    """The phases that a drill's own record has a task change to."""
    phases = [phase(snapshot.tasks[task]) for snapshot in snapshots if task in snapshot.tasks]
    return [now for before, now in pairwise(phases) if now and now != before]


def changes(listener: Listener) -> dict[tuple[str, str], float]:
    """The moment that the server says of each change of a task's phase, by task and phase."""
    found: dict[tuple[str, str], float] = {}
    phases = {key: facts["phase"] for key, facts in listener.state.items() if key.startswith("task/")}
    for each in listener.told[1:]:
        for key, facts in each.content["set"].items():
            if key.startswith("task/") and facts["phase"] and facts["phase"] != phases.get(key):
                phases[key] = facts["phase"]
                found.setdefault((facts["task"][:8], facts["phase"]), each.content["at"])
    return found


def shown(page: Page) -> dict[tuple[str, str], float]:
    """The moment at which a bar was on the page, by task and phase."""
    found: dict[tuple[str, str], float] = {}
    for key, at in page.evaluate("[...window.seen]"):
        task, word, _ = key.split()
        found.setdefault((task, word), at)
    return found


@contextmanager
def lateness() -> Iterator[list[float]]:
    """Seconds that a change may take: half a second, and ten times what the machine lets a short sleep wait."""
    allowed, over = [HALF_A_SECOND], threading.Event()

    def sleep() -> None:
        while not over.is_set():
            begun = time.monotonic()
            over.wait(0.05)
            allowed[0] = max(allowed[0], HALF_A_SECOND + 10 * (time.monotonic() - begun - 0.05))

    thread = threading.Thread(target=sleep)
    thread.start()
    try:
        yield allowed
    finally:
        over.set()
        thread.join()
