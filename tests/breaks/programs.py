"""A developer's program does not run as its container would, or as the task definition says."""

from __future__ import annotations

from tests.breaks import Break

_SCHEDULER = "emulator/ecs_emulator/scheduler"
_DEFINITIONS = "emulator/tests/scheduler/test_definitions_of_others.py"
_FILE = "emulator/tests/scheduler/test_program_file.py"

BREAKS = [
    Break(
        "A task with an unhealthy container goes on.",
        f"{_SCHEDULER}/conditions.py",
        'or task.health == "UNHEALTHY"',
        "",
        "emulator/tests/scheduler/test_health.py::test_a_task_with_an_unhealthy_essential_container_is_replaced",
    ),
    Break(
        "A failure in the start period of a health check counts.",
        f"{_SCHEDULER}/health.py",
        'elif self.status != "UNKNOWN" or now >= self._counts_from:',
        "else:",
        "emulator/tests/scheduler/test_health.py::test_failures_in_a_row_make_a_container_unhealthy",
    ),
    Break(
        "A container ends before what depends on it.",
        f"{_SCHEDULER}/run.py",
        "if dependencies.may_end(container, self._containers):",
        "if self._containers:",
        "emulator/tests/scheduler/test_tasks_of_programs.py"
        "::test_containers_start_in_the_order_of_their_dependencies_and_stop_in_the_other",
    ),
    Break(
        "A container starts after one that has failed.",
        f"{_SCHEDULER}/dependencies.py",
        'if condition == "SUCCESS" and other.has_ended() and other.state.exit_code:',
        'if condition == "COMPLETE" and other.state.exit_code == 1000:',
        f"{_DEFINITIONS}::test_a_container_never_starts_after_one_that_failed_or_never_ran",
    ),
    Break(
        "A path that only begins like a volume's is said as its folder.",
        f"{_SCHEDULER}/volumes.py",
        r"""{path}(?=/|$|[\s:;,'\"])""",
        "{path}",
        f"{_DEFINITIONS}::test_a_path_into_a_volume_is_said_as_the_folder_here",
    ),
    Break(
        "The last environment file counts.",
        f"{_SCHEDULER}/environment_files.py",
        "found = parsed(text) | found",
        "found |= parsed(text)",
        f"{_DEFINITIONS}"
        "::test_the_first_environment_file_counts_and_one_that_is_missing_keeps_the_container_from_starting",
    ),
    Break(
        "A task of the old revision begins with the new code.",
        f"{_SCHEDULER}/images.py",
        "self._first = pushed | self._first",
        "self._first = self._first | pushed",
        f"{_FILE}::test_a_container_begins_with_the_image_of_the_start_and_goes_on_with_those_that_are_named",
    ),
    Break(
        "A build changes the developer's folder.",
        f"{_SCHEDULER}/program_images.py",
        "_build(program.build, content)",
        "_build(program.build, program.folder)",
        "emulator/tests/ops/test_programs.py::test_a_build_happens_in_a_copy_and_makes_an_image_or_none",
    ),
    Break(
        "A build that fails ends the watch.",
        "emulator/ecs_emulator/ops/programs.py",
        "except (BuildFailed, WrongPrograms) as error:",
        "except WrongPrograms as error:",
        "emulator/tests/ops/test_programs.py::test_what_changes_is_rolled_out_once_and_failures_are_told",
    ),
    Break(
        "Whoever knows the address of a session opens it.",
        f"{_SCHEDULER}/execute/sessions.py",
        "or not hmac.compare_digest(begun.token, token)",
        "",
        "emulator/tests/scheduler/test_execute.py"
        "::test_a_shell_has_the_folder_the_variables_and_a_terminal_of_the_container",
    ),
    Break(
        "A page of another site opens a session.",
        f"{_SCHEDULER}/execute/sessions.py",
        'self._guard.refusal("GET", as_cgi)',
        "not as_cgi",
        "emulator/tests/scheduler/test_execute.py::test_a_page_of_another_origin_opens_no_session",
    ),
]
