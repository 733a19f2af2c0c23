"""Pictures of the list and of a profile, as the README shows them: `test-results/site/*.png`."""

from playwright.sync_api import expect

from tests.site.conftest import Visit
from tests.site.stage import ROOT, Api

PICTURES = ROOT / "test-results/site"


def test_the_list_and_a_profile_have_their_picture_taken(visit: Visit) -> None:
    api = Api()
    page = visit(api=api, viewport={"width": 1200, "height": 900})
    expect(page.locator(".card")).to_have_count(12)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / "list.png")
    page.get_by_role("link", name="View profile of Gary").click()
    page.get_by_role("button", name="Like Gary").click()
    expect(page.get_by_role("button", name="Like Gary")).to_have_attribute("aria-pressed", "true")
    portrait = page.get_by_role("img", name="Portrait of Gary, Kraken").last
    page.wait_for_function("image => image.naturalWidth > 0", arg=portrait.element_handle())
    page.screenshot(path=PICTURES / "profile.png")
