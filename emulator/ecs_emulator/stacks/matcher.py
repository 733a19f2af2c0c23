"""Matcher process of patterns.py: `python -I matcher.py`. It loads nothing of this project.

Input is a JSON object: `seconds` and `bytes` that it may use, and `groups` of a pattern and texts. Output is `ready`,
and then a line of JSON for each text: whether the pattern matches the whole text, or why it is no regular expression.
"""

from __future__ import annotations

import json
import resource
import sys
from contextlib import suppress

import regex


def main() -> None:
    request = json.load(sys.stdin)
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    seconds = int(used) + request["seconds"]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    with suppress(ValueError):  # macOS knows the limit, and keeps it not
        resource.setrlimit(resource.RLIMIT_AS, (request["bytes"], request["bytes"]))
    print("ready", flush=True)
    for pattern, texts in request["groups"]:
        for text in texts:
            print(json.dumps(_answer(pattern, text)), flush=True)


def _answer(pattern: str, text: str) -> bool | str:
    try:
        # V1 has the classes of Java, such as [a-z&&[^m]].
        return regex.compile(pattern, regex.V1).fullmatch(text) is not None
    except (regex.error, RecursionError, ValueError, OverflowError) as error:
        return str(error)


if __name__ == "__main__":
    main()
