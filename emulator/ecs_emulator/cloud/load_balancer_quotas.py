"""Quotas of load balancers that templates of some size meet, as a new account has them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html. A condition of four or
five values is taken: the page on condition types names three, and reports of refusals tell of the five of a rule alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ecs_emulator.cloud.errors import AwsError

CONDITION_VALUES = 5  # of a rule
CONDITION_WILDCARDS = 5  # of a rule; accounts from before 2020 may have 6
RULES = 100  # of a load balancer, without the default ones

_WILDCARD = re.compile(r"(?<!\\)[*?]")


def check_values(conditions: Iterable[Mapping[str, Any]]) -> None:
    """Raises AwsError for more values or wildcard characters than a rule may have."""
    given = list(conditions)
    if sum(map(_values, given)) > CONDITION_VALUES:
        raise AwsError("ValidationError", f"A rule can only have '{CONDITION_VALUES}' condition values")
    if sum(map(_wildcards, given)) > CONDITION_WILDCARDS:
        raise AwsError("ValidationError", f"A rule can only have '{CONDITION_WILDCARDS}' condition wildcards")


def check_rules(store: Any, listener_arn: str) -> None:
    """Raises AwsError where the load balancer of a listener in moto's `store` takes no more rules."""
    for balancer in store.load_balancers.values():
        rules = [rule for listener in balancer.listeners.values() for rule in listener.rules.values()]
        if listener_arn in balancer.listeners and sum(not rule.is_default for rule in rules) >= RULES:
            message = f"The maximum number of rules on load balancer '{balancer.arn}' has been reached"
            raise AwsError("TooManyRules", message)


def _values(condition: Mapping[str, Any]) -> int:
    """How many there are, in the short form or in that of the condition's kind: some answers have both."""
    configs = [each for name, each in condition.items() if name.endswith("Config")]
    own = sum(len(each) for config in configs for name, each in config.items() if name in ("Values", "RegexValues"))
    return max(own, len(condition.get("Values", [])))


def _wildcards(condition: Mapping[str, Any]) -> int:
    """How many there are: `*` and `?` unless a backslash is before them, in whichever form has more."""
    configs = [each.get("Values", []) for name, each in condition.items() if name.endswith("Config")]
    return max(
        sum(len(_WILDCARD.findall(text)) for text in _texts(each)) for each in [*configs, condition.get("Values", [])]
    )


def _texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        yield from (map(str, value.values()) if isinstance(value, Mapping) else [str(value)])
