"""The bill of materials that Syft has written of the image. `make image-test` runs this."""

from __future__ import annotations

import json

import pytest

from tests.image.docker import IMAGE, docker
from tools.supply_chain.bill import BILL, Bill, differences, missing
from tools.supply_chain.locks import IMAGE as LOCK
from tools.supply_chain.locks import read


@pytest.fixture(scope="module")
def bill() -> Bill:
    return Bill.read()


def test_it_is_of_the_image_that_is_tested() -> None:
    about = json.loads(BILL.read_text())["metadata"]["component"]
    assert (about["type"], about["name"]) == ("container", IMAGE)


def test_the_python_packages_of_the_image_are_those_of_the_lock_at_their_versions(bill: Bill) -> None:
    assert len(bill.of("pypi")) > 10
    assert differences(bill, read(LOCK)) == []


def test_every_debian_package_of_the_image_is_listed(bill: Bill) -> None:
    read_it = "print(open('/var/lib/dpkg/status').read())"
    status = docker("run", "--rm", "--network", "none", IMAGE, "python", "-c", read_it)
    assert status.count("Package: libc6\n") == 1
    assert missing(bill, status) == []


def test_python_itself_is_listed(bill: Bill) -> None:
    said = docker("run", "--rm", "--network", "none", IMAGE, "python", "--version")
    assert f"pkg:generic/python@{said.removeprefix('Python ')}" in bill.purls


def test_the_bill_speaks_of_what_came_along_and_not_of_what_the_base_had(bill: Bill) -> None:
    names = {each.removeprefix("pkg:deb/debian/").partition("@")[0] for each in bill.of("deb/debian")}
    assert names >= {"ca-certificates", "libc6", "libexpat1", "libffi8", "libsqlite3-0"}
    assert not names & {"apt", "bash", "coreutils", "dash", "dpkg", "perl-base", "tar", "util-linux"}
