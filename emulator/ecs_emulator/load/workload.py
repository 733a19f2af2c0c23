"""Workload: what a load sends, to whom, and what is counted and kept of the answers."""

from __future__ import annotations

from dataclasses import dataclass


class CannotLoad(Exception):
    """The load cannot begin; the message says why."""


@dataclass(frozen=True)
class Workload:
    """Routes that every client takes in turn, as `GET /path` or `POST /path BODY`; `{id}` in one is each of the `ids`
    in turn.
    """

    url: str
    clients: int
    seconds: float | None = None  # None: until it is told to stop
    routes: tuple[str, ...] = ("GET /",)
    ids: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()  # routes whose answers are counted by id: acknowledged or in doubt
    history: str | None = None  # the file that the history is appended to
    recorded: tuple[str, ...] = ()  # routes of which it holds every exchange
    members: tuple[str, ...] = ()  # of the JSON objects that answer these: those that it holds
    digested: tuple[str, ...] = ()  # routes of which it holds how many different bodies there were
    undigested: tuple[str, ...] = ()  # members of their JSON objects that may differ
    patience: float = 30.0  # seconds for one request
    slice_seconds: float = 0.1
    think_seconds: float = 0.0  # that a client waits after an answer before it sends its next request
