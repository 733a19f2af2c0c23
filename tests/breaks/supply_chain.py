"""Something of others comes along that nobody has looked at, or silence passes for a good word."""

from __future__ import annotations

from tests.breaks import Break

BREAKS = [
    Break(
        "The image is built of whatever an index hands out.",
        "Dockerfile",
        """install --no-cache-dir --require-hashes \\
        --requirement /build/requirements.txt""",
        """install --no-cache-dir \\
        --requirement /build/requirements.txt""",
        "tests/image/test_locks.py::test_every_command_that_installs_packages_checks_their_hashes",
    ),
    Break(
        "An audit that gets no answer ends as one that found nothing.",
        "tools/supply_chain/audit.py",
        "CLEAN, VULNERABLE, NOT_ASKED = 0, 1, 2\n",
        "CLEAN, VULNERABLE, NOT_ASKED = 0, 1, 0\n",
        "tests/reliability/test_audit.py::test_no_answer_to_rely_on_is_2_and_never_a_good_word",
    ),
    Break(
        "A source that knows nothing at all is believed.",
        "tools/supply_chain/audit.py",
        "    if not known[0]:\n",
        "    if not known:\n",
        "tests/reliability/test_audit.py::test_no_answer_to_rely_on_is_2_and_never_a_good_word",
    ),
    Break(
        "A package that nobody locked may be in the image.",
        "tools/supply_chain/bill.py",
        "for each in there - expected",
        "for each in expected - expected",
        "tests/reliability/test_bill.py::test_what_differs_is_told",
    ),
    Break(
        "A package changes, and the list of licences does not.",
        "requirements.txt",
        "flask-cors==",
        "flask-crs==",
        "tests/reliability/test_licences.py::test_every_package_of_an_image_is_on_the_page_with_its_version",
    ),
]
