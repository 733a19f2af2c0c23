"""Which mysfits there are: lists, filters, profiles."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.conftest import Rows

LISTED = {"mysfitId", "name", "goodevil", "lawchaos", "species", "thumbImageUri", "age", "likes", "adopted"}


def test_without_mysfits_the_list_is_empty(client: FlaskClient) -> None:
    answer = client.get("/mysfits")
    assert (answer.status_code, answer.json) == (200, {"mysfits": []})


def test_the_list_shows_nine_facts_of_each_mysfit_by_name(client: FlaskClient, rows: Rows) -> None:
    rows.add(MysfitId="b", Name="Wilma")
    rows.add(
        MysfitId="a",
        Name="Bruno",
        GoodEvil="Evil",
        LawChaos="Lawful",
        Species="Basilisk",
        ThumbImageUri="b.svg",
        Likes=3,
        Adopted=True,
    )
    answer = client.get("/mysfits")
    assert answer.json
    bruno, wilma = answer.json["mysfits"]
    assert bruno == {
        "mysfitId": "a",
        "name": "Bruno",
        "goodevil": "Evil",
        "lawchaos": "Lawful",
        "species": "Basilisk",
        "thumbImageUri": "b.svg",
        "age": 77,
        "likes": 3,
        "adopted": True,
    }
    assert wilma.keys() == LISTED
    assert (wilma["likes"], wilma["adopted"]) == (0, False)


def test_a_like_and_an_adoption_show_in_every_list_within_a_second(client: FlaskClient, rows: Rows) -> None:
    name = rows.add(GoodEvil="Evil", Likes=None, Adopted=None)
    client.post(f"/mysfits/{name}/like")
    client.post(f"/mysfits/{name}/adopt")
    for address in ("/mysfits", "/mysfits?filter=GoodEvil&value=Evil"):
        answer = client.get(address)
        assert answer.json
        (listed,) = answer.json["mysfits"]
        assert (listed["likes"], listed["adopted"]) == (1, True)


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ({"Age": None}, {"age": None}),
        ({"Age": "old"}, {"age": None}),
        ({"Description": None}, {"description": ""}),
        ({"ProfileImageUri": None}, {"profileImageUri": "images/ozzy.svg"}),
        ({"Likes": "many", "Adopted": "yes"}, {"likes": 0, "adopted": False}),
    ],
)
def test_what_a_row_does_not_say_leaves_its_profile_and_every_list_whole(
    client: FlaskClient, rows: Rows, row: dict[str, object], shown: dict[str, object]
) -> None:
    profile = client.get(f"/mysfits/{rows.add(**row)}")
    assert profile.status_code == 200
    assert profile.json
    assert shown == {name: profile.json[name] for name in shown}
    assert client.get("/mysfits").json == {"mysfits": [{name: profile.json[name] for name in LISTED}]}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("filter=GoodEvil&value=Evil", ["Bruno"]),
        ("filter=LawChaos&value=Chaotic", ["Bruno", "Wilma"]),
        ("value=Good&filter=GoodEvil", ["Wilma"]),
        ("filter=GoodEvil&value=Neutral", []),
    ],
)
def test_a_filter_chooses_by_alignment(client: FlaskClient, rows: Rows, query: str, names: list[str]) -> None:
    rows.add(Name="Bruno", GoodEvil="Evil")
    rows.add(Name="Wilma", GoodEvil="Good")
    answer = client.get(f"/mysfits?{query}")
    assert answer.status_code == 200
    assert answer.json
    assert [mysfit["name"] for mysfit in answer.json["mysfits"]] == names
    assert all(mysfit.keys() == LISTED for mysfit in answer.json["mysfits"])


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("filter=Age&value=3", "filter is 'Age'; it should be one of GoodEvil, LawChaos."),
        ("filter=&value=Good", "filter is missing; it should be one of GoodEvil, LawChaos."),
        ("filter=GoodEvil", "value is missing; it should be one of Good, Neutral, Evil."),
        ("filter=GoodEvil&value=", "value is missing; it should be one of Good, Neutral, Evil."),
        ("filter=GoodEvil&value=Lawful", "value is 'Lawful'; it should be one of Good, Neutral, Evil."),
        ("filter=GoodEvil&value=good", "value is 'good'; it should be one of Good, Neutral, Evil."),
        ("filter=GoodEvil&value=Good&value=Evil", "Give value once, not 2 times."),
        ("filter=GoodEvil&filter=GoodEvil&value=Good", "Give filter once, not 2 times."),
        ("value=Good", "A value needs a filter."),
        ("filter=GoodEvil&value=%00", "value is '\\x00'; it should be one of Good, Neutral, Evil."),
        (f"filter=GoodEvil&value={'x' * 10_000}", f"value is '{'x' * 40}'; it should be one of Good, Neutral, Evil."),
    ],
)
def test_a_filter_that_makes_no_sense_is_a_problem(client: FlaskClient, query: str, detail: str) -> None:
    answer = client.get(f"/mysfits?{query}")
    assert answer.status_code == 400
    assert answer.json == {
        "type": "/problems/invalid-request",
        "title": "Invalid request",
        "status": 400,
        "detail": detail,
    }


def test_a_profile_tells_all(client: FlaskClient, rows: Rows) -> None:
    rows.add(MysfitId="hasla", Name="Hasla", Age=2_000_000_000, Likes=7, Adopted=True)
    answer = client.get("/mysfits/hasla")
    assert answer.json == {
        "mysfitId": "hasla",
        "name": "Hasla",
        "goodevil": "Good",
        "lawchaos": "Chaotic",
        "species": "Ogre",
        "thumbImageUri": "images/ozzy.svg",
        "age": 2_000_000_000,
        "description": "Keeps bees.",
        "profileImageUri": "images/ozzy-large.svg",
        "likes": 7,
        "adopted": True,
    }
    assert answer.json
    assert type(answer.json["likes"]) is int
    assert type(answer.json["age"]) is int


def test_a_mysfit_that_nobody_liked_has_no_likes(client: FlaskClient, rows: Rows) -> None:
    answer = client.get(f"/mysfits/{rows.add(Likes=None, Adopted=None)}")
    assert answer.json
    assert (answer.json["likes"], answer.json["adopted"]) == (0, False)


def test_an_unknown_mysfit_is_a_problem(client: FlaskClient) -> None:
    answer = client.get("/mysfits/nobody")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.json == {
        "type": "/problems/no-such-mysfit",
        "title": "No such mysfit",
        "status": 404,
        "detail": "No mysfit has this id.",
    }


def test_the_list_walks_every_page(client: FlaskClient, rows: Rows) -> None:
    # DynamoDB ends a page at 1 MB.
    names = [f"{number:04}" for number in range(40)]
    for name in names:
        rows.add(Name=name, Species="o" * 60_000)
    for address in ("/mysfits", "/mysfits?filter=GoodEvil&value=Good"):
        answer = client.get(address)
        assert answer.json
        assert [mysfit["name"] for mysfit in answer.json["mysfits"]] == names


@pytest.mark.parametrize(
    ("bad", "value"),
    [*((name, None) for name in ("Name", "Species", "GoodEvil", "LawChaos", "ThumbImageUri")), ("Name", 7)],
)
def test_one_bad_row_does_not_take_the_list_from_everybody(
    client: FlaskClient, rows: Rows, bad: str, value: int | None
) -> None:
    rows.add(Name="Wilma")
    ghost = rows.add(**{bad: value})
    assert client.get(f"/mysfits/{ghost}").status_code == 404
    answer = client.get("/mysfits")
    assert answer.status_code == 200
    assert answer.json
    assert [mysfit["name"] for mysfit in answer.json["mysfits"]] == ["Wilma"]
