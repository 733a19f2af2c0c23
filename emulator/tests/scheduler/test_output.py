"""What a container prints becomes lines, whatever it prints."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_emulator.scheduler import output
from ecs_emulator.scheduler.output import LONGEST, File, Lines


def lines_of(*chunks: bytes) -> list[bytes]:
    lines = Lines()
    return [line for chunk in chunks for line in lines.of(chunk)] + lines.last()


@pytest.mark.parametrize(
    ("chunks", "lines"),
    [
        ((b"one\ntwo\n",), [b"one", b"two"]),
        ((b"o", b"ne\ntw", b"o"), [b"one", b"two"]),
        ((b"\n\none\n\n",), [b"one"]),
        ((b" \r\n",), [b" \r"]),
        ((b"",), []),
        ((b"\xff\n",), ["\N{REPLACEMENT CHARACTER}".encode()]),
        (("é\n".encode()[:1], "é\n".encode()[1:]), ["é".encode()]),
        ((b"\0\x1b[31m\n",), [b"\0\x1b[31m"]),
    ],
)
def test_bytes_are_cut_into_lines(chunks: tuple[bytes, ...], lines: list[bytes]) -> None:
    assert lines_of(*chunks) == lines


@given(st.lists(st.binary(max_size=40)))
def test_lines_do_not_depend_on_how_the_bytes_arrive(chunks: list[bytes]) -> None:
    assert lines_of(*chunks) == lines_of(b"".join(chunks))
    assert all(line.decode() for line in lines_of(*chunks))


@pytest.mark.parametrize("letter", ["a", "é", "€", "𝄞", b"\xff"])
@pytest.mark.parametrize("offset", range(4))
@pytest.mark.parametrize("size", [1000, 65_536, 2_000_000])
def test_a_line_that_is_too_long_becomes_several_and_loses_nothing(letter: str | bytes, offset: int, size: int) -> None:
    text = b"x" * offset + (letter.encode() if isinstance(letter, str) else letter) * 300_000 + b"\nnext\n"
    *pieces, last = lines_of(*(text[at : at + size] for at in range(0, len(text), size)))
    assert last == b"next"
    assert max(len(piece) for piece in pieces) <= LONGEST
    assert b"".join(pieces).decode() == text[:-6].decode(errors="replace")


def test_a_file_keeps_the_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "FILE_SIZE", 10)
    file = File(tmp_path / "tasks" / "one.log")
    for text in (b"12345", b"67890", b"no more"):
        file.write(text)
    file.finish()
    assert file.is_done()
    assert (tmp_path / "tasks" / "one.log").read_text() == "1234567890"
