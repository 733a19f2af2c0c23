"""A visitor adopts a mysfit, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from flask.testing import FlaskClient

from tests.conftest import Rows


def test_a_mysfit_is_adopted_only_once(client: FlaskClient, rows: Rows) -> None:
    mysfit_id = rows.add()
    first = client.post(f"/mysfits/{mysfit_id}/adopt")
    assert (first.status_code, first.json) == (200, {"Update": "Success"})
    second = client.post(f"/mysfits/{mysfit_id}/adopt")
    assert second.status_code == 409
    assert second.json == {
        "type": "/problems/already-adopted",
        "title": "Already adopted",
        "status": 409,
        "detail": "This mysfit has found a home already.",
    }
    profile = client.get(f"/mysfits/{mysfit_id}").json
    assert profile
    assert profile["adopted"] is True


def test_of_many_adoptions_at_once_one_succeeds(client: FlaskClient, rows: Rows) -> None:
    mysfit_id = rows.add(Adopted=None)
    with ThreadPoolExecutor(16) as threads:
        statuses = list(
            threads.map(
                lambda _: client.application.test_client().post(f"/mysfits/{mysfit_id}/adopt").status_code, range(16)
            )
        )
    assert sorted(statuses) == [200] + [409] * 15


def test_adopting_nobody_leaves_no_ghost_row(client: FlaskClient, rows: Rows) -> None:
    rows.add(Name="Wilma")
    assert client.post("/mysfits/nobody/adopt").status_code == 404
    assert [row["Name"] for row in rows.all()] == ["Wilma"]
    assert client.get("/mysfits").status_code == 200


def test_an_adoption_leaves_the_likes_alone(client: FlaskClient, rows: Rows) -> None:
    mysfit_id = rows.add(Likes=5)
    client.post(f"/mysfits/{mysfit_id}/adopt")
    assert rows.get(mysfit_id)["Likes"] == 5
