"""Somebody gets in, gets more rights, or learns what is none of their business."""

from __future__ import annotations

from tests.breaks import Break

BREAKS = [
    Break(
        "The image is the base with all its commands, a shell among them.",
        "Dockerfile",
        "FROM scratch AS production\n",
        "FROM ${PYTHON_IMAGE} AS production\n",
        "tests/image/test_rights.py::test_the_image_begins_with_nothing_and_gets_the_bare_root",
    ),
    Break(
        "What was setuid in the base is setuid in the image.",
        "tools/bare_root.py",
        "path.chmod(path.stat().st_mode & (0o755",
        "path.chmod(path.stat().st_mode & (0o7755",
        "tests/image/test_rights.py::test_nothing_that_is_copied_lends_the_rights_of_another_or_can_be_written_by_all",
    ),
    Break(
        "A task keeps the capabilities that an engine gives by itself.",
        "cfn/service.yml",
        "              Drop: [ALL]\n",
        "              Drop: [NET_RAW]\n",
        "tests/cfn/test_service.py::test_the_application_runs_without_rights_on_its_machine",
    ),
    Break(
        "A page of anybody may read answers although there is a list.",
        "app/__init__.py",
        "origins=list(config.cors_origins)",
        'origins="*"',
        "tests/platform/test_everywhere.py::test_only_listed_origins_may_read_when_there_is_a_list",
    ),
    Break(
        "A log event holds the visitor's address.",
        "app/kit/request_log.py",
        '                "method": request.method,\n',
        '                "method": request.method,\n                "address": request.remote_addr,\n',
        "tests/platform/test_wire.py::test_a_log_event_holds_nothing_of_a_visitor",
    ),
    Break(
        "A task's program reads the developer's credentials.",
        "rehearsal/scheduler/landlock.py",
        "        restrict_files(request)\n",
        "",
        "tests/rehearsal/scheduler/test_confinement.py::test_a_program_reaches_nothing_of_the_developer_s",
    ),
    Break(
        "A task's program asks an agent that holds keys.",
        "rehearsal/scheduler/landlock.py",
        "        (equal, 2, 0, _AF_UNIX),\n",
        "        (equal, 0, 0, _AF_UNIX),\n",
        "tests/rehearsal/scheduler/test_confinement.py::test_a_program_reaches_nothing_of_the_developer_s",
    ),
    Break(
        "A task's program signals what it did not start.",
        "rehearsal/scheduler/landlock.py",
        "_SCOPES if offered >= 6 else 0",
        "0",
        "tests/rehearsal/scheduler/test_confinement.py::test_a_program_reaches_nothing_of_the_developer_s",
    ),
    Break(
        "The launcher that confines a program obeys the program's environment.",
        "rehearsal/scheduler/confinement.py",
        "start(launcher, {}, output",
        "start(launcher, environment, output",
        "tests/rehearsal/scheduler/test_confinement.py::test_the_launcher_reads_nothing_of_a_program_s_environment",
    ),
    Break(
        "The placeholder obeys the variables of a stranger's definition.",
        "rehearsal/scheduler/container.py",
        'if name == "PORT"}',
        "}",
        "tests/rehearsal/scheduler/test_processes.py::"
        "test_no_variable_of_a_definition_makes_the_placeholder_run_its_commands",
    ),
    Break(
        "A condition that is known only later hides a container from the list.",
        "rehearsal/stacks/programs.py",
        "if self._judged and is_unknown(found)",
        "if False",
        "tests/rehearsal/test_announcement.py::test_a_condition_that_is_known_only_later_hides_nothing",
    ),
]
