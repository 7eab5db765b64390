"""The page in headless Chromium, served as the harness serves it."""

import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from functions_framework import create_app
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import make_server

from showrunner.access import set_access_token
from showrunner.adapters.system_clock import SystemClock
from showrunner.wiring import EmbeddedHome, living_in
from tests.unit.web.planted import announce, plant, progress

pytestmark = [pytest.mark.browser, pytest.mark.end_to_end]

FUNCTIONS = Path(__file__).parents[2] / "functions"
TOKEN = "the-access-token"
POLL_SECONDS = 0.02
"""How soon a server notices that it shall stop: there are many tests."""

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
"""The first takes half of the others' time: they draw the window of each page, too."""

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        reason = "no chromium on this machine: apt-get install chromium"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    expect.set_options(timeout=20_000)  # five seconds are little on a busy machine
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield found
        found.close()


class Patience(SystemClock):
    """The machine's clock, on which nobody waits any more once the test is over."""

    def __init__(self) -> None:
        self._is_over = threading.Event()

    def sleep(self, seconds: float) -> None:
        self._is_over.wait(max(0.0, seconds))

    def end(self) -> None:
        self._is_over.set()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedHome]:
    monkeypatch.delenv("WEB_AUTH_TOKEN", raising=False)
    monkeypatch.setenv("SHOWRUNNER_STREAM_WAIT_SECONDS", "1")
    with living_in(EmbeddedHome(tmp_path, Patience())) as made:
        assert isinstance(made, EmbeddedHome)
        set_access_token(made, TOKEN)
        yield made


@pytest.fixture
def job_in_work(home: EmbeddedHome) -> str:
    return plant(home)


@pytest.fixture
def address(home: EmbeddedHome) -> Iterator[str]:
    with served() as found:
        yield found
        end_waits(home)


def end_waits(home: EmbeddedHome) -> None:
    """Pages that are closed by now would let a server wait for news a second longer."""
    assert isinstance(home.clock, Patience)
    home.clock.end()


@contextmanager
def served() -> Iterator[str]:
    """The page with the parts of the API that it links to, each a functions-framework app."""
    apps = {
        "/api/v1/jobs": _app("api/jobs"),
        "/api/v1/previews": _app("api/previews"),
        "/": _app("web"),
    }

    def dispatch(environ, start_response):
        prefix = next(prefix for prefix in apps if environ["PATH_INFO"].startswith(prefix))
        return apps[prefix](environ, start_response)

    # Not waitress, as the harness has it: that one cannot be stopped from another thread.
    server = make_server("127.0.0.1", 0, dispatch, threaded=True)
    server.daemon_threads = False  # closing waits for requests in work
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@cache
def _app(function):
    name = function.rpartition("/")[2]
    return create_app(f"handle_{name}", str(FUNCTIONS / function / "main.py"), "http")


class Watched:
    """A page with what went wrong on it and the hosts that it asked."""

    def __init__(self, context: BrowserContext) -> None:
        self.problems: list[str] = []
        self.hosts: set[str] = set()
        self.page = context.new_page()
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def _note(self, message):
        if message.type in ("error", "warning"):
            self.problems.append(message.text)


@contextmanager
def opened(browser: Browser, address: str, **options) -> Iterator[Page]:
    """A page of its own; afterwards it must have been quiet and have asked nobody else."""
    # A dot that breathes keeps a browser without a graphics chip busy.
    with browser.new_context(base_url=address, reduced_motion="reduce", **options) as context:
        context.set_default_timeout(30_000)
        watched = Watched(context)
        yield watched.page
        assert watched.problems == []
        assert {urlsplit(address).netloc} == watched.hosts


def sign_in(page: Page) -> None:
    """The form's own tests load it; here its answer, the cookie, is enough."""
    answer = page.request.post("/login", form={"token": TOKEN}, max_redirects=0)
    assert answer.status == httpx.codes.SEE_OTHER, answer.text()


def open_start_page(page: Page) -> None:
    sign_in(page)
    page.goto("/")
    expect(page.get_by_role("heading", name="Jobs")).to_be_visible()


def test_the_keyboard_alone_signs_in(browser, address):
    """The token field has the focus; typing and Enter lead to the page that was asked for."""
    with opened(browser, address) as page:
        page.goto("/")
        expect(page.get_by_label("Access token")).to_be_focused()
        page.keyboard.type(TOKEN)
        page.keyboard.press("Enter")

        expect(page).to_have_url(f"{address}/")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()


def test_the_page_shows_what_there_is(browser, job_in_work, address):
    """Sessions, batches, jobs, events and previews are there, the previews as pictures."""
    with opened(browser, address) as page:
        open_start_page(page)

        expect(page.locator("#activity")).to_contain_text("Maria")
        expect(page.locator("#batches")).to_contain_text("Spring (2019)")
        expect(page.locator("#jobs")).to_contain_text("48 of 128 pictures")
        expect(page.locator("#events")).to_contain_text("sonarr:SeriesDance")
        expect(page.locator("#previews figure")).to_have_count(9)
        picture = page.locator("#previews img").first
        picture.scroll_into_view_if_needed()
        page.wait_for_function("document.querySelector('#previews img').naturalWidth > 0")


def test_news_arrive_without_a_reload(browser, home, job_in_work, address):
    """Progress and new events show by themselves, on the very page that was opened."""
    with opened(browser, address) as page:
        open_start_page(page)
        page.evaluate("window.sameOne = true")

        progress(home, job_in_work, done=101)
        expect(page.locator("#jobs")).to_contain_text("101 of 128 pictures")
        announce(home, "Wing It! (2023)")
        expect(page.locator("#events")).to_contain_text("Wing It! (2023)")
        expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()
        assert page.evaluate("window.sameOne") is True


def test_a_browser_without_event_sources_asks_again_and_again(browser, home, job_in_work, address):
    """Where server-sent events are missing the page asks every few seconds, and says so."""
    with opened(browser, address) as page:
        page.add_init_script("delete window.EventSource")
        open_start_page(page)

        progress(home, job_in_work, done=77)
        expect(page.locator("#jobs")).to_contain_text("77 of 128 pictures", timeout=15_000)
        expect(page.locator("#live")).to_have_text("Checking every 5 s")


def test_what_was_opened_stays_open(browser, home, job_in_work, address):
    """An update leaves the reader's place: opened details stay open, the focus where it is."""
    with opened(browser, address) as page:
        open_start_page(page)
        details = page.locator("details").first
        details.locator("summary").focus()
        page.keyboard.press("Enter")

        progress(home, job_in_work, done=90)
        expect(page.locator("#jobs")).to_contain_text("90 of 128 pictures")
        expect(details).to_have_attribute("open", "")
        expect(details.locator("summary")).to_be_focused()


def test_times_are_the_readers_own(browser, job_in_work, address):
    """Times come as UTC and show as the reader says them."""
    with opened(browser, address) as page:
        open_start_page(page)

        expect(page.locator("#batches .left time")).to_have_text(re.compile(r"^\d+ s$"))
        expect(page.locator("#events time").first).to_have_text(re.compile("ago|just now"))


def test_a_job_is_cancelled_with_one_button(browser, job_in_work, address):
    """The button asks once more, sends the page's token along, and the job's state follows."""
    with opened(browser, address) as page:
        open_start_page(page)
        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Cancel Radarr: 3 files").click()

        expect(page.locator(f"#job-{job_in_work} > .line .state").first).to_have_text("cancelled")
        expect(page.locator("#problem")).to_be_hidden()


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_no_width_needs_sideways_scrolling(browser, job_in_work, address, width):
    """From a small phone on, everything fits."""
    with opened(browser, address, viewport={"width": width, "height": 780}) as page:
        open_start_page(page)

        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_dark_page_is_dark(browser, address):
    """The colours follow the reader's system."""
    grounds = {}
    for scheme in ("light", "dark"):
        with opened(browser, address, color_scheme=scheme) as page:
            open_start_page(page)
            grounds[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert grounds == {"light": "rgb(243, 244, 247)", "dark": "rgb(16, 19, 26)"}


def test_the_page_works_without_scripts(browser, job_in_work, address):
    """Signing in, reading and signing out need no script; what needs one is not shown."""
    with opened(browser, address, java_script_enabled=False) as page:
        page.goto("/")
        page.get_by_label("Access token").fill(TOKEN)
        page.get_by_role("button", name="Sign in").click()

        expect(page.locator("#jobs")).to_contain_text("48 of 128 pictures")
        expect(page.get_by_role("button", name="Cancel Radarr: 3 files")).to_be_hidden()
        page.get_by_role("button", name="Sign out").click()
        expect(page).to_have_url(f"{address}/login")


def test_an_ended_session_leads_to_the_sign_in(browser, address):
    """A page that was left open past its session ends on the form, not as a broken piece."""
    with browser.new_context(base_url=address) as context:
        page = context.new_page()
        open_start_page(page)
        context.clear_cookies()
        page.evaluate("document.body.dispatchEvent(new CustomEvent('refresh-jobs'))")

        expect(page).to_have_url(f"{address}/login")
