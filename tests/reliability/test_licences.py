"""The list of licences is that of what is locked, and all of them are allowed."""

from __future__ import annotations

from tools.supply_chain import licences
from tools.supply_chain.locks import IMAGE, LOCAL_CLOUD, read


def test_the_page_is_what_the_command_writes() -> None:
    assert licences.PAGE.read_text() == licences.page(), "Run: python -m tools.supply_chain.licences"


def test_every_package_of_an_image_is_on_the_page_with_its_version() -> None:
    page = licences.PAGE.read_text()
    wanted = [each for name in (IMAGE, LOCAL_CLOUD) for each in read(name) if not each.only_on_windows]
    assert len(wanted) > 60
    for each in wanted:
        assert f"\n| {each.name} | {each.version} | " in page


def test_only_licences_that_ask_for_what_is_done_are_in_an_image() -> None:
    for packages in licences.images().values():
        for package in packages:
            assert licences.licences(licences.licence(package)) <= licences.ALLOWED.keys(), package.name


def test_nothing_in_the_service_asks_for_its_source() -> None:
    kinds = licences.by_kind(licences.images()["The service"])
    assert not [each for each in kinds if "GPL" in each or "MPL" in each]


def test_an_expression_is_taken_apart() -> None:
    assert licences.licences("(MIT OR Apache-2.0) AND GPL-3.0-only") == {"MIT", "Apache-2.0", "GPL-3.0-only"}
