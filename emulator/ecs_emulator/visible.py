"""Text of others on a terminal: what a terminal would obey is shown instead.

Of Unicode's control characters (C0, DEL, C1), its bidirectional controls, line separators and lone surrogates. Other
characters, such as emoji with their joiners, are as they were. Why: CWE-150 and https://trojansource.codes.
"""

from __future__ import annotations

import re

# Newline and tab are text where a field may have several lines.
_OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    r"""Text of any number of lines: ESC as `\x1b`, RIGHT-TO-LEFT OVERRIDE as `\u202e`."""
    return _OBEYED.sub(_escaped, text)


def visible_line(text: str) -> str:
    r"""Text that is to stay on its line: a newline as `\n`."""
    return visible(text).replace("\n", r"\n")


def visible_json(document: str) -> str:
    r"""A document of JSON, with JSON's own escapes: ESC as `\u001b`. Its value stays the same."""
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
