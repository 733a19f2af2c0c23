"""The console in real browsers: the lab done by clicking, and by keys; for everyone; and nothing that is shown acts."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from ecs_emulator.experiments.polling import watching
from ecs_emulator.experiments.snapshots import ServicePoller, ServiceSnapshot
from ecs_emulator.experiments.timeline import phase
from ecs_emulator.ops.services import Named
from ecs_emulator.ops.target import Target
from ecs_emulator.sessions import session_of
from emulator.tests.control.attacker import firefox_program
from emulator.tests.support.marionette import firefox
from tests.console.clicking import follow, quotations
from tests.console.listening import listening
from tests.labs.lessons import LABS, korean
from tests.platform_runner import ROOT, Platform, until
from tests.windows import Chromium, Driven, Visitor

LAB = LABS / "s0-a-service-behind-a-load-balancer.md"
TEXTS = {"en": LAB, "ko": korean(LAB)}
CLUSTER, SERVICE, GROUP = "Cluster-mysfits-cluster", "mysfits-service-MythicalMonolithService", "mysfits-cluster-Logs"
HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>\u202e{{7*7}}\'"&amp;' + "W" * 200
HALF_A_SECOND = 0.5
PICTURES = ROOT / "test-results/console"
TABS = ("health", "tasks", "logs", "deployments", "events", "update")
VIEWS = (
    "clusters",
    f"clusters/{CLUSTER}/services",
    f"clusters/{CLUSTER}/tasks",
    *(f"clusters/{CLUSTER}/services/{SERVICE}/{tab}" for tab in TABS),
    "task-definitions",
    "task-definitions/mysfits-service",
    "load-balancers",
    "logs",
    "stacks",
    *(f"stacks/mysfits-service/{tab}" for tab in ("resources", "events", "outputs")),
    "tables",
    "tables/mysfits-data-Mysfits",
    "work",
)  # fmt: skip


# What is out of the page, or has more text than room, and cannot be scrolled to.
CUT = """() => [...document.querySelectorAll("header *, main *")].filter((each) => {
  const box = each.getBoundingClientRect();
  if (!box.width || each.closest("svg, .unseen")) return false;
  for (let above = each.parentElement; above !== document.body; above = above.parentElement) {
    if (getComputedStyle(above).overflowX !== "visible") return false;
  }
  const isCut = ["BUTTON", "A", "OUTPUT", "SPAN"].includes(each.tagName) && getComputedStyle(each).display !== "inline"
    && each.scrollWidth > each.clientWidth + 1;
  return isCut || box.left < -0.5 || box.right > innerWidth + 0.5;
}).map((each) => `${each.tagName} ${each.textContent}`)"""


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    local = tmp_path_factory.mktemp("console") / "local"
    with Platform(local, options=["--placeholder", "--speed", "60"]) as platform:
        platform.line("Console")
        yield platform
        assert platform.stop() == 0, platform.output()
        platform.none_left()


def link(platform: Platform) -> str:
    return platform.mysfits("console").stdout.strip()


def console_url(platform: Platform) -> str:
    return link(platform).partition("#")[0]


@pytest.fixture
def console(platform: Platform, page: Page) -> Page:
    """A page with a session."""
    page.goto(link(platform))
    expect(page.get_by_role("heading", name=CLUSTER)).to_be_visible()
    return page


def revision(platform: Platform) -> int:
    """The number of the newest revision."""
    found = platform.client("ecs").list_task_definitions(familyPrefix="mysfits-service", sort="DESC")
    return int(found["taskDefinitionArns"][0].rpartition(":")[2])


def run_placeholder(platform: Platform) -> None:
    """Bring the service to where the lab begins."""
    platform.client("ecs").update_service(cluster=CLUSTER, service=SERVICE, taskDefinition="mysfits-service:1")
    until_complete(platform, "mysfits-service:1")


def until_complete(platform: Platform, name: str) -> None:
    def is_complete() -> bool:
        [service] = platform.client("ecs").describe_services(cluster=CLUSTER, services=[SERVICE])["services"]
        states = [(each["taskDefinition"].rpartition("/")[2], each["rolloutState"]) for each in service["deployments"]]
        return states == [(name, "COMPLETED")]

    until(is_complete, f"{name} is what runs", within=60)


def do_the_lab(platform: Platform, visitor: Visitor, language: str) -> None:
    """S0 out of its text, from the placeholder to the log."""
    run_placeholder(platform)
    new = f"mysfits-service:{revision(platform) + 1}"
    text = TEXTS[language].read_text().replace("mysfits-service:2", new)
    steps = follow(text, visitor, console_url(platform), {"http://localhost:8080": platform.site_url})
    done = 0
    for quotation in steps:
        done += 1
        if "SUCCESSFUL" in quotation:
            until_complete(platform, new)
    assert done == len(list(quotations(text))) == 8


@pytest.mark.parametrize(("language", "by_keyboard"), [("en", False), ("ko", True)], ids=["mouse", "keyboard"])
def test_the_lab_is_done_in_chromium(platform: Platform, browser: Browser, language: str, by_keyboard: bool) -> None:
    with browser.new_context(locale={"en": "en-US", "ko": "ko-KR"}[language]) as context:
        page = context.new_page()
        page.goto(link(platform))
        do_the_lab(platform, Visitor(Chromium(page), by_keyboard), language)


@pytest.mark.parametrize(("language", "by_keyboard"), [("ko", False), ("en", True)], ids=["mouse", "keyboard"])
def test_the_lab_is_done_in_firefox(platform: Platform, tmp_path: Path, language: str, by_keyboard: bool) -> None:
    with firefox(firefox_program(), tmp_path, {"en": "en-US", "ko": "ko-KR"}[language]) as session:
        window = Driven(session)
        window.open(link(platform))
        do_the_lab(platform, Visitor(window, by_keyboard), language)


@pytest.mark.parametrize(("scheme", "locale"), [("light", "en-US"), ("dark", "ko-KR")], ids=["light", "dark"])
def test_every_view_is_for_everyone(platform: Platform, browser: Browser, scheme: str, locale: str) -> None:
    axe = Axe()
    with browser.new_context(color_scheme="dark" if scheme == "dark" else "light", locale=locale) as context:
        page = context.new_page()
        page.goto(link(platform))
        for view in VIEWS:
            page.evaluate("view => { location.hash = `#/${view}`; }", view)
            expect(page.locator("main h1")).to_be_visible()
            for width in (360, 768, 1280, 1920):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (view, width)
                assert page.evaluate(CUT) == [], (view, width)
            # All else is the same in both.
            only = {"runOnly": ["color-contrast"]} if scheme == "dark" else {}
            found = axe.run(page, options={"resultTypes": ["violations"], **only})
            assert found.violations_count == 0, f"{view}:\n{found.generate_report()}"


def test_what_others_wrote_is_shown_and_never_acts(platform: Platform, console: Page) -> None:
    ecs, logs, dynamodb = (platform.client(name) for name in ("ecs", "logs", "dynamodb"))
    ecs.register_task_definition(
        family="hostile",
        containerDefinitions=[{"name": "web", "image": "x", "environment": [{"name": HOSTILE, "value": HOSTILE}]}],
    )
    [task, *_] = ecs.list_tasks(cluster=CLUSTER, serviceName=SERVICE)["taskArns"]
    ecs.stop_task(cluster=CLUSTER, task=task, reason=HOSTILE)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="hostile")
    event = {"timestamp": int(time.time() * 1000), "message": HOSTILE}
    logs.put_log_events(logGroupName=GROUP, logStreamName="hostile", logEvents=[event])
    dynamodb.put_item(
        TableName="mysfits-data-Mysfits", Item={"MysfitId": {"S": "hostile"}, HOSTILE[:80]: {"S": HOSTILE}}
    )
    complaints: list[str] = []
    console.on("console", lambda message: complaints.append(message.text))
    for view, text in (
        ("task-definitions/hostile", "onerror"),
        (f"clusters/{CLUSTER}/services/{SERVICE}/health", "onerror"),
        (f"clusters/{CLUSTER}/services/{SERVICE}/logs", "onerror"),
        ("tables/mysfits-data-Mysfits", "onerror"),
    ):
        console.evaluate("view => { location.hash = `#/${view}`; }", view)
        expect(console.locator("main")).to_contain_text(text)
        assert console.evaluate("window.hacked") is None
        assert console.evaluate("document.documentElement.scrollWidth <= innerWidth"), view
        assert console.locator("main img, main script").count() == 0
    assert complaints == []


def test_the_state_is_that_of_status(platform: Platform) -> None:
    run_placeholder(platform)
    [said] = json.loads(platform.mysfits("status", "--json").stdout)["services"]
    with listening(link(platform)) as listener:
        state = listener.state
    service = state[f"service/{CLUSTER}/{SERVICE}"]
    shared = ("service", "short", "revision", "desired", "running", "pending", "circuit_breaker", "deployments")
    assert {name: service[name] for name in shared} == {name: said[name] for name in shared}
    for task in said["tasks"]:
        told = state[f"task/{task['task']}"]
        assert {name: told[name] for name in task if name != "since"} == {
            name: value for name, value in task.items() if name != "since"
        }


def test_every_change_that_a_drill_would_record_is_told_within_half_a_second(platform: Platform) -> None:
    run_placeholder(platform)
    target = Target(session_of(platform.cloud_url, platform.key), {"ClusterName": CLUSTER})
    with listening(link(platform)) as listener, watching(ServicePoller(target, Named(CLUSTER, SERVICE)).look) as watch:
        platform.client("ecs").update_service(cluster=CLUSTER, service=SERVICE, forceNewDeployment=True)
        watch.until(lambda seen: not seen.is_steady(), "the rollout has begun", 60, time.time())
        watch.until(ServiceSnapshot.is_steady, "the service is steady", 60, time.time())
        snapshots = watch.snapshots()
        time.sleep(HALF_A_SECOND)
        told = {task: listener.phases(task) for seen in snapshots for task in seen.tasks}
    changes = 0
    for task, known in told.items():
        last, phases = "", iter(known)
        # Both look now and then. A task that is not registered yet may be so between two looks of the server.
        passed_over = {"running"} - {word for _, word in known}
        for seen in snapshots:
            now = phase(seen.tasks[task]) if task in seen.tasks else last
            if now != last and now not in passed_over:
                # In the same order, and no later than half a second after whoever asks by the API could see it.
                came = next((moment for moment, word in phases if word == now), None)
                assert came is not None, (task, now, known)
                assert came <= seen.at + HALF_A_SECOND
                last, changes = now, changes + 1
    assert changes >= 8


def test_the_line_beside_a_button_does_the_same(platform: Platform, console: Page) -> None:
    console.goto(console_url(platform) + f"#/clusters/{CLUSTER}/services/{SERVICE}/update")
    console.get_by_label("Desired tasks").fill("3")
    button = console.get_by_role("button", name="Update", exact=True)
    line = f"aws ecs update-service --cluster {CLUSTER} --service {SERVICE} --desired-count 3"
    expect(button.locator("xpath=following-sibling::div").locator("code")).to_have_text(line)
    done = platform.mysfits("env", "--", *shlex.split(line))
    assert done.returncode == 0, done.stderr
    console.goto(console_url(platform) + f"#/clusters/{CLUSTER}/services/{SERVICE}/health")
    expect(console.locator("main")).to_contain_text("3 / 3")
    # The button itself.
    console.goto(console_url(platform) + f"#/clusters/{CLUSTER}/services/{SERVICE}/update")
    console.get_by_label("Desired tasks").fill("2")
    button.click()
    expect(console.locator("tbody").last.locator("tr")).to_have_count(2)


def test_what_is_said_of_an_update_stays_in_its_form(platform: Platform, console: Page) -> None:
    console.goto(console_url(platform) + f"#/clusters/{CLUSTER}/services/{SERVICE}/update")
    expect(console.locator("main")).to_contain_text("Nothing is changed yet.")
    count = console.get_by_label("Desired tasks")
    expect(count).to_have_attribute("max", "5000")
    count.fill("5001")
    console.get_by_role("button", name="Update", exact=True).click()
    expect(console.get_by_role("alert")).to_contain_text("between 0 and 5000")
    console.get_by_role("link", name=SERVICE, exact=True).click()
    expect(console.get_by_role("heading", name="Events")).to_be_visible()
    console.get_by_role("link", name="Update service").click()
    expect(count).to_be_visible()
    assert console.get_by_role("alert").count() == 0


@pytest.mark.parametrize(
    ("view", "sentence"),
    [
        ("clusters/nowhere", "There is no such cluster now."),
        (f"clusters/{CLUSTER}/services/nowhere", "There is no such service now."),
        ("task-definitions/nowhere", "There is no such task definition now."),
        ("stacks/nowhere", "There is no such stack now."),
    ],
)
def test_what_is_not_there_looks_like_nothing_that_is_empty(
    platform: Platform, console: Page, view: str, sentence: str
) -> None:
    console.goto(console_url(platform) + f"#/{view}")
    expect(console.locator("main")).to_contain_text(sentence)
    assert console.locator("main table, main select").count() == 0


def test_the_tab_that_is_shown_is_in_view(platform: Platform, console: Page) -> None:
    console.set_viewport_size({"width": 360, "height": 800})
    console.goto(console_url(platform) + f"#/clusters/{CLUSTER}/services/{SERVICE}/events")
    expect(console.locator(".tabs [aria-current]")).to_have_text("Events")
    expect(console.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=1)
    console.goto(console_url(platform) + "#/work")
    expect(console.locator("#nav [aria-current]")).to_be_in_viewport(ratio=1)


def test_a_view_is_drawn_once_although_it_was_due_anyway(console: Page) -> None:
    console.get_by_role("button", name="Pause").click()
    expect(console.get_by_role("button", name="Go live")).to_be_visible()
    pictures = console.evaluate("""async () => {
      const frames = (many) => new Promise((done) => {
        const next = (left) => requestAnimationFrame(() => setTimeout(() => (left ? next(left - 1) : done())));
        next(many);
      });
      await frames(3);
      let count = 0;
      const title = Object.getOwnPropertyDescriptor(Document.prototype, "title");
      // Every picture says its title.
      Object.defineProperty(document, "title", { configurable: true, get: () => "", set: () => { count += 1; } });
      const changed = new Promise((done) => addEventListener("hashchange", done, { once: true }));
      dispatchEvent(new Event("wanted"));
      location.hash = "#/work";
      await changed;
      dispatchEvent(new Event("wanted"));
      await frames(4);
      Object.defineProperty(document, "title", title);
      return count;
    }""")
    assert pictures == 1


def step_until(button: Locator, figure: Locator, text: str) -> None:
    for _ in range(30):
        if figure.inner_text() == text:
            return
        button.click()
    raise AssertionError(f"no step leads to {text}")


def test_one_stops_the_picture_and_goes_back_in_time(platform: Platform, console: Page) -> None:
    console.goto(console_url(platform) + f"#/clusters/{CLUSTER}/services/{SERVICE}/health")
    figure = console.locator("dd").first
    expect(figure).to_have_text("2 / 2")
    console.get_by_role("button", name="Pause").click()
    platform.client("ecs").update_service(cluster=CLUSTER, service=SERVICE, desiredCount=1)
    until(lambda: len(platform.client("ecs").list_tasks(cluster=CLUSTER)["taskArns"]) == 1, "one is left")
    expect(figure).to_have_text("2 / 2")
    console.get_by_role("button", name="Go live").click()
    expect(figure).to_have_text("1 / 1")
    forward = console.get_by_role("button", name="One change forward")
    back = console.get_by_role("button", name="One change back")
    step_until(back, figure, "2 / 2")
    step_until(forward, figure, "1 / 1")
    platform.client("ecs").update_service(cluster=CLUSTER, service=SERVICE, desiredCount=2)


def test_a_rollout_under_load_has_its_picture_taken(platform: Platform, console: Page) -> None:
    """As the README shows it."""
    run_placeholder(platform)
    console.set_viewport_size({"width": 1280, "height": 960})
    console.goto(console_url(platform) + "#/work")
    console.get_by_label("Clients", exact=True).fill("2")
    console.get_by_role("button", name="Start load").click()
    console.goto(console_url(platform) + f"#/clusters/{CLUSTER}/services/{SERVICE}/health")
    console.get_by_label("Window").select_option("1 min")
    rate = console.locator("dd").nth(1)
    until(lambda: rate.inner_text() not in ("0", "–"), "requests are counted")
    done = platform.mysfits("update", "--image", platform.mysfits("push").stdout.strip())
    assert done.returncode == 0, done.stderr
    expect(console.locator(".deployment")).to_have_count(1)
    newest = console.locator(".chart .legend .rev").first
    until(lambda: not newest.inner_text().endswith(" 0"), "the new one is asked")
    assert console.locator("dd").nth(2).inner_text() == "0"
    # The last moment at which both were there.
    back = console.get_by_role("button", name="One change back")
    until(lambda: console.locator(".deployment").count() == 2 or back.click(), "both are there")  # type: ignore[func-returns-value]
    PICTURES.mkdir(parents=True, exist_ok=True)
    console.screenshot(path=PICTURES / "rollout.png")
    console.get_by_role("button", name="Go live").click()
    console.goto(console_url(platform) + "#/work")
    console.get_by_role("button", name="End load").click()
    expect(console.locator("main")).to_contain_text(" 0 failed")
