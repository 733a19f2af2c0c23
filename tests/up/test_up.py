"""`mysfits up` starts the whole platform, stops the whole platform, and keeps what visitors gave."""

from __future__ import annotations

import json
import os
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ecs_emulator.cloud.durable.database import Database
from tests.platform_runner import ROOT, Platform, free_ports, until
from tests.server import KILLED_AFTER

FAST = ("--speed", "10")  # where it is not about how long something takes by itself
GARY = "3f0f196c-4a7b-43af-9e29-6522a715342d"
COCO = "0e37d916-f960-4772-a25a-01b762b5c1bd"
# What a developer may have set; the rehearsal must reach nobody but itself.
DEVELOPER_S = {
    "AWS_PROFILE": "production",
    "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_REGION": "eu-west-1",
    "DDB_TABLE_NAME": "production-mysfits",
}


class Answer(NamedTuple):
    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def ask(url: str, method: str = "GET", **headers: str) -> Answer:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method, headers=headers), timeout=30) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


def like(platform: Platform, mysfit_id: str) -> Answer:
    return ask(f"{platform.api_url}/mysfits/{mysfit_id}/like", "POST")


def profile(platform: Platform, mysfit_id: str) -> dict[str, Any]:
    found: dict[str, Any] = ask(f"{platform.api_url}/mysfits/{mysfit_id}").json()
    return found


def likes_logged(platform: Platform) -> int:
    pages = platform.client("logs").get_paginator("filter_log_events")
    found = pages.paginate(logGroupName=platform.outputs["LogGroup"], filterPattern='"Like processed."')
    return sum(len(page["events"]) for page in found)


def seconds_to_stop(local: Path) -> list[float]:
    """How long each server took from hearing that it should stop to its end, by its own log events."""
    found = []
    with closing(Database(local / "data.sqlite")) as database:
        for stream in database.documents("stream"):
            events = [each for each in database.events(stream) if each.message.startswith("{")]
            at = {json.loads(each.message)["message"]: each.timestamp / 1000 for each in events}
            if "Shutting down granian" in at:
                found.append(at["Granian shutdown completed, see ya!"] - at["Shutting down granian"])
    return found


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform that is ready; tests leave it running."""
    with Platform(tmp_path_factory.mktemp("up") / "local", **DEVELOPER_S) as platform:
        yield platform.ready()


def test_ready_is_said_once_with_the_three_addresses(platform: Platform) -> None:
    [line] = [line for line in platform.output().splitlines() if line.startswith("Ready")]
    assert line == (f"Ready  site {platform.site_url}  API {platform.api_url}  AWS endpoint {platform.cloud_url}")


def test_progress_is_told_and_nothing_else(platform: Platform) -> None:
    output = platform.output()
    assert "The tables are seeded: 12 mysfits, 4 users, 3 threads, 6 posts." in output
    assert output.count("Not emulated here") <= 1
    assert "Traceback" not in output
    assert "Warning" not in output


def test_the_site_the_api_and_the_aws_endpoint_answer(platform: Platform) -> None:
    page = ask(f"{platform.site_url}/")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert f'href="{platform.api_url}/mysfits"' in page.body.decode()
    assert ask(f"{platform.site_url}/nothing-here").status == 404

    mysfits = ask(f"{platform.api_url}/mysfits", Origin=platform.site_url)
    assert len(mysfits.json()["mysfits"]) == 12
    # Site and API are two origins here as on AWS.
    assert mysfits.headers["Access-Control-Allow-Origin"] in ("*", platform.site_url)

    assert platform.outputs["DynamoTable"] in platform.client("dynamodb").list_tables()["TableNames"]
    buckets = platform.client("s3").list_buckets()["Buckets"]
    assert platform.outputs["SiteBucket"] in [bucket["Name"] for bucket in buckets]


def test_a_like_is_counted_once_and_found_in_the_log(platform: Platform) -> None:
    before = profile(platform, COCO)["likes"]
    assert like(platform, COCO).status == 200
    assert profile(platform, COCO)["likes"] == before + 1
    until(lambda: likes_logged(platform) == 1, "the like is in CloudWatch Logs")
    shown = platform.mysfits("logs", "--grep", "Like processed.", "--since", "10m")
    assert (shown.returncode, len(shown.stdout.splitlines())) == (0, 1)
    assert COCO in shown.stdout


def test_seeding_beside_it_resets_no_like(platform: Platform) -> None:
    like(platform, GARY)
    likes = profile(platform, GARY)["likes"]
    seeded = platform.mysfits("seed")
    assert seeded.returncode == 0
    assert f"12 mysfits are in {platform.outputs['DynamoTable']}.\n" in seeded.stdout
    assert profile(platform, GARY)["likes"] == likes > 0


@pytest.mark.parametrize(("place", "variable"), [(0, "SITE_PORT"), (1, "API_PORT"), (2, "CLOUD_PORT")])
def test_a_port_in_use_ends_the_start_with_its_number_and_its_variable(
    platform: Platform, tmp_path: Path, place: int, variable: str
) -> None:
    taken = [platform.site_url, platform.api_url, platform.cloud_url][place].rpartition(":")[2]
    ports = list(free_ports(3))
    ports[place] = int(taken)
    with Platform(tmp_path / "local", tuple(ports)) as second:
        assert second.ended() == 1
        assert second.output() == (
            f"Error: Port {taken} is in use. Stop what uses it, or set {variable} to another port.\n"
        )
        second.none_left()


def test_a_second_rehearsal_of_the_same_folder_is_refused_and_the_first_goes_on(platform: Platform) -> None:
    note = platform.outputs
    mine = platform.processes()
    others = dict(zip(("SITE_PORT", "API_PORT", "CLOUD_PORT"), map(str, free_ports(3)), strict=True))
    second = platform.mysfits("up", **others)
    assert second.returncode == 1
    assert second.stderr == "Error: An emulator of this folder is running already; stop it first: mysfits down\n"
    assert platform.outputs == note
    assert platform.processes() == mine
    assert ask(f"{platform.api_url}/health").status == 200


def test_likes_adoptions_and_log_events_survive_a_stop_and_a_start(tmp_path: Path) -> None:
    ports = free_ports(3)
    with Platform(tmp_path / "local", ports, options=FAST) as first:
        first.ready()
        for _ in range(3):
            assert like(first, GARY).status == 200
        assert ask(f"{first.api_url}/mysfits/{COCO}/adopt", "POST").status == 200
        # At once: what is still on its way to the log group must arrive too.
        assert first.stop(signal.SIGTERM) == 0
        first.none_left()
        assert "Traceback" not in first.output()

    # On the same ports: what the first one left of its connections does not stand in the way.
    with Platform(tmp_path / "local", ports, options=FAST) as second:
        second.ready()
        assert profile(second, GARY)["likes"] == 3
        assert profile(second, COCO)["adopted"] is True
        assert ask(f"{second.api_url}/mysfits/{COCO}/adopt", "POST").status == 409
        assert likes_logged(second) == 3
        assert like(second, GARY).status == 200
        until(lambda: likes_logged(second) == 4, "the new like is beside the old ones")

        # Ctrl-C in a terminal reaches every process of its group.
        os.killpg(second.process.pid, signal.SIGINT)
        assert second.ended() == 0
        second.none_left()
        assert "Traceback" not in second.output()


def test_a_stop_during_the_start_is_a_good_end(tmp_path: Path) -> None:
    with Platform(tmp_path / "local", options=FAST) as platform:
        platform.line("Starting mysfits-service")
        assert platform.stop() == 0
        assert "Ready" not in platform.output()
        assert "Traceback" not in platform.output()
        platform.none_left()


def test_a_stop_at_the_moment_of_ready_is_heard_by_every_worker(tmp_path: Path) -> None:
    """The first of them makes it ready while the others are still starting; a deaf one would hold the stop for 20 s."""
    with Platform(tmp_path / "local") as platform:
        assert platform.ready().stop() == 0
        platform.none_left()
    stops = seconds_to_stop(tmp_path / "local")
    assert stops
    # The server's own word for it cannot be trusted: on a busy machine it says so of workers that have just gone.
    assert max(stops) < KILLED_AFTER


def test_a_task_that_dies_is_replaced_and_what_it_stored_is_there(tmp_path: Path) -> None:
    with Platform(tmp_path / "local", options=FAST) as platform:
        platform.ready()
        assert like(platform, GARY).status == 200
        leaders = {os.getpgid(pid) for pid in platform.tasks()}
        assert len(leaders) == 2
        os.killpg(leaders.pop(), signal.SIGKILL)

        def healed() -> bool:
            now = {os.getpgid(pid) for pid in platform.tasks()}
            status = platform.mysfits("status", "--json")
            return len(now) == 2 and now > leaders and status.stdout.count('"health": "healthy"') == 2

        until(healed, "two tasks are healthy again")
        assert profile(platform, GARY)["likes"] == 1


def test_a_folder_that_cannot_be_written_ends_the_start_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in its way")
    with Platform(tmp_path / "file" / "local") as platform:
        assert platform.ended() == 1
        assert platform.output() == (
            f"Error: The data cannot be kept in {tmp_path}/file/local: Not a directory. "
            "LOCAL_DIR sets another folder.\n"
        )


def test_a_service_that_cannot_start_ends_the_start_with_its_reason(tmp_path: Path) -> None:
    wrong = ("--placeholder", "--set", "PlaceholderImage=nobody/nothing:1", "--speed", "10")
    with Platform(tmp_path / "local", options=wrong) as platform:
        assert platform.ended() == 1
        assert "MythicalMonolithService: Resource handler returned message" in platform.output()
        assert "CannotPullContainerError" in platform.output()
        assert "Ready" not in platform.output()
        assert "Traceback" not in platform.output()
        platform.none_left()


def test_nothing_outlives_a_main_process_that_was_killed(tmp_path: Path) -> None:
    with Platform(tmp_path / "local", options=FAST) as platform:
        platform.ready()
        assert len(platform.processes()) >= 7  # itself, the reaper, Envoy, two tasks with their workers
        assert platform.stop(signal.SIGKILL) == -signal.SIGKILL
        platform.none_left()


def test_a_template_that_freezes_others_ends_it_with_one_sentence(tmp_path: Path) -> None:
    template = tmp_path / "frozen.yml"
    template.write_text(
        f"Parameters: {{Word: {{Type: String, AllowedPattern: '(a|aa)+$', Default: {'a' * 60}!}}}}\n"
        "Resources: {Den: {Type: AWS::S3::Bucket}}\n"
    )
    with Platform(tmp_path / "local", options=["--template", str(template)]) as platform:
        assert platform.ended() == 1
        assert platform.line("Error: ").startswith("Error: frozen.yml, line 1: Parameters.Word: the AllowedPattern ")
        assert "Traceback" not in platform.output()


def test_the_template_of_anybody_else_is_run_as_it_is(tmp_path: Path) -> None:
    template = ROOT / "emulator" / "tests" / "somebodys-service.yml"
    with Platform(tmp_path / "local", options=["--template", str(template), "--yes", "--speed", "10"]) as platform:
        platform.ready()
        assert "container 'web'" in platform.output().partition("The placeholder stands in")[0]
        assert "The placeholder stands in for public.example/team/web:1.2." in platform.output()
        assert f"Output  Url  {platform.api_url}" in platform.output()
        assert ask(f"{platform.api_url}/any/path").status == 200
        services = platform.client("ecs").list_services(cluster="somebodys-service-Cluster")["serviceArns"]
        assert [arn.rpartition("/")[2] for arn in services] == ["somebodys-service-Service"]
        assert platform.stop() == 0
