"""Sphinx: how the pages that tools/docs_pages.py gathers become the documentation. Run by `make docs`."""

from __future__ import annotations

from pathlib import Path
from tomllib import loads
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PROJECT = loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]

project = "Mythical Mysfits"
version = release = PROJECT["version"]
extensions = ["myst_parser"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"{project} {version}"
html_copy_source = False
html_show_copyright = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#553a8c", "color-brand-content": "#553a8c"},
    "dark_css_variables": {"color-brand-primary": "#b7a3e3", "color-brand-content": "#b7a3e3"},
}


def _name_language(_: Sphinx, page: str, __: str, context: dict[str, Any], ___: object) -> None:
    if page.endswith(".ko"):
        context["language"] = "ko"


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", _name_language)
