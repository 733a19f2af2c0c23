"""WebKit as its GTK port is installed, driven by the driver that comes with it, on a screen that nobody sees.

Commands have Marionette's names, so that a window of Firefox's and one of WebKit's are worked by the same lines.
https://www.w3.org/TR/webdriver2/#endpoints
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from emulator.tests.support.waiting import PATIENCE, until

SCREEN = "1920x1400x24"
ENDPOINTS = {
    "WebDriver:Back": ("POST", "back"),
    "WebDriver:DeleteSession": ("DELETE", ""),
    "WebDriver:ElementClick": ("POST", "element/{id}/click"),
    "WebDriver:ExecuteAsyncScript": ("POST", "execute/async"),
    "WebDriver:ExecuteScript": ("POST", "execute/sync"),
    "WebDriver:Forward": ("POST", "forward"),
    "WebDriver:Navigate": ("POST", "url"),
    "WebDriver:PerformActions": ("POST", "actions"),
    "WebDriver:Refresh": ("POST", "refresh"),
    "WebDriver:SetWindowRect": ("POST", "window/rect"),
    "WebDriver:TakeScreenshot": ("GET", "screenshot"),
}


class WebDriver:
    """Session with one window, over HTTP."""

    def __init__(self, port: int, capabilities: dict[str, Any]) -> None:
        self._port = port
        until(self._is_ready, "the driver of WebKit listens")
        body = {"capabilities": {"alwaysMatch": capabilities}}
        self._session = f"/session/{self._ask('POST', '/session', body)['sessionId']}"

    def call(self, command: str, **parameters: Any) -> Any:
        """Result of a command. Fails when there is an error."""
        method, path = ENDPOINTS[command]
        path = f"{self._session}/{path}".rstrip("/").format(**parameters)
        return self._ask(method, path, parameters if method == "POST" else None)

    def script(self, body: str, *arguments: Any) -> Any:
        """Value that a function's body returns."""
        return self.call("WebDriver:ExecuteScript", script=body, args=list(arguments))

    def _is_ready(self) -> bool:
        with suppress(OSError):
            return bool(self._ask("GET", "/status", None)["ready"])
        return False

    def _ask(self, method: str, path: str, body: Any) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        sent = None if body is None else json.dumps(body)
        connection.request(method, path, sent, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        value = json.loads(answer.read())["value"]
        connection.close()
        assert answer.status == 200, value
        return value


def driver_program() -> str:
    """Where the driver of WebKit is. Without one the test is skipped, loudly; where the pipeline runs it fails."""
    found = os.environ.get("TEST_WEBKIT") or shutil.which("WebKitWebDriver")
    if found and shutil.which("Xvfb"):
        return found
    missing = "There is no WebKit: NOT SHOWN that the page works in it. Install webkit2gtk-driver and xvfb."
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(missing, pytrace=False)
    pytest.skip(missing)


@contextmanager
def webkit(program: str, home: Path, is_dark: bool = False) -> Iterator[WebDriver]:
    """A window of WebKit's, without animations; what is dark there is what the desktop's theme says."""
    settings = home / ".config/gtk-3.0/settings.ini"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(f"[Settings]\ngtk-enable-animations=0\ngtk-application-prefer-dark-theme={int(is_dark)}\n")
    with _screen() as display, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        theme = "Adwaita:dark" if is_dark else "Adwaita"
        with _running(
            [program, "--host=127.0.0.1", f"--port={port}"],
            env={**os.environ, "DISPLAY": display, "GTK_THEME": theme, "HOME": str(home), "XDG_CACHE_HOME": str(home)},
        ):
            options = {"binary": _browser(), "args": ["--automation"]}
            session = WebDriver(port, {"webkitgtk:browserOptions": options})
            try:
                yield session
            finally:
                session.call("WebDriver:DeleteSession")


def _browser() -> str:
    """The browser that the driver starts; in Debian each architecture has a folder of its own for it."""
    found = [
        *Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"),
        *Path("/usr/libexec").glob("webkit2gtk-4.*/MiniBrowser"),
    ]
    return str(found[-1]) if found else "MiniBrowser"


@contextmanager
def _screen() -> Iterator[str]:
    """A screen in memory; its display."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", SCREEN, "-nolisten", "tcp"]
    with _running(command, pass_fds=[writing]):
        os.close(writing)
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        assert number, "the screen has not started"
        yield f":{number}"


@contextmanager
def _running(command: list[str], **options: Any) -> Iterator[None]:
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()
