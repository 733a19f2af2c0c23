"""Conditions of rules: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html"""

from __future__ import annotations

import re
from typing import Any

import pytest

from ecs_emulator.balancer.matching import SOURCE, UnsupportedCondition, match

Condition = Any  # in either of its ways


def path(*values: str) -> Condition:
    return {"Field": "path-pattern", "PathPatternConfig": {"Values": list(values)}}


def host(*values: str) -> Condition:
    return {"Field": "host-header", "HostHeaderConfig": {"Values": list(values)}}


def method(*values: str) -> Condition:
    return {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": list(values)}}


def header(name: str, *values: str) -> Condition:
    return {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": name, "Values": list(values)}}


def query(*pairs: tuple[str | None, str]) -> Condition:
    values = [{"Key": key, "Value": value} if key else {"Value": value} for key, value in pairs]
    return {"Field": "query-string", "QueryStringConfig": {"Values": values}}


def source(*values: str) -> Condition:
    return {"Field": "source-ip", "SourceIpConfig": {"Values": list(values)}}


def regex(*values: str) -> Condition:
    return {"Field": "path-pattern", "PathPatternConfig": {"RegexValues": list(values)}}


def is_met(
    conditions: list[Condition], target: str, method: str = "GET", address: str = "127.0.0.1", **headers: str
) -> bool:
    """As Envoy does it: patterns match the whole, the path without its query."""
    matched = match(conditions)
    values = {":path": target, ":method": method, ":authority": "localhost:8080"}
    values |= {name.replace("_", "-"): value for name, value in headers.items()}
    values[SOURCE] = "".join(f"{int(octet):08b}" for octet in address.split("."))
    if "host" in values:
        values[":authority"] = values.pop("host")
    return bool(re.fullmatch(matched["safe_regex"]["regex"], target.partition("?")[0])) and all(
        each["name"] in values and re.fullmatch(each["string_match"]["safe_regex"]["regex"], values[each["name"]])
        for each in matched["headers"]
    )


@pytest.mark.parametrize(
    ("pattern", "target", "expected"),
    [
        ("/*", "/", True),
        ("/img/*", "/img/a.png", True),
        ("/img/*", "/img", False),
        ("/img/*", "/IMG/a.png", False),
        ("/img/*/pics", "/img/a/b/pics", True),
        ("/img/?", "/img/a", True),
        ("/img/?", "/img/ab", False),
        ("/img/?", "/img/", False),
        ("/a.b", "/aXb", False),
        ("/like", "/like?twice=1", True),
        ("/*twice*", "/like?twice=1", False),
        ("/notes/*/fulfill-like", "/notes/4e5/fulfill-like", True),
        ("/notes/*/fulfill-like", "/notes/4e5/fulfill%2Dlike", False),
        ("/$1(a|b)", "/$1(a|b)", True),
        (r"/a\*b", "/a*b", True),
        (r"/a\*b", "/aXb", False),
        (r"/a\\*b", r"/a\Xb", False),
        (r"/a\?*", "/a?b", False),
        (r"/a\b", r"/a\b", True),
    ],
)
def test_a_path_matches_with_wildcards_in_its_case_and_without_its_query(
    pattern: str, target: str, expected: bool
) -> None:
    assert is_met([path(pattern)], target) is expected
    assert is_met([{"Field": "path-pattern", "Values": [pattern]}], target) is expected


@pytest.mark.parametrize(
    ("pattern", "target", "expected"),
    [
        ("^.*%.*$", "/notes/4e5/fulfill%2Dlike", True),
        ("^.*%.*$", "/notes", False),
        ("^.*%.*$", "/notes?value=100%25", False),
        ("^/api/v[0-9]+/", "/api/v12/users", True),
        ("^/api/v[0-9]+/", "/API/v12/users", False),
        ("users|posts$", "/posts/1", False),
        ("users|posts$", "/users/1", True),
    ],
)
def test_a_path_matches_a_regular_expression_anywhere_unless_it_is_anchored(
    pattern: str, target: str, expected: bool
) -> None:
    assert is_met([regex(pattern)], target) is expected
    assert is_met([{"Field": "path-pattern", "RegexValues": [pattern]}], target) is expected


def test_a_wildcard_behind_a_backslash_is_itself_in_headers_and_queries() -> None:
    assert is_met([header("x-sum", r"2\*?")], "/", x_sum="2*3")
    assert not is_met([header("x-sum", r"2\*?")], "/", x_sum="2+3")
    assert is_met([query(("q", r"what\?"))], "/?q=what?")
    assert not is_met([query(("q", r"what\?"))], "/?q=whats")


def test_plain_values_and_regular_expressions_of_one_condition_are_alternatives() -> None:
    both = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a"], "RegexValues": ["%"]}}
    assert [is_met([both], target) for target in ("/a", "/b", "/b%20")] == [True, False, True]


@pytest.mark.parametrize(
    "pattern", ["(", "(?=a)", "(?<!a)b", r"(a)\1", r"\p{L}", "a++", "(?>a)", "a" * 129, "(" * 5000]
)
def test_a_regular_expression_that_rules_do_not_know_is_refused(pattern: str) -> None:
    with pytest.raises(UnsupportedCondition):
        match([regex(pattern)])


@pytest.mark.parametrize(
    ("condition", "headers", "expected"),
    [
        (host("*.example.com"), {"host": "api.example.com"}, True),
        (host("*.example.com"), {"host": "API.Example.com:8080"}, True),
        (host("*.example.com"), {"host": "example.com"}, False),
        (host("*.example.com"), {"host": "api.example.com.evil.org"}, False),
        (host("a.org", "b.org"), {"host": "b.org"}, True),
        (header("X-Beta", "yes*"), {"x_beta": "YES please"}, True),
        (header("X-Beta", "yes*"), {"x_beta": "no"}, False),
        (header("X-Beta", "*"), {}, False),
        (header("User-Agent", "*Chrome*", "*Safari*"), {"user_agent": "Mozilla Safari/1"}, True),
        (
            {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "A"}, "RegexValues": ["^v[0-9]$"]},
            {"a": "v1"},
            True,
        ),
    ],
)
def test_hosts_and_headers_match_in_any_case(condition: Condition, headers: dict[str, str], expected: bool) -> None:
    assert is_met([condition], "/", **headers) is expected


@pytest.mark.parametrize(("name", "expected"), [("GET", True), ("PUT", True), ("get", False), ("GETS", False)])
def test_a_method_matches_exactly(name: str, expected: bool) -> None:
    assert is_met([method("GET", "PUT")], "/", name) is expected


@pytest.mark.parametrize(
    ("condition", "target", "expected"),
    [
        (query(("version", "v1")), "/?version=v1", True),
        (query(("version", "v1")), "/?a=b&version=v1&c=d", True),
        (query(("version", "v1")), "/?VERSION=V1", True),
        (query(("version", "v1")), "/?subversion=v1", False),
        (query(("version", "v1")), "/?version=v12", False),
        (query(("version", "v*")), "/?version=v12&a=b", True),
        (query(("ver*", "v1")), "/?version=v1", True),
        (query(("ver*", "v1")), "/?version=a&b=v1", False),
        (query(("version", "*b")), "/?version=v12&a=b", False),
        (query(("version", "v?")), "/?version=v&", False),
        (query((None, "example")), "/?anything=example", True),
        (query((None, "example")), "/?example=anything", False),
        (query(("a", "1"), ("b", "2")), "/?b=2", True),
        (query(("a", "1")), "/a=1", False),
    ],
)
def test_a_query_matches_by_key_and_value_in_any_case_and_place(
    condition: Condition, target: str, expected: bool
) -> None:
    assert is_met([condition], target) is expected


@pytest.mark.parametrize(
    ("networks", "address", "expected"),
    [
        (["10.0.0.0/8"], "10.200.0.1", True),
        (["10.0.0.0/8"], "11.0.0.1", False),
        (["192.168.1.7/32", "127.0.0.1/32"], "127.0.0.1", True),
        (["192.168.4.0/22"], "192.168.7.255", True),
        (["192.168.4.0/22"], "192.168.8.0", False),
        (["0.0.0.0/0"], "1.2.3.4", True),
        (["::/0"], "1.2.3.4", False),
    ],
)
def test_a_source_matches_by_network(networks: list[str], address: str, expected: bool) -> None:
    assert is_met([source(*networks)], "/", address=address) is expected


def test_all_conditions_of_a_rule_must_hold() -> None:
    rule = [path("/a", "/b"), method("POST"), query(("x", "1")), query(("y", "2"))]
    assert is_met(rule, "/b?y=2&x=1", "POST")
    assert not is_met(rule, "/c?y=2&x=1", "POST")
    assert not is_met(rule, "/b?y=2&x=1", "GET")
    assert not is_met(rule, "/b?y=2", "POST")


@pytest.mark.parametrize("condition", [{"Field": "moon-phase", "Values": ["full"]}, path()])
def test_a_condition_that_is_not_known_or_empty_is_refused(condition: Condition) -> None:
    with pytest.raises(UnsupportedCondition):
        match([condition])
