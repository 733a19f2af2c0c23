"""The image of a folder is built by the engine, once for each content."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecs_emulator.scheduler.docker.engine import Engine
from ecs_emulator.scheduler.docker.images import BuiltImages, DockerBuild, NotBuilt, resolved
from ecs_emulator.scheduler.snapshots import NoSource, TagTaken, WrongTag
from emulator.tests.scheduler.docker.stand_in import StandIn
from emulator.tests.scheduler.launches import BUILD

DESCRIBED = DockerBuild(BUILD, ("Dockerfile",), lambda _source, commit: ["--build-arg", f"COMMIT={commit}"])
ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "web").mkdir(parents=True)
    (folder / "web" / "__main__.py").write_text("print('one')\n")
    (folder / "version.txt").write_text("1")
    (folder / "Dockerfile").write_text("FROM scratch\n")
    return folder


@pytest.fixture
def images(engine: Engine) -> BuiltImages:
    return BuiltImages(engine, "web", DESCRIBED)


def test_an_image_is_built_once(images: BuiltImages, source: Path, stand_in: StandIn) -> None:
    assert images.push("v1", source, "abc")
    assert not images.push("v1", source, "abc")
    (arguments,) = stand_in.calls("build")
    assert arguments[-3:] == ["--tag", "web:v1", str(source)]
    assert "COMMIT=abc" in arguments


@pytest.mark.parametrize("change", ["web/__main__.py", "Dockerfile"])
def test_other_content_gets_another_tag_and_never_that_of_another(
    images: BuiltImages, source: Path, change: str
) -> None:
    first = images.digest(source)
    images.push("v1", source)
    (source / change).write_text("2")
    with pytest.raises(TagTaken, match="The tag v1 stands for other code already"):
        images.push("v1", source)
    assert images.digest(source) != first


def test_an_image_of_that_name_that_somebody_else_built_is_not_overwritten(
    images: BuiltImages, source: Path, stand_in: StandIn
) -> None:
    stand_in.has({"web:v1": {}})
    with pytest.raises(TagTaken):
        images.push("v1", source)


def test_a_build_that_fails_is_told_with_the_last_line(images: BuiltImages, source: Path, stand_in: StandIn) -> None:
    (stand_in.folder / "broken").touch()
    with pytest.raises(NotBuilt, match=r"^The image could not be built: the package index is away$"):
        images.push("v1", source)


def test_what_is_no_tag_or_no_source_is_refused(images: BuiltImages, source: Path) -> None:
    with pytest.raises(WrongTag):
        images.push("v/1", source)
    (source / "Dockerfile").unlink()
    with pytest.raises(NoSource, match="There is no Dockerfile"):
        images.push("v1", source)


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        (f"{ECR}/team/images:v1", "web:v1"),
        (f"{ECR}/team/images", "web:latest"),
        (f"{ECR}/team/images:v3", f"{ECR}/team/images:v3"),
        (f"{ECR}/team/images:v4", None),
        ("web:v1", "web:v1"),
        ("other:v1", None),
        ("example.com:5000/web:v1", "example.com:5000/web:v1"),
    ],
)
def test_a_reference_is_what_was_built_here_or_what_the_engine_has(
    engine: Engine, stand_in: StandIn, reference: str, found: str | None
) -> None:
    there = ["web:v1", "web:latest", f"{ECR}/team/images:v3", "example.com:5000/web:v1"]
    stand_in.has({name: {} for name in there})
    assert resolved(engine, reference, "web") == found
