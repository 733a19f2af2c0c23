"""Stack and the template file that it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ecs_emulator.stacks.documents import Document


@dataclass(frozen=True)
class StackFile:
    """A stack and its template file: `text` is that of `file`, `parameters` are the values that it is given, `passed`
    names for each other one the stack before it whose output of that name is its value.
    """

    name: str
    document: Document
    parameters: Mapping[str, Any]
    text: str
    file: Path
    passed: Mapping[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.file.parent

    def missing(self) -> list[str]:
        """The parameters that nobody gives a value, in their order."""
        declared = self.document.get("Parameters", {})
        given = self.parameters.keys() | self.passed.keys()
        return [name for name, spec in declared.items() if "Default" not in spec and name not in given]
