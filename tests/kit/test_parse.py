"""What a request says, as values."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.test import EnvironBuilder

from app.kit.parse import LONGEST_ADDRESS, address, host, no_body, one_of, only
from app.kit.problems import AddressTooLong, Invalid


def test_a_parameter_is_given_once_or_not() -> None:
    arguments = MultiDict([("a", "1"), ("b", "1"), ("b", "2"), ("b", "3"), ("c", "")])
    assert [only(arguments, name) for name in ("a", "c", "d")] == ["1", "", None]
    with pytest.raises(Invalid) as refused:
        only(arguments, "b")
    assert refused.value.description == "Give b once, not 3 times."


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (None, "filter is missing; it should be one of Good, Evil."),
        ("", "filter is missing; it should be one of Good, Evil."),
        ("good", "filter is 'good'; it should be one of Good, Evil."),
        ("x" * 100, f"filter is {'x' * 40!r}; it should be one of Good, Evil."),
    ],
)
def test_a_value_that_is_none_of_those_is_told_which_there_are(value: str | None, sentence: str) -> None:
    assert one_of(("Good", "Evil"), "filter", "Evil") == "Evil"
    with pytest.raises(Invalid) as refused:
        one_of(("Good", "Evil"), "filter", value)
    assert refused.value.description == sentence


def a_request(path: str = "/", query: str = "", **environ: str) -> dict[str, Any]:
    return EnvironBuilder("/").get_environ() | {"PATH_INFO": path, "QUERY_STRING": query, **environ}


def test_an_address_is_measured_with_its_query() -> None:
    for path, query in (("/", "x" * (LONGEST_ADDRESS - 1)), ("/" + "x" * (LONGEST_ADDRESS - 1), ""), ("/xx", "yy")):
        address(a_request(path, query))
    for path, query in (("/", "x" * LONGEST_ADDRESS), ("/" + "x" * LONGEST_ADDRESS, ""), ("/x", "y" * 16383)):
        with pytest.raises(AddressTooLong):
            address(a_request(path, query))
    assert LONGEST_ADDRESS == 16 * 1024


@pytest.mark.parametrize("path", ["", "x", "*", "//", "//x", "///x"])
def test_an_address_begins_with_one_slash(path: str) -> None:
    with pytest.raises(NotFound):
        address(a_request(path))


@pytest.mark.parametrize(
    "given", ["a", "A.b-c_d", "127.0.0.1", "a:80", "a:", "[::1]", "[2001:db8::1]:443", "a%2Db", "*"]
)
def test_a_host_is_a_name_or_an_address_and_perhaps_a_port(given: str) -> None:
    host(a_request(HTTP_HOST=given))


@pytest.mark.parametrize(
    "given", ["", "a,b", "a, b", "a b", "a/b", "u@a", "a:b", "a:1:2", "::1", "[a", "[::1]x", "[]", "\xff", "a\n", "a?b"]
)
def test_what_is_no_host_is_invalid(given: str) -> None:
    with pytest.raises(Invalid):
        host(a_request(HTTP_HOST=given))


def test_only_http_1_0_need_not_say_its_host() -> None:
    host(a_request(HTTP_HOST="", SERVER_PROTOCOL="HTTP/1"))
    host(a_request(HTTP_HOST="", SERVER_PROTOCOL="HTTP/1.0"))
    without = a_request()
    del without["HTTP_HOST"]
    with pytest.raises(Invalid):
        host(without)
    with pytest.raises(Invalid):
        host(a_request(HTTP_HOST="a,b", SERVER_PROTOCOL="HTTP/1"))


def test_a_body_is_told_by_the_headers_alone() -> None:
    no_body(a_request())
    no_body(a_request(CONTENT_LENGTH="0"))
    for header in ({"CONTENT_LENGTH": "1"}, {"HTTP_TRANSFER_ENCODING": "chunked"}, {"HTTP_TRANSFER_ENCODING": ""}):
        with pytest.raises(Invalid):
            no_body(a_request(**header))
