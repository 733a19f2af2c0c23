"""Where the site is played in the tests: a web server for its files, and a stand-in for the API in the browser."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route

from emulator.tests.support.waiting import until

Answer = tuple[int, Any] | tuple[int, Any, dict[str, str]]

ROOT = Path(__file__).parents[2]
SITE = ROOT / "static-site"
API = "http://localhost:8000"
RELEASE = {"version": "1.2.3", "commit": "3f2c1e0", "revision": "mysfits-service:7"}
USERS = [
    {"id": 1, "username": "marceline", "name": "Marceline Singer", "bio": "Plays the lute to her kraken."},
    {"id": 2, "username": "finn", "name": "Finn Alberts", "bio": "Lives with a yeti, and with wet carpets."},
]
THREADS = [
    {"id": 1, "title": "What do you feed a phoenix?", "createdBy": 1},
    {"id": 2, "title": "My gorgon looked at me", "createdBy": 2},
]
POSTS = [
    {"id": 1, "thread": 1, "text": "Embers, mostly. And praise.", "user": 1},
    {"id": 2, "thread": 1, "text": "Mine likes cinnamon.", "user": 2},
]


def board() -> dict[str, Answer | Callable[..., Any]]:
    """What the API answers on the seeds of the real tables."""

    def rows(name: str) -> list[dict[str, Any]]:
        found = json.loads((ROOT / f"ops/seeds/{name}.json").read_text())
        return [{each[0].lower() + each[1:]: value for each, value in row.items()} for row in found]

    return {f"GET /api/{name}": (200, rows(name)) for name in ("users", "threads", "posts")}


def mysfits() -> list[dict[str, Any]]:
    """Every mysfit as `GET /mysfits/<id>` shows it, from the seeds of the real tables."""
    rows = json.loads((ROOT / "ops/seeds/mysfits.json").read_text())
    lower = {"GoodEvil": "goodevil", "LawChaos": "lawchaos"}
    shown = [{lower.get(name, name[0].lower() + name[1:]): value for name, value in row.items()} for row in rows]
    # Numbers of likes that differ, and that are not in the order of the names.
    return [mysfit | {"likes": place * 7 % 12 * 300, "adopted": False} for place, mysfit in enumerate(shown)]


LISTED = ("mysfitId", "name", "goodevil", "lawchaos", "species", "thumbImageUri", "age", "likes", "adopted")


@dataclass
class Api:
    """Answers like the API. `answers` replaces what a route says; a callable is given the Playwright route."""

    answers: dict[str, Answer | Callable[..., Any]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    rows: dict[str, dict[str, Any]] = field(default_factory=lambda: {m["mysfitId"]: m for m in mysfits()})

    def id_of(self, name: str) -> str:
        return next(each for each, row in self.rows.items() if row["name"] == name)

    def count(self, call: str) -> int:
        return sum(bool(re.fullmatch(call, made)) for made in self.calls)

    def __call__(self, route: Route) -> None:
        request = route.request
        answer = self.answer(f"{request.method} {request.url.removeprefix(API)}")
        if callable(answer):
            answer(route)
        else:
            fulfil(route, *answer)

    def answer(self, call: str) -> Any:
        """What a call is answered, or what answers it."""
        self.calls.append(call)
        said = next((say for pattern, say in self.answers.items() if re.fullmatch(pattern, call)), None)
        return self.usual(call) if said is None else said

    def leave(self) -> None:
        """Let go of what a test has kept waiting; a browser does not close around it."""
        for held in self.answers.values():
            if isinstance(held, Held):
                while held.routes:
                    held.routes.pop().abort()

    def usual(self, call: str) -> Answer:
        fixed: dict[str, Any] = {
            "GET /mysfits": {"mysfits": [{name: row.get(name) for name in LISTED} for row in self.rows.values()]},
            "GET /version": RELEASE,
            "GET /api/users": USERS,
            "GET /api/threads": THREADS,
            "GET /api/posts": POSTS,
        }
        if call in fixed:
            return 200, fixed[call]
        known = re.fullmatch(r"(GET|POST) /mysfits/([^/]+)(?:/(like|adopt))?", call)
        if not known or known[2] not in self.rows:
            return problem(404)
        row = self.rows[known[2]]
        if known[3] == "like":
            row["likes"] += 1
            return 200, {"Update": "Success", "likes": row["likes"]}
        if known[3] == "adopt":
            if row["adopted"]:
                return problem(409)
            row["adopted"] = True
            return 200, {"Update": "Success"}
        return 200, row


def problem(status: int, **headers: str) -> Answer:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"type": "about:blank", "title": "A problem", "status": status}
    return status, body, {"Content-Type": "application/problem+json", **names}


def fulfil(route: Route, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
    cors = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After, X-Request-ID"}
    route.fulfill(
        status=status,
        body=body if isinstance(body, str) else json.dumps(body),
        headers={"Content-Type": "application/json"} | cors | (headers or {}),
    )


def unreachable(route: Route) -> None:
    route.abort("connectionrefused")


class Held:
    """Keeps a request waiting until the test lets it go."""

    def __init__(self) -> None:
        self.routes: list[Route] = []
        self.answer: Answer | None = None

    def __call__(self, route: Route) -> None:
        if self.answer:
            fulfil(route, *self.answer)
        else:
            self.routes.append(route)

    def come(self, page: Page) -> Route:
        """The request that waits, once it is here; Playwright hands it over only while it is asked for something."""

        def there() -> bool:
            page.wait_for_timeout(20)
            return bool(self.routes)

        until(there, "the request has come")
        return self.routes.pop()

    def release(self, answer: Answer) -> None:
        """Answer what waits, and from now on what comes."""
        self.answer = answer
        while self.routes:
            fulfil(self.routes.pop(), *answer)


OPEN_ORIGINS = "http://localhost:* http://127.0.0.1:*"
PRELOAD_HERE = "<!-- preload: the list of mysfits -->"


def published(html: str, api: str = API) -> str:
    """The page as publishing leaves it: one API allowed, and its list fetched together with the page."""
    preload = f'<link rel="preload" as="fetch" crossorigin href="{api}/mysfits">'
    assert html.count(OPEN_ORIGINS) == 1
    assert html.count(PRELOAD_HERE) == 1
    return html.replace(OPEN_ORIGINS, api).replace(PRELOAD_HERE, preload)


class Files(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one packet: sent apart, the second waits for an acknowledgement of the first.
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    # A browser opens its connections all at once; the default of five refuses some.
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """A browser that goes away in the middle of an answer is nothing to report."""


@contextmanager
def served(folder: Path = SITE) -> Iterator[str]:
    """The address of a web server for the folder, on a free port of this machine."""
    with Server(("127.0.0.1", 0), partial(Files, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def play(page: Page, api: Api) -> Page:
    page.route(f"{API}/**", api)
    return page
