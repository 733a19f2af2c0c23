"""The image of a folder is built by the engine, once for each content."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecs_emulator.scheduler.docker.engine import Engine
from ecs_emulator.scheduler.docker.images import OF_THE_BUILD, BuiltImages, NotBuilt, resolved
from ecs_emulator.scheduler.images import NoSource, TagTaken, WrongTag
from emulator.tests.scheduler.docker.stand_in import StandIn
from ops.push import push

ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "app").mkdir(parents=True)
    (folder / "app" / "__main__.py").write_text("print('one')\n")
    (folder / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    (folder / "Dockerfile").write_text("FROM scratch\n")
    (folder / "requirements.txt").write_text("flask\n")
    (folder / "tools").mkdir()
    (folder / "tools" / "bare_root.py").write_text("pass\n")
    return folder


@pytest.fixture
def images(engine: Engine) -> BuiltImages:
    return BuiltImages(engine)


def test_an_image_is_built_once(images: BuiltImages, source: Path, stand_in: StandIn) -> None:
    assert images.push("v1", source, "abc")
    assert not images.push("v1", source, "abc")
    (arguments,) = stand_in.calls("build")
    assert arguments[-3:] == ["--tag", "mysfits:v1", str(source)]
    assert {"VERSION=1.2.3", "COMMIT=abc"} <= set(arguments)


@pytest.mark.parametrize("change", ["app/__main__.py", "pyproject.toml", *OF_THE_BUILD])
def test_other_content_gets_another_tag_and_never_that_of_another(
    images: BuiltImages, source: Path, change: str
) -> None:
    first = push(images, source=source)
    images.push("v1", source)
    (source / change).write_text('[project]\nversion = "2"\n')
    with pytest.raises(TagTaken, match="The tag v1 stands for other code already"):
        images.push("v1", source)
    assert push(images, source=source).tag != first.tag


def test_an_image_of_that_name_that_somebody_else_built_is_not_overwritten(
    images: BuiltImages, source: Path, stand_in: StandIn
) -> None:
    stand_in.has({"mysfits:v1": {}})
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
        (f"{ECR}/mysfits-pipeline-images:v1", "mysfits:v1"),
        (f"{ECR}/mysfits-pipeline-images", "mysfits:latest"),
        (f"{ECR}/mysfits-pipeline-images:v3", f"{ECR}/mysfits-pipeline-images:v3"),
        (f"{ECR}/mysfits-pipeline-images:v4", None),
        ("mysfits:v1", "mysfits:v1"),
        ("web:v1", None),
        ("example.com:5000/web:v1", "example.com:5000/web:v1"),
    ],
)
def test_a_reference_is_what_was_built_here_or_what_the_engine_has(
    engine: Engine, stand_in: StandIn, reference: str, found: str | None
) -> None:
    there = ["mysfits:v1", "mysfits:latest", f"{ECR}/mysfits-pipeline-images:v3", "example.com:5000/web:v1"]
    stand_in.has({name: {} for name in there})
    assert resolved(engine, reference) == found
