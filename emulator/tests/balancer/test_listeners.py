"""A listener as Envoy is told of it; emulator/tests/balancer/test_traffic.py sees what Envoy makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ecs_emulator import balancer
from ecs_emulator.balancer.actions import page
from ecs_emulator.balancer.listeners import listener, route_configuration
from ecs_emulator.balancer.matching import SOURCE

FOLDER = Path(balancer.__file__).parent


@pytest.fixture
def made() -> dict[str, Any]:
    return listener("l", 8363, "HTTPS", 60, True, Path("/routes.json"))


@pytest.fixture
def manager(made: dict[str, Any]) -> dict[str, Any]:
    [chain] = made["filter_chains"]
    [each] = chain["filters"]
    return dict(each["typed_config"])


def test_a_listener_is_alone_on_its_port_and_on_loopback(made: dict[str, Any]) -> None:
    assert made["address"] == {"socket_address": {"address": "127.0.0.1", "port_value": 8363}}
    assert made["enable_reuse_port"] is False


def test_the_scripts_come_before_the_router_and_know_the_listener(manager: dict[str, Any]) -> None:
    # Redirects are told to the script under the name of its filter; see actions.py.
    names = ["ecs_emulator.headers", "envoy.filters.http.lua", "envoy.filters.http.router"]
    assert [each["name"] for each in manager["http_filters"]] == names
    headers, redirects, router = (each["typed_config"] for each in manager["http_filters"])
    code = headers["default_source_code"]["inline_string"]
    assert code.startswith('local port, protocol, drop = "8363", "https", true\n')
    assert redirects["default_source_code"]["inline_string"] == (FOLDER / "redirects.lua").read_text()
    assert router["suppress_envoy_headers"] is True


def test_silence_ends_a_request_after_the_idle_time_out_and_headers_are_the_targets_own(
    manager: dict[str, Any],
) -> None:
    assert {manager["stream_idle_timeout"], manager["request_headers_timeout"]} == {"60.000s"}
    assert manager["common_http_protocol_options"] == {"idle_timeout": "60.000s"}
    assert manager["server_header_transformation"] == "PASS_THROUGH"
    assert (manager["generate_request_id"], manager["skip_xff_append"]) == (False, True)
    assert manager["http_protocol_options"] == {"accept_http_10": True}
    assert manager["max_request_headers_kb"] == 64
    assert manager["upgrade_configs"] == [{"upgrade_type": "websocket"}]


def test_what_the_balancer_answers_by_itself_looks_like_that_of_aws(manager: dict[str, Any]) -> None:
    mappers = manager["local_reply_config"]["mappers"]
    for each in mappers:
        assert each["body_format_override"] == {
            "text_format_source": {"inline_string": page(each["status_code"])},
            "content_type": "text/html",
        }
        assert each["headers_to_add"] == [
            {"header": {"key": "server", "value": "awselb/2.0"}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
        ]
    [unseen, bad] = mappers[-1]["filter"]["and_filter"]["filters"]
    assert unseen == {"header_filter": {"header": {"name": SOURCE, "present_match": True, "invert_match": True}}}
    assert bad["status_code_filter"]["comparison"] == {
        "op": "GE",
        "value": {"default_value": 400, "runtime_key": "status.400"},
    }
    assert mappers[-1]["status_code"] == 400


def test_routes_are_for_every_host_and_a_target_never_sees_our_own_header() -> None:
    routes = [{"match": {"prefix": "/"}}]
    made = route_configuration("l", routes, {})
    assert made["virtual_hosts"] == [{"name": "l", "domains": ["*"], "routes": routes}]
    assert made["request_headers_to_remove"] == [SOURCE]
