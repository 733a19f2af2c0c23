"""Documentation pages, gathered for Sphinx: `python tools/docs_pages.py FOLDER` fills FOLDER anew.

They are those of docs/, those that other folders have for readers, and the API as it describes itself. Links between
them lead on as they do in the repository; a link to a file that is no page becomes its text.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app import NEEDS, create_app  # noqa: E402
from app.kit.config import Config  # noqa: E402

# Files outside of docs/, and the pages that they become.
ELSEWHERE = {
    "cfn/README.md": "stacks.md",
    "emulator/README.md": "ecs-emulator.md",
    "CONTRIBUTING.md": "contributing.md",
    "CODE_OF_CONDUCT.md": "code-of-conduct.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
}
NAVIGATION = {
    "Begin": ["running-locally", "eight-steps", "labs/index", "labs/index.ko"],
    "Use": ["api", "settings", "stacks", "operations", "rights", "ecs-emulator"],
    "Know": [
        "architecture",
        "decisions/index",
        "reliability",
        "performance/index",
        "scale",
        "aws",
        "fidelity",
        "threat-model",
    ],
    "Change": ["development", "contributing", "code-of-conduct", "security", "updating", "releasing"],
    "Look up": ["changelog", "licences"],
}
_LINK = re.compile(r"(?<!!)\[(?P<text>[^][]*)\]\((?P<target>[^)#:\s]+)(?P<anchor>#[^)\s]*)?\)")


def pages() -> dict[str, str]:
    """File, from the repository's root, to page, from the documentation's. A folder's README is its index."""
    inside = [path.relative_to(ROOT / "docs").as_posix() for path in sorted((ROOT / "docs").rglob("*.md"))]
    known = {f"docs/{name}": re.sub(r"(^|/)README\b", r"\1index", name) for name in inside}
    return known | {file: page for file, page in ELSEWHERE.items() if (ROOT / file).exists()}


def relinked(text: str, file: str, known: dict[str, str]) -> str:
    """The text of `file` with its links as they are in the documentation."""

    def link(found: re.Match[str]) -> str:
        target = os.path.normpath(os.path.join(os.path.dirname(file), found["target"]))
        target = "docs/README.md" if target == "README.md" else target
        if target in known:
            there = os.path.relpath(known[target], os.path.dirname(known[file]) or ".")
            return f"[{found['text']}]({there}{found['anchor'] or ''})"
        # What is nowhere stays, and Sphinx stops at it.
        return found["text"] if (ROOT / target).exists() else found[0]

    return _LINK.sub(link, text)


def navigation(page: str, all_pages: Iterable[str]) -> str:
    """The toctrees of a page: the whole on the front page, in a folder's index the folder's pages in its language."""
    names = {each.removesuffix(".md") for each in all_pages}
    index = page.removesuffix(".md")
    folder, _, name = index.rpartition("/")
    if not name.startswith("index"):
        return ""
    if not folder:
        return "".join(
            _toctree([name for name in listed if name in names], f":caption: {caption}\n")
            for caption, listed in NAVIGATION.items()
        )
    korean = index.endswith(".ko")
    beside = {each for each in names if each.rpartition("/")[0] == folder and each.endswith(".ko") == korean}
    return _toctree(sorted(each.removeprefix(f"{folder}/") for each in beside - {index}))


def _toctree(names: Iterable[str], caption: str = "") -> str:
    return f"\n```{{toctree}}\n:hidden:\n{caption}\n{chr(10).join(names)}\n```\n"


def api() -> tuple[str, str]:
    """(OpenAPI as JSON, the same as HTML to stand in a page) of the API with every feature and route."""
    tables = {setting: "none" for settings in NEEDS.values() for setting in settings}
    config = Config.from_env({"AWS_REGION": "us-east-1", "FULFILL_LIKE": "yes", **tables}, NEEDS)
    client = create_app(config).test_client()
    html = client.get("/docs").text
    body = html[html.index("<nav ") : html.index("</main>")].replace("<main>", "")
    # One level lower, for they stand below a heading of the page; an empty line would end the HTML.
    body = re.sub(r"(</?h)([2-4])\b", lambda found: f"{found[1]}{int(found[2]) + 1}", body)
    return json.dumps(client.get("/openapi.json").get_json(), indent=2, ensure_ascii=False), body


def fill(folder: Path) -> None:
    """Put every page and picture into the folder, and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    known = pages()
    shutil.copytree(ROOT / "docs", folder, ignore=shutil.ignore_patterns("*.md", "conf.py"))
    for file, page in known.items():
        text = relinked((ROOT / file).read_text(), file, known)
        (folder / page).write_text(text + navigation(page, known.values()))
    document, html = api()
    (folder / "openapi.json").write_text(document)
    with (folder / "api.md").open("a") as page_of_api:
        page_of_api.write(
            "\n## The whole description\n\n[openapi.json](openapi.json) holds it for programs.\n\n"
            f"```{{raw}} html\n{html}\n```\n"
        )


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
