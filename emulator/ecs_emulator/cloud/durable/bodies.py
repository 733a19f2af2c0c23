"""The fields of S3's objects and parts, whose bodies are kept beside their images."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from moto.s3.models import FakeAcl, FakeGrant, FakeGrantee, FakeKey, s3_backends

from ecs_emulator.cloud.durable.codec import encoded, fields_of, set_fields
from ecs_emulator.cloud.durable.database import Document

_KEY = (
    "last_modified",
    "website_redirect_location",
    "checksum_algorithm",
    "checksum_value",
    "checksum_type",
    "checksum_parts",
    "encryption",
    "kms_key_id",
    "bucket_key_enabled",
    "lock_mode",
    "lock_legal_status",
    "lock_until",
    "_expiry",
    "_is_versioned",
    "_storage_class",
    "_version_id",
)


def body_id(key: Any) -> str:
    """The same for as long as an object in memory has the same body; a copy of it has another."""
    identity = (id(key), key.etag)
    if getattr(key, "kept_as", (None, ""))[0] != identity:
        key.kept_as = (identity, uuid4().hex)
    return str(key.kept_as[1])


def key_document(key: Any, account: str, partition: str, *, body: bool = True) -> Document:
    """An object, or a part of one; its body by its id, or only by its size."""
    return {
        **fields_of(key, _KEY),
        "etag": key.etag.strip('"'),
        "metadata": encoded(dict(key.metadata)),
        "acl": acl_document(key.acl),
        "tags": encoded(s3_backends[account][partition].tagger.get_tag_dict_for_resource(key.arn)),
        "region": key.region_name,
        **({"body": body_id(key)} if body else {"size": key.size}),
    }


def made_key(name: Any, bucket: str, document: Document, account: str, partition: str, value: bytes) -> Any:
    """moto's object."""
    key: Any = FakeKey(name, value, account, document["region"], etag=document["etag"], bucket_name=bucket)
    set_fields(key, document, _KEY)
    key.set_metadata(dict(document["metadata"]), replace=True)
    key.acl = made_acl(document["acl"])
    if "body" in document:
        key.kept_as = ((id(key), key.etag), document["body"])
    tagger = s3_backends[account][partition].tagger
    tagger.tags.pop(key.arn, None)
    if document["tags"]:
        tagger.tags[key.arn] = dict(document["tags"])
    return key


def acl_document(acl: Any) -> Any:
    """Of each grant the grantees (id, URI, name) and the permissions."""
    if acl is None:
        return None
    return [
        [[[each.id, each.uri, each.display_name] for each in grant.grantees], list(grant.permissions)]
        for grant in acl.grants
    ]


def made_acl(document: Any) -> Any:
    if document is None:
        return None
    return FakeAcl([FakeGrant([FakeGrantee(*each) for each in grantees], rights) for grantees, rights in document])
