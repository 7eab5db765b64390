import re
from datetime import timedelta

import pytest

from showrunner.connections.models import Connection, ConnectionKind, Library
from showrunner.connections.store import ConnectionStore
from showrunner.events.models import EventKind, Report
from showrunner.quiet_hours import QuietHours, QuietWindow
from showrunner.schedules.api import NewSchedule, SchedulesApi
from showrunner.schedules.models import Skip
from showrunner.schedules.store import ScheduleStore
from showrunner.settings import change_settings
from showrunner.web import pages
from showrunner.web.library_choices import library_choices
from showrunner.web.rooms import NAVIGATION, ROOMS, tabs_of, webhooks
from showrunner.webhooks.instructions import SENDERS
from showrunner.webhooks.intake import receive
from showrunner.webhooks.secrets import make_secret
from showrunner.wiring import EmbeddedHome
from tests.unit.web.conftest import Reader
from tests.unit.web.planted import announce, connect_all
from tests.unit.web.test_page import HOSTILE, Elements

PATHS = (
    "/automation",
    "/automation/schedules",
    "/automation/schedules/new",
    "/automation/quiet-hours",
)


def text_of(page: str) -> str:
    return " ".join(Elements(page).text.split())


def nightly(home: EmbeddedHome, **changes) -> str:
    given = {"name": "Nightly", "cron_expression": "0 2 * * *", **changes}
    return SchedulesApi(home).add(NewSchedule.model_validate(given))["id"]


def test_rooms_of_a_group_share_an_entry_and_show_each_other():
    """The navigation stays short; a room alone in its group has no tabs."""
    assert [room.entry for room in NAVIGATION] == [
        "start",
        "servers",
        "automation",
        "jobs",
        "history",
        "analytics",
    ]
    assert [room.path for room in tabs_of(webhooks.ROOM)] == [
        "/automation",
        "/automation/schedules",
        "/automation/quiet-hours",
    ]
    assert tabs_of(ROOMS[0]) == []


@pytest.mark.parametrize("path", PATHS)
def test_the_pages_of_automation_need_a_sign_in(stranger: Reader, path):
    """And lead back to where the reader wanted to go."""
    answer = stranger.get(path)
    assert (answer.status, answer.headers["Location"]) == (303, f"/login?next={path}")


@pytest.mark.parametrize("path", PATHS)
def test_an_empty_installation_has_every_page_and_says_what_is_next(reader: Reader, path):
    """Nobody is left before an empty list."""
    page = reader.get(path)
    assert page.status == 200
    if 'class="empty"' in page.text:
        assert re.search("Make the first one|follow its steps|sender has been quiet", page.text)


def test_every_sender_has_its_address_and_steps(reader: Reader):
    """As the reader came here, so that it can be copied."""
    page = reader.get("/automation").text
    for sender in SENDERS:
        assert f'id="sender-{sender.name}"' in page
        assert f"http://nas.local:8000/api/v1/webhooks/{sender.name}" in page


def test_senders_are_told_the_public_address(reader: Reader, home):
    """The owner's, where one is set: the reader may have come another way."""
    url = "https://tv.example.org/api/v1/webhooks/plex"
    change_settings(home.documents, {"plex_webhook_public_url": url})
    assert "https://tv.example.org/api/v1/webhooks/sonarr" in reader.get("/automation").text


def test_a_secret_is_never_on_the_page(reader: Reader, home):
    """Only that there is one, and since when; each connection can have its own."""
    connect_all(home)
    plain = [make_secret(home), make_secret(home, "plex-1")]
    page = reader.get("/automation").text

    assert not [secret for secret in plain if secret in page]
    assert "Made 21 Nov" in text_of(page)
    assert 'aria-label="Replace the secret of Living room"' in page
    assert 'aria-label="Make a secret for Cabin"' in page


def test_a_secret_of_the_environment_cannot_be_changed_here(reader: Reader, monkeypatch):
    """The page says where."""
    monkeypatch.setenv("WEBHOOK_SECRET", "fixed-by-the-owner")
    page = reader.get("/automation").text
    assert "WEBHOOK_SECRET sets it" in page
    assert 'data-address="/api/v1/webhooks/secret"' not in page


def test_the_history_is_filtered_and_paged_by_its_address(reader: Reader, home):
    """Newest first; the links keep the choice, and live updates keep both."""
    for number in range(25):
        receive(
            [Report(EventKind.TEST, "sonarr", f"Test {number:02}", identity=(str(number),))], home
        )
        home.clock.advance(1)
    announce(home, "Spring (2019)")
    shown = text_of(reader.get("/automation", {"source": "sonarr", "status": "test"}).text)
    assert shown.index("Test 24") < shown.index("Test 05")
    assert "Test 04" not in shown
    assert "Sonarr · Test 24" in shown

    first = reader.get("/automation", {"source": "sonarr"}).text
    (after,) = re.findall(r'href="\?source=sonarr&amp;after=([^"]+)">Further entries', first)
    second = reader.get("/automation", {"source": "sonarr", "after": after})
    assert "Test 04" in second.text
    assert "Test 05" not in second.text
    assert f"/fragments/automation/history?source=sonarr&amp;after={after}" in second.text


def test_a_batch_shows_its_first_files_and_can_be_fired(reader: Reader, home):
    """The button calls the API's own address."""
    announce(home, "Spring (2019)")
    page = reader.get("/automation").text
    assert "Radarr: 1 file" in text_of(page)
    assert 'data-address="/api/v1/webhooks/pending/radarr/fire-now"' in page


def test_a_webhook_that_cannot_be_looked_up_says_why(reader: Reader, home):
    """Plex without a token, Tautulli that does not answer: in words, with what is left to do."""
    connect_all(home)
    answer = reader.get("/automation/webhooks/plex-1", hx_request="true")
    assert (answer.status, "<html" in answer.text) == (200, False)
    assert "has no token: sign in first" in answer.text
    assert "Plex Pass not known" in text_of(answer.text)
    other = reader.get("/automation/webhooks/emby-1")
    assert "cannot be set up from here" in other.text
    assert reader.get("/automation/webhooks/nobody").status == 404


def test_a_missing_plex_pass_is_said_with_the_way_around_it(home):
    """plex.tv knows it; the reader is not left to find out by waiting for events."""
    plex = connect_all(home)[0]
    status = {"has_plex_pass": False, "registered_in_plex": False, "error": None}
    status["public_url"] = "https://tv.example.org/api/v1/webhooks/plex"
    context = {"connection": plex, "status": status, "problem": None, "own": "http://nas"}
    shown = text_of(pages.page("webhook.html", context).body)

    assert "Plex Pass missing at plex.tv not registered" in shown
    assert "Let Tautulli, Sonarr or Radarr report instead." in shown


def test_a_schedule_reads_as_a_sentence(reader: Reader, home):
    """What, where, how often, when next, and why a run was left out."""
    connect_all(home)
    place = {"server_id": "jellyfin-1", "library_id": "1"}
    config = {"job_type": "recently_added", "lookback_hours": 36, "sort_by": "newest"}
    schedule_id = nightly(home, priority=3, config=config, **place)
    now = home.clock.now()
    skip = Skip(first_due_at=now, due_at=now, at=now, reason="Its job was still at work.")
    ScheduleStore(home.documents).update(
        schedule_id, lambda one: one.model_copy(update={"last_skip": skip})
    )
    shown = text_of(reader.get("/automation/schedules").text)

    sentence = "what was added in the last 36 hours to Movies of Attic, newest first, goes last."
    assert f"every day at 02:00: {sentence}" in shown
    assert "has not run yet" in shown
    assert "Its job was still at work." in shown


def test_a_schedule_of_a_library_that_is_gone_keeps_it_until_it_is_changed(reader: Reader, home):
    """Opening and saving the form must not silently make it one of everything."""
    connect_all(home)
    schedule_id = nightly(home, server_id="plex-1", library_id="1")
    ConnectionStore(home.documents).delete("plex-1")
    page = reader.get(f"/automation/schedules/{schedule_id}").text
    (chosen,) = re.findall(r'<option value="plex-1/1"[^>]*>([^<]*)<', page)
    assert chosen == "Movies"
    assert re.search(r'<option value="plex-1/1"[^>]* selected', page)


def test_what_the_api_would_refuse_cannot_be_chosen(home):
    """Switched-off servers and libraries stand there, and say what they are."""
    off = Library(native_id="2", name="Home videos", locations=["/h"], enabled=False)
    server = Connection(
        id="p", kind=ConnectionKind.PLEX, name="Den", url="http://x", libraries=[off]
    )
    ConnectionStore(home.documents).save(server)
    everything, den = library_choices(home.documents)
    assert everything.choices[0].body == {"server_id": None, "library_id": None}
    assert [(one.label, one.is_on) for one in den.choices] == [
        ("Every library of Den", True),
        ("Home videos", False),
    ]


def test_the_default_scanner_is_what_the_api_takes(reader: Reader, home):
    """The shortcut's body makes a schedule, and then the offer is gone."""
    before = reader.get("/automation/schedules").text
    assert "Create default scanner" in before
    (body,) = re.findall(r"data-body='([^']*)'", before)
    given = NewSchedule.model_validate_json(body.replace("&#34;", '"'))
    made = SchedulesApi(home).add(given)
    assert (made["interval_minutes"], made["config"]["lookback_hours"]) == (15, 1)
    assert "Create default scanner" not in reader.get("/automation/schedules").text


def test_quiet_hours_begin_on_the_page_without_anybodys_doing(reader: Reader, home):
    """The clock alone changes the part's version, so that open pages are told."""
    now = home.clock.now()
    start, end = (f"{now + timedelta(minutes=minutes):%H:%M}" for minutes in (10, 70))
    hours = QuietHours(enabled=True, windows=[QuietWindow(start=start, end=end)])
    change_settings(
        home.documents, {"timezone": "UTC", "quiet_hours": hours.model_dump(mode="json")}
    )
    part = next(room for room in ROOMS if room.name == "quiet-hours").part("quiet_state")
    before = part.version(home.documents)
    assert "not quiet now" in reader.get("/fragments/quiet-hours/quiet_state").text

    home.clock.advance(15 * 60)
    assert part.version(home.documents) != before
    assert "quiet now until" in text_of(reader.get("/fragments/quiet-hours/quiet_state").text)


def test_hostile_names_stay_text_in_automation(reader: Reader, home):
    """Connections, libraries, schedules, senders' words: no markup, no scripts."""
    library = Library(native_id=HOSTILE, name=HOSTILE, type="movie", locations=["/m"])
    server = Connection(
        id="jellyfin-1",
        kind=ConnectionKind.JELLYFIN,
        name=HOSTILE,
        url="http://x",
        libraries=[library],
    )
    ConnectionStore(home.documents).save(server)
    make_secret(home, "jellyfin-1")
    schedule_id = nightly(home, name=HOSTILE, server_id="jellyfin-1", library_id=HOSTILE)
    receive([Report(EventKind.TEST, "sonarr", HOSTILE, title=HOSTILE)], home)
    announce(home, HOSTILE)
    for path in (*PATHS, f"/automation/schedules/{schedule_id}"):
        query = {"source": HOSTILE, "after": HOSTILE, "done": HOSTILE}
        for asked in ({}, query):
            page = reader.get(path, asked)
            elements = Elements(page.text)
            assert page.status == 200
            assert all(
                one.get("src", "").startswith("/assets/") for one in elements.named("script")
            )
            assert elements.named("img") == [one for one in elements.named("img") if "alt" in one]
            assert not [name for _, found in elements.found for name in found if name[:2] == "on"]
