"""Corrections of the tags of moto's S3: `aws:` is AWS's and `awesome` is not; what is not there has no tags.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
"""

from __future__ import annotations

from typing import Any

from moto.s3 import notifications
from moto.s3.exceptions import InvalidTagError
from moto.s3.models import FakeKey, S3Backend
from moto.s3.responses import S3Response

from ecs_emulator.cloud.moto_overrides import override, replace
from ecs_emulator.cloud.moto_s3_reads import existing


def install() -> None:
    """Answer so from now on, in this process."""
    replace(S3Backend, "put_object_tagging", _put)
    override(S3Backend, "delete_object_tagging", _deleted)
    override(S3Response, "_tagging_from_xml", _read)
    override(S3Response, "_bucket_tagging_from_body", _read)


def _put(backend: S3Backend, key: FakeKey, tags: dict[str, str] | None) -> FakeKey:
    """Raises InvalidTagError."""
    given = backend.tagger.convert_dict_to_tags_input(tags)
    if any(name.startswith("aws:") for name in tags or ()):
        raise InvalidTagError("Your TagKey cannot be prefixed with aws:")
    if problem := backend.tagger.validate_tags(given):
        raise InvalidTagError(problem)
    backend.tagger.delete_all_tags_for_resource(key.arn)
    backend.tagger.tag_resource(key.arn, given)
    event = notifications.S3NotificationEvent.OBJECT_TAGGING_PUT_EVENT
    notifications.send_event(backend.account_id, event, backend.get_bucket(str(key.bucket_name)), key)
    return key


def _read(before: Any, response: S3Response) -> dict[str, str]:
    """Raises what moto does. A set may be empty, and so may a value."""
    if b"<Tag>" not in response.body:
        return {}
    return {name: value or "" for name, value in before(response).items()}


def _deleted(before: Any, backend: S3Backend, bucket: str, name: str, version_id: str | None = None) -> None:
    """Raises MissingKey, MissingVersion, and what moto does."""
    existing(backend, bucket, name, version_id)
    before(backend, bucket, name, version_id)
