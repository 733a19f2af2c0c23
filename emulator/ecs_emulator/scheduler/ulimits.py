"""Ulimits of a container's first process.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Ulimit.html
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef

# It counts all processes of a user: the developer's as well.
_NOT_HERE = {"nproc"}

# Sets the limits of its own process and becomes the program. Nobody but root raises a hard limit.
_LIMITED = """
import json, os, resource, sys
def least(asked, most):
    return most if asked == -1 else asked if most == -1 else min(asked, most)
for name, (soft, hard) in json.loads(sys.argv[1]).items():
    kind = getattr(resource, name)
    hard = least(hard, resource.getrlimit(kind)[1])
    resource.setrlimit(kind, (least(soft, hard), hard))
os.execvp(sys.argv[2], sys.argv[2:])
"""


def unenforced(definition: ContainerDefinitionOutputTypeDef) -> list[str]:
    """Names of the limits that a process of this machine does not get."""
    names = [each["name"] for each in definition.get("ulimits", [])]
    return [each for each in names if each in _NOT_HERE or not hasattr(resource, _constant(each))]


def limited(words: list[str], definition: ContainerDefinitionOutputTypeDef, path: str) -> list[str]:
    """A container's command, run with its limits from the beginning; `path` is where it is looked for.

    One that is not there stays as it is, so that its start fails as it would without limits.
    """
    lost = unenforced(definition)
    limits = {
        _constant(each["name"]): (each["softLimit"], each["hardLimit"])
        for each in definition.get("ulimits", [])
        if each["name"] not in lost
    }
    if not limits or not words or not shutil.which(words[0], path=path):
        return words
    return [sys.executable, "-I", "-S", "-c", _LIMITED, json.dumps(limits), *words]


def _constant(name: str) -> str:
    return f"RLIMIT_{name.upper()}"
