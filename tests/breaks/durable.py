"""What the local cloud answered is not on disk, or what is on disk is made poorer."""

from __future__ import annotations

from tests.breaks import Break

_FULL = (
    "emulator/tests/cloud/durable/test_full_disk.py::test_nothing_that_was_answered_is_lost_and_nothing_else_is_there"
)
_KINDS = "emulator/tests/cloud/durable/test_kinds.py"
_JOURNAL = "emulator/tests/cloud/durable/test_journal.py"
_SAME = f"{_KINDS}::test_what_clients_saw_before_the_kill_they_see_after_it"

BREAKS = [
    Break(
        "A call is answered, and what it changed is committed never.",
        "emulator/ecs_emulator/cloud/moto_backend.py",
        "                    self.journal.keep(call, request, went_well)",
        "                    pass",
        _FULL,
    ),
    Break(
        "What could not be committed stays in memory, where it is read.",
        "emulator/ecs_emulator/cloud/durable/journal.py",
        "            self._take_back(before, there)\n            # A database",
        "            # A database",
        _FULL,
    ),
    Break(
        "Log events are not kept.",
        "emulator/ecs_emulator/cloud/durable/comparison.py",
        '    if document and "count" in document and cell.kind == "stream":',
        '    if document and "count" in document and cell.kind == "streams":',
        f"{_SAME}[events]",
    ),
    Break(
        "Secrets are not kept.",
        "emulator/ecs_emulator/cloud/durable/scope.py",
        'return [Whole("secret")]',
        "return ()",
        f"{_SAME}[secret]",
    ),
    Break(
        "A secret has another end of its ARN after a start.",
        "emulator/ecs_emulator/cloud/durable/secrets.py",
        '    "arn",\n',
        "",
        f"{_SAME}[secret]",
    ),
    Break(
        "Rows written by PartiQL are not kept.",
        "emulator/ecs_emulator/cloud/durable/scope.py",
        '                yield Whole("row")\n        case _:',
        "                yield from ()\n        case _:",
        f"{_SAME}[rows]",
    ),
    Break(
        "A start that goes back takes the rows of its tables with it.",
        "emulator/ecs_emulator/cloud/durable/journal.py",
        "if not may_delete(call, cell.kind) or (self._is_starting and call.is_ours):",
        "if not may_delete(call, cell.kind):",
        f"{_JOURNAL}::test_a_start_that_goes_back_takes_no_row_with_it",
    ),
    Break(
        "Memory that has lost everything empties the disk.",
        "emulator/ecs_emulator/cloud/durable/scope.py",
        "    return call.operation in _DELETES[kind]",
        "    return True",
        f"{_JOURNAL}::test_memory_that_has_lost_everything_does_not_empty_the_disk",
    ),
    Break(
        "Data of a newer version is opened.",
        "emulator/ecs_emulator/cloud/durable/database.py",
        "if version > SCHEMA_VERSION:",
        "if version > SCHEMA_VERSION + 1:",
        f"{_JOURNAL}::test_data_of_a_newer_version_is_refused_untouched",
    ),
    Break(
        "What is committed waits in this process instead of the write-ahead log.",
        "emulator/ecs_emulator/cloud/durable/database.py",
        '"PRAGMA journal_mode = WAL"',
        '"PRAGMA journal_mode = OFF"',
        f"{_JOURNAL}::test_a_write_that_fails_half_way_leaves_the_database_as_it_was",
    ),
]
