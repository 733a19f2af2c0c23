"""A store of load balancers, as ELBv2's API shows it, for tests that must share it with nobody."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

Item = dict[str, Any]


class Shelf:
    """Answers what a boto3 client of ELBv2 would, as far as the balancer and its tests ask."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._balancers: dict[str, Item] = {}
        self._listeners: dict[str, Item] = {}
        self._rules: dict[str, Item] = {}
        self._groups: dict[str, Item] = {}
        self._attributes: dict[str, dict[str, str]] = {}
        self._certificates: dict[str, list[str]] = {}  # the names of each, by ARN

    def _keep(self, shelf: dict[str, Item], kind: str, item: Item) -> Item:
        arn = f"arn:aws:elasticloadbalancing:us-east-1:123456789012:{kind}/{next(self._numbers):016x}"
        shelf[arn] = item
        return {"Arn": arn, **item}

    def create_load_balancer(self, **asked: Any) -> Item:
        made = self._keep(self._balancers, "loadbalancer/app/lb", {"LoadBalancerName": asked["Name"], **asked})
        return {"LoadBalancers": [{"LoadBalancerArn": made["Arn"]}]}

    def create_listener(self, **asked: Any) -> Item:
        made = self._keep(self._listeners, "listener/app/lb", asked)
        default = {"ListenerArn": made["Arn"], "Conditions": [], "Actions": asked["DefaultActions"]}
        self._keep(self._rules, "listener-rule/app/lb", {**default, "Priority": "default", "IsDefault": True})
        return {"Listeners": [{"ListenerArn": made["Arn"]}]}

    def create_rule(self, **asked: Any) -> Item:
        asked = {**asked, "Priority": str(asked["Priority"]), "IsDefault": False}
        return {"Rules": [{"RuleArn": self._keep(self._rules, "listener-rule/app/lb", asked)["Arn"]}]}

    def create_target_group(self, **asked: Any) -> Item:
        made = self._keep(self._groups, f"targetgroup/{asked['Name']}", {"TargetGroupName": asked["Name"], **asked})
        return {"TargetGroups": [{"TargetGroupArn": made["Arn"]}]}

    def modify_rule(self, **asked: Any) -> None:
        self._rules[asked["RuleArn"]] |= asked

    def modify_target_group_attributes(self, **asked: Any) -> None:
        self._modify(asked["TargetGroupArn"], asked["Attributes"])

    def modify_load_balancer_attributes(self, **asked: Any) -> None:
        self._modify(asked["LoadBalancerArn"], asked["Attributes"])

    def modify_listener_attributes(self, **asked: Any) -> None:
        self._modify(asked["ListenerArn"], asked["Attributes"])

    def _modify(self, arn: str, attributes: list[dict[str, str]]) -> None:
        self._attributes.setdefault(arn, {}).update({each["Key"]: each["Value"] for each in attributes})

    def delete_rule(self, **asked: Any) -> None:
        del self._rules[asked["RuleArn"]]

    def delete_listener(self, **asked: Any) -> None:
        del self._listeners[asked["ListenerArn"]]

    def delete_target_group(self, **asked: Any) -> None:
        del self._groups[asked["TargetGroupArn"]]

    def describe_load_balancer_attributes(self, **asked: Any) -> Item:
        return self._described(asked["LoadBalancerArn"])

    def describe_listener_attributes(self, **asked: Any) -> Item:
        return self._described(asked["ListenerArn"])

    def describe_listener_certificates(self, **asked: Any) -> Item:
        return {"Certificates": self._listeners[asked["ListenerArn"]].get("Certificates", [])}

    def request_certificate(self, **asked: Any) -> Item:
        """As ACM has it, and under an ARN of its form."""
        arn = f"arn:aws:acm:us-east-1:123456789012:certificate/{next(self._numbers)}"
        self._certificates[arn] = [asked["DomainName"], *asked.get("SubjectAlternativeNames", [])]
        return {"CertificateArn": arn}

    def describe_certificate(self, **asked: Any) -> Item:
        names = self._certificates[asked["CertificateArn"]]
        return {"Certificate": {"DomainName": names[0], "SubjectAlternativeNames": names}}

    def describe_target_group_attributes(self, **asked: Any) -> Item:
        return self._described(asked["TargetGroupArn"])

    def _described(self, arn: str) -> Item:
        attributes = self._attributes.get(arn, {})
        return {"Attributes": [{"Key": key, "Value": value} for key, value in list(attributes.items())]}

    def get_paginator(self, operation: str) -> _Pages:
        shelf, name, key = {
            "describe_load_balancers": (self._balancers, "LoadBalancers", "LoadBalancerArn"),
            "describe_listeners": (self._listeners, "Listeners", "ListenerArn"),
            "describe_rules": (self._rules, "Rules", "RuleArn"),
            "describe_target_groups": (self._groups, "TargetGroups", "TargetGroupArn"),
        }[operation]
        return _Pages(shelf, name, key)


class _Pages:
    """One item a page: who reads the first page alone is found out."""

    def __init__(self, shelf: dict[str, Item], name: str, key: str) -> None:
        self._shelf, self._name, self._key = shelf, name, key

    def paginate(self, **where: str) -> Iterator[Item]:
        for arn, item in list(self._shelf.items()):
            if all(item[name] == value for name, value in where.items()):
                yield {self._name: [{**item, self._key: arn}]}
