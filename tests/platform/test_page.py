"""The description of the API as people read it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from app import create_app
from app.kit.openapi import openapi
from app.kit.page import page
from tests.platform.test_description import WHOLE
from tests.platform.test_everywhere import ANYWHERE

ANSWER = create_app(ANYWHERE).test_client().get("/docs")


def test_it_names_every_operation_with_its_answers_and_every_problem() -> None:
    for (method, path), operation in WHOLE.operations().items():
        if method not in ("HEAD", "OPTIONS"):
            heading = f'<article id="{operation["operationId"]}">\n<h3><code>{method} {path}</code></h3>'
            _, found, rest = ANSWER.text.partition(heading)
            assert found, heading
            told = re.findall("<dt>([0-9]+)</dt>", rest.partition("</article>")[0])
            assert told == list(operation["responses"])
    for name in WHOLE.document["components"]["responses"]:
        assert f'<dt id="answer-{name}">' in ANSWER.text


def test_it_leads_nowhere_that_is_not_there() -> None:
    targets = re.findall('href="#([^"]*)"', ANSWER.text)
    assert targets
    assert set(targets) <= set(re.findall('id="([^"]*)"', ANSWER.text))


def test_its_policy_lets_its_own_style_be_and_nothing_else() -> None:
    (style,) = re.findall("<style>(.*?)</style>", ANSWER.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}';" in ANSWER.headers["Content-Security-Policy"]
    assert "<script" not in ANSWER.text
    assert "style=" not in ANSWER.text
    assert not re.search(r'(src|href)="(?!#|openapi\.json")', ANSWER.text)


def test_no_word_of_a_description_is_markup() -> None:
    assert "<b>" not in page(openapi([], "<b>1</b>"))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    import threading

    server = make_server("127.0.0.1", 0, create_app(ANYWHERE), threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}/docs"
    server.shutdown()
    serving.join(30)
    server.server_close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_it_is_for_everyone_on_every_screen(browser: Browser, address: str, scheme: str, width: int) -> None:
    with browser.new_context(
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": width, "height": 800},
        bypass_csp=True,  # for axe alone
    ) as context:
        tab = context.new_page()
        tab.goto(address)
        assert Axe().run(tab).response["violations"] == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_it_needs_no_script_and_breaks_no_policy(browser: Browser, address: str) -> None:
    with browser.new_context(java_script_enabled=False, color_scheme="dark") as context:
        tab = context.new_page()
        said: list[str] = []
        tab.on("console", lambda message: said.append(message.text))
        tab.goto(address)
        tab.get_by_role("link", name="GET /mysfits/{mysfit_id}", exact=True).click()
        assert tab.get_by_role("heading", name="GET /mysfits/{mysfit_id}", exact=True).is_visible()
        # The style is taken: its hash is the one that the policy allows.
        assert tab.locator("pre").first.evaluate("each => getComputedStyle(each).whiteSpaceCollapse") == "preserve"
        assert [each for each in said if "favicon" not in each] == []
