"""Corrections of moto's ECR: digests are those of manifests, and what is no image is refused in AWS's words.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.ecr.exceptions import InvalidParameterException, RepositoryNotFoundException
from moto.ecr.models import ECRBackend, Image

from ecs_emulator.cloud.moto_overrides import override

_TAG = re.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,299}")


def install() -> None:
    """Keep images so from now on, in this process."""
    override(ECRBackend, "put_image", _put_image)
    override(ECRBackend, "put_registry_scanning_configuration", _configured)


def _put_image(
    before: Any,
    backend: ECRBackend,
    repository_name: str,
    image_manifest: str,
    image_tag: str | None,
    image_manifest_mediatype: str | None = None,
    digest: str | None = None,
) -> Image:
    repository = backend.repositories.get(repository_name)
    if repository is None:
        raise RepositoryNotFoundException(repository_name, backend.account_id)
    if not isinstance(_parsed(image_manifest), dict):
        raise _invalid("ImageManifest", "Invalid JSON syntax")
    if image_tag is not None and not _TAG.fullmatch(image_tag):
        raise _invalid("imageTag", f"must satisfy regular expression '{_TAG.pattern}'")
    own = f"sha256:{hashlib.sha256(image_manifest.encode()).hexdigest()}"
    if digest not in (None, own):
        message = "The specified image digest does not match the digest that Amazon ECR calculated for the image."
        raise JsonRESTError("ImageDigestDoesNotMatchException", message)
    others = [each for each in repository.images if image_tag in each.image_tags and each.get_image_digest() != own]
    if others and repository.is_tag_immutable():
        message = f"The image tag '{image_tag}' already exists in the '{repository_name}' repository and cannot be "
        raise JsonRESTError("ImageTagAlreadyExistsException", message + "overwritten because the tag is immutable.")
    image: Image = before(backend, repository_name, image_manifest, image_tag, image_manifest_mediatype, own)
    return image


def _parsed(manifest: str) -> Any:
    try:
        return json.loads(manifest)
    except (ValueError, RecursionError):
        return None


def _invalid(name: str, constraint: str) -> InvalidParameterException:
    return InvalidParameterException(f"Invalid parameter at '{name}' failed to satisfy constraint: '{constraint}'")


def _configured(before: Any, backend: ECRBackend, scan_type: str, rules: list[dict[str, Any]] | None) -> None:
    """A configuration without rules has none; moto fails with it, and with each repository that comes after.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutRegistryScanningConfiguration.html
    """
    before(backend, scan_type, rules or [])
