"""Rows survive a table: exported, the table emptied, imported, and every answer is as it was."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from ecs_emulator.ops.target import Target
from mysfits.cli import main
from ops.data import Finished, Incomplete, export_rows, import_rows
from ops.seed import seed, seed_all
from tests.conftest import Rows, new_table

GARY = "3f0f196c-4a7b-43af-9e29-6522a715342d"
COCO = "0e37d916-f960-4772-a25a-01b762b5c1bd"


def emptied(session: boto3.Session, table_name: str) -> None:
    table = session.resource("dynamodb").Table(table_name)
    for row in table.scan()["Items"]:
        table.delete_item(Key={"MysfitId": row["MysfitId"]})


def answers(client: FlaskClient) -> list[Any]:
    ids = sorted(mysfit["mysfitId"] for mysfit in client.get("/mysfits").json["mysfits"])  # type: ignore[index]
    return [client.get(f"/mysfits/{mysfit_id}").json for mysfit_id in ids]


def test_export_empty_import_gives_the_same_answers(
    session: boto3.Session, table_name: str, client: FlaskClient, tmp_path: Path
) -> None:
    seed(session, table_name)
    for _ in range(7):
        assert client.post(f"/mysfits/{GARY}/like").status_code == 200
    assert client.post(f"/mysfits/{COCO}/adopt").status_code == 200
    before = answers(client)
    assert len(before) == 12
    tables, path = {"DynamoTable": table_name}, tmp_path / "rows.jsonl"

    assert export_rows(session, tables, path) == 12
    emptied(session, table_name)
    assert client.get(f"/mysfits/{GARY}").status_code == 404
    assert import_rows(session, tables, path) == (12, 0)

    assert answers(client) == before
    assert client.get(f"/mysfits/{GARY}").json["likes"] == 7  # type: ignore[index]
    assert client.post(f"/mysfits/{COCO}/adopt").status_code == 409


def test_numbers_bytes_and_empty_values_come_back_exactly(
    session: boto3.Session, rows: Rows, table_name: str, tmp_path: Path
) -> None:
    odd = {
        "Likes": Decimal("12345678901234567890123456789012345678"),
        "Description": "",
        "Extra": {"a": [None, True, b"\x00\xff"], "B": "no bytes", "BS": ["none"], "of": {b"\xfe", b"a"}},
    }
    mysfit_id = rows.add(**odd)
    before = rows.get(mysfit_id)
    path = tmp_path / "rows.jsonl"
    export_rows(session, {"DynamoTable": table_name}, path)
    other = new_table(session)
    import_rows(session, {"DynamoTable": other}, path)
    assert Rows(session, other).get(mysfit_id) == before


def test_an_export_that_was_cut_short_goes_on_where_it_stopped(
    session: boto3.Session, rows: Rows, table_name: str, tmp_path: Path
) -> None:
    for number in range(30):
        rows.add(MysfitId=f"m{number}")
    tables, whole, cut = {"DynamoTable": table_name}, tmp_path / "whole", tmp_path / "cut"
    export_rows(session, tables, whole)
    # Killed in the middle of the twelfth line.
    cut.write_bytes(b"\n".join(whole.read_bytes().split(b"\n")[:12])[:-20])
    with pytest.raises(Incomplete, match="no finished export"):
        import_rows(session, tables, cut)
    assert export_rows(session, tables, cut) == 30
    exported = [json.loads(line)["item"]["MysfitId"]["S"] for line in cut.read_bytes().splitlines()[:-1]]
    assert sorted(exported) == sorted(f"m{number}" for number in range(30))
    rows.add(MysfitId="m30")
    before = cut.read_bytes()
    with pytest.raises(Finished, match="holds a finished export of 30 rows already"):
        export_rows(session, tables, cut)
    assert cut.read_bytes() == before


def test_an_import_leaves_what_is_there_and_can_be_said_again(
    session: boto3.Session, rows: Rows, table_name: str, client: FlaskClient, tmp_path: Path
) -> None:
    mysfit_id, other = rows.add(Likes=Decimal(3)), rows.add()
    tables, path = {"DynamoTable": table_name}, tmp_path / "rows.jsonl"
    export_rows(session, tables, path)
    client.post(f"/mysfits/{mysfit_id}/like")
    session.resource("dynamodb").Table(table_name).delete_item(Key={"MysfitId": other})
    assert import_rows(session, tables, path) == (1, 1)
    assert import_rows(session, tables, path) == (0, 2)
    assert rows.get(mysfit_id)["Likes"] == 4


@pytest.mark.parametrize(
    "content", [b"", b"hello\n", b'{"rows": 5}\n', b'{"table": "Other", "item": {}}\n{"rows": 1}\n']
)
def test_what_is_no_finished_export_of_these_tables_is_refused(
    session: boto3.Session, table_name: str, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    with pytest.raises(Incomplete):
        import_rows(session, {"DynamoTable": table_name}, path)


GOOD = b'{"table": "DynamoTable", "item": {"MysfitId": {"S": "good"}, "Likes": {"N": "1"}}}'


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"hello", "line 2: it is no JSON from column 1 on (Expecting value)."),
        (b"1", "line 2: a row is an object with table and item; it is 1."),
        (b"[" * 100_000, "line 2: it is nested too deeply."),
        (b'{"item": {}}', "line 2: a row has a table, which is a text."),
        (b'{"table": ["a"], "item": {}}', "line 2: a row has a table, which is a text."),
        (b'{"table": "DynamoTable"}', "line 2: a row has an item, which is an object."),
        (
            b'{"table": "Other\\u001b", "item": {}}',
            "line 2: it has a row of Other\\x1b, which these stacks do not have.",
        ),
        (b'{"table": "DynamoTable", "item": {}}', "line 2: its item has no MysfitId, which is a key."),
        (
            b'{"table": "DynamoTable", "item": {"A": {"N": 3}}}',
            "line 2: the attribute 'A' is {'N': 3}, which is no value",
        ),
        (
            b'{"table": "DynamoTable", "item": {"A": {"N": "1e999"}}}',
            "'1e999', out of the range of DynamoDB's numbers.",
        ),
        (b'{"table": "DynamoTable", "item": {"A": {"N": "%s"}}}' % (b"9" * 39), "which has more than 38 digits."),
        (b'{"table": "DynamoTable", "item": {"A": {"B": "%%"}}}', "line 2: "),
        (b'{"table": "DynamoTable", "item": {"A": {"BS": [1]}}}', "line 2: the attribute 'A' is {'BS': [1]}"),
        (b'{"table": "DynamoTable", "item": {"A": {"X": "y"}}}', "line 2: the attribute 'A' is {'X': 'y'}"),
        (b'{"table": "DynamoTable", "item": {"A\xff": 1}}', "line 2: it is no UTF-8 from byte 37 on."),
    ],
)
def test_a_line_that_is_no_row_is_said_in_one_sentence_and_nothing_is_put(
    session: boto3.Session, table_name: str, tmp_path: Path, line: bytes, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\n".join([GOOD, line, b'{"rows": 2}', b""]))
    monkeypatch.setattr("ecs_emulator.commands.options.local", lambda *_: Target(session, {"DynamoTable": table_name}))
    refused = CliRunner().invoke(main, ["data", "import", str(path)])
    assert refused.exit_code == 4
    assert refused.stderr.startswith(f"Error: {path}, line 2: ")
    assert message in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert "Item" not in session.client("dynamodb").get_item(TableName=table_name, Key={"MysfitId": {"S": "good"}})


def test_an_import_that_fails_on_the_way_says_how_far_it_came(
    session: boto3.Session, table_name: str, tmp_path: Path
) -> None:
    path = tmp_path / "rows.jsonl"
    wrong = b'{"table": "DynamoTable", "item": {"MysfitId": {"N": "1"}}}'  # a key of another type: the table's affair
    path.write_bytes(b"\n".join([GOOD, wrong, GOOD, b'{"rows": 3}', b""]))
    with pytest.raises(Incomplete, match=r"line 2: .* Of 3 rows 1 were put and 0 were there already"):
        import_rows(session, {"DynamoTable": table_name}, path)
    assert session.client("dynamodb").get_item(TableName=table_name, Key={"MysfitId": {"S": "good"}})["Item"]


def test_an_export_does_not_go_on_with_what_is_none(session: boto3.Session, table_name: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    for content in (b"hello\n", b"1\n", GOOD.replace(b"DynamoTable", b"Other") + b"\n"):
        path.write_bytes(content)
        with pytest.raises(Incomplete):
            export_rows(session, {"DynamoTable": table_name}, path)
        assert path.read_bytes() == content


def test_the_command_keeps_every_table_of_the_stacks(
    session: boto3.Session, table_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = table_name.removesuffix("-Mysfits")
    outputs = {"DynamoTable": table_name} | {
        f"{name}Table": f"{board}-{name}" for name in ("Users", "Threads", "Posts")
    }
    monkeypatch.setattr("ecs_emulator.commands.options.local", lambda *_: Target(session, outputs))
    seed_all(session, outputs)
    path = str(tmp_path / "rows.jsonl")
    exported = CliRunner().invoke(main, ["data", "export", path])
    assert (exported.exit_code, exported.output) == (0, f"32 rows are in {path}.\n")
    again = CliRunner().invoke(main, ["data", "export", path])
    assert (again.exit_code, again.stderr) == (
        4,
        f"Error: {path} holds a finished export of 32 rows already. Name another file, or say --overwrite.\n",
    )
    assert CliRunner().invoke(main, ["data", "export", path, "--overwrite"]).output == f"32 rows are in {path}.\n"
    session.resource("dynamodb").Table(outputs["UsersTable"]).delete_item(Key={"Id": 1})
    imported = CliRunner().invoke(main, ["data", "import", path, "--json"])
    assert imported.exit_code == 0
    assert json.loads(imported.stdout)["put"] == 1

    Path(path).write_text("{}")
    assert CliRunner().invoke(main, ["data", "import", path]).exit_code == 4


def test_another_table_is_exported_in_place_of_the_stacks(
    session: boto3.Session, rows: Rows, table_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows.add()
    restored = new_table(session)
    mysfit_id = Rows(session, restored).add()
    monkeypatch.setattr("ecs_emulator.commands.options.local", lambda *_: Target(session, {"DynamoTable": table_name}))
    path = tmp_path / "rows.jsonl"
    command = ["data", "export", str(path), "--table"]
    assert CliRunner().invoke(main, [*command, f"DynamoTable={restored}"]).exit_code == 0
    [row, _] = path.read_text().splitlines()
    assert (json.loads(row)["table"], json.loads(row)["item"]["MysfitId"]) == ("DynamoTable", {"S": mysfit_id})
    unknown = CliRunner().invoke(main, [*command, f"Table={restored}"])
    assert (unknown.exit_code, unknown.stderr) == (3, "Error: No such table: Table. There are: DynamoTable.\n")
