"""ECR tells which images a task can start from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.cloud.protocols import service_model, validation_error
from ecs_emulator.scheduler.image_operations import Registry
from ecs_emulator.scheduler.images import CONFIGURATION, Images


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """One repository, and the tag `one`."""
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / CONFIGURATION).write_text(json.dumps({"command": ["true"], "environment": {}}))
    return Registry(Images(tmp_path, placeholder="example/hello"), lambda: {"shop"})


def asked(registry: Registry, operation: str, **given: Any) -> Any:
    """The answer, which fits botocore's model."""
    answer = registry.operations[operation](given)
    if answer is not None:
        assert validation_error(service_model("ecr").operation_model(operation).output_shape, answer) == ""
    return answer


def test_the_images_of_a_repository_are_told(registry: Registry) -> None:
    [image] = asked(registry, "DescribeImages", repositoryName="shop")["imageDetails"]
    assert (image["imageTags"], image["imageSizeInBytes"] > 0) == (["one"], True)
    assert asked(registry, "DescribeImages", repositoryName="shop", imageIds=[{"imageTag": "one"}])["imageDetails"]


@pytest.mark.parametrize(("repository", "tag"), [("shop", "two"), ("postgres", "16")])
def test_an_image_that_no_task_could_start_from_is_not_found(registry: Registry, repository: str, tag: str) -> None:
    with pytest.raises(AwsError, match=f"imageTag:'{tag}'}} does not exist within the repository") as refused:
        asked(registry, "DescribeImages", repositoryName=repository, imageIds=[{"imageTag": tag}])
    assert refused.value.code == "ImageNotFoundException"


def test_what_is_always_here_is_found(registry: Registry) -> None:
    assert asked(registry, "DescribeImages", repositoryName="example/hello", imageIds=[{"imageTag": "latest"}])


@pytest.mark.parametrize(
    ("operation", "given"),
    [
        ("DescribeImages", {"repositoryName": "other"}),
        ("DescribeImages", {"repositoryName": "shop", "imageIds": [{"imageDigest": "sha256:1"}]}),
    ],
)
def test_the_rest_is_left_to_moto(registry: Registry, operation: str, given: dict[str, Any]) -> None:
    assert asked(registry, operation, **given) is None


def test_a_repository_of_a_stack_is_there_and_empty_where_something_stands_in_for_images() -> None:
    registry = Registry(None, lambda: {"shop"})
    assert asked(registry, "DescribeImages", repositoryName="shop") == {"imageDetails": []}
    assert asked(registry, "DescribeImages", repositoryName="postgres", imageIds=[{"imageTag": "16"}]) is None
    with pytest.raises(AwsError, match="imageTag:'one'} does not exist within the repository"):
        asked(registry, "DescribeImages", repositoryName="shop", imageIds=[{"imageTag": "one"}])


def test_whoever_would_push_is_told_what_to_do(registry: Registry) -> None:
    with pytest.raises(AwsError, match=r"No image can be pushed to the emulator.* --run names"):
        asked(registry, "GetAuthorizationToken")
