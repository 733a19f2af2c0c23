"""The examples are those of AWS's page on filter patterns, and the corners around them."""

from __future__ import annotations

import json

import pytest

from ecs_emulator.cloud import field_conditions
from ecs_emulator.cloud.filter_patterns import InvalidPattern, parsed_pattern

EVENT = json.dumps(
    {
        "eventType": "UpdateTrail",
        "sourceIPAddress": "111.111.111.111",
        "arrayKey": ["value", "another value"],
        "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
        "SomeObject": None,
        "ThisFlag": True,
        "latency": 12.5,
        "a.b": "dotted",
    }
)

ACCESS = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /x HTTP/1.0" 404 1534'


@pytest.mark.parametrize(
    ("pattern", "message", "matches"),
    [
        ("", "anything", True),
        ("ERROR", "[ERROR 400] BAD REQUEST", True),
        ("ERROR", "[error 400]", False),
        ("ERROR ARGUMENTS", "[ERROR] UNAUTHORIZED", False),
        ("ERROR ARGUMENTS", "[ERROR] MISSING ARGUMENTS", True),
        ("?ERROR ?ARGUMENTS", "INVALID ARGUMENTS", True),
        ("?ERROR ?ARGUMENTS", "fine", False),
        ("?ERROR REQUEST", "REQUEST", True),
        ('"INTERNAL SERVER ERROR"', "[ERROR 500] INTERNAL SERVER ERROR", True),
        ('"a \\"quoted\\" word"', 'a "quoted" word', True),
        ("ERROR -ARGUMENTS", "[ERROR] MISSING ARGUMENTS", False),
        ("ERROR -ARGUMENTS", "[ERROR] UNAUTHORIZED", True),
        ("%AUTHORIZED[0-9]%", "UNAUTHORIZED7", True),
        ('{ $.eventType = "UpdateTrail" }', EVENT, True),
        ('{ $.eventType = "Update*" }', EVENT, True),
        ('{ $.eventType = "Trail" }', EVENT, False),
        ('{ $.sourceIPAddress != "123.123.*" }', EVENT, True),
        ('{ $.arrayKey[0] = "value" }', EVENT, True),
        ('{ $.arrayKey[5] = "value" }', EVENT, False),
        ("{ $.objectList[*].id = 2 }", EVENT, True),
        ("{ $.objectList[1].id = 1 }", EVENT, False),
        ("{ $.latency > 12 && $.latency <= 12.5 }", EVENT, True),
        ("{ ($.latency > 99) || ($.ThisFlag IS TRUE) }", EVENT, True),
        ("{ $.ThisFlag IS FALSE }", EVENT, False),
        ("{ $.SomeObject IS NULL }", EVENT, True),
        ("{ $.SomeOtherObject NOT EXISTS }", EVENT, True),
        ("{ $.eventType NOT EXISTS }", EVENT, False),
        ("{ $.eventType = %^Update% }", EVENT, True),
        ("{ $['a.b'] = \"dotted\" }", EVENT, True),
        ("{ $.eventType = UpdateTrail }", EVENT, True),
        ('{ $.eventType = "UpdateTrail" }', "no JSON", False),
        ("{ $.eventType = 5 }", EVENT, False),
        ("{ $.latency = 1.25e1 }", EVENT, True),
        ("{ $.latency != 12.5 }", EVENT, False),
        ("{ $.latency EXISTS }", EVENT, True),
        ("{ $.latency = * }", EVENT, True),
        ("{ $.nothing = * }", EVENT, False),
        ('{ $.nothing != "a" }', EVENT, False),
        ('{ $.SomeObject != "a" }', EVENT, False),
        ("{ $.sourceIPAddress = 111.111.* }", EVENT, True),
        ("{ $.sourceIPAddress != 123.123.* }", EVENT, True),
        ('{ $.arrayKey[*] = "another value" }', EVENT, True),
        ('{ $.arrayKey = "value" }', EVENT, False),
        ('{ $.eventType = "UpdateTrail" || $.latency > 99 && $.latency < 1 }', EVENT, True),
        ('{ ($.eventType = "UpdateTrail" || $.latency > 99) && $.latency < 1 }', EVENT, False),
        ('{ $.eventType = "\\"quoted\\"" }', json.dumps({"eventType": '"quoted"'}), True),
        ('{ $.eventType = "a*c" }', json.dumps({"eventType": "a\nb\nc"}), True),
        ("{ $.eventType = %^[A-Z]\\w+l$% }", EVENT, True),
        ("{ $.eventType != %Trail% }", EVENT, False),
        ('{ $.eventType = "[a]?*" }', json.dumps({"eventType": "[a]?b"}), True),
        ('{ $.eventType = "[a]?*" }', json.dumps({"eventType": "[a]bb"}), False),
        ('{ $.eventType = "' + "*a" * 40 + '" }', json.dumps({"eventType": "a" * 2_000 + "b"}), False),
        ("%AUTHORIZED%", "[ERROR 401] UNAUTHORIZED REQUEST", True),
        ("%[hc]at$%", "a black cat", True),
        ("-ERROR", "fine", True),
        ("-ERROR", "[ERROR]", False),
        ('-"NOT FOUND"', "404 NOT FOUND", False),
        ("?ERROR -ARGUMENTS", "fine", True),
        ("[ip, user, name, at, request, status, bytes]", ACCESS, True),
        ("[ip, user, name, at, request, status]", ACCESS, False),
        ("[ip, user, name, at, request, status = 404, bytes]", ACCESS, True),
        ("[ip, user, name, at, request, status = 4*, bytes > 1000]", ACCESS, True),
        ("[ip, user, name, at, request, status = 4*, bytes > 2000]", ACCESS, False),
        ("[..., status = 404, bytes]", ACCESS, True),
        ("[..., status = 500 || status = 404, bytes]", ACCESS, True),
        ("[..., status != 404 && status != 500, bytes]", ACCESS, False),
        ("[ip = 127.0.*, ...]", ACCESS, True),
        ("[ip = %127\\.0\\.0\\.[0-9]%, ...]", ACCESS, True),
        ("[ip, ..., bytes = 1534]", ACCESS, True),
        ('[ip, user, name, at, request = "GET /a, b*", ...]', ACCESS.replace("/x", "/a, b"), True),
        ("[..., at = 10/Oct/2000*, request, status, bytes]", ACCESS, True),
        ("[a, b]", "", False),
        ("[a]", '"several words"', True),
    ],
)
def test_a_pattern_matches_as_on_aws(pattern: str, message: str, matches: bool) -> None:
    assert parsed_pattern(pattern).matches(message) is matches


@pytest.mark.parametrize(
    "pattern",
    [
        "two-words",
        "[ERROR",
        "{ $.a }",
        "{ $.a = }",
        "{ $.a = 1",
        "{ $.a = 1 } more",
        "{ $.a = 1 && }",
        "{ a = 1 }",
        "{ $.a IS SOMETHING }",
        "{ ($.a = 1 }",
        "{ $.a[*].b[*] = 1 }",
        "{ $.a = %x% || $.a = %y% || $.a = %z% }",
        "[a, b, ]",
        "[..., a, ...]",
        "[a, b = ]",
        "[a, b > x]",
        "[a, b = 1 && c = 2]",
        "[a, b = 1) ]",
        "%(a)%",
        "%something!%",
        "%é%",
        "%[%",
        "%one% two",
        '{ $.a > "x" }',
        '"open',
    ],
)
def test_a_pattern_that_is_none_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidPattern):
        parsed_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "selector", "message", "value"),
    [
        ("{ $.latency = * }", "$.latency", EVENT, "12.5"),
        ("{ $.latency = * }", "$.eventType", EVENT, "UpdateTrail"),
        ("{ $.latency = * }", "$.ThisFlag", EVENT, "true"),
        ("{ $.latency = * }", "$.objectList[1].id", EVENT, "2"),
        ("{ $.latency = * }", "$.nothing", EVENT, None),
        ("[..., status, bytes]", "$bytes", ACCESS, "1534"),
        ("[..., status, bytes]", "$other", ACCESS, None),
        ("ERROR", "$.latency", EVENT, None),
    ],
)
def test_a_field_of_an_event_has_a_value(pattern: str, selector: str, message: str, value: str | None) -> None:
    assert parsed_pattern(pattern).value(message, selector) == value


@pytest.mark.parametrize("message", ["[" * 100_000, '{"a": ' * 50_000, '"' * 10_000, "{", "[1", "null", "5"])
def test_a_message_that_is_no_json_matches_no_pattern_on_fields(message: str) -> None:
    assert not parsed_pattern("{ $.a NOT EXISTS }").matches(message)
    assert not parsed_pattern("[a = never, ...]").matches(message)


def test_a_search_without_an_end_is_given_up_and_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(field_conditions, "_PATIENCE", 0.05)
    endless = "ab" * 20_000 + "z"
    assert not parsed_pattern("%[a-c]*[a-c]*[a-c]*z[0-9]%").matches(endless)
    assert "was not searched for to the end of an event of 40001 characters" in caplog.text
    assert parsed_pattern("%[a-c]*z%").matches("abz")
