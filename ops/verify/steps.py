"""Step of a verification, and the journey that steps make up."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ecs_emulator.ops.http import Answer, call

PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Step:
    """`fault` says what it means when it is wrong."""

    name: str
    expected: str
    came: str
    ok: bool
    fault: str = ""

    def facts(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def lines(self) -> list[str]:
        """Lines for people."""
        if self.ok:
            return [f"  ok     {self.name}: {self.came}"]
        return [f"  WRONG  {self.name}: {self.came}", f"         expected: {self.expected}", f"         {self.fault}"]


@dataclass
class GoldenJourney:
    """An API at `url` as the pages of `origin` see it, and the steps so far."""

    url: str
    origin: str
    steps: list[Step] = field(default_factory=list)

    def call(self, method: str, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return call(method, f"{self.url}{path}", {"Origin": self.origin, **(headers or {})})

    def step(self, name: str, expected: str, came: str, ok: bool, fault: str) -> bool:
        """Note a step; whether it is right."""
        self.steps.append(Step(name, expected, came, ok, "" if ok else fault))
        return ok

    def answered(self, name: str, answer: Answer, ok: bool, expected: str, fault: str, detail: str = "") -> bool:
        """Note a step that is about one answer. HTML where JSON belongs is named as what it is."""
        if not ok and answer.type == "text/html" and answer.status >= 500:
            fault = f"{fault} It is an error page of the framework: nobody handled the error."
        return self.step(name, expected, f"{answer.summary}{', ' if detail else ''}{detail}", ok, fault)

    def is_problem(self, answer: Answer, status: int) -> bool:
        """True when the answer is an RFC 9457 problem with this status."""
        body = answer.json
        return answer.status == status and answer.type == PROBLEM and isinstance(body, dict) and "title" in body

    def may_read(self, answer: Answer) -> bool:
        """True when a page of the site may read the answer."""
        return answer.headers.get("Access-Control-Allow-Origin") in ("*", self.origin)


def nobody() -> str:
    """An id that no mysfit has."""
    return str(uuid.uuid4())
