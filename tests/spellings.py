"""Spellings of one address, and how each is sent as it is."""

from __future__ import annotations

import socket

# Of `POST /mysfits/ID/ROUTE`, as it stands in the request line. These are other addresses.
ODD = [
    "//mysfits/ID/ROUTE",
    "///////mysfits/ID/ROUTE",
    "/mysfits//ID/ROUTE",
    "/mysfits/ID//ROUTE",
    "/%2Fmysfits/ID/ROUTE",
    "/./mysfits/ID/ROUTE",
    "/../mysfits/ID/ROUTE",
    "/%2e/mysfits/ID/ROUTE",
    "/mysfits/./ID/ROUTE",
    "/mysfits/ID/./ROUTE",
    "/mysfits/ID/x/../ROUTE",
    "/mysfits/ID/x/%2e%2e/ROUTE",
    "/mysfits/ID/ROUTE/",
    "/mysfits/ID/ROUTE//",
    "/mysfits/ID/ROUTE/.",
    "/mysfits/ID/ROUTE/..",
    "/mysfits/ID/ROUTE;x=y",
    "/mysfits/ID;x=y/ROUTE",
    "/mysfits;x/ID/ROUTE",
    "/mysfits/ID/ROUTE%20",
    "/mysfits/ID/ROUTE%00",
    "/mysfits/ID/ROUTE%3Fx",
    "/mysfits/ID/ROUTE%23x",
    "/mysfits/ID/%2552OUTE",
    "/MYSFITS/ID/ROUTE",
    "http://x//mysfits/ID/ROUTE",
    "http://x/./mysfits/ID/ROUTE",
    "http://x/mysfits/ID/ROUTE/",
]
# These are the same, by RFC 3986 section 6.2.2.2, by RFC 9112 section 3.2.2, or because the server decodes the path
# before anybody sees it.
SAME = [
    "/mysfits/ID/ROUTE",
    "/mysfits/ID/ROUTE?x=y",
    "/mysfits/ID/ROUTE#x",
    "/%6Dysfits/ID/ROUTE",
    "/mysfits/ID/%6Cike",
    "/mysfits/ID/lik%65",
    "http://x/mysfits/ID/ROUTE",
    "http://y:1/mysfits/ID/ROUTE",
    "/mysfits%2FID%2fROUTE",
]


def spelled(spelling: str, mysfit_id: str, route: str) -> str:
    """The spelling of `POST /mysfits/<mysfit_id>/<route>`."""
    letters = {"%6Cike": "%66ulfill-like", "lik%65": "fulfill%2Dlike"} if route == "fulfill-like" else {}
    for like, fulfill in letters.items():
        spelling = spelling.replace(like, fulfill)
    return spelling.replace("ID", mysfit_id).replace("ROUTE", route)


def send(port: int, method: str, target: str) -> tuple[int, bytes]:
    """(status, the whole answer) of a request with this target in its request line."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(f"{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    return int(answer.split(b" ", 2)[1]), answer
