"""Triggers, schedules and quiet hours in headless Chromium, against the demo's servers."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Dialog, Page, expect

from showrunner.batches.store import open_batches
from showrunner.connections.models import ConnectionKind, Library
from showrunner.connections.store import ConnectionStore
from showrunner.quiet_hours import QuietHours, QuietWindow
from showrunner.schedules.store import ScheduleStore
from showrunner.settings import load_settings
from showrunner.webhooks.secrets import secret_of
from tests.end_to_end import test_page_in_a_browser as start_page
from tests.end_to_end import test_servers_page as servers_page
from tests.end_to_end.test_servers_page import add, of_kind, signed_in
from tests.unit.web.planted import announce, connect_all

pytestmark = [pytest.mark.browser, pytest.mark.end_to_end]

browser = start_page.browser
home = start_page.home
demo = servers_page.demo
address = servers_page.address


def accept(page: Page) -> list[str]:
    """Say yes to every question; gives the questions."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    page.on("dialog", answer)
    return asked


def shown_secret(page: Page) -> str:
    expect(page.locator("#told")).to_contain_text("not shown again")
    return page.locator("#told-secret").inner_text()


def test_a_secret_is_told_once_and_opens_the_door(browser, home, address):
    """With the ready address; replaced after a question, and the old one is refused then."""
    with signed_in(browser, address) as page:
        page.goto("/automation")
        asked = accept(page)
        page.get_by_role("button", name="Make the secret").click()
        first = shown_secret(page)
        ready = page.locator("#told-url").inner_text()
        assert ready == f"{address}/api/v1/webhooks/incoming?token={first}"
        assert page.request.post(ready, data={"file_path": "/movies/a.mkv"}).ok
        page.get_by_role("button", name="Replace it").click()
        expect(page.locator("#told-secret")).not_to_have_text(first)

        assert "refused at once" in asked[0]
        page.reload()
        expect(page.locator("#secrets")).to_contain_text("Made")
        assert first not in page.content()
    assert secret_of(home.documents, None) is not None


def test_a_senders_steps_are_there_to_copy(browser, address):
    """Opened by keyboard; the address lands in the clipboard."""
    with signed_in(browser, address, permissions=["clipboard-read"]) as page:
        page.goto("/automation")
        sender = page.locator("#sender-sonarr")
        sender.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(sender).to_contain_text("Settings > Connect")
        page.get_by_role("button", name="Copy the address for Sonarr").click()

        expect(sender.get_by_text("Copied")).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == f"{address}/api/v1/webhooks/sonarr"


def test_plex_is_registered_tried_and_unregistered(browser, home, demo, address):
    """Through plex.tv's API; each state is said in words."""
    with signed_in(browser, address) as page:
        add(page, of_kind(demo, ConnectionKind.PLEX))
        accept(page)
        page.goto("/automation")
        sender = page.locator("#sender-plex")
        sender.locator("> summary").click()
        expect(sender).to_contain_text("Plex Pass there at plex.tv not registered")
        sender.get_by_role("button", name="Register").click()
        expect(sender.get_by_text("registered", exact=True)).to_be_visible()
        assert load_settings(home.documents).plex_webhook_enabled
        sender.get_by_role("button", name="Test whether it is reached").click()
        expect(page.locator("#answer")).to_have_text("Plex's events arrive here.")
        sender.get_by_role("button", name="Unregister").click()
        expect(sender.get_by_text("not registered")).to_be_visible()


def test_tautullis_agent_is_made_and_removed(browser, demo, address):
    """With the connection's own secret, which nobody has to see."""
    with signed_in(browser, address) as page:
        add(page, of_kind(demo, ConnectionKind.TAUTULLI))
        accept(page)
        page.goto("/automation")
        sender = page.locator("#sender-tautulli")
        sender.locator("> summary").click()
        sender.get_by_role("button", name="Create the agent").click()
        expect(sender).to_contain_text("Agent there")
        expect(sender).to_contain_text(f"It reports to {address}/api/v1/webhooks/tautulli")
        sender.get_by_role("button", name="Remove the agent").click()
        expect(sender).to_contain_text("Agent not there yet")


def test_a_batch_counts_down_and_is_fired(browser, home, address):
    """The room follows by itself; the history has what came in, until it is cleared."""
    with signed_in(browser, address) as page:
        page.goto("/automation")
        accept(page)
        announce(home, "Spring (2019)")
        gathering = page.locator("#batches")
        expect(gathering).to_contain_text("Radarr: 1 file")
        expect(gathering.locator("time")).to_have_text(re.compile(r"^\d+ s$"))
        expect(page.locator("#history")).to_contain_text("Spring (2019)")
        page.get_by_role("button", name="Make the job of Spring (2019) now").click()
        expect(gathering).to_contain_text("0 open batches")
        assert open_batches(home.documents) == []

        page.get_by_role("button", name="Clear").click()
        expect(page.locator("#history")).to_contain_text("Nothing has come in yet")


def test_a_schedule_is_made_switched_run_changed_and_deleted(browser, home, address):
    """By cron expression for one library; then as an interval."""
    connect_all(home)
    store = ScheduleStore(home.documents)
    with signed_in(browser, address) as page:
        accept(page)
        page.goto("/automation/schedules")
        page.get_by_role("link", name="New schedule").click()
        page.get_by_label("Name").fill("Nightly films")
        page.get_by_label("Where", exact=True).select_option(label="Movies")
        page.get_by_label("Order").select_option("newest")
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_text("The schedule is added.")).to_be_visible()
        card = page.get_by_role("article", name="Nightly films")
        expect(card).to_contain_text("every day at 02:00: Movies of Attic, newest first.")
        (made,) = store.list()
        assert (made.library_id, made.cron_expression) == ("1", "0 2 * * *")

        card.get_by_role("switch").click()
        expect(card).to_contain_text("switched off")
        card.get_by_role("button", name="Run Nightly films now").click()
        expect(card.get_by_role("link", name="its job")).to_be_visible()
        card.get_by_role("link", name="Edit").click()
        page.get_by_label("It runs").select_option("interval")
        page.get_by_label("Minutes from run to run").fill("90")
        page.get_by_role("button", name="Save").click()
        expect(card).to_contain_text("every 90 minutes")
        (changed,) = store.list()
        assert (changed.cron_expression, changed.interval_minutes) == (None, 90)
        assert (changed.library_id, changed.config.sort_by) == ("1", "newest")
        card.get_by_role("button", name="Delete Nightly films").click()
        expect(page.locator("#schedules")).to_contain_text("No schedule yet")


def test_the_default_scanner_is_one_click(browser, home, address):
    """Every quarter of an hour what was added lately; the offer is gone then."""
    with signed_in(browser, address) as page:
        page.goto("/automation/schedules")
        page.get_by_role("button", name="Create default scanner").click()
        expect(page.locator("#schedules")).to_contain_text(
            "every 15 minutes: what was added in the last hour to every library"
        )
        expect(page.get_by_role("button", name="Create default scanner")).to_have_count(0)


def test_the_apis_refusal_stands_at_the_schedules_field(browser, home, address):
    """Nothing is stored; the browser logs the refusals' 400."""
    with browser.new_context(base_url=address) as context:
        page = context.new_page()
        start_page.sign_in(page)
        page.goto("/automation/schedules/new")
        page.get_by_label("Name").fill("Odd")
        page.get_by_label("Cron expression").fill("0 2 31 2 *")
        page.get_by_role("button", name="Add").click()
        problem = page.locator("#problem-field-cron_expression")
        expect(problem).to_contain_text("names a day that never comes")
        expect(page.get_by_label("Cron expression")).to_be_focused()
        page.get_by_label("It runs").select_option("interval")
        page.get_by_role("button", name="Add").click()
        expect(page.locator("#problem-field-interval_minutes")).to_be_visible()
        expect(page.get_by_label("Minutes from run to run")).to_be_focused()
        page.get_by_label("Minutes from run to run").fill("0")
        page.get_by_role("button", name="Add").click()
        expect(page.locator("#problem-field-interval_minutes")).to_be_visible()
    assert ScheduleStore(home.documents).list() == []


def test_quiet_hours_are_kept_and_said(browser, home, address, monkeypatch):
    """A window over the present moment makes it quiet at once; a bad one is refused at its row."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    now = datetime.now(ZoneInfo("Asia/Tokyo"))
    start, end = (f"{now + timedelta(hours=hours):%H:%M}" for hours in (-1, 2))
    with browser.new_context(base_url=address) as context:
        page = context.new_page()
        start_page.sign_in(page)
        page.goto("/automation/quiet-hours")
        state = page.locator("#quiet_state")
        expect(state).to_contain_text("not quiet now")
        expect(state).to_contain_text("Asia/Tokyo")
        page.get_by_label("Keep quiet hours").check()
        page.get_by_role("button", name="Add a window").click()
        page.get_by_label("From").fill(start)
        page.get_by_label("To", exact=True).fill("")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("[data-cell-problem=end]")).to_contain_text("22:00")
        page.get_by_label("To", exact=True).fill(end)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("The changes are saved.")).to_be_visible()
        expect(state).to_contain_text("quiet now until")
        page.goto("/jobs")
        expect(page.locator("#processing")).to_contain_text("quiet hours until")

    window = QuietWindow(start=start, end=end)
    assert load_settings(home.documents).quiet_hours == QuietHours(enabled=True, windows=[window])


def test_what_is_typed_survives_the_rooms_news(browser, home, address):
    """A live room never takes a form from under its reader's hands."""
    with signed_in(browser, address) as page:
        page.goto("/automation/quiet-hours")
        page.get_by_role("button", name="Add a window").click()
        page.get_by_label("From").fill("01:23")
        for _ in range(2):  # when the second answer is there, the first one is in its place
            with page.expect_response("**/fragments/quiet-hours/quiet_windows"):
                page.evaluate("document.body.dispatchEvent(new Event('refresh-quiet_windows'))")
        expect(page.get_by_label("From")).to_have_value("01:23")


@pytest.mark.parametrize("path", ["", "/schedules", "/schedules/new", "/quiet-hours"])
def test_automation_fits_a_small_phone(browser, home, address, path):
    """No sideways scrolling, with long names, at 320 pixels."""
    for connection in connect_all(home):
        long = Library(native_id="2", name="x" * 90, type="movie", locations=["/" + "y" * 90])
        changed = connection.model_copy(update={"name": "z" * 90, "libraries": [long]})
        ConnectionStore(home.documents).save(changed)
    with signed_in(browser, address, viewport={"width": 320, "height": 700}) as page:
        page.goto(f"/automation{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
