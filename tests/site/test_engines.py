"""The same visits in Chromium, Firefox and WebKit: by mouse, by keyboard, and by touch where an engine here has it."""

from __future__ import annotations

import pytest

from emulator.tests.support.waiting import until
from tests.site.contrast import contrast_of
from tests.site.engines import ENGINES, IS_FULL, MATRIX, SCHEME, SCHEMES, WIDE, Scheme, Stage
from tests.site.stage import ROOT
from tests.site.states import DIALOG, Adopter, faults, states
from tests.site.words import word
from tests.windows import found

PICTURES = ROOT / "test-results/site"
# What another engine can have otherwise, whatever the markup.
DRAWN = ("color-contrast", "scrollable-region-focusable", "target-size")
# States of which no other has all the parts.
UNLIKE = ("list", "profile", "liked, adoption asked", "community", "list failed")
WIDTHS = (320, 390, 768, 1280, 1920)


def a_whole_visit(visitor: Adopter, stage: Stage) -> None:
    """Choose, search, sort; read, like once, adopt once; back and forward; come again; in another language."""
    window, api = visitor.window, stage.api
    gary, likes = api.id_of("Gary"), api.rows[api.id_of("Gary")]["likes"]
    assert visitor.sees(12) == sorted(visitor.names(), key=str.lower)

    visitor.use(word("goodevil.Good"))
    visitor.sees(4)
    visitor.use(word("lawchaos.Chaotic"))
    assert visitor.sees(2) == ["CoCo", "Cole"]
    assert "goodevil=Good" in window.value("location.href")
    assert "lawchaos=Chaotic" in window.value("location.href")
    visitor.use(word("finder.all"))
    visitor.sees(12)
    visitor.use(word("finder.search"), "kraken")
    assert visitor.sees(1) == ["Gary"]
    visitor.use(word("finder.all"))
    visitor.sees(12)
    visitor.choose(word("finder.sort"), word("sort.likes"))
    most = max(api.rows.values(), key=lambda row: row["likes"])["name"]
    until(lambda: visitor.names()[0] == most, "the most liked is the first", within=60)
    visitor.choose(word("finder.sort"), word("sort.age"))
    until(lambda: visitor.names()[0] == "Hasla", "the oldest is the first", within=60)

    visitor.use(word("card.view-of", name="Gary"))
    until(lambda: visitor.is_in("Gary"), "the profile opens", within=60)
    window.step("back")
    until(lambda: not window.value(DIALOG), "the way back closes it", within=60)
    window.step("forward")
    until(lambda: visitor.is_in("Gary"), "the way forward opens it again", within=60)

    like = word("like.name", name="Gary")
    visitor.use(like)
    # A press while the first is on its way is the same like.
    visitor.hears("You like Gary. ")
    until(visitor.is_liked, "the heart is pressed", within=60)
    visitor.use(like)
    visitor.hears(word("like.already", name="Gary"))
    assert (1, likes + 1) == (api.count("POST .*/like"), api.rows[gary]["likes"])
    window.step("reload")
    until(lambda: visitor.is_in("Gary") and visitor.is_liked(), "this device remembers", within=60)
    # The list behind is news as well, when it comes.
    visitor.sees(12)
    visitor.use(like)
    visitor.hears(word("like.already", name="Gary"))
    assert api.count("POST .*/like") == 1

    visitor.use(word("adopt.ask", name="Gary"))
    visitor.see(word("adopt.no"))
    visitor.use(word("adopt.no"))
    assert api.count("POST .*/adopt") == 0
    visitor.use(word("adopt.ask", name="Gary"))
    visitor.reads()
    visitor.use(word("adopt.yes", name="Gary"))
    until(lambda: api.rows[gary]["adopted"], "Gary is adopted", within=60)
    assert api.count("POST .*/adopt") == 1
    visitor.hears(word("adopt.done", name="Gary"))
    visitor.leaves()
    its = word("card.view-of", name="Gary")
    focus = "document.activeElement.getAttribute('aria-label')"
    until(lambda: window.value(focus) == its, "the focus is back", within=60)

    visitor.use(word("nav.community"))
    visitor.see("What do you feed a phoenix?")
    window.step("back")
    visitor.sees(12)
    visitor.choose(word("language.label"), "한국어")
    visitor.see(word("hero.title", "ko"))
    window.step("reload")
    visitor.see(word("hero.title", "ko"))
    assert window.value("document.documentElement.lang") == "ko"


@pytest.mark.parametrize("by_keyboard", [False, True], ids=["mouse", "keyboard"])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_whole_visit(stage: Stage, engine: str, by_keyboard: bool) -> None:
    a_whole_visit(Adopter(stage.begin(engine, SCHEME[engine]), by_keyboard), stage)


def test_a_whole_visit_by_touch(stage: Stage) -> None:
    """NOT SHOWN for WebKit, whose driver plays the touch of a finger with a mouse; nor for Firefox."""
    a_whole_visit(Adopter(stage.begin("touch"), by_keyboard=False), stage)


CURRENT = "document.querySelector('nav [aria-current]')"


@pytest.mark.parametrize(("engine", "scheme"), SCHEMES)
def test_what_engines_draw_by_themselves_is_drawn_alike(stage: Stage, engine: str, scheme: Scheme) -> None:
    window = stage.begin(engine, scheme)
    Adopter(window, by_keyboard=False).sees(12)
    assert window.value(f"matchMedia('(prefers-color-scheme: {scheme})').matches")
    assert window.value(contrast_of("document.querySelector('[type=search]')", "::placeholder")) >= 4.5
    style = f"getComputedStyle({CURRENT})"
    assert window.value(f"[{style}.textDecorationLine, {style}.textDecorationThickness]") == ["underline", "2px"]
    for select in ("#language", "[name=sort]"):
        style = f"getComputedStyle(document.querySelector('{select}'))"
        surface = window.value("getComputedStyle(document.querySelector('[type=search]')).backgroundColor")
        assert [surface, "none"] == window.value(f"[{style}.backgroundColor, {style}.appearance]")


@pytest.mark.parametrize(("engine", "scheme"), SCHEMES)
def test_what_is_under_the_pointer_can_be_read(stage: Stage, engine: str, scheme: Scheme) -> None:
    window = stage.begin(engine, scheme)
    visitor = Adopter(window, by_keyboard=False)
    visitor.sees(12)
    low = {}

    def point_at(name: str) -> None:
        visitor.wait(name)
        drawn = found(name, "found.matches('input') ? found.nextElementSibling : found")
        window.hover(drawn)
        until(lambda: window.value(f"{drawn}.matches(':hover')"), f"the pointer is over {name}", within=60)
        # The colours of a moment ago go over into those of now.
        until(
            lambda: window.value("document.getAnimations().every((each) => each.playState !== 'running')"),
            "all is still",
        )
        if (ratio := window.value(contrast_of(drawn))) < 4.5:
            low[name] = ratio

    visitor.use(word("goodevil.Evil"))
    for key in ("nav.mysfits", "nav.community", "goodevil.Good", "goodevil.Evil", "finder.all"):
        point_at(word(key))
    visitor.use(word("card.view-of", name="Gretta"))
    until(lambda: visitor.is_in("Gretta"), "the profile opens", within=60)
    point_at(word("like.name", name="Gretta"))
    point_at(word("adopt.ask", name="Gretta"))
    visitor.use(word("like.name", name="Gretta"))
    until(visitor.is_liked, "the heart is pressed", within=60)
    point_at(word("like.name", name="Gretta"))
    visitor.use(word("adopt.ask", name="Gretta"))
    point_at(word("adopt.yes", name="Gretta"))
    point_at(word("adopt.no"))
    assert low == {}


@pytest.mark.parametrize(("engine", "scheme", "language"), MATRIX)
def test_axe_finds_nothing_in_any_state(stage: Stage, engine: str, scheme: Scheme, language: str) -> None:
    """And pictures are taken for a person to look at: `test-results/site/`."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    found = {}
    is_whole = IS_FULL or engine == "chromium"
    for name, window in states(stage, engine, scheme, language):
        assert language == window.value("document.documentElement.lang") or name == "missing address"
        if (is_whole or name in UNLIKE) and (its := faults(window, () if is_whole else DRAWN)):
            found[name] = its
        if IS_FULL or name in ("list", "profile"):
            for width in WIDTHS if IS_FULL else WIDE[:1]:
                window.resize(width, WIDE[1])
                window.picture(PICTURES / f"{engine}-{scheme}-{language}-{width}-{name}.png")
            window.resize(*WIDE)
    assert found == {}
