"""The eight steps, read out of their page: those on this machine work, and those on AWS are the same with `--aws`."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.labs.walk import section, steps, walk
from tests.platform_runner import ROOT

PAGE = ROOT / "docs" / "eight-steps.md"
HERE = "On this machine"
AWS = "On AWS"
_NUMBERED = re.compile(r"(?P<command>\S.*?) +# (?P<number>\d)  \S.*")
# The eighth line may be typed when the event has arrived.
ARRIVED = 'until mysfits logs --grep "Like processed." | grep -q .; do sleep 1; done'


def blocks(heading: str) -> list[str]:
    return [step.commands for step in steps(section(PAGE, heading))]


def numbered(block: str) -> dict[str, str]:
    """Number to command of the lines that are steps; the others prepare one."""
    found = [each for line in block.splitlines() if (each := _NUMBERED.fullmatch(line))]
    assert [each["number"] for each in found] == list("12345678")
    return {each["number"]: each["command"] for each in found}


def test_the_steps_on_aws_are_those_on_this_machine_with_aws_said() -> None:
    here, aws = numbered(blocks(HERE)[1]), numbered(blocks(AWS)[0])
    assert {number: command.replace(" --aws", "") for number, command in aws.items()} == here
    assert " --aws" not in " ".join(here.values())
    for command in aws.values():
        assert all(re.findall(r"\bmysfits \w+( --aws)?", command)), f"{command} works on this machine"


def test_what_is_typed_on_aws_is_a_script() -> None:
    for block in blocks(AWS):
        checked = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True)
        assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.timeout(900)
def test_the_steps_on_this_machine_lead_from_the_placeholder_to_the_log_line(tmp_path: Path) -> None:
    up, block = blocks(HERE)
    lines = [line for line in block.splitlines() if line]
    lines.insert(len(lines) - 1, ARRIVED)
    # Each line a block of its own, to see what each says.
    text = "\n".join(f"```sh\n{commands.rstrip()}\n```" for commands in (up, *lines))
    _, *said = (output for _, output in walk(text, tmp_path / "local"))

    outputs = {
        found["number"]: output
        for line, output in zip(lines, said, strict=True)
        if (found := _NUMBERED.fullmatch(line))
    }
    assert "mysfits-service: nothing changes." in outputs["1"]
    assert "image: public.ecr.aws/docker/library/python:3.13-slim → " in outputs["2"]
    assert outputs["2"].rstrip().endswith("mysfits-service runs mysfits-service:2.")
    assert outputs["3"].startswith("mysfits-service  mysfits-service:2  2 of 2 tasks run\n")
    assert outputs["3"].count("  deployment ") == 1
    assert re.match(r"12 mysfits are in (.*\n)+\d+ files of the site are in ", outputs["4"])
    before, liked, after = (json.loads(outputs[number]) for number in "567")
    assert liked["Update"] == "Success"
    assert (before["name"], after["likes"]) == ("Gary", before["likes"] + 1)
    [event] = outputs["8"].strip().splitlines()
    assert "Like processed.  revision=mysfits-service:2 " in event
    assert event.endswith(f"mysfit_id={before['mysfitId']}")
