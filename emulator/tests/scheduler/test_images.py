"""An image reference finds the snapshot that was pushed under its tag."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from ecs_emulator.scheduler.images import Image, Images, NoSource, TagTaken, WrongTag

ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "app" / "kit").mkdir(parents=True)
    (folder / "app" / "__main__.py").write_text("print('one')\n")
    (folder / "app" / "kit" / "data.txt").write_text("data")
    (folder / "app" / "kit" / "__pycache__").mkdir()
    (folder / "app" / "kit" / "__pycache__" / "old.cpython-311.pyc").write_text("stale")
    (folder / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    (folder / "secret.txt").write_text("not for the image")
    return folder


@pytest.fixture
def images(tmp_path: Path) -> Images:
    return Images(tmp_path / "images")


def found(image: Image | None) -> Image:
    assert image
    return image


def files(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc"}


def test_a_snapshot_holds_what_the_dockerfile_copies_and_nothing_else(images: Images, source: Path) -> None:
    assert images.push("v1", source, commit="abc")
    image = found(images.resolve(f"{ECR}/mysfits:v1"))
    assert files(image.root) == {"app/__main__.py", "app/kit/data.txt", "image.json"}
    assert not list(image.root.rglob("old.*"))
    assert image.command == ("python", "-m", "app")
    assert (image.environment["SERVICE_VERSION"], image.environment["SERVICE_COMMIT"]) == ("1.2.3", "abc")


def test_a_snapshot_stays_as_it_is_when_the_source_changes(images: Images, source: Path) -> None:
    images.push("v1", source)
    (source / "app" / "__main__.py").write_text("print('other')\n")
    images.push("v2", source)
    programs = [found(images.resolve(f"mysfits:{tag}")).root / "app" / "__main__.py" for tag in ("v1", "v2")]
    assert [program.read_text() for program in programs] == ["print('one')\n", "print('other')\n"]


def test_a_tag_is_never_overwritten(images: Images, source: Path) -> None:
    assert images.push("v1", source)
    assert not images.push("v1", source, commit="of the same code")
    (source / "app" / "kit" / "data.txt").write_text("atad")
    with pytest.raises(TagTaken) as refused:
        images.push("v1", source)
    assert str(refused.value) == (
        "The tag v1 stands for other code already, and tags are never overwritten; choose another."
    )
    assert (found(images.resolve("mysfits:v1")).root / "app" / "kit" / "data.txt").read_text() == "data"


def test_of_many_that_push_one_tag_at_once_one_is_new_and_the_image_is_whole(images: Images, source: Path) -> None:
    new: list[bool] = []
    pushes = [threading.Thread(target=lambda: new.append(images.push("v1", source))) for _ in range(8)]
    for push in pushes:
        push.start()
    for push in pushes:
        push.join()
    assert sorted(new) == [False] * 7 + [True]
    root = found(images.resolve("mysfits:v1")).root
    assert files(root) == {"app/__main__.py", "app/kit/data.txt", "image.json"}
    assert [path.name for path in root.parent.iterdir()] == ["v1"]


@pytest.mark.parametrize("tag", ["", ".", "..", "-v1", "a/b", "../v1", "v 1", "a" * 129, "é", "v1\n"])
def test_a_wrong_tag_is_refused(images: Images, source: Path, tag: str) -> None:
    with pytest.raises(WrongTag):
        images.push(tag, source)
    assert images.resolve(f"mysfits:{tag}") is None


def test_a_folder_without_an_application_is_refused(images: Images, tmp_path: Path) -> None:
    with pytest.raises(NoSource):
        images.push("v1", tmp_path)


def test_code_that_does_not_compile_is_pushed_as_docker_would(images: Images, source: Path) -> None:
    (source / "app" / "__main__.py").write_text("1 +")
    assert images.push("broken", source)


@pytest.mark.parametrize(
    ("reference", "is_found"),
    [
        (f"{ECR}/mysfits:v1", True),
        (f"{ECR}/mysfits-pipeline-ImageRepository:v1", True),
        (f"{ECR}/team/mysfits:v1", True),
        (f"{ECR}/mysfits", True),  # latest
        (f"{ECR}/mysfits:v2", False),
        (f"{ECR}/mysfits@sha256:0", False),
        ("mysfits:v1", True),
        ("mysfits", False),
        ("somebody/mysfits:v1", False),
        ("ghcr.io/somebody/mysfits:v1", False),
        ("mysfits:../images/v1", False),
        ("", False),
        (":v1", False),
    ],
)
def test_a_reference_finds_an_image_by_its_tag(images: Images, source: Path, reference: str, is_found: bool) -> None:
    images.push("v1", source)
    images.push("latest", source)
    assert bool(images.resolve(reference)) == is_found


@pytest.mark.parametrize("reference", ["nginxdemos/nginx-hello:latest", "nginxdemos/nginx-hello"])
def test_the_placeholder_of_the_template_is_built_in(images: Images, reference: str) -> None:
    image = found(images.resolve(reference))
    assert (image.is_placeholder, image.stands_in, image.environment["PORT"]) == (True, False, "8080")


def test_an_unknown_image_is_played_by_the_placeholder_where_that_is_asked_for(tmp_path: Path, source: Path) -> None:
    images = Images(tmp_path / "images", stand_in=True)
    images.push("v1", source)
    stand_in = found(images.resolve("amazon/amazon-ecs-sample"))
    assert (stand_in.is_placeholder, stand_in.stands_in, "PORT" in stand_in.environment) == (True, True, False)
    assert not found(images.resolve("mysfits:v1")).is_placeholder
