"""An image reference finds the snapshot that was pushed under its tag."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from ecs_emulator.scheduler.images import Image, Images, Programs
from ecs_emulator.scheduler.snapshots import NoSource, Snapshots, TagTaken, WrongTag
from emulator.tests.scheduler.launches import BUILD

ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "web" / "parts").mkdir(parents=True)
    (folder / "web" / "__main__.py").write_text("print('one')\n")
    (folder / "web" / "parts" / "data.txt").write_text("data")
    (folder / "web" / "parts" / "__pycache__").mkdir()
    (folder / "web" / "parts" / "__pycache__" / "old.cpython-311.pyc").write_text("stale")
    (folder / "version.txt").write_text("1")
    (folder / "secret.txt").write_text("not for the image")
    return folder


@pytest.fixture
def images(tmp_path: Path) -> Images:
    return Images(tmp_path / "images", placeholder="nginxdemos/nginx-hello")


@pytest.fixture
def repository(tmp_path: Path) -> Snapshots:
    return Snapshots(tmp_path / "images", BUILD)


def found(image: Image | None) -> Image:
    assert image
    return image


def files(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc"}


def test_a_snapshot_holds_what_is_copied_and_nothing_else(images: Images, repository: Snapshots, source: Path) -> None:
    assert repository.push("v1", source, commit="abc")
    image = found(images.resolve(f"{ECR}/web:v1"))
    assert files(image.root) == {"web/__main__.py", "web/parts/data.txt", "image.json"}
    assert not list(image.root.rglob("old.*"))
    assert image.command == ("python", "-m", "web")
    assert (image.environment["COMMIT"], image.environment["PYTHONPATH"]) == ("abc", str(image.root))


def test_a_snapshot_stays_as_it_is_when_the_source_changes(images: Images, repository: Snapshots, source: Path) -> None:
    repository.push("v1", source)
    (source / "web" / "__main__.py").write_text("print('other')\n")
    repository.push("v2", source)
    programs = [found(images.resolve(f"web:{tag}")).root / "web" / "__main__.py" for tag in ("v1", "v2")]
    assert [program.read_text() for program in programs] == ["print('one')\n", "print('other')\n"]


def test_a_tag_is_never_overwritten(images: Images, repository: Snapshots, source: Path) -> None:
    assert repository.push("v1", source)
    assert not repository.push("v1", source, commit="of the same code")
    (source / "web" / "parts" / "data.txt").write_text("atad")
    with pytest.raises(TagTaken) as refused:
        repository.push("v1", source)
    assert str(refused.value) == (
        "The tag v1 stands for other code already, and tags are never overwritten; choose another."
    )
    assert (found(images.resolve("web:v1")).root / "web" / "parts" / "data.txt").read_text() == "data"


def test_of_many_that_push_one_tag_at_once_one_is_new_and_the_image_is_whole(
    images: Images, repository: Snapshots, source: Path
) -> None:
    new: list[bool] = []
    pushes = [threading.Thread(target=lambda: new.append(repository.push("v1", source))) for _ in range(8)]
    for push in pushes:
        push.start()
    for push in pushes:
        push.join()
    assert sorted(new) == [False] * 7 + [True]
    root = found(images.resolve("web:v1")).root
    assert files(root) == {"web/__main__.py", "web/parts/data.txt", "image.json"}
    assert [path.name for path in root.parent.iterdir()] == ["v1"]


@pytest.mark.parametrize("tag", ["", ".", "..", "-v1", "a/b", "../v1", "v 1", "a" * 129, "é", "v1\n"])
def test_a_wrong_tag_is_refused(images: Images, repository: Snapshots, source: Path, tag: str) -> None:
    with pytest.raises(WrongTag):
        repository.push(tag, source)
    assert images.resolve(f"web:{tag}") is None


def test_a_folder_without_an_application_is_refused(repository: Snapshots, tmp_path: Path) -> None:
    with pytest.raises(NoSource):
        repository.push("v1", tmp_path)


def test_code_that_does_not_compile_is_pushed_as_docker_would(
    images: Images, repository: Snapshots, source: Path
) -> None:
    (source / "web" / "__main__.py").write_text("1 +")
    assert repository.push("broken", source)


@pytest.mark.parametrize(
    ("reference", "is_found"),
    [
        (f"{ECR}/web:v1", True),
        (f"{ECR}/web-pipeline-ImageRepository:v1", True),
        (f"{ECR}/team/web:v1", True),
        (f"{ECR}/web", True),  # latest
        (f"{ECR}/web:v2", False),
        (f"{ECR}/web@sha256:0", False),
        ("web:v1", True),
        ("web", False),
        ("somebody/web:v1", False),
        ("ghcr.io/somebody/web:v1", False),
        ("web:../images/v1", False),
        ("", False),
        (":v1", False),
    ],
)
def test_a_reference_finds_an_image_by_its_tag(
    images: Images, repository: Snapshots, source: Path, reference: str, is_found: bool
) -> None:
    repository.push("v1", source)
    repository.push("latest", source)
    assert bool(images.resolve(reference)) == is_found


@pytest.mark.parametrize(
    ("reference", "is_found"),
    [
        (f"{ECR}/web-images:v1", True),
        (f"{ECR}/web-images:v2", False),
        (f"{ECR}/other-images:v1", False),
        (f"{ECR}/web:v1", False),
        ("web:v1", True),
        ("nginx:v1", False),
    ],
)
def test_an_image_is_in_its_own_repository_and_in_no_other(
    repository: Snapshots, tmp_path: Path, source: Path, reference: str, is_found: bool
) -> None:
    images = Images(tmp_path / "images", repository="web-images", name="web")
    repository.push("v1", source)
    assert bool(images.resolve(reference)) == is_found


@pytest.mark.parametrize("reference", ["nginxdemos/nginx-hello:latest", "nginxdemos/nginx-hello"])
def test_the_image_that_is_a_placeholder_everywhere_is_built_in(images: Images, reference: str) -> None:
    image = found(images.resolve(reference))
    assert (image.is_placeholder, image.stands_in, image.environment["PORT"]) == (True, False, "8080")


def test_an_unknown_image_is_replaced_by_the_placeholder_where_that_is_asked_for(
    repository: Snapshots, tmp_path: Path, source: Path
) -> None:
    images = Images(tmp_path / "images", stand_in=True)
    repository.push("v1", source)
    stand_in = found(images.resolve("amazon/amazon-ecs-sample"))
    assert (stand_in.is_placeholder, stand_in.stands_in, "PORT" in stand_in.environment) == (True, True, False)
    assert not found(images.resolve("web:v1")).is_placeholder


def test_an_image_of_an_earlier_version_is_none(images: Images, tmp_path: Path) -> None:
    (tmp_path / "images" / "old").mkdir(parents=True)
    (tmp_path / "images" / "old" / "image.json").write_text('{"digest": "0", "version": "1", "commit": "abc"}')
    assert images.resolve("web:old") is None


@pytest.mark.parametrize("name", ["web", "example.com/web:1"])
def test_a_program_is_found_by_the_container_or_the_image_and_goes_before_both(
    images: Images, repository: Snapshots, source: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("HOME", "/home/dev")
    repository.push("v1", source)
    images.programs = Programs({name: "serve --port $PORT"}, tmp_path)
    program = found(images.of({"name": "web", "image": "example.com/web:1"}))
    assert (program.command, program.root, program.is_program) == (
        ("/bin/sh", "-c", "serve --port $PORT"),
        tmp_path,
        True,
    )
    # The developer's keys are none of the task's.
    assert program.environment["HOME"] == "/home/dev"
    assert program.environment["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"
    assert "AWS_PROFILE" not in program.environment
    other = found(images.of({"name": "side", "image": "web:v1"}))
    assert not other.is_program


@pytest.mark.parametrize(
    ("command", "shell_s"),
    [
        ("python3 -m http.server $PORT", "exec python3 -m http.server $PORT"),
        ("sh -c 'a; b && c' >out", "exec sh -c 'a; b && c' >out"),
        ("cd web && python3 -m http.server", None),
        ("python3 a.py & python3 b.py", None),
        ("(python3 a.py)", None),
        ("python3 a.py\npython3 b.py", None),
        ("exit 7", None),
        ("PORT=1 python3 a.py", None),
        ("echo 'unfinished", None),
        ("", None),
    ],
)
def test_a_program_takes_the_place_of_its_shell_where_it_is_all_that_the_shell_runs(
    command: str, shell_s: str | None, tmp_path: Path
) -> None:
    program = found(Programs({"web": command}, tmp_path).of("web", "image"))
    assert program.command == ("/bin/sh", "-c", shell_s or command)
