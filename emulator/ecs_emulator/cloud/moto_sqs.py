"""Corrections of moto's SQS: attributes of queues, bodies of messages, waits and batches that SQS refuses.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.sqs.exceptions import BatchEntryIdsNotDistinct, SQSException
from moto.sqs.models import SQSBackend
from moto.sqs.responses import SQSResponse

from ecs_emulator.cloud.moto_overrides import override

_NUMBERS = {
    "DelaySeconds": range(901),
    "KmsDataKeyReusePeriodSeconds": range(60, 86_401),
    "MaximumMessageSize": range(1_024, 1_048_577),
    "MessageRetentionPeriod": range(60, 1_209_601),
    "ReceiveMessageWaitTimeSeconds": range(21),
    "VisibilityTimeout": range(43_201),
}
_WORDS = {
    "ContentBasedDeduplication": ("true", "false"),
    "DeduplicationScope": ("messageGroup", "queue"),
    "FifoQueue": ("true", "false"),
    "FifoThroughputLimit": ("perQueue", "perMessageGroupId"),
    "SqsManagedSseEnabled": ("true", "false"),
}
_DOCUMENTS = ("Policy", "RedriveAllowPolicy", "RedrivePolicy")
_OTHERS = ("KmsMasterKeyId",)
_LONGEST_WAIT = 20  # seconds
_NO_MESSAGE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def install() -> None:
    """Refuse so from now on, in this process."""
    override(SQSBackend, "create_queue", _created)
    override(SQSBackend, "set_queue_attributes", _attributes_set)
    override(SQSBackend, "send_message", _sent)
    override(SQSBackend, "send_message_batch", _batch_sent)
    override(SQSResponse, "receive_message", _received)
    override(SQSResponse, "delete_message_batch", _batch_deleted)


def _created(before: Any, backend: SQSBackend, name: str, tags: Any = None, **attributes: Any) -> Any:
    _check(attributes)
    if name.endswith(".fifo") and str(attributes.get("FifoQueue", "")).lower() != "true":
        message = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
        raise SQSException("InvalidParameterValue", message)
    return before(backend, name, tags, **attributes)


def _attributes_set(before: Any, backend: SQSBackend, queue_name: str, attributes: Mapping[str, Any]) -> Any:
    _check(attributes)
    return before(backend, queue_name, attributes)


def _sent(before: Any, backend: SQSBackend, queue_name: str, message_body: str, *arguments: Any, **given: Any) -> Any:
    if problem := _wrong_body(message_body):
        raise problem
    return before(backend, queue_name, message_body, *arguments, **given)


def _batch_sent(
    before: Any, backend: SQSBackend, queue_name: str, entries: Mapping[str, Any]
) -> tuple[list[Any], list[Any]]:
    """Those that are refused fail by themselves."""
    problems = {key: _wrong_body(entry["MessageBody"]) for key, entry in entries.items()}
    right = {key: entry for key, entry in entries.items() if problems[key] is None}
    backend.get_queue(queue_name)
    sent, failed = before(backend, queue_name, right) if right else ([], [])
    for key, problem in problems.items():
        if problem:
            about = {"Code": problem.code, "Message": problem.message}
            failed.append({"Id": entries[key]["Id"], "SenderFault": True, **about})
    return sent, failed


def _received(before: Any, response: SQSResponse) -> Any:
    """Raises SQSException, and what moto does."""
    wait = response._get_param("WaitTimeSeconds")
    if wait is not None and not 0 <= int(wait) <= _LONGEST_WAIT:
        why = f"Must be >= 0 and <= {_LONGEST_WAIT}, if provided."
        message = f"Value {wait} for parameter WaitTimeSeconds is invalid. Reason: {why}"
        raise SQSException("InvalidParameterValue", message)
    return before(response)


def _batch_deleted(before: Any, response: SQSResponse) -> Any:
    """Ids are distinct, handles need not be. Raises BatchEntryIdsNotDistinct, and what moto does."""
    entries = response._get_param("Entries", [])
    if not entries:
        return before(response)
    ids = [each["Id"] for each in entries]
    for each in ids:
        if ids.count(each) > 1:
            raise BatchEntryIdsNotDistinct(each)
    deleted, failed = response.sqs_backend.delete_message_batch(response._get_queue_name(), entries)
    return ActionResult({"Successful": [{"Id": each} for each in deleted], "Failed": failed})


def _wrong_body(body: str) -> SQSException | None:
    if not body:
        return SQSException("MissingParameter", "The request must contain the parameter MessageBody.")
    if _NO_MESSAGE.search(body):
        message = "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to "
        return SQSException("InvalidMessageContents", message + "#xFFFD | #x10000 to #x10FFFF.")
    return None


def _check(attributes: Mapping[str, Any]) -> None:
    """Raises SQSException for an attribute that no queue has, and for a value that it cannot have."""
    for name, value in attributes.items():
        if name not in {*_NUMBERS, *_WORDS, *_DOCUMENTS, *_OTHERS, "region"}:
            raise SQSException("InvalidAttributeName", f"Unknown Attribute {name}.")
        # An empty value takes the attribute away.
        if str(value) and not _is_right(name, str(value)):
            raise SQSException("InvalidAttributeValue", f"Invalid value for the parameter {name}.")


def _is_right(name: str, value: str) -> bool:
    if name in _NUMBERS:
        return value.isascii() and value.isdecimal() and int(value) in _NUMBERS[name]
    if name in _WORDS:
        return value in _WORDS[name] or (_WORDS[name] == ("true", "false") and value.lower() in _WORDS[name])
    if name in _DOCUMENTS:
        try:
            return isinstance(json.loads(value), dict)
        except (ValueError, RecursionError):
            return False
    return True
