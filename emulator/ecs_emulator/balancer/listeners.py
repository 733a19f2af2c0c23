"""Listeners of Envoy, and their routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ecs_emulator.balancer.actions import SERVER, page
from ecs_emulator.balancer.matching import SOURCE, EnvoyConfig
from ecs_emulator.balancer.response_headers import overwriting

TYPES = "type.googleapis.com/envoy"
_HCM = f"{TYPES}.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"

# Envoy's reason for an answer of its own, the status it gives, and the status that a load balancer gives.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
_OWN_ANSWERS: list[tuple[list[str], int | None, int]] = [
    (["UH", "UO", "NC"], None, 503),  # no target
    (["UF", "UC", "UR", "LR", "UPE"], None, 502),  # a target that cannot be reached, or breaks off
    (["UT", "SI"], 504, 504),  # a target that does not answer
    (["SI", "DT"], 408, 408),  # a client that does not finish its request
]


def from_file(path: Path) -> EnvoyConfig:
    """Source of Envoy's resources of one kind: a file that is replaced by renaming another to it."""
    return {"path_config_source": {"path": str(path)}, "resource_api_version": "V3"}


def seconds(value: float) -> str:
    return f"{value:.3f}s"


def listener(
    name: str,
    local_port: int,
    protocol: str,
    idle_timeout: float,
    drops_invalid: bool,
    routes: Path,
    tls: EnvoyConfig | None = None,
) -> EnvoyConfig:
    """Envoy's Listener at a port of this machine; `routes` is the file with its routes, `name` their name too.

    One of protocol HTTPS has a transport socket, `tls`; its clients may speak HTTP/2.
    """
    settings = f'local port, protocol, drop = "{local_port}", "{protocol.lower()}", {str(drops_invalid).lower()}\n'
    idle = seconds(idle_timeout)
    manager = {
        "@type": _HCM,
        "stat_prefix": name,
        "codec_type": "AUTO" if tls else "HTTP1",
        "rds": {"route_config_name": name, "config_source": from_file(routes)},
        "http_filters": [
            _lua("ecs_emulator.headers", settings + _script("headers.lua")),
            _lua("envoy.filters.http.lua", _script("redirects.lua")),
            {
                "name": "envoy.filters.http.router",
                "typed_config": {
                    "@type": f"{TYPES}.extensions.filters.http.router.v3.Router",
                    "suppress_envoy_headers": True,
                },
            },
        ],
        "local_reply_config": {"mappers": _own_answers()},
        # The targets' own header goes through; our answers bring theirs.
        "server_header_transformation": "PASS_THROUGH",
        "generate_request_id": False,
        "skip_xff_append": True,
        "stream_idle_timeout": idle,
        "request_headers_timeout": idle,
        "common_http_protocol_options": {"idle_timeout": idle},
        "http_protocol_options": {"accept_http_10": True},
        "max_request_headers_kb": 64,
        "upgrade_configs": [{"upgrade_type": "websocket"}],
    }
    filters = [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]
    return _at_port(name, local_port, filters, tls)


def tcp_listener(
    name: str, local_port: int, idle_timeout: float, forwards: Mapping[str, int], tls: EnvoyConfig | None = None
) -> EnvoyConfig:
    """Envoy's Listener of connections that nobody reads; `forwards` are the weights of clusters.

    One without a target closes what it accepts.
    """
    weighted = [{"name": cluster, "weight": weight} for cluster, weight in forwards.items() if weight]
    proxy = {
        "@type": f"{TYPES}.extensions.filters.network.tcp_proxy.v3.TcpProxy",
        "stat_prefix": name,
        "idle_timeout": seconds(idle_timeout),
        **({"weighted_clusters": {"clusters": weighted}} if weighted else {"cluster": "none"}),
    }
    filters = [{"name": "envoy.filters.network.tcp_proxy", "typed_config": proxy}]
    return _at_port(name, local_port, filters, tls)


def _at_port(name: str, local_port: int, filters: list[EnvoyConfig], tls: EnvoyConfig | None) -> EnvoyConfig:
    return {
        "@type": f"{TYPES}.config.listener.v3.Listener",
        "name": name,
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": local_port}},
        # Two Envoys would share the port in silence.
        "enable_reuse_port": False,
        "filter_chains": [{"filters": filters, **({"transport_socket": tls} if tls else {})}],
    }


def route_configuration(name: str, routes: Sequence[EnvoyConfig], response_headers: Mapping[str, str]) -> EnvoyConfig:
    """The RouteConfiguration: the first of `routes` that matches is taken. `response_headers` are in each answer."""
    return {
        "@type": f"{TYPES}.config.route.v3.RouteConfiguration",
        "name": name,
        "virtual_hosts": [{"name": name, "domains": ["*"], "routes": list(routes)}],
        "request_headers_to_remove": [SOURCE],
        "response_headers_to_add": overwriting(response_headers),
    }


def _script(name: str) -> str:
    return Path(__file__).with_name(name).read_text()


def _lua(name: str, code: str) -> EnvoyConfig:
    return {
        "name": name,
        "typed_config": {
            "@type": f"{TYPES}.extensions.filters.http.lua.v3.Lua",
            "default_source_code": {"inline_string": code},
        },
    }


def _own_answers() -> list[EnvoyConfig]:
    mappers = []
    for flags, given, status in _OWN_ANSWERS:
        reason = {"response_flag_filter": {"flags": flags}}
        mappers.append(_own_answer(reason if given is None else _both(reason, _is_status("EQ", given)), status))
    # What is no HTTP, and headers above 64 kB, never come to headers.lua.
    unseen = {"header_filter": {"header": {"name": SOURCE, "present_match": True, "invert_match": True}}}
    return [*mappers, _own_answer(_both(unseen, _is_status("GE", 400)), 400)]


def _both(one: EnvoyConfig, other: EnvoyConfig) -> EnvoyConfig:
    return {"and_filter": {"filters": [one, other]}}


def _is_status(comparison: str, status: int) -> EnvoyConfig:
    value = {"default_value": status, "runtime_key": f"status.{status}"}
    return {"status_code_filter": {"comparison": {"op": comparison, "value": value}}}


def _own_answer(reason: EnvoyConfig, status: int) -> EnvoyConfig:
    return {
        "filter": reason,
        "status_code": status,
        "body_format_override": {
            "text_format_source": {"inline_string": page(status)},
            "content_type": "text/html",
        },
        "headers_to_add": overwriting({"server": SERVER}),
    }
