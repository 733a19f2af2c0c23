"""Corrections of the lists of moto's S3: pages of keys and prefixes together, of versions, and of uploads.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, cast
from urllib.parse import quote

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.s3.models import OWNER, FakeBucket, FakeDeleteMarker, FakeKey, FakeMultipart, S3Backend
from moto.s3.responses import S3Response

from ecs_emulator.cloud.moto_overrides import override, replace

_PAGE = 1000
# Where a list has keys and parts of keys, by themselves and in entries.
_NAMES = {
    *("Delimiter", "Key", "KeyMarker", "Marker", "NextKeyMarker", "NextMarker", "Prefix", "StartAfter"),
}
_ENTRIES = {"CommonPrefixes", "Contents", "DeleteMarkers", "Uploads", "Versions"}


def install() -> None:
    """Answer so from now on, in this process."""
    replace(S3Backend, "list_objects", _objects)
    replace(S3Backend, "list_object_versions", _versions)
    override(S3Backend, "create_multipart_upload", _begun)
    replace(S3Response, "list_multipart_uploads", _uploads)
    for name in ("list_objects", "list_objects_v2", "list_object_versions", "list_multipart_uploads"):
        override(S3Response, name, _named_in_full)
    override(S3Response, "serialized", _encoded)


def _named_in_full(before: Any, response: S3Response) -> Any:
    """Raises what moto does, which would encode some of the names."""
    response.names_encoded = response.querystring.pop("encoding-type", None)  # type: ignore[attr-defined]
    return before(response)


def _encoded(before: Any, response: S3Response, result: ActionResult) -> Any:
    told: Any = result.result
    if not isinstance(told, dict):
        return before(response, result)
    if response.data.get("Action") == "ListObjects":
        told = {"Marker": response.querystring.get("marker", [""])[0], **told}
    if getattr(response, "names_encoded", None):
        told = {**{name: _url_encoded(name, value) for name, value in told.items()}, "EncodingType": "url"}
    return before(response, ActionResult(told))


def _url_encoded(name: str, value: Any) -> Any:
    if name in _ENTRIES:
        return [{each: _url_encoded(each, of) for each, of in entry.items()} for entry in value]
    return quote(value, safe="/") if name in _NAMES and isinstance(value, str) else value


def _name(entry: Any) -> str:
    return entry if isinstance(entry, str) else str(getattr(entry, "key_name", None) or entry.name)


def _grouped(entries: Iterable[Any], prefix: str, delimiter: str, marker: str) -> Iterator[Any]:
    """Entries whose names begin with a prefix; those that have more in common up to a delimiter are one, that text.

    The one that a marker names has been on the page before.
    """
    last = ""
    for entry in entries:
        key = _name(entry)
        if not key.startswith(prefix):
            continue
        before, found, _ = key[len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
        common = f"{prefix}{before}{found}"
        if not found:
            yield entry
        elif common != last and common != marker:
            last = common
            yield common


def _objects(
    _backend: S3Backend,
    bucket: FakeBucket,
    prefix: str | None,
    delimiter: str | None,
    marker: str | None,
    max_keys: int | None,
) -> Any:
    after = marker or ""
    kept = (key for _, key in sorted(bucket.keys.items()) if not isinstance(key, FakeDeleteMarker) and key.name > after)
    found = list(_grouped(kept, prefix or "", delimiter or "", after))
    page = found if max_keys is None else found[:max_keys]
    is_truncated = bool(page) and len(page) < len(found)
    keys = [each for each in page if not isinstance(each, str)]
    prefixes = [each for each in page if isinstance(each, str)]
    # Only with a delimiter it is told where the next page begins; else it is after the last key.
    return keys, prefixes, is_truncated, _name(page[-1]) if is_truncated and delimiter else None


def _versions(
    backend: S3Backend,
    bucket_name: str,
    delimiter: str | None = None,
    key_marker: str | None = None,
    max_keys: int = _PAGE,
    prefix: str = "",
    version_id_marker: str | None = None,
) -> Any:
    after, found = key_marker or "", []
    for name, versions in sorted(backend.get_bucket(bucket_name).keys.iterlists()):
        newest_first = list(reversed(versions))
        for each in newest_first:
            each.is_latest = each is newest_first[0]
        if name > after:
            found += newest_first
        elif name == after and version_id_marker:
            ids = [str(each.version_id) for each in newest_first]
            start = ids.index(version_id_marker) + 1 if version_id_marker in ids else len(ids)
            found += newest_first[start:]
    entries = list(_grouped(found, prefix, delimiter or "", after))
    page = entries[:max_keys]
    last = page[-1] if page and len(page) < len(entries) else None
    return (
        [each for each in page if isinstance(each, FakeKey)],
        [each for each in page if isinstance(each, str)],
        [each for each in page if isinstance(each, FakeDeleteMarker)],
        None if last is None else _name(last),
        None if last is None or isinstance(last, str) else last.version_id,
    )


def _begun(before: Any, backend: S3Backend, *args: Any, **kwargs: Any) -> FakeMultipart:
    upload: Any = before(backend, *args, **kwargs)
    upload.initiated = utcnow()
    return cast("FakeMultipart", upload)


def _uploads(response: S3Response) -> Any:
    """Raises MissingBucket."""
    asked = {name: values[0] for name, values in response.querystring.items()}
    prefix, delimiter, marker = (asked.get(name, "") for name in ("prefix", "delimiter", "key-marker"))
    uploads = response.backend.get_bucket(response.bucket_name).multiparts.values()
    entries = _grouped(
        [each for each in sorted(uploads, key=_begins) if _is_after(each, marker, asked.get("upload-id-marker", ""))],
        prefix,
        delimiter,
        marker,
    )
    most = int(asked.get("max-uploads", _PAGE))
    *page, more = [*islice(entries, most), next(entries, None)]
    last = page[-1] if page and more else None
    response.data["Action"] = "ListMultipartUploads"
    told: dict[str, Any] = {
        "Bucket": response.bucket_name,
        "KeyMarker": marker,
        "UploadIdMarker": asked.get("upload-id-marker", ""),
        "Prefix": prefix,
        "Delimiter": delimiter or None,
        "MaxUploads": most,
        "IsTruncated": last is not None,
        "NextKeyMarker": None if last is None else _name(last),
        "NextUploadIdMarker": None if last is None or isinstance(last, str) else last.id,
        "CommonPrefixes": [{"Prefix": each} for each in page if isinstance(each, str)],
        "Uploads": [_told(each) for each in page if not isinstance(each, str)],
    }
    return response.serialized(ActionResult(told))


def _is_after(upload: Any, key: str, upload_id: str) -> bool:
    return upload.key_name > key or (bool(upload_id) and upload.key_name == key and upload.id > upload_id)


def _begins(upload: Any) -> tuple[str, str]:
    return upload.key_name, upload.id


def _told(upload: Any) -> dict[str, Any]:
    owner = {"ID": OWNER, "DisplayName": "webfile"}
    return {
        "Key": upload.key_name,
        "UploadId": upload.id,
        "Initiator": owner,
        "Owner": owner,
        "StorageClass": upload.storage,
        "Initiated": getattr(upload, "initiated", None),
        "ChecksumAlgorithm": upload.metadata.get("x-amz-checksum-algorithm"),
        "ChecksumType": upload.metadata.get("x-amz-checksum-type"),
    }
