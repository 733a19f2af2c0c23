"""Page of the API's description for people: rendered once, in one file, without a script."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from html import escape

from app.kit.description import Piece

_STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, CanvasText 25%, Canvas); }
body { margin: 0 auto; max-width: 50rem; padding: 1.5rem; background: Canvas; color: CanvasText;
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { margin: .25rem 0; padding: .5rem .75rem; border: 1px solid var(--line); white-space: pre-wrap; }
nav ul { padding: 0; list-style: none; }
section, article { border-block-start: 1px solid var(--line); }
article { margin-block: 1.5rem; }
dt { margin-block-start: .5rem; font-weight: 600; }
dd { margin-inline-start: 1rem; }
a:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
# What the page may do: look as it does, and nothing else.
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def page(document: Piece) -> str:
    """A whole HTML page that says what `document`, an OpenAPI description, does."""
    info = document["info"]
    sections = "".join(_section(tag, document) for tag in document["tags"])
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>The API of {escape(info['title'])}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<header>\n<h1>The API of {escape(info['title'])}</h1>\n<p>{escape(info['summary'])}</p>\n"
        f"<p>Version {escape(info['version'])}. For programs: "
        '<a href="openapi.json">openapi.json</a>, OpenAPI 3.1.</p>\n</header>\n'
        f'<nav aria-label="Routes">\n<ul>\n{"".join(_index(document))}</ul>\n</nav>\n<main>\n'
        f"{''.join(f'<p>{_prose(each)}</p>' for each in info['description'].split(chr(10) * 2))}\n{sections}"
        f"{_problems(document)}</main>\n</body>\n</html>\n"
    )


def _operations(document: Piece) -> Iterator[tuple[str, str, Piece]]:
    """(method, path, operation); HEAD and OPTIONS go without saying."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method not in ("head", "options"):
                yield method.upper(), path, operation


def _index(document: Piece) -> Iterator[str]:
    for method, path, operation in _operations(document):
        yield f'<li><a href="#{escape(operation["operationId"])}"><code>{method} {escape(path)}</code></a></li>\n'


def _section(tag: Piece, document: Piece) -> str:
    articles = "".join(
        _article(method, path, operation)
        for method, path, operation in _operations(document)
        if tag["name"] in operation["tags"]
    )
    name = escape(tag["name"])
    return (
        f'<section aria-labelledby="of-{name}">\n<h2 id="of-{name}">{name.capitalize()}</h2>\n'
        f"<p>{_prose(tag['description'])}</p>\n{articles}</section>\n"
    )


def _article(method: str, path: str, operation: Piece) -> str:
    said = " ".join(filter(None, (operation["summary"], operation.get("description"))))
    parameters = "".join(_parameter(each) for each in operation.get("parameters", []))
    answers = "".join(_answer(status, answer) for status, answer in operation["responses"].items())
    return (
        f'<article id="{escape(operation["operationId"])}">\n<h3><code>{method} {escape(path)}</code></h3>\n'
        f"<p>{_prose(said)}</p>\n"
        f"{f'<h4>Takes</h4><dl>{parameters}</dl>' if parameters else ''}\n"
        f"<h4>Answers</h4>\n<dl>{answers}</dl>\n</article>\n"
    )


def _parameter(parameter: Piece) -> str:
    schema = json.dumps(parameter["schema"])
    said = f"<p>{_prose(parameter['description'])}</p>" if "description" in parameter else ""
    return f"<dt><code>{escape(parameter['name'])}</code></dt><dd>{said}<pre>{escape(schema)}</pre></dd>"


def _answer(status: str, answer: Piece) -> str:
    if "$ref" in answer:
        name = escape(answer["$ref"].rpartition("/")[2])
        return f'<dt>{status}</dt><dd><a href="#answer-{name}">{name}</a></dd>'
    return f"<dt>{status}</dt><dd>{_content(answer)}</dd>"


def _content(answer: Piece) -> str:
    """The media types of an answer, each with its example."""
    contents = []
    for media_type, content in answer.get("content", {}).items():
        example = content.get("example", "")
        text = example if isinstance(example, str) else json.dumps(example, indent=2, ensure_ascii=False)
        contents.append(f"<code>{escape(media_type)}</code>{f'<pre>{escape(text)}</pre>' if text else ''}")
    return "".join(contents) or escape(answer["description"])


def _problems(document: Piece) -> str:
    told = []
    for name, answer in document["components"]["responses"].items():
        said = f"{escape(answer['description'])}. {_content(answer)}"
        told.append(f'<dt id="answer-{escape(name)}">{escape(name)}</dt><dd>{said}</dd>')
    return (
        f'<section aria-labelledby="problems">\n<h2 id="problems">Problems</h2>\n<dl>{"".join(told)}</dl></section>\n'
    )


def _prose(text: str) -> str:
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))
