"""ECR operations on the images that tasks start from; moto keeps the repositories.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecs_emulator.cloud.errors import AwsError
from ecs_emulator.local import ACCOUNT, REGION
from ecs_emulator.scheduler.images import Images

if TYPE_CHECKING:
    from ecs_emulator.cloud.service import Answer, Operations

Input = dict[str, Any]  # as botocore's model of ECR has it; there are no stubs of ECR among the requirements

OPERATIONS = ("DescribeImages",)  # that are answered here; moto answers the rest
REFUSED = ("GetAuthorizationToken",)
_NO_PUSH = (
    "No image can be pushed to the emulator. A container runs the program that --run names for it, "
    "or with --docker an image of another registry."
)

_REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"


@dataclass(frozen=True)
class Registry:
    """Registry of the account: `repositories` gives the names of those that stacks have made; `images` are all that
    tasks start from, None where something stands in for others.
    """

    images: Images | None
    repositories: Callable[[], Collection[str]]

    @property
    def operations(self) -> Operations:
        """The operations that it answers; what they answer with None is left to moto."""
        return {
            "DescribeImages": self.describe_images,
            "GetAuthorizationToken": refuse_push,
        }

    def describe_images(self, request: Input) -> Answer | None:
        """A repository that no stack has made is that of another registry: `postgres` for `postgres:16`.

        Of those it is told whether an image is here, and never that the repository is not there.
        """
        name = request["repositoryName"]
        is_ours = name in self.repositories()
        reference = f"{_REGISTRY}/{name}" if is_ours else name
        asked = request.get("imageIds")
        if self.images is None and not is_ours:
            return None
        if not asked:
            return {"imageDetails": self._details(name, reference)} if is_ours else None
        found = []
        for each in asked:
            tag = each.get("imageTag")
            if tag is None:  # a digest is nothing that images have here
                return None
            if self.images is None or self.images.resolve(f"{reference}:{tag}") is None:
                raise AwsError(
                    "ImageNotFoundException",
                    f"The image with imageId {{imageDigest:'null', imageTag:'{tag}'}} does not exist within the "
                    f"repository with name '{name}' in the registry with id '{ACCOUNT}'",
                )
            found.append(self._detail(name, tag))
        return {"imageDetails": found}

    def _details(self, name: str, reference: str) -> list[Answer]:
        images = self.images
        tags = images.tags() if images else []
        return [self._detail(name, tag) for tag in tags if images and images.resolve(f"{reference}:{tag}")]

    def _detail(self, name: str, tag: str) -> Answer:
        detail: Answer = {"registryId": ACCOUNT, "repositoryName": name, "imageTags": [tag]}
        if self.images and (pushed := self.images.pushed(tag)):
            detail["imagePushedAt"], detail["imageSizeInBytes"] = pushed
        return detail


def refuse_push(_request: Input) -> Answer:
    """Refuse the credentials that a client wants to push or pull with. Raises AwsError."""
    raise AwsError("InvalidParameterException", _NO_PUSH)
