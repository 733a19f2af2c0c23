"""Bytes that come in break something, stay in memory, or get past whoever should turn them away."""

from __future__ import annotations

from tests.breaks import Break

RAW = "tests/fuzz/test_raw.py::test_no_bytes_disturb_the_server_or_its_visitors"

BREAKS = [
    Break(
        "A request may bring a body along, and what is hidden in it.",
        "app/kit/parse.py",
        """    if environ.get("CONTENT_LENGTH", "").strip("0") or "HTTP_TRANSFER_ENCODING" in environ:\n""",
        "    if False:\n",
        RAW,
    ),
    Break(
        "A request line without an address is sent elsewhere.",
        "app/kit/parse.py",
        """    if path[:1] != "/" or path[1:2] == "/":\n""",
        """    if path[1:2] == "/":\n""",
        RAW,
    ),
    Break(
        "A path of strange letters is an error of the server.",
        "app/kit/request_log.py",
        "_quoted(path[:LONGEST_PATH])[:LONGEST_PATH]",
        'path.encode("ascii").decode()',
        RAW,
    ),
    Break(
        "Something of every request is kept.",
        "app/kit/request_log.py",
        "        self._environ = environ\n",
        '        self._environ = environ\n        log.__dict__.setdefault("kept", []).append(bytes([1]) * 60_000)\n',
        RAW,
    ),
    Break(
        "Two slashes are as good as one.",
        "app/kit/parse.py",
        """    if path[:1] != "/" or path[1:2] == "/":\n""",
        """    if path[:1] != "/":\n""",
        "tests/platform/test_everywhere.py::test_a_path_that_does_not_begin_with_one_slash_leads_nowhere",
    ),
    Break(
        "A request may name two hosts.",
        "app/kit/parse.py",
        "%!$&'()*+;=-]",
        "%!$&'()*+,;=-]",
        "tests/kit/test_parse.py::test_what_is_no_host_is_invalid",
    ),
]
