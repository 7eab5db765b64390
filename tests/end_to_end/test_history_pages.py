"""The history's rooms in headless Chromium: plays, people, syncs, an import; who plays now."""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from showrunner.access import set_access_token
from showrunner.clients.factory import client_for
from showrunner.clients.models import Decision, Session
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.probe import connect
from showrunner.connections.store import ConnectionStore
from showrunner.demo.tautulli_database import write_database
from showrunner.live.take import take_sessions
from showrunner.people.accounts import note_accounts
from showrunner.people.models import Account
from showrunner.plays.models import (
    Mark,
    MarkState,
    Observation,
    Person,
    PlayedItem,
    Player,
    Source,
    Stream,
)
from showrunner.plays.store import observe
from showrunner.previews.worker.errands import ErrandRunner
from showrunner.previews.worker.runner import TaskRunner
from showrunner.previews.worker.syncs import SyncRunner
from showrunner.wiring import EmbeddedHome, living_in
from tests.end_to_end import test_page_in_a_browser as start_page
from tests.end_to_end import test_servers_page as servers_page
from tests.end_to_end.test_automation_page import accept
from tests.end_to_end.test_servers_page import of_kind, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.end_to_end]

browser = start_page.browser
demo = servers_page.demo
DEN, ATTIC = "den", "attic"
PLAYS = 30
LEASE_SECONDS = 30
LOOK_SECONDS = 0.2
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedHome]:
    """One for all tests here: a server of its own with thirty plays, beside the demo's."""
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.delenv("WEB_AUTH_TOKEN", raising=False)
        patch.setenv("SHOWRUNNER_STREAM_WAIT_SECONDS", "1")
        made = stack.enter_context(living_in(EmbeddedHome(tmp_path_factory.mktemp("home"))))
        assert isinstance(made, EmbeddedHome)
        set_access_token(made, start_page.TOKEN)
        for name in (DEN, ATTIC):  # nobody asks them: what they say is written here
            server = Connection(
                id=name, kind=ConnectionKind.EMBY, name=name.title(), url="http://x"
            )
            ConnectionStore(made.documents).add(server.model_copy(update={"enabled": False}))
        names = ("Maria", "Jonas", "Grandma", "Oma")
        accounts = [Account(f"id-{name}", name) for name in names]
        note_accounts(made.documents, DEN, accounts, NOW)
        observe(made, [viewing(number) for number in range(PLAYS)])
        yield made


@pytest.fixture(scope="module")
def address(home: EmbeddedHome, demo) -> Iterator[str]:
    """The whole template, and the worker's threads for syncs and errands."""
    stopping = threading.Event()
    runners: list[TaskRunner] = [
        kind(kind.__name__, home, LEASE_SECONDS, stopping.is_set)
        for kind in (SyncRunner, ErrandRunner)
    ]
    with pytest.MonkeyPatch.context() as patch, servers_page.served() as found:
        patch.setenv("SHOWRUNNER_PLEX_TV_URL", demo.plex_tv_url)
        threads = [threading.Thread(target=serve, args=(one, stopping)) for one in runners]
        for thread in threads:
            thread.start()
        yield found
        stopping.set()
        for thread in threads:
            thread.join()


def serve(runner: TaskRunner, stopping: threading.Event) -> None:
    while not stopping.is_set():
        runner.run_one(LOOK_SECONDS)


def viewing(
    number: int,
    state: MarkState = MarkState.STOPPED,
    seconds: int = 500,
    server: str = DEN,
    title: str = "Film",
) -> Observation:
    """The films are an hour apart; number 0 is the latest, odd ones are Jonas'."""
    began = NOW - timedelta(hours=number + 1)
    marks = [(began, MarkState.STARTED, 0), (began + timedelta(seconds=seconds), state, seconds)]
    name = "Jonas" if number % 2 else "Maria"
    return Observation(
        connection_id=server,
        server_kind=ConnectionKind.EMBY,
        source=Source.SOCKET,
        person=Person(id=f"id-{name}", name=name),
        item=PlayedItem(
            item_id=str(number),
            title=f"{title} {number:02}",
            media_type="movie",
            library="Films",
            duration_ms=1_000_000,
        ),
        player=Player(id="tv", name="Bedroom", platform="webOS", is_local=True),
        stream=Stream(decision=Decision.DIRECT_PLAY, resolution="1080p", video_codec="h264"),
        session_key=f"s{number}",
        marks=tuple(
            Mark(at=at, state=mark, source=Source.SOCKET, position_ms=1000 * position)
            for at, mark, position in marks
        ),
    )


def plays(page: Page):
    return page.locator("#plays .play")


def open_history(page: Page, query: str = "", server: str = DEN) -> None:
    page.goto(f"/history?servers={server}{query}")
    expect(plays(page).first).to_be_visible()


def connected(home: EmbeddedHome, demo, kind: ConnectionKind) -> Connection:
    """A server of the demo's, as its owner connects it."""
    facts = of_kind(demo, kind).model_dump(exclude={"previews", "path_mappings"})
    return connect(**facts, store=ConnectionStore(home.documents), secrets=home.secrets)


def test_plays_are_found_by_title_person_and_page(browser, home, address):
    """Twenty-five at a time, newest first; the choice stands in the address and is kept."""
    with signed_in(browser, address) as page:
        open_history(page)
        expect(plays(page)).to_have_count(25)
        expect(plays(page).first).to_contain_text("Film 00")
        expect(plays(page).first).to_contain_text("in part, 50 %")
        page.get_by_role("link", name="Further plays").click()
        expect(plays(page)).to_have_count(PLAYS - 25)
        expect(plays(page).first).to_contain_text("Film 25")
        page.get_by_role("link", name="From the start").click()
        expect(plays(page)).to_have_count(25)

        page.get_by_label("Person").select_option("Jonas")
        page.get_by_role("button", name="Show", exact=True).click()
        expect(plays(page)).to_have_count(PLAYS // 2)
        expect(plays(page).first).to_contain_text("Film 01")
        page.get_by_label("Title").fill("film 07")
        page.get_by_label("Title").press("Enter")
        expect(plays(page)).to_have_count(1)
        assert re.search(r"search=film\+07&people=[^&]+&servers=den$", page.url)
        page.get_by_label("Title").fill("no such film")
        page.keyboard.press("Enter")
        expect(page.locator("#plays .empty")).to_contain_text("No play is like that.")


def test_days_are_the_readers_own(browser, home, address):
    """Their midnight bounds the list, and their clock shows the times."""
    east, west = "Pacific/Kiritimati", "Pacific/Pago_Pago"  # 25 hours apart
    film = NOW - timedelta(hours=5)
    counts = {}
    for zone in (east, west):
        with signed_in(browser, address, timezone_id=zone, locale="en-GB") as page:
            open_history(page)
            row = plays(page).filter(has_text="Film 04")
            day = page.evaluate(f"new Date({film.timestamp() * 1000}).toLocaleDateString('sv')")
            clock = page.evaluate(
                f"new Date({film.timestamp() * 1000})"
                ".toLocaleTimeString([], {hour: '2-digit', minute: '2-digit'})"
            )
            expect(row).to_contain_text(clock)
            open_history(page, f"&since={day}&search=film+04")
            expect(plays(page)).to_have_count(1)
            counts[zone] = day
    assert counts[east] != counts[west]


def test_a_play_is_opened_by_keyboard_and_read_in_peace(browser, home, address):
    """While it goes on its line moves, and what was opened and focused stays."""
    observe(home, [viewing(0, MarkState.PLAYING, server=ATTIC)])
    with signed_in(browser, address) as page:
        open_history(page, server=ATTIC)
        row = plays(page).filter(has_text="Film 00")
        expect(row).to_contain_text("playing now, 50 %")
        row.locator("summary").focus()
        page.keyboard.press("Enter")
        for words in ("Films", "at home", "1080p h264", "the server's socket"):
            expect(row.locator("dl")).to_contain_text(words)
        observe(home, [viewing(0, MarkState.PLAYING, 700, server=ATTIC)])
        expect(row).to_contain_text("playing now, 70 %")
        expect(row.locator("dl")).to_be_visible()
        expect(row.locator("summary")).to_be_focused()


def test_a_play_is_removed_after_a_question(browser, home, address):
    """It is gone at once, and stays away when the server tells of it again."""
    with signed_in(browser, address) as page:
        asked = accept(page)
        open_history(page, "&search=film+11")
        page.get_by_text("Details").click()
        page.get_by_role("button", name="Remove this play").click()
        expect(page.locator("#plays .empty")).to_contain_text("No play is like that.")
        expect(page.locator("#answer")).to_have_text("The play is removed.")
        observe(home, [viewing(11)])
        page.reload()
        expect(page.locator("#plays .empty")).to_be_visible()
        assert len(asked) == 1


def test_people_are_linked_undone_split_and_named(browser, home, address):
    """The card says why, and every word of the owner can be taken back."""
    with signed_in(browser, address) as page:
        accept(page)
        page.goto("/people")
        card = lambda name: page.get_by_role("article", name=name)  # noqa: E731  reads like one
        card("Grandma").get_by_text("Change").click()
        card("Grandma").get_by_label("Is the same person as").select_option("Oma")
        card("Grandma").get_by_role("button", name="Link Grandma").click()
        expect(page.locator("#answer")).to_have_text("They are one person now.")
        expect(card("Oma")).to_have_count(0)
        expect(card("Grandma")).to_contain_text("linked by you")
        card("Grandma").get_by_role("button", name="Oma on Den is somebody else").click()
        expect(card("Oma")).to_be_visible()
        for _ in range(2):
            page.get_by_role("button", name="Undo").first.click()
            page.wait_for_load_state("networkidle")
        expect(page.get_by_role("button", name="Undo")).to_have_count(0)

        card("Oma").get_by_text("Change").click()
        card("Oma").get_by_label("Name", exact=True).fill("Grandmother")
        card("Oma").get_by_role("button", name="Rename Oma").click()
        expect(card("Grandmother")).to_contain_text("Oma on Den")
        card("Grandmother").get_by_role("button", name="Hide from lists").click()
        expect(page.get_by_text("1 hidden person")).to_be_visible()
        page.goto("/history")
        assert "Grandmother" not in page.get_by_label("Person").inner_text()


def test_a_sync_is_begun_and_followed_to_its_end(browser, home, demo, address):
    """Without a reload; then its plays are in the history."""
    jellyfin = connected(home, demo, ConnectionKind.JELLYFIN)
    with signed_in(browser, address) as page:
        page.goto("/sync")
        card = page.get_by_role("article", name="Demo Jellyfin")
        expect(card.get_by_text("never ran")).to_have_count(3)
        page.evaluate("window.sameOne = true")
        card.get_by_role("button", name="Sync Accounts").click()
        expect_end(page, jellyfin, "accounts")
        card.get_by_text("Fetch older history").click()
        card.get_by_label("Days back").fill("90")
        card.get_by_role("button", name="Fetch older history").click()
        expect_end(page, jellyfin, "history")
        assert page.evaluate("window.sameOne") is True
        page.goto("/history")
        page.get_by_label("Server").select_option("Demo Jellyfin")
        page.get_by_role("button", name="Show", exact=True).click()
        expect(plays(page)).to_have_count(25)


def expect_end(page: Page, connection: Connection, kind: str) -> None:
    line = page.locator(f'[id="sync-{connection.id}/{kind}"]')
    expect(line.locator(".state")).to_have_text("completed")
    expect(line).to_contain_text(re.compile(r"last (just now|\d+ s ago)"))


def test_a_tautulli_database_is_chosen_and_dropped(browser, home, demo, address, tmp_path):
    """Sent in parts, and its result told; dropped once more, nothing of it is new."""
    connected(home, demo, ConnectionKind.PLEX)
    database = tmp_path / "tautulli.db"
    write_database(database, plays=200, people=3)
    with signed_in(browser, address) as page:
        page.goto("/sync")
        form = page.locator("#import")
        line = page.get_by_role("listitem").filter(has_text="Tautulli import")
        form.get_by_label("From", exact=True).select_option("file")
        form.get_by_label("File").set_input_files(database)
        form.get_by_role("button", name="Import").click()
        expect(line).to_contain_text(re.compile("200 of 200 read, [1-9][0-9]* new"))
        expect(line.locator(".state")).to_have_text("completed")

        page.reload()
        drop(page, form, database.read_bytes())
        expect(form.get_by_label("From", exact=True)).to_have_value("file")
        form.get_by_role("button", name="Import").click()
        expect(line).to_contain_text("200 of 200 read, 0 new, 0 changed")
        expect(line.locator(".state")).to_have_text("completed")
        expect(form.locator("[data-import-problem]")).to_be_hidden()


def drop(page: Page, form, data: bytes) -> None:
    """A file from the desktop, as far as the page can tell."""
    transfer = page.evaluate_handle(
        """bytes => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([Uint8Array.from(bytes)], "tautulli.db"));
            return transfer;
        }""",
        list(data),
    )
    form.dispatch_event("drop", {"dataTransfer": transfer})


def test_what_is_no_database_is_refused_in_words(browser, home, demo, address, tmp_path):
    """Beside the form or in the line of the import, and nothing is left running."""
    connected(home, demo, ConnectionKind.PLEX)
    wrong = tmp_path / "holiday.db"
    wrong.write_bytes(b"no database at all" * 100)
    with signed_in(browser, address) as page:
        page.goto("/sync")
        form = page.locator("#import")
        form.get_by_label("From", exact=True).select_option("file")
        form.get_by_role("button", name="Import").click()
        expect(form).to_contain_text("Choose the file first.")
        form.get_by_label("File").set_input_files(wrong)
        form.get_by_role("button", name="Import").click()
        line = page.get_by_role("listitem").filter(has_text="Tautulli import")
        expect(line.locator(".state")).to_have_text("failed")
        expect(line.locator(".message")).to_be_visible()


def test_a_session_is_ended_from_the_start_page(browser, home, demo, address):
    """With a message that is still there when the list has moved; then it is gone."""
    plex = connected(home, demo, ConnectionKind.PLEX)
    with client_for(plex, home.secrets) as client:
        playing = client.sessions()
    show(home, plex, playing, position_ms=1000)
    with signed_in(browser, address) as page:
        page.goto("/")
        sessions = page.locator("#activity .session")
        expect(sessions).to_have_count(len(playing))
        first = sessions.first
        first.get_by_text("Streams, stop").click()
        expect(first.locator("dl")).to_contain_text("Player")
        first.get_by_label("Message").fill("Dinner is ready.")
        show(home, plex, playing, position_ms=7000)
        expect(first).to_contain_text("0:07 of")
        expect(first.get_by_label("Message")).to_have_value("Dinner is ready.")
        first.get_by_role("button", name=re.compile("^Stop")).click()
        expect(page.locator("#answer")).to_have_text("It is told to stop.")
        expect(sessions).to_have_count(len(playing) - 1)


def show(
    home: EmbeddedHome, connection: Connection, playing: Sequence[Session], position_ms: int
) -> None:
    """A look at what plays there, as the poll and the socket have it."""
    seen = [one.model_copy(update={"position_ms": position_ms}) for one in playing]
    take_sessions(home, connection, seen, datetime.now(UTC), Source.POLL)


@pytest.mark.parametrize("path", ["/", f"/history?servers={ATTIC}", "/people", "/sync"])
def test_the_history_fits_a_small_phone(browser, home, address, path):
    """No sideways scrolling at 320 pixels, with long names and everything opened."""
    long = "n" * 120
    note_accounts(home.documents, DEN, [Account("long", long)], datetime.now(UTC))
    observe(home, [viewing(1, server=ATTIC, title=long)])
    with signed_in(browser, address, viewport={"width": 320, "height": 700}) as page:
        page.goto(path)
        if "history" in path:
            expect(plays(page).first).to_be_visible()
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
