"""Localhost of a task: where its own ports are on this machine, in the words of a health check."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from ecs_emulator.scheduler.addresses import Address

_HOST = r"(?P<host>\b(?:localhost|127\.0\.0\.1|0\.0\.0\.0)\b|\[::1?\])"
_WITH_PORT = re.compile(rf"{_HOST}(?P<gap>:|[ \t/]+)(?P<port>\d{{1,5}})\b")
_OF_HTTP = re.compile(rf"http://{_HOST}(?=[/\s\"'?]|$)")


def mapped(text: str, address: Address) -> str:
    """A command line with the task's address and ports: `localhost:8080`, `localhost 8080`, `http://localhost/`."""

    def with_port(found: re.Match[str]) -> str:
        port = address.ports.get(int(found["port"]))
        return found[0] if port is None else f"{address.ip}{found['gap']}{port}"

    def of_http(found: re.Match[str]) -> str:
        port = address.ports.get(80)
        return found[0] if port is None else f"http://{address.ip}:{port}"

    return _WITH_PORT.sub(with_port, _OF_HTTP.sub(of_http, text))


def mapped_words(words: Sequence[str], address: Address) -> list[str]:
    """The same where host and port are words of their own: `nc -z localhost 8080`."""
    found = list(words)
    for place, (host, port) in enumerate(itertools.pairwise(words)):
        if re.fullmatch(_HOST, host) and port.isascii() and port.isdigit() and int(port) in address.ports:
            found[place : place + 2] = [address.ip, str(address.ports[int(port)])]
    return found
