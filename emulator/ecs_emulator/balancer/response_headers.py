"""Response headers that attributes of a listener add.

A header with a configured value is in every response: it is updated where the target sent it, and added where not; an
empty value leaves the header as it is.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html#insert-header
"""

from __future__ import annotations

from collections.abc import Mapping

from ecs_emulator.balancer.matching import EnvoyConfig
from ecs_emulator.cloud.header_attributes import NAMES, attribute


def response_headers(attributes: Mapping[str, str]) -> dict[str, str]:
    """Name to value of the headers that these listener attributes configure."""
    configured = {name: attributes.get(attribute(name), "") for name in NAMES}
    return {name: value for name, value in configured.items() if value}


def overwriting(headers: Mapping[str, str]) -> list[EnvoyConfig]:
    """Envoy's HeaderValueOptions, by which each header is in a response once, with this value."""
    return [
        # Envoy would take what is between two percent signs for a command.
        {"header": {"key": name, "value": value.replace("%", "%%")}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
        for name, value in headers.items()
    ]
