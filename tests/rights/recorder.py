"""Recorder of the calls to AWS that verbs make while tests run: a pytest plugin, loaded by the conftest.py above.

A test in which a verb makes a call that calls.json does not have fails. Where all quick tests have run, a call that is
there and that no verb makes any more fails the run. RECORD_CALLS writes the file anew (`make rights`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Set
from typing import Any, cast

import click
import pytest
from botocore.client import BaseClient

from tests.rights import calls
from tests.tiers import ALL_BUT_ALONE

Call = tuple[str, str]  # verb and operation

ALL_QUICK = (ALL_BUT_ALONE, "quick")  # the marker expressions with which every quick test runs

_made: set[Call] = set()
_superfluous = pytest.StashKey[set[Call]]()
_make_api_call: Any = vars(BaseClient)["_make_api_call"]


def _recording(self: BaseClient, operation_name: str, api_params: Any) -> Any:
    if (verb := _verb()) and not _finds_an_emulator():
        _made.add((verb, f"{self.meta.service_model.service_name}:{operation_name}"))
    return _make_api_call(self, operation_name, api_params)


def _verb() -> str:
    """The first verb of the command line that is being run, `data` for `data import`; empty when none is."""
    context = click.get_current_context(silent=True)
    while context and context.parent and context.parent.parent:
        context = context.parent
    return (context and context.parent and context.info_name) or ""


def _finds_an_emulator() -> bool:
    """Whether a target asks a rehearsal for its outputs; with --aws they come from a file."""
    frame: Any = sys._getframe(2)
    while frame and frame.f_code.co_name != "local":
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.endswith("ecs_emulator/ops/target.py")


def pytest_configure(config: pytest.Config) -> None:
    cast("Any", BaseClient)._make_api_call = _recording


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    before = set(_made)
    yield
    if not os.environ.get("RECORD_CALLS"):
        missing = calls.on_aws(_made - before) - calls.recorded()
        assert not missing, f"calls that no policy in ops/rights/ was made for: {sorted(missing)}; `make rights`"


def superfluous(made: Set[Call], recorded: Set[Call]) -> set[Call]:
    """Calls that were recorded and that no verb makes any more."""
    return set(recorded - made)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["calls"] = sorted(_made)
        return
    if os.environ.get("RECORD_CALLS"):
        calls.write(_made)
    config = session.config
    is_all = config.args_source is pytest.Config.ArgsSource.TESTPATHS and config.option.markexpr in ALL_QUICK
    if is_all and not session.testsfailed and not config.option.keyword:
        config.stash[_superfluous] = superfluous(_made, calls.recorded())
        if config.stash[_superfluous]:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    _made.update(map(tuple, getattr(node, "workeroutput", {}).get("calls", [])))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    found: set[Call] = config.stash.get(_superfluous, set[Call]())
    for verb, operation in sorted(found):
        terminalreporter.write_line(f"No test sees `mysfits {verb}` call {operation} any more; `make rights`", red=True)
