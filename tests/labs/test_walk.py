"""A walk through a lab would notice what goes wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.labs.walk import Shell, missing, steps
from tests.platform_runner import until


@pytest.fixture
def shell() -> Iterator[Shell]:
    with Shell(dict(os.environ)) as shell:
        yield shell


@pytest.mark.parametrize(
    "text",
    [
        "```bash\nls\n```\n",
        "```sh\nls\n",
        "1. One\n\n   ```sh\n   ls\n   ```\n",
        "```text\nalone\n```\n",
        "```\nls\n```\n",
    ],
)
def test_a_block_that_nobody_would_run_is_refused(text: str) -> None:
    with pytest.raises(AssertionError, match="there is a block"):
        steps(text)


def test_what_is_to_be_seen_comes_in_order_and_whole_lines() -> None:
    output = "one\ntwo  is 2\tor more\nthree\n"
    assert missing(["one", "three"], output) is None
    assert missing(["two is 2 or more", "…", "three"], output) is None
    assert missing(["two is … more"], output) is None
    assert missing(["three", "one"], output) == "one"
    assert missing(["tw"], output) == "tw"
    assert missing(["one", "one"], output) == "one"


def test_a_block_has_what_those_before_it_have_set(shell: Shell) -> None:
    assert shell.run("name=Gary\ncd /\n").strip() == ""
    assert shell.run('echo "$name" in "$PWD"\ncat\n').strip() == "Gary in /"


@pytest.mark.parametrize("commands", ["false\n", "false | cat\n", "echo $nothing\n", "(exit 3)\necho\n", "if\n"])
def test_a_block_in_which_a_command_fails_is_noticed(shell: Shell, commands: str) -> None:
    with pytest.raises(AssertionError, match=r"^ended with [123]"):
        shell.run(commands)


def test_a_background_job_ends_with_the_shell() -> None:
    with Shell(dict(os.environ)) as shell:
        job = shell.run("sleep 1000 > /dev/null 2>&1 &\necho $!\n").strip()
    # Until its new parent has asked, a dead process has no command line any more.
    cmdline = Path("/proc", job, "cmdline")
    until(lambda: not cmdline.exists() or not cmdline.read_bytes(), "the job has ended")
