"""Whatever comes as a file of rows: its rows are ones that DynamoDB takes, or it is refused in one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.row_file import Incomplete, read_rows
from tests.fuzz.conftest import TIMES
from tests.fuzz.finds import finds, kept
from tests.fuzz.mutations import mutated, scrambled
from tests.fuzz.test_templates import ALWAYS

EXAMPLES = 400 * TIMES
PUT_ITEM: Any = botocore.session.get_session().get_service_model("dynamodb").operation_model("PutItem").input_shape


ROWS: list[Any] = [
    {"table": "DynamoTable", "item": {"MysfitId": {"S": "a"}, "Likes": {"N": "12"}, "Adopted": {"BOOL": False}}},
    {"table": "UsersTable", "item": {"Id": {"N": "1"}, "Data": {"B": "AAA="}, "Nothing": {"NULL": True}}},
    {
        "table": "PostsTable",
        "item": {"S": {"S": ""}, "L": {"L": [{"M": {"a": {"NS": ["1", "2.5"]}}}, {"BS": ["AA=="]}, {"SS": ["x"]}]}},
    },
    {"rows": 3},
]


def is_fine(content: bytes) -> bool:
    """Whether a file can be read; its rows are as DynamoDB's model says, or its error is a short sentence."""
    try:
        rows, _ = read_rows(content, Path("rows"))
    except Incomplete as error:
        told = str(error)
        assert told.startswith("rows, line ")
        assert told.isprintable()
        assert len(told) < 400
        return False
    for row in rows:
        report = ParamValidator().validate({"TableName": "t", "Item": row["item"]}, PUT_ITEM)
        assert not report.has_errors(), report.generate_report()
    return True


@pytest.mark.parametrize("content", finds("rows"), ids=range(len(finds("rows"))))
def test_what_was_found_once_is_found_no_more(content: bytes) -> None:
    is_fine(content)


@pytest.mark.timeout(600 * TIMES)
def test_every_file_is_read_or_refused_in_one_sentence() -> None:
    fine = []
    with kept("rows") as keep:

        @settings(ALWAYS, max_examples=EXAMPLES)
        @given(st.randoms(use_true_random=False))
        def every_file(random: Random) -> None:
            rows = mutated(ROWS, random, aliases=False) if random.random() < 0.8 else ROWS
            text = "".join(f"{json.dumps(row)}\n" for row in (rows if isinstance(rows, list) else [rows]))
            if random.random() < 0.5:
                text = scrambled(text, random)
            content = text.encode(errors="surrogatepass")  # no UTF-8, where half a character is in it
            keep(content)
            fine.append(is_fine(content))

        every_file()
    assert is_fine("".join(f"{json.dumps(row)}\n" for row in ROWS).encode())
    assert 0.02 < sum(fine) / len(fine) < 0.9
