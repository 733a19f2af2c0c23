"""Firefox as it is installed, driven by its own remote protocol, which needs no driver beside it.

https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emulator.tests.support.waiting import PATIENCE, until

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # https://www.w3.org/TR/webdriver2/#elements


class Marionette:
    """A session with one window. Commands are those of WebDriver."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._file = self._socket.makefile("rb")
        self._read()
        self._count = 0
        self.call("WebDriver:NewSession", capabilities={"alwaysMatch": {"acceptInsecureCerts": False}})

    def call(self, command: str, **parameters: Any) -> Any:
        """The result of a command. Fails when there is an error."""
        self._count += 1
        message = json.dumps([0, self._count, command, parameters])
        self._socket.sendall(f"{len(message.encode())}:{message}".encode())
        _, _, error, result = self._read()
        assert error is None, error
        return result

    def script(self, body: str, *arguments: Any) -> Any:
        """The value that a function's body returns."""
        return self.call("WebDriver:ExecuteScript", script=body, args=list(arguments))["value"]

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def _read(self) -> Any:
        length = b""
        while (character := self._file.read(1)) != b":":
            length += character
        return json.loads(self._file.read(int(length)))


@contextmanager
def firefox(program: str, home: Path, language: str, is_dark: bool = False) -> Iterator[Marionette]:
    """A headless Firefox whose pages are asked for in a language, and whose visitor wants nothing to move."""
    home.mkdir(parents=True, exist_ok=True)
    preferences = {
        "app.update.auto": False,
        "browser.shell.checkDefaultBrowser": False,
        "datareporting.policy.dataSubmissionEnabled": False,
        "intl.accept_languages": language,
        "layout.css.prefers-color-scheme.content-override": 0 if is_dark else 1,
        "marionette.port": 0,
        "network.captive-portal-service.enabled": False,
        "network.connectivity-service.enabled": False,
        "network.proxy.type": 0,
        "services.settings.server": "http://127.0.0.1:9",
        "toolkit.telemetry.reportingpolicy.firstRun": False,
        "ui.prefersReducedMotion": 1,
    }
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items()]
    (home / "user.js").write_text("".join(lines))
    browser = subprocess.Popen(
        [program, "--headless", "--marionette", "--no-remote", "--profile", str(home), "about:blank"],
        env={**os.environ, "HOME": str(home), "MOZ_CRASHREPORTER_DISABLE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        port = home / "MarionetteActivePort"
        until(lambda: port.is_file() and port.read_text().strip(), "Firefox listens")
        with contextlib.closing(Marionette(int(port.read_text()))) as session:
            yield session
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(browser.pid, signal.SIGKILL)
        browser.wait()
