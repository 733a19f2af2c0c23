"""Queues of SQS and topics of SNS, which moto keeps and delivers between."""

from __future__ import annotations

import json
from typing import Any

from ecs_emulator.stacks.errors import TemplateError
from ecs_emulator.stacks.names import shortened
from ecs_emulator.stacks.resources.coercion import call, text
from ecs_emulator.stacks.resources.provider import (
    TAGS,
    Context,
    PhysicalResource,
    Properties,
    Provider,
    changed,
    finishing,
    only,
)
from ecs_emulator.stacks.schema import MAP, TEXT, TEXTS

_QUEUE_NAME, _TOPIC_NAME = 80, 256  # characters


def _create_queue(context: Context, name: str, properties: Properties) -> PhysicalResource:
    sqs, is_fifo = context.client("sqs"), text(properties.get("FifoQueue", False)) == "true"
    own = str(properties.get("QueueName") or f"{shortened(name, _QUEUE_NAME - 5)}{'.fifo' if is_fifo else ''}")
    tags = {str(tag["Key"]): text(tag["Value"]) for tag in properties.get("Tags", [])}
    url = sqs.create_queue(QueueName=own, Attributes=_attributes(properties), tags=tags)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return PhysicalResource(url, {"Arn": arn, "QueueName": own, "QueueUrl": url})


def _update_queue(
    context: Context, physical: PhysicalResource, before: Properties, after: Properties
) -> PhysicalResource:
    if gone := before.keys() - after.keys() - {"Tags"}:
        raise TemplateError(f"AWS::SQS::Queue.{min(gone)} cannot be taken away here.")
    differing = only(after, changed(before, after))
    if attributes := _attributes(differing):
        context.client("sqs").set_queue_attributes(QueueUrl=physical.ref, Attributes=attributes)
    return physical


def _delete_queue(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    context.client("sqs").delete_queue(QueueUrl=physical.ref)


def _attributes(properties: Properties) -> dict[str, str]:
    return {name: _as_text(value) for name, value in properties.items() if name not in ("QueueName", "Tags")}


def _as_text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, dict | list) else text(value)


def _create_topic(context: Context, name: str, properties: Properties) -> PhysicalResource:
    sns, is_fifo = context.client("sns"), text(properties.get("FifoTopic", False)) == "true"
    own = str(properties.get("TopicName") or f"{shortened(name, _TOPIC_NAME - 5)}{'.fifo' if is_fifo else ''}")
    given = ("DisplayName", "FifoTopic", "KmsMasterKeyId", "ContentBasedDeduplication")
    attributes = {each: _as_text(properties[each]) for each in given if each in properties}
    tags = [{"Key": str(tag["Key"]), "Value": text(tag["Value"])} for tag in properties.get("Tags", [])]
    arn = sns.create_topic(Name=own, Attributes=attributes, Tags=tags)["TopicArn"]
    physical = PhysicalResource(arn, {"TopicArn": arn, "TopicName": own})
    with finishing(physical):
        for each in properties.get("Subscription", []):
            sns.subscribe(TopicArn=arn, Protocol=each["Protocol"], Endpoint=each["Endpoint"])
    return physical


def _update_topic(
    _context: Context, physical: PhysicalResource, before: Properties, after: Properties
) -> PhysicalResource:
    if differing := changed(before, after) - {"Tags"}:
        raise TemplateError(f"AWS::SNS::Topic.{min(differing)} cannot be changed here.")
    return physical


def _delete_topic(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    context.client("sns").delete_topic(TopicArn=physical.ref)


def _subscribe(context: Context, _name: str, properties: Properties) -> PhysicalResource:
    own = {name: _as_text(value) for name, value in properties.items() if name not in _OF_SUBSCRIBE}
    given = only(properties, _OF_SUBSCRIBE)
    answer = call(context.client("sns"), "Subscribe", {**given, "Attributes": own, "ReturnSubscriptionArn": True})
    return PhysicalResource(answer["SubscriptionArn"], {"Arn": answer["SubscriptionArn"]})


_OF_SUBSCRIBE = ("TopicArn", "Protocol", "Endpoint")


def _update_subscription(
    context: Context, physical: PhysicalResource, before: Properties, after: Properties
) -> PhysicalResource:
    for name in sorted(changed(before, after)):
        if name not in after:
            raise TemplateError(f"AWS::SNS::Subscription.{name} cannot be taken away here.")
        context.client("sns").set_subscription_attributes(
            SubscriptionArn=physical.ref, AttributeName=name, AttributeValue=_as_text(after[name])
        )
    return physical


def _unsubscribe(context: Context, physical: PhysicalResource, _properties: Properties) -> None:
    context.client("sns").unsubscribe(SubscriptionArn=physical.ref)


QUEUE = Provider(
    _create_queue,
    _update_queue,
    _delete_queue,
    replaced_by=frozenset({"FifoQueue", "QueueName"}),
    name="QueueName",
    schema={"QueueName?": TEXT, "RedrivePolicy?": MAP, "Tags?": TAGS},
)
TOPIC = Provider(
    _create_topic,
    _update_topic,
    _delete_topic,
    replaced_by=frozenset({"FifoTopic", "TopicName"}),
    name="TopicName",
    schema={"Subscription?": [{"Protocol": TEXT, "Endpoint": TEXT}], "Tags?": TAGS},
)
SUBSCRIPTION = Provider(
    _subscribe,
    _update_subscription,
    _unsubscribe,
    replaced_by=frozenset({*_OF_SUBSCRIBE, "Region"}),
    schema={"Endpoint?": TEXT, "Protocol": TEXT, "TopicArn": TEXTS},
)
