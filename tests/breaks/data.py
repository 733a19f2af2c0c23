"""An export is not what the tables hold, or an import makes of it something else."""

from __future__ import annotations

from tests.breaks import Break

BREAKS = [
    Break(
        "An import takes away the likes that were given since the export.",
        "ops/data.py",
        '            ConditionExpression="attribute_not_exists(#key)",\n',
        '            ConditionExpression="attribute_not_exists(#key) OR attribute_exists(#key)",\n',
        "tests/ops/test_data.py::test_an_import_leaves_what_is_there_and_can_be_said_again",
    ),
    Break(
        "An export that goes on writes rows twice.",
        "ops/data.py",
        'last = there[-1]["item"] if there and place == begun else None',
        "last = None",
        "tests/ops/test_data.py::test_an_export_that_was_cut_short_goes_on_where_it_stopped",
    ),
    Break(
        "An export that goes on keeps the half of a line that a kill has left.",
        "ops/data.py",
        "file.seek(len(whole))\n        file.truncate()",
        "file.seek(0, 2)",
        "tests/ops/test_data.py::test_an_export_that_was_cut_short_goes_on_where_it_stopped",
    ),
    Break(
        "An export that was cut short is imported as if it were whole.",
        "ops/data.py",
        "    if total is None or total != len(rows):\n",
        "    if total == -1:\n",
        "tests/ops/test_data.py::test_an_export_that_was_cut_short_goes_on_where_it_stopped",
    ),
    Break(
        "Empty values are left out of an export.",
        "ops/data.py",
        '"item": row}',
        '"item": {key: value for key, value in row.items() if value != {"S": ""}}}',
        "tests/ops/test_data.py::test_numbers_bytes_and_empty_values_come_back_exactly",
    ),
    Break(
        "What people said on the board is not exported.",
        "mysfits/data.py",
        'TABLES = ("DynamoTable", "UsersTable", "ThreadsTable", "PostsTable")',
        'TABLES = ("DynamoTable", "UsersTable", "ThreadsTable")',
        "tests/ops/test_data.py::test_the_command_keeps_every_table_of_the_stacks",
    ),
]
