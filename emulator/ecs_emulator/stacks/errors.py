"""Template error: one sentence of bounded length that says where and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

LONGEST = 1_000  # characters of a message
_LONGEST_VALUE = 100


class TemplateError(Exception):
    """A template that cannot be emulated; the message says where and why, in one line of LONGEST characters at most.

    `source` is the file or the stack, `path` leads from there to the piece of the template. Whoever works on a piece
    of a template adds its name to what the pieces of it raise: `within` one step, `at` all the rest of them.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.source: str | None = None
        self.path: tuple[str, ...] = ()
        self._has_root = False

    def within(self, *names: object) -> TemplateError:
        """The same error, told from outside of `names`, unless its path begins at the template already."""
        if not self._has_root:
            self.path = (*map(str, names), *self.path)
        return self

    def rooted(self) -> TemplateError:
        """The same error; its path begins at the template."""
        self._has_root = True
        return self

    def __str__(self) -> str:
        parts = [self.source, ".".join(self.path), super().__str__()]
        return one_line(": ".join(filter(None, parts)))


class TemplateErrors(TemplateError):
    """Several things that are wrong in templates, each on a line of its own."""

    def __init__(self, errors: Sequence[TemplateError]) -> None:
        super().__init__("")
        self.errors = tuple(errors)

    def __str__(self) -> str:
        return "\n".join([f"{len(self.errors)} things are wrong or missing:", *(f"  {each}" for each in self.errors)])


@contextmanager
def at(*names: str) -> Iterator[None]:
    """Subject of a TemplateError: a resource, a condition, a parameter or an output, by its path in the template."""
    try:
        yield
    except TemplateError as error:
        error.within(*names).rooted()
        raise


@contextmanager
def of(source: str) -> Iterator[None]:
    """The file or the stack that a TemplateError is about; the innermost stays."""
    try:
        yield
    except TemplateError as error:
        error.source = error.source or source
        raise


def shown(value: Any) -> str:
    """A value for a message, however large it is."""
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def one_line(text: str) -> str:
    """A text without line breaks and control characters, of LONGEST characters at most: what is too much is cut out
    of its middle, for the cause is at the end."""
    plain = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in _cut(text))
    return _cut(plain)


def _cut(text: str) -> str:
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[: half - 1]}…{text[-half:]}"
