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
        "app/kit/cors.py",
        "    if tuple(origins) != TO_EVERYBODY:\n",
        '    rules["origins"] = "*"\n    if tuple(origins) != TO_EVERYBODY:\n',
        "tests/platform/test_everywhere.py::test_only_listed_origins_may_read_when_there_is_a_list",
    ),
    Break(
        "A log event holds the visitor's address.",
        "app/kit/request_log.py",
        '            method=self._environ["REQUEST_METHOD"][:LONGEST_METHOD],\n',
        '            method=self._environ["REQUEST_METHOD"][:LONGEST_METHOD],\n'
        '            address=self._environ["REMOTE_ADDR"],\n',
        "tests/platform/test_wire.py::test_a_log_event_holds_nothing_of_a_visitor",
    ),
    Break(
        "Likes that leave no event are taken wherever likes are.",
        "app/likes/routes.py",
        "    if fulfill_like:\n",
        "    if True:\n",
        "tests/platform/test_everywhere.py::test_fulfill_like_is_there_only_where_a_setting_opens_it",
    ),
    Break(
        "An escaped letter gets past the load balancer's rule for them.",
        "cfn/cluster.yml",
        '            # 109 of 128 characters.\n            RegexValues: ["^.*/(f|%66)',
        '            # 109 of 128 characters.\n            RegexValues: ["^.*/(f)',
        "tests/cfn/test_cluster.py::test_fulfill_like_cannot_be_reached_from_the_internet",
    ),
    Break(
        "A task's program reads the developer's credentials.",
        "emulator/ecs_emulator/scheduler/landlock.py",
        "        restrict_files(request)\n",
        "",
        "emulator/tests/scheduler/test_confinement.py::test_a_program_reaches_nothing_of_the_developer_s",
    ),
    Break(
        "A task's program asks an agent that holds keys.",
        "emulator/ecs_emulator/scheduler/landlock.py",
        "        (equal, 2, 0, _AF_UNIX),\n",
        "        (equal, 0, 0, _AF_UNIX),\n",
        "emulator/tests/scheduler/test_confinement.py::test_a_program_reaches_nothing_of_the_developer_s",
    ),
    Break(
        "A task's program signals what it did not start.",
        "emulator/ecs_emulator/scheduler/landlock.py",
        "_SCOPES if offered >= 6 else 0",
        "0",
        "emulator/tests/scheduler/test_confinement.py::test_a_program_reaches_nothing_of_the_developer_s",
    ),
    Break(
        "The launcher that confines a program obeys the program's environment.",
        "emulator/ecs_emulator/scheduler/confinement.py",
        "start(launcher, {}, output",
        "start(launcher, environment, output",
        "emulator/tests/scheduler/test_confinement.py::test_the_launcher_reads_nothing_of_a_program_s_environment",
    ),
    Break(
        "The placeholder obeys the variables of a stranger's definition.",
        "emulator/ecs_emulator/scheduler/container_command.py",
        'if name == "PORT"}',
        "}",
        "emulator/tests/scheduler/test_processes.py::"
        "test_no_variable_of_a_definition_makes_the_placeholder_run_its_commands",
    ),
    Break(
        "A condition that is known only later hides a container from the list.",
        "emulator/ecs_emulator/stacks/programs.py",
        "if self._judged and is_unknown(found)",
        "if False",
        "emulator/tests/test_announcement.py::test_a_condition_that_is_known_only_later_hides_nothing",
    ),
    Break(
        "A page whose own name leads to this machine commands the rehearsal.",
        "emulator/ecs_emulator/cloud/guard.py",
        '            (self._host(headers.get("HOST", "")), headers.get("HOST", "")),\n',
        "",
        "emulator/tests/cloud/test_guard.py::test_any_other_host_is_refused",
    ),
    Break(
        "A page of another port of this machine commands the rehearsal.",
        "emulator/ecs_emulator/cloud/guard.py",
        "    return port == int(came_to[2] or 80)\n",
        "    return True\n",
        "emulator/tests/cloud/test_guard.py::test_any_other_origin_is_refused",
    ),
    Break(
        "The AWS endpoint takes any signature of a key id that it knows.",
        "emulator/ecs_emulator/cloud/authentication.py",
        "        if not hmac.compare_digest(expected.encode(), signed.signature.encode()):\n"
        "            raise Denied(Denial.SIGNATURE)\n        if payload in",
        "        if payload in",
        "emulator/tests/cloud/test_signatures.py::test_the_right_key_id_with_a_wrong_secret_is_refused_as_aws_does",
    ),
    Break(
        "The credentials of a task go on when it has ended.",
        "emulator/ecs_emulator/scheduler/run.py",
        "                self._role.end()\n",
        "                pass\n",
        "emulator/tests/scheduler/test_processes.py::test_a_task_with_a_role_has_credentials_of_its_own_until_it_ends",
    ),
    Break(
        "Other users of the machine may enter the folder of a rehearsal.",
        "emulator/ecs_emulator/access_key.py",
        "    folder.chmod(0o700)\n",
        "",
        "emulator/tests/test_access_key.py::test_the_folder_and_all_in_it_are_its_owner_s_alone_also_when_they_were_not",
    ),
]
