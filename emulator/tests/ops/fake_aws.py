"""AWS clients that answer from functions of the test: real boto3 clients, whose input botocore has checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import boto3
from botocore import xform_name

Input = dict[str, Any]
Operation = Callable[[Input], dict[str, Any]]


class Refused(Exception):
    """What AWS refuses, by its code."""

    def __init__(self, code: str, message: str = "said AWS", status: int = 400) -> None:
        super().__init__(code)
        self.answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
        self.status = status


class FakeAws:
    """`operations` maps `ecs.update_service` to its function; `calls` counts what was asked."""

    def __init__(self) -> None:
        self.operations: dict[str, Operation] = {}
        self.calls: Counter[str] = Counter()
        self.asked: list[tuple[str, Input]] = []

    def session(self) -> boto3.Session:
        made = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
        made.events.register("provide-client-params.*.*", self._keep)
        made.events.register("before-call.*.*", cast("Any", self._answer))
        return made

    def refuse(self, name: str, code: str, message: str = "said AWS", after: int = 0) -> None:
        """Have an operation refused, from the call number `after` + 1 on."""
        before: Operation = self.operations.get(name, lambda _: {})

        def refusing(given: Input) -> dict[str, Any]:
            if self.calls[name] > after:
                raise Refused(code, message)
            return before(given)

        self.operations[name] = refusing

    def inputs(self, name: str) -> list[Input]:
        """What an operation was called with, each time."""
        return [given for asked, given in self.asked if asked == name]

    def _keep(self, params: Input, context: dict[str, Any], **_: Any) -> None:
        context["given"] = params

    def _answer(self, model: Any, context: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        """What botocore takes for the answer of the network."""
        name = f"{model.service_model.service_name}.{xform_name(model.name)}"
        self.calls[name] += 1
        self.asked.append((name, context["given"]))
        try:
            if name not in self.operations:
                raise Refused("NotFaked", name, 500)
            answer = self.operations[name](context["given"])
            return SimpleNamespace(status_code=200), answer
        except Refused as refused:
            return SimpleNamespace(status_code=refused.status), refused.answer
