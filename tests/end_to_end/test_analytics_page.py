"""The page of analytics in headless Chromium: pictures of a real history, filters, a phone."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from showrunner.access import set_access_token
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.history.home import ledger_of
from showrunner.people.accounts import note_accounts
from showrunner.people.models import Account
from showrunner.plays.models import Play
from showrunner.web.rooms.analytics import SECTIONS
from showrunner.wiring import EmbeddedHome, living_in
from tests.contract.analytics import worlds
from tests.end_to_end import test_page_in_a_browser as start_page
from tests.end_to_end import test_servers_page as servers_page
from tests.end_to_end.test_servers_page import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.end_to_end]

browser = start_page.browser
DAYS, PLAYS = 40, 300

IS_DRAWN = """chart => [...chart.querySelectorAll('canvas')].some(canvas => {
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.some(byte => byte > 0);
})"""


LEFT_BEHIND = """[...Object.keys(Object.prototype), ...Object.keys(Object),
    ...Object.keys(Object.prototype.toString)]"""
"""What a library that keeps texts as keys of plain objects would leave there."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The whole template over one home with forty days of plays, on two servers."""
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.delenv("WEB_AUTH_TOKEN", raising=False)
        home = stack.enter_context(living_in(EmbeddedHome(tmp_path_factory.mktemp("home"))))
        assert isinstance(home, EmbeddedHome)
        set_access_token(home, start_page.TOKEN)
        now = datetime.now(UTC)
        for name in ("plex", "emby"):
            server = Connection(
                id=f"{name}-1", kind=ConnectionKind(name), name=name.title(), url="http://x"
            )
            ConnectionStore(home.documents).add(server.model_copy(update={"enabled": False}))
        accounts = [Account("1", "Anna"), Account("2", "Bert " + 30 * "long")]
        note_accounts(home.documents, "plex-1", accounts, now)
        since = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=DAYS + 8)
        ledger_of(home).write([*worlds.generated(1, PLAYS, since, DAYS), *hostile(now)])
        yield stack.enter_context(servers_page.served())


HOSTILE = ("__proto__", "constructor", "toString", "<img src=x onerror=alert(1)>", "</script>")


def hostile(now: datetime) -> Iterator[Play]:
    """Names that anybody on a server can give to a device, a file or themselves."""
    for hours, name in enumerate(HOSTILE, start=2):
        facts = dict.fromkeys(("platform", "device", "product", "resolution", "video_codec"), name)
        facts |= {"name": name, "source_resolution": name, "source_video_codec": name, "hdr": name}
        shown = worlds.sitting(now - timedelta(hours=2 * hours), 60)
        yield worlds.play(shown, item=worlds.movie(name), person=name, **facts)


def panel(page: Page, name: str):
    return page.locator(f"[data-panel={name}]")


def expect_drawn(page: Page, name: str) -> None:
    chart = panel(page, name).locator(".chart")
    expect(chart).to_be_visible()
    assert chart.evaluate(IS_DRAWN), f"nothing is drawn in {name}"


def test_filters_stand_in_the_address_and_pictures_follow(browser, address):
    """They survive a reload, each chip takes its own away, and Back brings it again."""
    with signed_in(browser, address, viewport={"width": 1280, "height": 1600}) as page:
        page.goto("/")
        page.get_by_role("link", name="Analytics").click()
        expect_drawn(page, "over-time")
        expect_drawn(page, "calendar")
        page.get_by_role("link", name="90 days").click()
        page.get_by_text("Filters", exact=True).click()
        page.get_by_role("checkbox", name="episodes").check()
        page.get_by_role("checkbox", name="Plex").check()
        expect(page.get_by_role("list", name="Filters in use")).to_contain_text("server Plex")
        assert page.url.endswith("/analytics?days=90&media_types=episode&servers=plex-1")

        page.reload()
        expect(page.get_by_role("list", name="Filters in use")).to_contain_text("episodes")
        expect(page.get_by_role("link", name="90 days")).to_have_attribute("aria-current", "true")
        expect(panel(page, "top-movies")).to_contain_text("Nothing like that was played")
        expect(panel(page, "top-shows")).to_contain_text("Harbour")
        panel(page, "over-time").get_by_role("button", name="Numbers").press("Enter")
        table = panel(page, "over-time").get_by_role("table")
        expect(table.get_by_role("columnheader")).to_have_text(["", "Episodes"])

        page.get_by_role("link", name="Remove the filter kind: episodes").click()
        expect(panel(page, "top-movies")).to_contain_text("Film")
        page.go_back()
        expect(panel(page, "top-movies")).to_contain_text("Nothing like that was played")
        page.get_by_role("link", name="Streams").click()
        expect_drawn(page, "decisions")
        assert re.search(r"servers=plex-1.*section=streams", page.url)


def test_each_section_fits_a_phone_in_the_dark(browser, address):
    """Every panel has an answer and words for all of it, and nothing scrolls sideways."""
    look = {"viewport": {"width": 390, "height": 12_000}, "color_scheme": "dark"}
    with signed_in(browser, address, **look) as page:
        for name, _ in SECTIONS:
            page.goto(f"/analytics?days=all&section={name}")
            expect(page.locator("[data-panel]").first).to_be_visible()
            expect(page.locator(".panel-body[aria-busy]")).to_have_count(0)
            expect(page.locator("[data-panel] .note.bad")).to_have_count(0)
            words = page.locator(".panels").inner_text()
            assert not re.search(r"undefined|NaN|Invalid|\[object|not answered here", words), words
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
            assert page.evaluate(LEFT_BEHIND) == [], name
