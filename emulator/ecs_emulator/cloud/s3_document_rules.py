"""Rules of S3 for the documents of its operations that no schema states.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

from ecs_emulator.cloud.s3_xml import MALFORMED

# Code and message of each thing that is wrong.
Problems = Iterator[tuple[str, str]]

_MALFORMED = "MalformedXML", MALFORMED
_MOST_KEYS = 1000
_MOST_TAGS = {True: 10, False: 50}  # of an object, of a bucket
_ACTIONS = {
    *("AbortIncompleteMultipartUpload", "Expiration", "NoncurrentVersionExpiration", "NoncurrentVersionTransitions"),
    "Transitions",
}
_LONGEST_ID = 255


def _lifecycle(document: Mapping[str, Any], _is_object: bool) -> Problems:
    rules = document.get("Rules", [])
    for rule in rules:
        if len(rule.get("ID", "")) > _LONGEST_ID:
            yield "InvalidArgument", f"ID length should not exceed allowed limit of {_LONGEST_ID}"
        if not rule.keys() & _ACTIONS:
            yield "InvalidRequest", "At least one action needs to be specified in a rule"
        expiration = rule.get("Expiration", {})
        if len(expiration) > 1:
            yield _MALFORMED
        for action, members in (("Expiration", [expiration]), ("Transition", rule.get("Transitions", []))):
            for each in members:
                if each.get("Days", 1) < (1 if action == "Expiration" else 0):
                    kind = "positive" if action == "Expiration" else "nonnegative"
                    yield "InvalidArgument", f"'Days' for {action} action must be a {kind} integer"
                if "Date" in each and each["Date"].astimezone(UTC).time() != time():
                    yield "InvalidArgument", "'Date' must be at midnight GMT"
    if _repeated([rule["ID"] for rule in rules if rule.get("ID")]):
        yield "InvalidArgument", "Rule ID must be unique. Found same ID for more than one rule"


def _tagging(document: Mapping[str, Any], is_object: bool) -> Problems:
    tags = document.get("TagSet", [])
    if len(tags) > _MOST_TAGS[is_object]:
        what = "Object tags cannot be greater than 10" if is_object else "Bucket tag count cannot be greater than 50"
        yield "BadRequest", what
    for tag in tags:
        if not 1 <= len(tag.get("Key", "")) <= 128:
            yield "InvalidTag", "The TagKey you have provided is invalid"
        if len(tag.get("Value", "")) > 256:
            yield "InvalidTag", "The TagValue you have provided is invalid"
    if _repeated([tag.get("Key") for tag in tags]):
        yield "InvalidTag", "Cannot provide multiple Tags with the same key"


def _delete(document: Mapping[str, Any], _is_object: bool) -> Problems:
    if len(document.get("Objects", [])) > _MOST_KEYS:
        yield _MALFORMED


def _versioning(document: Mapping[str, Any], _is_object: bool) -> Problems:
    if "Status" not in document:
        yield "IllegalVersioningConfigurationException", "The Versioning element must be specified"


def _cors(document: Mapping[str, Any], _is_object: bool) -> Problems:
    for rule in document.get("CORSRules", []):
        for member in ("AllowedOrigin", "AllowedHeader"):
            for value in rule.get(f"{member}s", []):
                if value.count("*") > 1:
                    yield "InvalidRequest", f'{member} "{value}" can not have more than one wildcard.'


def _notification(document: Mapping[str, Any], _is_object: bool) -> Problems:
    for member in ("TopicConfigurations", "QueueConfigurations", "LambdaFunctionConfigurations"):
        for each in document.get(member, []):
            for rule in each.get("Filter", {}).get("Key", {}).get("FilterRules", []):
                if rule.get("Name", "").lower() not in ("prefix", "suffix"):
                    yield "InvalidArgument", "filter rule name must be either prefix or suffix"


def _retention(document: Mapping[str, Any], _is_object: bool) -> Problems:
    if len(document) == 1:
        yield _MALFORMED
    if "RetainUntilDate" in document and document["RetainUntilDate"] <= datetime.now(UTC):
        yield "InvalidArgument", "The retain until date must be in the future!"


def _object_lock(document: Mapping[str, Any], _is_object: bool) -> Problems:
    default = document.get("Rule", {}).get("DefaultRetention", {})
    if "Rule" in document and ("Mode" not in default or ("Days" in default) == ("Years" in default)):
        yield _MALFORMED
    elif default.get("Days", 1) < 1 or default.get("Years", 1) < 1:
        yield "InvalidArgument", "Default retention period must be a positive integer value."


def _repeated(values: Sequence[object]) -> bool:
    return any(count > 1 for count in Counter(values).values())


# By the subresource; whether it is an object's, and not its bucket's, is told.
RULES: Mapping[str, Callable[[Mapping[str, Any], bool], Problems]] = {
    "cors": _cors,
    "delete": _delete,
    "lifecycle": _lifecycle,
    "notification": _notification,
    "object-lock": _object_lock,
    "retention": _retention,
    "tagging": _tagging,
    "versioning": _versioning,
}
