"""Display face of the site: Fraunces, cut down to one weight and to the letters of Latin languages."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops.derived_files import derived

FAMILY = "Fraunces"
KEY = "fonts/fraunces.woff2"
# Basic Latin, Latin-1, and the punctuation of English texts.
LETTERS = frozenset([*range(0x20, 0x7F), *range(0xA0, 0x100), 0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2026])
# One weight, drawn for large sizes, with round corners and without the swashes.
_PLACE = {"wght": 700, "opsz": 72, "SOFT": 100, "WONK": 0}

# The mean advance of a letter of English text in the faces that stand in, bold, in parts of an em: measured with
# Gelasio and Tinos, which have the metrics of these two.
_STAND_INS = {"Georgia": 0.5537, "Times New Roman": 0.4549}
# What a system without these has in their place, of the same metrics.
_ALIKE = {"Georgia": "Gelasio", "Times New Roman": "Liberation Serif"}
_FREQUENT = "eeeeeeeeeeeetttttttttaaaaaaaaooooooooiiiiiiinnnnnnnssssssrrrrrrhhhhhhddddlllluuucccmmmffyywwggppbbvk      "


@dataclass(frozen=True)
class Face:
    """Face in two containers: `woff2` for browsers, `ttf` for pictures; `style` is the CSS that names it."""

    ttf: bytes
    woff2: bytes
    style: str


def display_face() -> Face | None:
    """The display face; None where the packages that it is made of are not installed."""
    try:
        import brotli  # noqa: F401 - what fontTools writes WOFF2 with
        from fontpkg_fraunces import ROOT
        from fontTools import version
    except ModuleNotFoundError:
        return None
    source = ROOT / "files" / "Fraunces[SOFT,WONK,opsz,wght].ttf"
    about = (version, source.name, str(source.stat().st_size), repr(sorted(_PLACE.items())), repr(sorted(LETTERS)))
    ttf = derived("face.ttf", about, lambda: _cut(source))
    woff2 = derived("face.woff2", about, lambda: _compressed(ttf))
    return Face(
        ttf, woff2, derived("face.css", (*about, repr((_STAND_INS, _ALIKE))), lambda: _style(ttf).encode()).decode()
    )


def _cut(source: Path) -> bytes:
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    font = TTFont(source)
    options = Options(layout_features=["kern", "mark", "ccmp"], hinting=False, notdef_outline=True)
    # Who made it, and under which licence it may be passed on.
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    cutter = Subsetter(options)
    cutter.populate(unicodes=LETTERS)
    cutter.subset(font)
    return _bytes(instantiateVariableFont(font, _PLACE))


def _compressed(ttf: bytes) -> bytes:
    from fontTools.ttLib import TTFont

    font = TTFont(io.BytesIO(ttf))
    font.flavor = "woff2"
    return _bytes(font)


def _bytes(font: Any) -> bytes:
    written = io.BytesIO()
    font.save(written)
    return written.getvalue()


def _style(ttf: bytes) -> str:
    """The face, and faces that stand in as wide and as high, so that nothing moves when it comes."""
    from fontTools.ttLib import TTFont

    font = TTFont(io.BytesIO(ttf))
    em, glyphs = font["head"].unitsPerEm, font.getBestCmap()
    mean = sum(font["hmtx"][glyphs[ord(letter)]][0] for letter in _FREQUENT) / len(_FREQUENT) / em
    ascent, descent = font["hhea"].ascent / em, -font["hhea"].descent / em
    ranges = "U+0020-007E, U+00A0-00FF, U+2013-2014, U+2018-2019, U+201C-201D, U+2026"
    rules = [
        f'@font-face {{ font-family: "{FAMILY}"; src: url("/{KEY}") format("woff2"); font-weight: 400 900;'
        f" font-display: swap; unicode-range: {ranges}; }}"
    ]
    for name, width in _STAND_INS.items():
        size = mean / width
        sources = ", ".join(f'local("{each} Bold"), local("{each}")' for each in (name, _ALIKE[name]))
        rules.append(
            f'@font-face {{ font-family: "{FAMILY} as {name}"; src: {sources};'
            f" size-adjust: {size:.2%}; ascent-override: {ascent / size:.2%}; descent-override: {descent / size:.2%};"
            f" line-gap-override: 0%; }}"
        )
    return "\n".join(rules) + "\n"
