"""The twelve mysfits are in the table, and seeding never takes away what visitors gave."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest

from ops import seed as seeding
from ops.seed import seed, seed_all
from ops.site_files import SITE
from tests.conftest import TABLES, Rows

GARY = "3f0f196c-4a7b-43af-9e29-6522a715342d"

# The facts, typed again: other people's clients know them.
FACTS = """
4e53920c-505a-4a90-a694-b9300791f0ae | Evangeline       | Chimera      | 43         | Evil    | Lawful
2b473002-36f8-4b87-954e-9a377e0ccbec | Pauly            | Cyclops      | 2          | Neutral | Lawful
0e37d916-f960-4772-a25a-01b762b5c1bd | CoCo             | Dragon       | 501        | Good    | Chaotic
da5303ae-5aba-495c-b5d6-eb5c4a66b941 | Gretta           | Gorgon       | 31         | Evil    | Neutral
a901bb08-1985-42f5-bb77-27439ac14300 | Hasla            | Haetae       | 2000000000 | Good    | Neutral
b41ff031-141e-4a8d-bb56-158a22bea0b3 | Snowflake        | Yeti         | 13         | Evil    | Neutral
3f0f196c-4a7b-43af-9e29-6522a715342d | Gary             | Kraken       | 2709       | Neutral | Chaotic
a68db521-c031-44c7-b5ef-bfa4c0850e2a | Nessi            | Plesiosaurus | 75000000   | Neutral | Neutral
c0684344-1eb7-40e7-b334-06d25ac9268c | Atlantis         | Mandrake     | 100        | Neutral | Neutral
ac3e95f3-eb40-4e4e-a605-9fdd0224877c | Twilight Glitter | Pegasus      | 6          | Good    | Lawful
33e1fbd4-2fd8-45fb-a42f-f92551694506 | Cole             | Phoenix      | 1393       | Good    | Chaotic
b6d16e02-6aeb-413c-b457-321151bb403d | Rujin            | Troll        | 221        | Evil    | Chaotic
"""
NAMES = ("MysfitId", "Name", "Species", "Age", "GoodEvil", "LawChaos")


def by_id(rows: Rows) -> dict[str, dict[str, Any]]:
    return {row["MysfitId"]: row for row in rows.all()}


def test_exactly_the_twelve_mysfits_are_stored_with_their_facts(
    session: boto3.Session, table_name: str, rows: Rows
) -> None:
    assert seed(session, table_name) == 12
    lines = [line.split("|") for line in FACTS.strip().splitlines()]
    expected = {tuple(part.strip() for part in line) for line in lines}
    assert len(expected) == 12
    assert {tuple(str(row[name]) for name in NAMES) for row in rows.all()} == expected
    assert all(isinstance(row["Age"], Decimal) for row in rows.all())


def test_every_mysfit_is_described_and_starts_without_likes(
    session: boto3.Session, table_name: str, rows: Rows
) -> None:
    seed(session, table_name)
    stored = rows.all()
    assert len({row["Description"] for row in stored}) == 12
    for row in stored:
        assert len(row["Description"]) > 100
        assert (row["Likes"], row["Adopted"]) == (0, False)
        assert row.keys() == {*NAMES, "Description", "ThumbImageUri", "ProfileImageUri", "Likes", "Adopted"}


def test_every_picture_of_a_mysfit_is_a_file_of_the_site() -> None:
    for mysfit in json.loads((seeding.SEEDS / "mysfits.json").read_text()):
        for name in ("ThumbImageUri", "ProfileImageUri"):
            assert (SITE / mysfit[name]).is_file(), mysfit[name]


def test_seeding_twice_is_seeding_once(session: boto3.Session, table_name: str, rows: Rows) -> None:
    seed(session, table_name)
    once = by_id(rows)
    seed(session, table_name)
    assert by_id(rows) == once


def test_seeding_again_keeps_likes_and_adoptions(session: boto3.Session, table_name: str, rows: Rows) -> None:
    seed(session, table_name)
    table = session.resource("dynamodb").Table(table_name)
    table.update_item(
        Key={"MysfitId": GARY},
        UpdateExpression="SET Likes = :likes, Adopted = :yes, Visits = :seven",
        ExpressionAttributeValues={":likes": 12345678901234567890, ":yes": True, ":seven": 7},
    )
    liked = by_id(rows)
    seed(session, table_name)
    assert by_id(rows) == liked
    assert (liked[GARY]["Likes"], liked[GARY]["Adopted"], liked[GARY]["Visits"]) == (12345678901234567890, True, 7)


def test_seeding_again_applies_what_has_changed_in_the_descriptions(
    session: boto3.Session, table_name: str, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed(session, table_name)
    before = by_id(rows)
    mysfits = json.loads((seeding.SEEDS / "mysfits.json").read_text())
    changed = next(mysfit for mysfit in mysfits if mysfit["MysfitId"] == GARY)
    changed |= {"Description": "Knits.", "Age": 2710, "GoodEvil": "Good"}
    (tmp_path / "mysfits.json").write_text(json.dumps(mysfits))
    monkeypatch.setattr(seeding, "SEEDS", tmp_path)
    seed(session, table_name)
    before[GARY] |= {"Description": "Knits.", "Age": 2710, "GoodEvil": "Good"}
    assert by_id(rows) == before


def test_seeding_leaves_rows_that_are_not_its_own(session: boto3.Session, table_name: str, rows: Rows) -> None:
    mysfit_id = rows.add(Name="Somebody else's", Likes=3)
    before = rows.get(mysfit_id)
    seed(session, table_name)
    assert rows.get(mysfit_id) == before
    assert len(rows.all()) == 13


def test_no_like_is_lost_while_seeding_runs(session: boto3.Session, table_name: str, rows: Rows) -> None:
    seed(session, table_name)
    table = session.resource("dynamodb").Table(table_name)
    seeded = threading.Event()

    def like(_thread: int) -> int:
        likes = 0
        # Until seeding is over, and some in any case.
        while likes < 10 or not seeded.is_set():
            table.update_item(
                Key={"MysfitId": GARY}, UpdateExpression="ADD Likes :one", ExpressionAttributeValues={":one": 1}
            )
            likes += 1
        return likes

    with ThreadPoolExecutor(4) as threads:
        likes = threads.map(like, range(4))
        try:
            for _ in range(5):
                seed(session, table_name)
        finally:
            seeded.set()
    assert rows.get(GARY)["Likes"] == sum(likes)


@pytest.fixture
def outputs(tables: dict[str, str]) -> dict[str, str]:
    return {output: tables[setting] for setting, output in TABLES.items()}


def everything(session: boto3.Session, outputs: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, in an order that stays."""
    rows = {name: session.resource("dynamodb").Table(table).scan()["Items"] for name, table in outputs.items()}
    return {name: sorted(found, key=str) for name, found in rows.items()}


def test_the_board_is_seeded_too_and_a_second_time_changes_nothing(
    session: boto3.Session, outputs: dict[str, str]
) -> None:
    counts = {"mysfits": 12, "users": 4, "threads": 3, "posts": 6}
    assert seed_all(session, outputs) == counts
    once = everything(session, outputs)
    assert seed_all(session, outputs) == counts
    assert everything(session, outputs) == once
    assert once["HelloTable"] == []


def test_only_tables_that_there_are_are_seeded(session: boto3.Session, outputs: dict[str, str]) -> None:
    assert seed_all(session, {"ThreadsTable": outputs["ThreadsTable"], "SiteBucket": "a"}) == {"threads": 3}
    assert {name for name, rows in everything(session, outputs).items() if rows} == {"ThreadsTable"}
    assert seed_all(session, {}) == {}


def test_everybody_who_speaks_is_a_user_and_every_post_has_its_thread(
    session: boto3.Session, outputs: dict[str, str]
) -> None:
    seed_all(session, outputs)
    rows = everything(session, outputs)
    users, threads = ({row["Id"] for row in rows[name]} for name in ("UsersTable", "ThreadsTable"))
    posts = [row for row in rows["PostsTable"] if "Kind" not in row]
    assert {row["CreatedBy"] for row in rows["ThreadsTable"]} <= users
    assert {(row["Thread"] in threads, row["User"] in users) for row in posts} == {(True, True)}
    # And the posts' table knows of the same users and threads as theirs do.
    known = [row for row in rows["PostsTable"] if "Kind" in row]
    assert {row["Thread"] for row in known if row["Kind"] == "thread"} == threads
    assert {row["User"] for row in known if row["Kind"] == "user"} == users
