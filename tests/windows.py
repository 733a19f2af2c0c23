"""Windows of real browsers, worked by what a person sees: names on the screen, a mouse or a finger, and the keys."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Page

from emulator.tests.support.marionette import ELEMENT
from emulator.tests.support.waiting import until

# The first thing of that name that can be used, by the name that assistive technology says; nothing behind a dialog.
FIND = """
const named = (each) => each.getAttribute("aria-label") ?? each.labels?.[0]?.querySelector("span")?.textContent
  ?? each.textContent;
const front = document.querySelector("dialog:modal") ?? document;
const found = [...front.querySelectorAll("a[href], button, input, select, textarea, summary")]
  .find((each) => !each.disabled && each.checkVisibility({ visibilityProperty: true }) && named(each)?.trim() === NAME);
"""
KIND = (
    "found.matches('input:not([type=checkbox], [type=radio]), textarea') ? 'field'"
    " : found.matches('[type=radio]') ? 'radio' : found.matches('input') ? 'box' : 'button'"
)
# Tab leads to the chosen one of a group, and the arrows to the others.
CHOSEN = "([...(found.form?.elements[found.name] ?? [])].find((each) => each.checked) ?? found)"
MOST_TABS = 250
MOST_CHOICES = 12
BACK = "Shift+Tab"
KEYS = {
    "Shift": "\ue008",
    "Tab": "\ue004",
    "Enter": "\ue007",
    "Escape": "\ue00c",
    "ArrowRight": "\ue014",
    "ArrowDown": "\ue015",
    " ": " ",
}
STEPS = {"back": "WebDriver:Back", "forward": "WebDriver:Forward", "reload": "WebDriver:Refresh"}


class Session(Protocol):
    """Session of WebDriver, over whichever protocol."""

    def call(self, command: str, **parameters: Any) -> Any: ...

    def script(self, body: str, *arguments: Any) -> Any: ...


class Window(Protocol):
    def open(self, url: str) -> None: ...

    def value(self, expression: str) -> Any:
        """Value of an expression on the page."""
        ...

    def later(self, promise: str) -> Any:
        """Value that a promise on the page comes to."""
        ...

    def click(self, expression: str) -> None:
        """A click of the mouse, or the touch of a finger, on the element that an expression gives."""
        ...

    def hover(self, expression: str) -> None:
        """The pointer over the middle of an element."""
        ...

    def choose(self, expression: str) -> None:
        """An option chosen from the list of its select, which the browser draws itself."""
        ...

    def keys(self, keys: Sequence[str]) -> None:
        """Keys pressed one after the other, by `Tab`, `Shift+Tab`, `Enter` or the character."""
        ...

    def step(self, where: str) -> None:
        """One of the browser's own buttons: `back`, `forward` or `reload`."""
        ...

    def resize(self, width: int, height: int) -> None: ...

    def picture(self, path: Path) -> None:
        """The window in a PNG."""
        ...


class Chromium:
    """Window of Playwright's. One with touch is touched instead of clicked."""

    def __init__(self, page: Page, touch: bool = False) -> None:
        self.page = page
        self._touch = touch

    def open(self, url: str) -> None:
        self.page.goto(url)

    def value(self, expression: str) -> Any:
        return self.page.evaluate(f"() => {{ return {expression}; }}")

    later = value

    def click(self, expression: str) -> None:
        element = self._element(expression)
        if self._touch:
            element.tap()
        else:
            element.click()

    def hover(self, expression: str) -> None:
        self._element(expression).hover()

    def choose(self, expression: str) -> None:
        option = self._element(expression)
        select = option.evaluate_handle("option => option.closest('select')").as_element()
        assert select
        select.select_option(element=option)

    def keys(self, keys: Sequence[str]) -> None:
        for key in keys:
            if key in (*KEYS, BACK):
                self.page.keyboard.press("Space" if key == " " else key)
            else:
                self.page.keyboard.type(key)

    def step(self, where: str) -> None:
        {"back": self.page.go_back, "forward": self.page.go_forward, "reload": self.page.reload}[where]()

    def resize(self, width: int, height: int) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def picture(self, path: Path) -> None:
        self.page.screenshot(path=path)

    def _element(self, expression: str) -> Any:
        element = self.page.evaluate_handle(f"() => {{ return {expression}; }}").as_element()
        assert element, expression
        return element


class Driven:
    """Window that WebDriver works: of a Firefox or a WebKit as it is installed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def open(self, url: str) -> None:
        self._session.call("WebDriver:Navigate", url=url)

    def value(self, expression: str) -> Any:
        return self._session.script(f"return {expression};")

    def later(self, promise: str) -> Any:
        body = f"const tell = arguments[arguments.length - 1]; {promise}.then(tell, (error) => tell(String(error)));"
        told = self._session.call("WebDriver:ExecuteAsyncScript", script=body, args=[])
        return told["value"] if isinstance(told, dict) and set(told) == {"value"} else told

    def click(self, expression: str) -> None:
        element = self._session.script(f"return {expression};")
        self._session.call("WebDriver:ElementClick", id=element[ELEMENT])

    def hover(self, expression: str) -> None:
        element = self._session.script(
            f"const it = {expression}; it.scrollIntoView({{ block: 'nearest' }}); return it;"
        )
        move = {"type": "pointerMove", "origin": element, "x": 0, "y": 0, "duration": 0}
        self._session.call("WebDriver:PerformActions", actions=[{"type": "pointer", "id": "mouse", "actions": [move]}])

    # The protocol has it so: https://www.w3.org/TR/webdriver2/#element-click
    choose = click

    def keys(self, keys: Sequence[str]) -> None:
        pressed = [each for key in keys for each in _pressed(key)]
        actions = [{"type": "key", "id": "keyboard", "actions": pressed}]
        self._session.call("WebDriver:PerformActions", actions=actions)

    def step(self, where: str) -> None:
        self._session.call(STEPS[where])

    def resize(self, width: int, height: int) -> None:
        """To what is inside of the window, or as near as it goes: WebKit's becomes no narrower than its own bar."""
        around = self.value("[outerWidth - innerWidth, outerHeight - innerHeight]")
        self._session.call("WebDriver:SetWindowRect", width=width + around[0], height=height + around[1])

    def picture(self, path: Path) -> None:
        taken = self._session.call("WebDriver:TakeScreenshot", full=False)
        path.write_bytes(base64.b64decode(taken["value"] if isinstance(taken, dict) else taken))


def _pressed(key: str) -> list[dict[str, str]]:
    held, _, last = key.rpartition("+") if len(key) > 1 else ("", "", key)
    names = [held, last] if held else [last]
    down = [{"type": "keyDown", "value": KEYS.get(name, name)} for name in names]
    return down + [{"type": "keyUp", "value": each["value"]} for each in reversed(down)]


def found(name: str, then: str) -> str:
    """Expression that finds a thing by its name, and gives `then` of `found`."""
    quoted = repr(name)
    return f"(() => {{ const NAME = {quoted}; {FIND} return {then}; }})()"


class Visitor:
    """Somebody at a window, with a pointer alone or, with `by_keyboard`, with a keyboard alone."""

    def __init__(self, window: Window, by_keyboard: bool) -> None:
        self.window = window
        self.by_keyboard = by_keyboard

    def use(self, name: str, text: str = "") -> None:
        """Click a thing, or go to it by Tab and press what presses it; `text` goes into a field. Waits for it."""
        self.wait(name)
        kind = self.window.value(found(name, KIND))
        if not self.by_keyboard:
            self.window.click(found(name, "found"))
        elif kind == "radio":
            self._go_to(name, CHOSEN)
            self._press_until("ArrowRight", found(name, "found.checked"))
        else:
            self._go_to(name)
        if kind == "field":
            self.window.keys(text)
        elif self.by_keyboard and kind != "radio":
            self.window.keys([" " if kind == "box" else "Enter"])

    def choose(self, name: str, option: str) -> None:
        """Choose an option of a select, both by the name on the screen."""
        self.wait(name)
        if self.by_keyboard:
            self._go_to(name)
            # Its name may be another then, as that of a choice of languages.
            self._press_until("ArrowDown", f"document.activeElement.selectedOptions[0].label === {option!r}")
        else:
            self.window.choose(found(name, f"[...found.options].find((each) => each.label === {option!r})"))

    def wait(self, name: str) -> None:
        """Wait until a thing can be used."""
        until(lambda: self.window.value(found(name, "Boolean(found)")), f"there is {name}", within=60)

    def see(self, text: str) -> None:
        """Wait until a text is on the screen."""
        until(lambda: text in self.window.value("document.body.innerText"), f"{text} is to be seen", within=60)

    def _go_to(self, name: str, then: str = "found") -> None:
        for _ in range(MOST_TABS):
            if self.window.value(found(name, f"{then} === document.activeElement")):
                return
            # Not around by the browser's own bars.
            is_before = f"{then}.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING"
            self.window.keys([BACK if self.window.value(found(name, is_before)) else "Tab"])
        raise AssertionError(f"no way by Tab leads to {name}")

    def _press_until(self, key: str, expression: str) -> None:
        for _ in range(MOST_CHOICES):
            if self.window.value(expression):
                return
            self.window.keys([key])
        raise AssertionError(f"{key} never leads to {expression}")
