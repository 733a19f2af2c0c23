"""The words of the site, by the keys that its scripts have for them: what is looked for is what is on the screen."""

import json
import re
from functools import cache

from tests.site.stage import SITE


@cache
def _all(language: str) -> dict[str, str]:
    source = (SITE / f"scripts/words/{language}.js").read_text()
    found = re.findall(r'"([\w.-]+)":\s*("(?:[^"\\]|\\.)*")', source)
    return {key: json.loads(text) for key, text in found}


def word(key: str, language: str = "en", **values: str) -> str:
    """Sentence of a key that has one form, filled in."""
    text = _all(language)[key]
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text
