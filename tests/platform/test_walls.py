"""The import walls: they stand, everything is inside of them, and what is new is so by itself."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.platform_runner import ROOT

LINT = Path(sys.executable).parent / "lint-imports"
# Nothing imports these; what those of the emulator import, emulator/tests/test_no_mentions.py says.
TESTS = {"tests", "emulator.tests"}


def lint(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    chosen = [part for each in contracts for part in ("--contract", each)]
    return subprocess.run(
        [LINT, "--no-cache", *chosen],
        cwd=folder,
        env={"PYTHONPATH": f"{folder}:{folder / 'emulator'}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )


def linter() -> dict[str, Any]:
    settings: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return settings


def packages(folder: Path, prefix: str = "") -> set[str]:
    # docs/ has the settings of what builds it.
    return {f"{prefix}{path.parent.name}" for path in folder.glob("[a-z]*/*.py")} - {"docs"}


def test_the_import_walls_stand() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


def test_every_package_is_inside_the_walls() -> None:
    of_emulator = packages(ROOT / "emulator", "emulator.") - {"emulator.ecs_emulator"} | {"ecs_emulator"}
    everything = packages(ROOT) | of_emulator | {"emulator.tests", "tests"}
    settings = linter()
    assert set(settings["root_packages"]) == everything - TESTS
    contracts = {each["id"]: each for each in settings["contracts"]}
    in_layers = {name for layer in contracts["house"]["layers"] for name in layer.split(" | ")}
    assert in_layers == set(contracts["circles"]["ancestors"]) == set(settings["root_packages"])


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name in linter()["root_packages"]:
        path = Path("emulator", "ecs_emulator") if name == "ecs_emulator" else Path(*name.split("."))
        shutil.copytree(ROOT / path, folder / path, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.mark.parametrize(
    ("path", "line", "contract", "refused"),
    [
        ("app/fostering/routes.py", "import app.kit.dynamodb", "features", None),
        ("app/fostering/routes.py", "import app.likes.store", "features", "app.fostering is not allowed to import"),
        ("app/catalog/fostering.py", "import app.fostering", "features", "app.catalog is not allowed to import"),
        ("app/kit/fostering.py", "import app.catalog.store", "features", "app.kit is not allowed to import"),
        ("app/fostering/store.py", "import boto3", "aws", "app.fostering is not allowed to import boto3"),
        ("app/kit/fostering.py", "import boto3", "aws", None),
        ("app/fostering/store.py", "import ecs_emulator.clock", "house", "app is not allowed to import ecs_emulator"),
        ("ops/fostering.py", "import mysfits.cli", "house", "ops is not allowed to import mysfits"),
        ("ops/fostering.py", "import ops.traffic", "circles", None),
        ("emulator/ecs_emulator/fostering.py", "", "emulator", "fostering"),
        ("emulator/ecs_emulator/cloud/new.py", "import ecs_emulator.scheduler", "emulator", "not allowed to import"),
        ("emulator/ecs_emulator/stacks/state.py", "import ecs_emulator.stacks.stack", "circles", "No cycles"),
    ],
)
def test_what_is_new_is_inside_the_walls(copy: Path, path: str, line: str, contract: str, refused: str | None) -> None:
    new, feature = copy / path, copy / "app" / "fostering"
    before = new.read_text() if new.exists() else None
    feature.mkdir()
    (feature / "__init__.py").touch()
    new.write_text(f"{before or ''}\n{line}\n")
    try:
        result = lint(copy, contract)
    finally:
        shutil.rmtree(feature)
        if before is not None:
            new.write_text(before)
        else:
            new.unlink(missing_ok=True)
    if refused is None:
        assert result.returncode == 0, result.stdout
    else:
        assert result.returncode == 1, result.stdout + result.stderr
        assert refused in " ".join(result.stdout.split())
