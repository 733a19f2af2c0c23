from __future__ import annotations

from typing import Any

import pytest

from ecs_emulator.cloud.moto_overrides import override, replace


class Owner:
    def told(self, word: str) -> str:
        return word


def test_an_override_asks_the_method_that_was_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Owner, "told", Owner.told)

    def twice(before: Any, owner: Owner, word: str) -> str:
        return 2 * str(before(owner, word))

    override(Owner, "told", twice)
    override(Owner, "told", twice)
    assert Owner().told(word="a") == "aaaa"


def test_what_is_not_there_is_not_replaced() -> None:
    with pytest.raises(AttributeError, match="tolld"):
        replace(Owner, "tolld", None)
    with pytest.raises(AttributeError, match="tolld"):
        override(Owner, "tolld", lambda: None)
    assert not hasattr(Owner, "tolld")
