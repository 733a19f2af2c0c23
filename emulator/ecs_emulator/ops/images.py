"""Images of a revision, looked for before a deployment begins that nobody could run.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html
"""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import ClientError

from ecs_emulator.ops.outcomes import Failure, Outcome, choices, code_of
from ecs_emulator.ops.revisions import repository_of, tag_of
from ecs_emulator.ops.target import Target

_ECR = re.compile(r"(?P<registry>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/(?P<name>[^:@]+)")
_FEW = 10  # tags that are listed for who has named another


def refuse_unknown(target: Target, image: str) -> None:
    """Refuse an image that is known not to be there. Raises Failure (NOT_FOUND), with those that are.

    On AWS that is one of ECR; in the emulator any, unless it pulls or something stands in for what it does not have.
    Where nobody may look, or nobody knows, nothing is refused.
    """
    found = _ECR.match(image)
    if target.on_aws and not found:
        return
    # There are no stubs of ECR among the requirements.
    client: Any = target.session.client
    ecr = client("ecr", region_name=found["region"]) if found else client("ecr")
    name, tag = found["name"] if found else repository_of(image), tag_of(image)
    identifier = {"imageDigest": tag} if "@" in image else {"imageTag": tag}
    registry = {"registryId": found["registry"]} if found and target.on_aws else {}
    try:
        ecr.describe_images(repositoryName=name, imageIds=[identifier], **registry)
    except ClientError as error:
        code = code_of(error)
        if code == "RepositoryNotFoundException" and target.on_aws:
            raise Failure(Outcome.NOT_FOUND, f"There is no repository {name} for {image}.") from error
        if code == "ImageNotFoundException":
            raise Failure(
                Outcome.NOT_FOUND, f"There is no image {image}. {_choice(target, ecr, name if found else '')}"
            ) from error


def _choice(target: Target, ecr: Any, repository: str) -> str:
    """Sentence on the images that there are, of a repository or, where it is empty, of all."""
    pages = ecr.get_paginator("describe_repositories").paginate()
    names = [repository] if repository else [each["repositoryName"] for page in pages for each in page["repositories"]]
    tags: list[str] = []
    for name in names:
        images = [
            each
            for page in ecr.get_paginator("describe_images").paginate(repositoryName=name)
            for each in page["imageDetails"]
        ]
        images.sort(key=lambda each: str(each.get("imagePushedAt", "")), reverse=True)
        found = [tag for each in images for tag in each.get("imageTags", [])][:_FEW]
        tags += found if repository else [f"{name}:{tag}" for tag in found]
    listed = choices(tags)
    return listed if target.on_aws else f"{listed} Others need an emulator with --docker."
