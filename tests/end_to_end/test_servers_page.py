"""Setting servers up in headless Chromium: the whole harness, against the demo's servers."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from showrunner.connections.models import ConnectionKind, Library, PathMapping
from showrunner.connections.store import ConnectionStore
from showrunner.demo.demo import Demo, DemoConnection
from showrunner.demo.library import TITLES
from showrunner.harness.functions import Functions
from showrunner.harness.routes import Router
from showrunner.harness.template import load_template
from showrunner.wiring import EmbeddedHome
from tests.calls import REPOSITORY
from tests.end_to_end import test_page_in_a_browser as start_page

pytestmark = [pytest.mark.browser, pytest.mark.end_to_end]

browser = start_page.browser
home = start_page.home
HOSTILE = '"><img src=x onerror=alert(1)><b>Attic'


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """With short films: nobody watches them here."""
    data, titles = tmp_path_factory.mktemp("demo"), [replace(one, seconds=12) for one in TITLES]
    with Demo(data, titles=titles, consent_seconds=1, restart_seconds=1) as found:
        yield found


@pytest.fixture
def address(home: EmbeddedHome, demo: Demo, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """All functions of the template at one address, with the demo's plex.tv."""
    monkeypatch.setenv("SHOWRUNNER_PLEX_TV_URL", demo.plex_tv_url)
    with served() as found:
        yield found
        start_page.end_waits(home)


@cache
def router() -> Router:
    """All functions, loaded once: which home is theirs, they ask with every request."""
    template = load_template(REPOSITORY / "template.yaml")
    return Router(template.functions, Functions(template.functions))


@contextmanager
def served() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, router(), threaded=True)
    server.daemon_threads = False  # closing waits for requests in work
    thread = threading.Thread(target=server.serve_forever, args=(start_page.POLL_SECONDS,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def signed_in(browser: Browser, address: str, **options) -> Iterator[Page]:
    """A page of somebody who is signed in; it must stay quiet and ask nobody else."""
    with start_page.opened(browser, address, **options) as page:
        start_page.sign_in(page)
        yield page


def of_kind(demo: Demo, kind: ConnectionKind) -> DemoConnection:
    return next(one for one in demo.connections() if one.kind is kind)


def open_form(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.locator(".server-form[data-ready]")).to_be_visible()


def fill(page: Page, server: DemoConnection, key: str | None = None) -> None:
    open_form(page, f"/servers/new?kind={server.kind}")
    page.get_by_label("Address", exact=True).fill(server.url)
    page.get_by_label(re.compile("^(API key|Token)$")).fill(key or server.secret)


def add(page: Page, server: DemoConnection) -> None:
    fill(page, server)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("It is added.")).to_be_visible()


def test_an_emby_is_added_by_its_key(browser, home, demo, address):
    """The test shows a file of each library and whether it is seen here; adding leads on."""
    emby = of_kind(demo, ConnectionKind.EMBY)
    with signed_in(browser, address) as page:
        fill(page, emby)
        page.get_by_role("button", name="Test", exact=True).click()
        tested = page.locator("[data-tested]")
        expect(tested).to_contain_text("Demo Emby, version")
        expect(tested).to_contain_text(f"{demo.library}/movies/")
        expect(tested.get_by_text("this machine sees it")).to_have_count(2)
        assert ConnectionStore(home.documents).list() == []

        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_role("heading", name="Demo Emby")).to_be_visible()
        expect(page.locator("#readiness")).to_contain_text("Server status")
        page.goto("/servers")
        card = page.get_by_role("article", name="Demo Emby")
        expect(card).to_contain_text("answers")
        expect(card).to_contain_text("Movies on")
        assert emby.secret not in page.content()


def test_a_wrong_key_is_said_in_words(browser, demo, address):
    """The test names the reason, so that nothing has to be added to find out."""
    with signed_in(browser, address) as page:
        fill(page, of_kind(demo, ConnectionKind.EMBY), key="not-the-key")
        page.get_by_role("button", name="Test", exact=True).click()

        expect(page.locator("[data-tested]")).to_contain_text("fails")
        expect(page.locator("[data-tested]")).to_contain_text(
            re.compile("refused.*key|key.*refuse")
        )


def test_a_refusal_stands_beside_the_field_that_it_names(browser, demo, address):
    """Marked for screen readers, with the focus on it; the browser logs the refusals' 400."""
    with browser.new_context(base_url=address) as context:
        page = context.new_page()
        start_page.sign_in(page)
        open_form(page, "/servers/new?kind=emby")
        page.get_by_role("button", name="Add", exact=True).click()
        url = page.get_by_label("Address", exact=True)
        expect(page.locator("#problem-field-url")).to_contain_text("is missing")
        expect(url).to_be_focused()
        expect(url).to_have_attribute("aria-invalid", "true")

        fill(page, of_kind(demo, ConnectionKind.EMBY))
        page.get_by_role("button", name="Add a mapping").click()
        page.get_by_label("Folder as the server calls it").fill("/media")
        page.get_by_label("The same folder here").fill("media")
        page.get_by_text("More settings").click()
        page.get_by_label("History to fetch (days)").fill("3")
        page.get_by_text("More settings").click()
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.locator("[data-cell-problem=local_prefix]")).to_contain_text("absolute path")
        page.get_by_label("The same folder here").fill("/here")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.locator("#problem-field-settings-sync_days_back")).to_be_visible()
        expect(page.locator("[data-cell-problem=local_prefix]")).to_be_hidden()


def test_a_mapping_makes_files_seen(browser, home, demo, address):
    """Without it the test says what is missing; with it the file is found, saved and gone again."""
    with signed_in(browser, address) as page:
        add(page, of_kind(demo, ConnectionKind.JELLYFIN))
        page.get_by_role("button", name="Test", exact=True).click()
        tested = page.locator("[data-tested]")
        expect(tested.get_by_text("not seen here")).to_have_count(2)

        page.get_by_role("button", name="Add a mapping").click()
        page.keyboard.type("/media")
        page.get_by_label("The same folder here").fill(str(demo.library))
        page.get_by_label("As Sonarr and others call it").fill("/tv, /downloads")
        page.get_by_role("button", name="Test", exact=True).click()
        expect(tested.get_by_text("this machine sees it")).to_have_count(2)
        expect(tested).to_contain_text(f"here: {demo.library}/movies")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("The changes are saved.")).to_be_visible()
        (saved,) = ConnectionStore(home.documents).list()
        assert saved.path_mappings == [
            PathMapping(
                remote_prefix="/media",
                local_prefix=str(demo.library),
                webhook_prefixes=["/tv", "/downloads"],
            )
        ]
        assert home.secrets.open(saved.sealed_secret) == of_kind(demo, saved.kind).secret

        row = page.get_by_role("group", name="Path mapping", exact=True)
        row.get_by_role("button", name="Remove").click()
        expect(row).to_have_count(0)
        with page.expect_navigation():
            page.get_by_role("button", name="Save", exact=True).click()
        assert ConnectionStore(home.documents).get(saved.id).path_mappings == []


def test_only_what_was_changed_is_sent(browser, home, demo, address):
    """What somebody else changed meanwhile stays, and so do key and defaults."""
    with signed_in(browser, address) as page:
        add(page, of_kind(demo, ConnectionKind.EMBY))
        store = ConnectionStore(home.documents)
        (before,) = store.list()
        store.update(before.id, lambda one: one.model_copy(update={"timeout_seconds": 42}))
        page.get_by_label("Name", exact=True).fill("Cabin")
        page.get_by_label("Movies").uncheck()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("heading", name="Cabin")).to_be_visible()

    (after,) = store.list()
    assert (after.name, after.timeout_seconds, after.settings) == ("Cabin", 42, {})
    assert after.sealed_secret == before.sealed_secret
    assert [one.name for one in after.libraries if not one.enabled] == ["Movies"]


def test_the_switch_turns_a_server_off_and_on(browser, home, demo, address):
    """The list follows without a reload."""
    with signed_in(browser, address) as page:
        add(page, of_kind(demo, ConnectionKind.EMBY))
        page.goto("/servers")
        switch = page.get_by_role("switch", name="Demo Emby enabled")
        for word, is_on in (("switched off", False), ("answers", True)):
            switch.click()
            expect(page.get_by_role("article", name="Demo Emby")).to_contain_text(word)
            expect(switch).to_be_checked(checked=is_on)
            assert ConnectionStore(home.documents).list()[0].enabled is is_on


def test_the_owners_box_explains(browser, demo, address):
    """Step by step, for a path as the server calls it."""
    with signed_in(browser, address) as page:
        add(page, of_kind(demo, ConnectionKind.EMBY))
        page.goto("/servers")
        page.get_by_label("A file or folder").fill(f"{demo.library}/movies/Film/Film.mkv")
        page.get_by_role("button", name="Explain").click()

        expect(page.locator("#owners")).to_contain_text("Owned by Demo Emby")
        expect(page.locator("#owners .steps")).to_contain_text("library Movies holds")


def test_a_server_is_deleted_once_that_is_meant(browser, home, demo, address):
    """Saying no keeps it."""
    with signed_in(browser, address) as page:
        add(page, of_kind(demo, ConnectionKind.EMBY))
        delete = page.get_by_role("button", name="Delete Demo Emby")
        page.once("dialog", lambda dialog: dialog.dismiss())
        delete.click()
        assert len(ConnectionStore(home.documents).list()) == 1
        page.once("dialog", lambda dialog: dialog.accept())
        delete.click()

        expect(page.get_by_text("No server yet")).to_be_visible()
        assert ConnectionStore(home.documents).list() == []


def test_a_setting_of_the_server_is_fixed_with_one_button(browser, demo, address):
    """The readiness card asks again afterwards: that check has nothing left to fix."""
    with signed_in(browser, address) as page:
        add(page, of_kind(demo, ConnectionKind.JELLYFIN))
        rows = page.locator("#readiness .checks li", has_text="Notice new files at once (Movies)")
        rows.get_by_role("button", name="Fix").click()

        expect(rows.get_by_text("fine", exact=True)).to_be_visible()
        expect(rows.get_by_role("button", name="Fix")).to_have_count(0)


def test_jellyfin_signs_in_by_quick_connect(browser, home, demo, address):
    """The page shows the code, waits for the owner and takes what was acquired."""
    jellyfin = of_kind(demo, ConnectionKind.JELLYFIN)
    with signed_in(browser, address) as page:
        open_form(page, "/servers/new?kind=jellyfin")
        page.get_by_label("Address", exact=True).fill(jellyfin.url)
        page.get_by_role("button", name="Quick Connect").click()
        expect(page.locator(".code")).to_have_text(re.compile(r"^\d{6}$"))
        expect(page.get_by_text("Signed in as Mika.")).to_be_visible()
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_text("It is added.")).to_be_visible()

    (added,) = ConnectionStore(home.documents).list()
    assert (added.auth_method, added.version is not None) == ("quick_connect", True)


@pytest.mark.parametrize("kind", [ConnectionKind.JELLYFIN, ConnectionKind.EMBY])
def test_a_password_signs_in(browser, home, demo, address, kind):
    """It is gone from the page afterwards, and stored nowhere."""
    name, password = demo.password(kind)
    with signed_in(browser, address) as page:
        open_form(page, f"/servers/new?kind={kind}")
        page.get_by_label("Address", exact=True).fill(of_kind(demo, kind).url)
        page.get_by_text("Sign in with name and password").click()
        page.get_by_label("User name").fill(name)
        page.get_by_label("Password").fill(password)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Signed in as Mika.")).to_be_visible()
        expect(page.get_by_label("Password")).to_have_value("")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_text("It is added.")).to_be_visible()

    (added,) = ConnectionStore(home.documents).list()
    assert added.auth_method == "password"
    assert password not in added.model_dump_json()


def test_plex_signs_in_at_plex_tv(browser, home, demo, address):
    """A link that the reader clicks; the account's servers are offered, a click takes one."""
    with signed_in(browser, address) as page:
        open_form(page, "/servers/new?kind=plex")
        page.get_by_role("button", name="Sign in with Plex").click()
        link = page.get_by_role("link", name="Open plex.tv and confirm")
        expect(link).to_have_attribute("href", re.compile(r"^https://app\.plex\.tv/auth#"))
        expect(link).to_have_attribute("rel", "noopener noreferrer")
        expect(page.get_by_text("Signed in at plex.tv.")).to_be_visible()
        page.locator(".offers button").first.click()
        expect(page.get_by_label("Address", exact=True)).to_have_value(
            of_kind(demo, ConnectionKind.PLEX).url
        )
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_text("It is added.")).to_be_visible()

    assert ConnectionStore(home.documents).list()[0].version is not None


def test_the_keyboard_alone_adds_a_server(browser, home, demo, address):
    """From the list to the added server with Tab, Enter and letters."""
    emby = of_kind(demo, ConnectionKind.EMBY)
    with signed_in(browser, address) as page:
        page.goto("/servers")
        press_tab_until(page, "Emby")
        page.keyboard.press("Enter")
        expect(page.locator(".server-form[data-ready]")).to_be_visible()
        press_tab_until(page, "Address")
        page.keyboard.type(emby.url)
        press_tab_until(page, "API key")
        page.keyboard.type(emby.secret)
        page.keyboard.press("Enter")
        expect(page.get_by_text("It is added.")).to_be_visible()

    assert ConnectionStore(home.documents).list()[0].name == "Demo Emby"


def press_tab_until(page: Page, name: str) -> None:
    """Go on to the next thing until the one of that name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        label = "e => (e.labels?.[0] ?? e).textContent.trim()"
        if page.evaluate(f"({label})(document.activeElement)") == name:
            return
    raise AssertionError(f"the keyboard does not reach {name}")


@pytest.mark.parametrize("width", [320, 390, 768])
def test_no_servers_page_needs_sideways_scrolling(browser, home, demo, address, width):
    """Long names, addresses and paths wrap."""
    options = {"viewport": {"width": width, "height": 700}, "is_mobile": True, "has_touch": True}
    with signed_in(browser, address, **options) as page:
        add(page, of_kind(demo, ConnectionKind.EMBY))
        long = "x" * 120
        ConnectionStore(home.documents).update(
            ConnectionStore(home.documents).list()[0].id,
            lambda one: one.model_copy(
                update={
                    "name": long,
                    "libraries": [Library(native_id="1", name=long, locations=[f"/{long}"])],
                }
            ),
        )
        paths = (page.url, "/servers", "/servers/new", "/servers/new?kind=plex")
        for path in (*paths, f"/servers?path=/{long}"):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_hostile_name_runs_nothing(browser, home, demo, address):
    """Not in the list, not in the form, not in the answer of a test."""
    with signed_in(browser, address) as page:
        add(page, of_kind(demo, ConnectionKind.EMBY))
        page.get_by_label("Name", exact=True).fill(HOSTILE)
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
        page.get_by_role("button", name="Test", exact=True).click()
        expect(page.locator("[data-tested]")).to_contain_text("answers")
        page.goto("/servers")
        expect(page.get_by_role("heading", name=HOSTILE)).to_be_visible()
        assert page.locator("main img").count() == 0


def test_the_servers_page_reads_without_scripts(browser, demo, address):
    """List, owners and readiness are links and forms; buttons that need scripts are not shown."""
    with signed_in(browser, address) as page:
        add(page, of_kind(demo, ConnectionKind.EMBY))
        server = page.url.partition("?")[0]
    with signed_in(browser, address, java_script_enabled=False) as page:
        page.goto("/servers")
        expect(page.get_by_role("article", name="Demo Emby")).to_contain_text("answers")
        expect(page.get_by_role("button", name="Test Demo Emby")).to_be_hidden()
        page.goto(server)
        expect(page.get_by_text("Changing servers needs scripts")).to_be_visible()
        page.get_by_role("link", name="Ask Demo Emby").click()
        expect(page.get_by_role("heading", name="Is Demo Emby ready")).to_be_visible()


def test_typing_survives_the_live_update(browser, home, demo, address):
    """A server whose health changes does not take the half-typed path out of the box."""
    with signed_in(browser, address) as page:
        add(page, of_kind(demo, ConnectionKind.EMBY))
        page.goto("/servers")
        box = page.get_by_label("A file or folder")
        box.fill("/movies/half")
        page.get_by_role("switch", name="Demo Emby enabled").click()
        expect(page.get_by_role("article", name="Demo Emby")).to_contain_text("switched off")
        page.evaluate("document.body.dispatchEvent(new CustomEvent('refresh-owners'))")
        page.wait_for_timeout(500)  # long enough for the answer to be put in
        expect(box).to_have_value("/movies/half")
