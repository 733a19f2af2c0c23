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
        '                "method": request.method[:LONGEST_METHOD],\n',
        '                "method": request.method[:LONGEST_METHOD],\n                "address": request.remote_addr,\n',
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
        '            RegexValues: ["^.*/(f|%66)',
        '            RegexValues: ["^.*/(f)',
        "tests/cfn/test_cluster.py::test_fulfill_like_cannot_be_reached_from_the_internet",
    ),
]
