"""The description of the API no longer says what the code does, or the page what the description says."""

from __future__ import annotations

from tests.breaks import Break

ANSWERS = "tests/platform/test_description.py::test_every_described_answer_is_given_and_every_given_answer_is_described"

BREAKS = [
    Break(
        "A profile has a field that its description does not know.",
        "app/catalog/description.py",
        '    "adopted": {"type": "boolean"},\n',
        "",
        ANSWERS,
    ),
    Break(
        "An adoption can be refused with a status that is not described.",
        "app/adoptions/description.py",
        "(NoSuchMysfit, AlreadyAdopted, Unavailable)",
        "(NoSuchMysfit, Unavailable)",
        ANSWERS,
    ),
    Break(
        "A problem is described that no request can have.",
        "app/likes/description.py",
        '            "The same for a separate like service, which writes the log event itself.",\n'
        "            _STORED,\n            (NoSuchMysfit, Unavailable),\n",
        '            "The same for a separate like service, which writes the log event itself.",\n'
        "            _STORED,\n            (NoSuchMysfit, TooManyLikes, Unavailable),\n",
        ANSWERS,
    ),
    Break(
        "A route is described that is not there.",
        "app/hello/description.py",
        '        "/hello/again": {\n',
        '        "/hello/once-more": {\n',
        "tests/platform/test_description.py::test_every_route_is_described_and_nothing_else",
    ),
    Break(
        "A kind of problem has another name in the code than in its description.",
        "app/kit/openapi.py",
        "[type_of(problem)], *waits)",
        "[type_of(problem).upper()], *waits)",
        "tests/platform/test_description.py::test_every_kind_of_problem_is_described_and_no_other",
    ),
    Break(
        "The page for people leaves out with what an operation answers.",
        "app/kit/page.py",
        "<dl>{answers}</dl>",
        "<dl></dl>",
        "tests/platform/test_page.py::test_it_names_every_operation_with_its_answers_and_every_problem",
    ),
    Break(
        "What a description says can be markup on the page for people.",
        "app/kit/page.py",
        "Version {escape(info['version'])}.",
        "Version {info['version']}.",
        "tests/platform/test_page.py::test_no_word_of_a_description_is_markup",
    ),
]
