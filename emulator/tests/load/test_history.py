"""History of a load: which bodies of a route are the same."""

from __future__ import annotations

from pathlib import Path

from ecs_emulator.load.history import Digest, HistoryWriter, read


def test_members_that_may_differ_make_no_other_body_and_all_else_does(tmp_path: Path) -> None:
    writer = HistoryWriter(tmp_path / "history.jsonl")
    for body in (
        b'{"cats": [{"id": 1, "likes": 1}]}',
        b'{"cats": [{"id": 1, "likes": 2}]}',
        b"no JSON",
        b'{"cats": []}',
    ):
        writer.add_digest("GET /cats", body, ("likes",))
    writer.close()
    [digest] = read(tmp_path / "history.jsonl")
    assert isinstance(digest, Digest)
    assert sorted(digest.bodies.values()) == [1, 1, 2]
