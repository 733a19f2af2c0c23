"""Every state that the site can be in, one after the other, in whichever browser; and what axe finds in one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from emulator.tests.support.waiting import until
from tests.site.contrast import contrast_of
from tests.site.engines import Scheme, Stage
from tests.site.servers import Waiting
from tests.site.stage import problem
from tests.site.words import word
from tests.windows import Visitor, Window

NAMES = """[...document.querySelectorAll("main :is(ul, ol) :is(h2, h3)")]
  .filter((each) => each.checkVisibility()).map((each) => each.textContent)"""
DIALOG = "document.querySelector('dialog:modal')"
STILL = (
    "document.getAnimations().every((each) => each.playState !== 'running' || each.effect.getTiming().iterations > 9)"
)
LEAST_CONTRAST = 4.5


class Adopter(Visitor):
    """Visitor of the site, who knows its words and what is a mysfit."""

    def names(self) -> list[str]:
        return self.window.value(NAMES)  # type: ignore[no-any-return]

    def sees(self, count: int) -> list[str]:
        until(lambda: len(self.names()) == count, f"{count} mysfits are shown", within=60)
        return self.names()

    def visits(self, name: str, language: str = "en") -> None:
        """Open a profile, and wait until it has come."""
        self.use(word("card.view-of", language, name=name))
        until(lambda: self.is_in(name), f"the profile of {name} opens", within=60)
        self.wait(word("like.name", language, name=name))

    def is_in(self, name: str) -> bool:
        return bool(self.window.value(f"{DIALOG}?.querySelector('h2')?.textContent === {name!r}"))

    def is_liked(self) -> bool:
        return bool(self.window.value(f"Boolean({DIALOG}?.querySelector('button[aria-pressed=true]'))"))

    def hears(self, part: str) -> None:
        said = "document.querySelector('[role=status]').textContent"
        until(lambda: part in self.window.value(said), f"{part} is said", within=60)

    def reads(self) -> None:
        """What has only just come under a pointer is not taken for an answer."""
        come = self.window.value("performance.now()")
        until(lambda: self.window.value("performance.now()") > come + 1000, "what is asked has been read")

    def leaves(self, language: str = "en") -> None:
        """Close the profile."""
        if self.by_keyboard:
            self.window.keys(["Escape"])
        else:
            self.use(word("profile.close", language))
        until(lambda: not self.window.value(DIALOG), "the profile closes", within=60)


def states(
    stage: Stage, engine: str, scheme: Scheme = "light", language: str = "en", size: tuple[int, int] | None = None
) -> Iterator[tuple[str, Window]]:
    """Each state by its name, when the window shows it."""

    def begin(hash: str = "#/") -> Adopter:
        window = stage.begin(engine, scheme, language, hash)
        if size:
            window.resize(*size)
        return Adopter(window, by_keyboard=False)

    def said(key: str, **values: str) -> str:
        return word(key, language, **values)

    visitor = begin()
    window, api = visitor.window, stage.api
    visitor.sees(12)
    yield "list", window
    visitor.use(said("finder.search"), "unicorn")
    visitor.see(said("problem.nomatch.title"))
    yield "nothing found", window
    visitor.use(said("gallery.everyone"))
    name = next(each for each in visitor.sees(12) if each in ("Gary", "게리", "加里"))
    visitor.visits(name, language)
    yield "profile", window
    api.answers["POST .*"] = problem(503)
    visitor.use(said("like.name", name=name))
    visitor.see(said("like.failed", name=name))
    yield "like failed", window
    api.answers.clear()
    visitor.use(said("like.name", name=name))
    until(visitor.is_liked, "the heart is pressed", within=60)
    visitor.use(said("adopt.ask", name=name))
    visitor.wait(said("adopt.no"))
    # Half way, what axe looks at would change under its eyes.
    visitor.reads()
    yield "liked, adoption asked", window
    api.answers["POST .*"] = problem(409)
    visitor.use(said("adopt.yes", name=name))
    visitor.see(said("problem.clash.title", name=name))
    yield "adopted by somebody else", window
    api.answers.clear()
    visitor.leaves(language)
    other = next(each for each in visitor.names() if each != name)
    visitor.visits(other, language)
    visitor.use(said("adopt.ask", name=other))
    visitor.reads()
    visitor.use(said("adopt.yes", name=other))
    visitor.hears(said("adopt.done", name=other))
    yield "adopted here", window
    visitor.leaves(language)
    visitor.use(said("nav.community"))
    visitor.see(said("community.silence"))
    yield "community", window

    visitor = begin("error.html")
    held = Waiting()
    api.answers = {"GET /mysfits": held, "GET /mysfits/.*": problem(404), "GET /api/.*": problem(404)}
    window.open(stage.site)
    visitor.see(said("gallery.loading"))
    visitor.wait(said("language.label"))
    yield "loading", window
    held.release(problem(503, Retry_After="60", X_Request_ID="r-1"))
    visitor.see(said("problem.busy.title"))
    yield "list failed", window
    window.open(f"{stage.site}#/mysfits/nobody")
    visitor.see(said("problem.missing.title"))
    yield "unknown mysfit", window
    visitor.leaves(language)
    visitor.use(said("nav.community"))
    visitor.see(said("problem.unsettled.title"))
    yield "no community", window
    window.open(f"{stage.site}error.html")
    visitor.see("Nobody lives at this address")
    yield "missing address", window


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text()


def faults(window: Window, rules: Sequence[str] = ()) -> list[str]:
    """What axe finds, by all its rules or by some. A contrast that axe cannot tell is computed here."""
    until(lambda: window.value(STILL), "all is still", within=60)
    only = f"runOnly: {list(rules)}, " if rules else ""
    options = f"{{ {only}resultTypes: ['violations', 'incomplete'] }}"
    shown = "({ id, nodes }) => ({ id, nodes: nodes.map(({ target, html }) => ({ target, html })) })"
    run = f"axe.run({options}).then((all) => [all.violations, all.incomplete].map((found) => found.map({shown})))"
    answer: Any = window.later(f"(() => {{ {_axe()}; return {run}; }})()")
    assert not isinstance(answer, str), answer
    violations, incomplete = answer
    found = [f"{each['id']}: {node['html'][:120]}" for each in violations for node in each["nodes"]]
    for each in incomplete:
        for node in each["nodes"]:
            if not each["id"].startswith("color-contrast"):
                found.append(f"not told, {each['id']}: {node['html'][:120]}")
                continue
            ratio = window.value(contrast_of(f"document.querySelector({node['target'][0]!r})"))
            if ratio < LEAST_CONTRAST:
                found.append(f"contrast of {ratio:.2f}: {node['html'][:120]}")
    return found
