from __future__ import annotations

from typing import Any

import pytest

from ecs_emulator.console.which_rule import WrittenRequest, which_rule


def rule(priority: str, *conditions: dict[str, Any]) -> Any:
    return {"RuleArn": priority, "Priority": priority, "IsDefault": priority == "default", "Conditions": conditions}


def path(*patterns: str) -> dict[str, Any]:
    return {"Field": "path-pattern", "PathPatternConfig": {"Values": list(patterns)}}


RULES = [
    rule("default"),
    rule("10", path("/cats/*"), {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["POST"]}}),
    rule("9", path("/cats/black*")),
    rule("20", {"Field": "host-header", "HostHeaderConfig": {"Values": ["*.example.com"]}}),
    rule("21", {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "version", "Value": "2*"}]}}),
    rule("22", {"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8"]}}),
    rule("23", {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "User-Agent", "Values": ["*Chrome*"]}}),
    rule("24", {"Field": "somethingnew"}),
    rule("8", {"Field": "http-header", "HttpHeaderConfig": {}}),
]


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ({"path": "/"}, "default"),
        ({"path": "/cats/black-1", "method": "post"}, "9"),
        ({"path": "/cats/white", "method": "POST"}, "10"),
        ({"path": "/cats/white"}, "default"),
        ({"path": "/", "host": "www.Example.com:8000"}, "20"),
        ({"path": "/?a=1&version=21"}, "21"),
        ({"path": "/version=2"}, "default"),
        ({"path": "/", "source": "10.1.2.3"}, "22"),
        ({"path": "/", "headers": {"user-agent": "Mozilla Chrome/1"}}, "23"),
    ],
)
def test_the_first_rule_by_priority_takes_a_request(written: dict[str, Any], taken: str) -> None:
    assert which_rule(RULES, WrittenRequest.of(written)) == taken


@pytest.mark.parametrize("written", [{"path": "cats"}, {"source": "::1"}, {"source": "nowhere"}])
def test_what_is_no_request_is_refused(written: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (any)
        WrittenRequest.of(written)
