"""Cards of mysfits: the pictures, 1200 × 630 pixels, that a link to one is shown with elsewhere.

Those who show links take no SVG, so the portrait is drawn into a PNG. https://ogp.me
"""

from __future__ import annotations

import base64
import tempfile
from html import escape
from pathlib import Path

from ops.derived_files import derived
from ops.face import FAMILY, LETTERS, Face

_WIDEST = 500  # pixels from where the words begin to the edge, less a margin
_LETTER = 0.56  # of an em, the mean width of a letter


def card(name: str, species: str, portrait: bytes, face: Face | None) -> bytes | None:
    """The card of a mysfit as a PNG, from its portrait as an SVG; None where nothing here draws, or it cannot be drawn.

    A name in letters that the face has not is left out: the portrait speaks for it.
    """
    try:
        import resvg_py
    except ModuleNotFoundError:
        return None
    drawing = _drawing(name, species, portrait, face)

    def drawn() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            font = Path(folder, "face.ttf")
            if face:
                font.write_bytes(face.ttf)
            return bytes(
                resvg_py.svg_to_bytes(
                    svg_string=drawing,
                    skip_system_fonts=True,
                    font_files=[str(font)] if face else [],
                    font_family=FAMILY,
                )
            )

    try:
        return derived("card.png", (drawing, face.ttf if face else b""), drawn)
    except ValueError:  # a portrait that is no drawing
        return None


def _drawing(name: str, species: str, portrait: bytes, face: Face | None) -> str:
    picture = f"data:image/svg+xml;base64,{base64.b64encode(portrait).decode()}"
    lines = _lines(name) if _written(name, face) else []
    size = min(128, *(int(_WIDEST / _LETTER / max(len(line), 1)) for line in lines)) if lines else 0
    top = 330 - (len(lines) - 1) * size * 0.55
    words = [
        f'<text x="650" y="{top + place * size * 1.05:.0f}" font-size="{size}" fill="#fff">{escape(line)}</text>'
        for place, line in enumerate(lines)
    ]
    if lines and _written(species, face) and len(species) <= 24:
        below = top + (len(lines) - 1) * size * 1.05 + 72
        words.append(f'<text x="652" y="{below:.0f}" font-size="46" fill="#ebe4f9">{escape(species)}</text>')
    if face:
        words.append(
            '<text x="652" y="566" font-size="36" fill="#fff">Mythical <tspan fill="#ff9d97">Mysfits</tspan></text>'
        )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 630" width="1200" height="630">'
        '<rect width="1200" height="630" fill="#2b1d4a"/>'
        '<circle cx="330" cy="315" r="520" fill="#35245a"/><circle cx="330" cy="315" r="400" fill="#45306f"/>'
        '<circle cx="330" cy="315" r="310" fill="#5b3a78"/><circle cx="330" cy="315" r="252" fill="#fffcf7"/>'
        '<clipPath id="frame"><circle cx="330" cy="315" r="242"/></clipPath>'
        f'<image href="{picture}" x="88" y="73" width="484" height="484" clip-path="url(#frame)"/>'
        f'<g font-family="{FAMILY}" font-weight="700">{"".join(words)}</g></svg>'
    )


def _written(text: str, face: Face | None) -> bool:
    return face is not None and bool(text) and len(text) <= 40 and {ord(letter) for letter in text} <= LETTERS


def _lines(name: str) -> list[str]:
    """A name in one line, or in two where that leaves it larger."""
    words = name.split()
    if len(name) <= 9 or len(words) < 2:
        return [name]
    at = min(range(1, len(words)), key=lambda place: max(len(" ".join(words[:place])), len(" ".join(words[place:]))))
    return [" ".join(words[:at]), " ".join(words[at:])]
