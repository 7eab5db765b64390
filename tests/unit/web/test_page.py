import re
from html.parser import HTMLParser

import pytest

from showrunner.activity import replace_sessions
from showrunner.clients.models import PlayState, Session
from showrunner.events.models import EventKind, Report
from showrunner.jobs.create import NewFile, NewJob, create_job
from showrunner.jobs.models import FileOutcome, FileOutput
from showrunner.jobs.store import cancel_job, start_file, update_file
from showrunner.web.rooms import ROOMS
from showrunner.webhooks.intake import receive
from tests.calls import TOKEN
from tests.unit.web.planted import announce, connect_all, fail, finish, plant, progress, work

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'}}{{7*7}}"


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the text between them."""

    def __init__(self, text):
        super().__init__()
        self.found, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += " ".join(data.split()) + " "

    def named(self, tag):
        return [attributes for name, attributes in self.found if name == tag]


def assert_harmless(text):
    """Scripts and pictures are our own, nothing is done by an attribute."""
    elements = Elements(text)
    own = ("/assets/", "/api/v1/previews/pictures/")
    assert all(script.get("src", "").startswith("/assets/") for script in elements.named("script"))
    assert all(image["src"].startswith(own) for image in elements.named("img"))
    assert not [name for _, found in elements.found for name in found if name.startswith("on")]


@pytest.mark.parametrize(
    ("old", "new"), [("/webhooks", "/automation"), ("/schedules", "/automation/schedules")]
)
def test_an_old_address_leads_to_the_room_of_today(reader, stranger, old, new):
    """Bookmarks of the reference's pages stay good, also for who signs in on the way."""
    answer = reader.get(old)
    assert (answer.status, answer.headers["Location"]) == (302, new)
    assert reader.get(new).status == 200
    assert stranger.get(old).headers["Location"] == f"/login?next={old}"


def test_the_start_page_shows_what_there_is(reader, home):
    """Without any script: sessions, batches, jobs, previews, events and connections."""
    plant(home)

    text = Elements(reader.get("/").text).text
    for words in (
        "Maria on Apple TV · 6:42 of 14:48 · direct play",
        "S01E02 · The Pilot",
        "Radarr: 1 file",
        "Spring (2019)",
        "48 of 128 pictures, cpu worker",
        "The file still grows; it was 1.2 GB a minute ago.",
        "Cosmos Laundromat (2015).mkv is no video: get the file again.",
        "BIF in its bundle",
        "BIF beside the file",
        "trickplay tiles",
        "sonarr:SeriesDance",
        "unknown to us, ignored",
        "http://192.168.1.11:8096 · version 10.11.4",
        "switched off",
    ):
        assert words in text


def test_an_empty_page_says_what_to_do_next(reader):
    """With commands that name this very installation, and without the token."""
    page = reader.get("/").text

    assert "curl http://nas.local:8000/api/v1/webhooks/custom" in page
    assert "http://nas.local:8000/api/v1/webhooks/incoming" in page
    assert "showrunner connect plex" in page
    assert TOKEN not in page
    assert "curl https://nas.local:8000/" in reader.get("/", x_forwarded_proto="https").text


@pytest.mark.parametrize("host", ["a b", "x;rm -rf ~", "$(reboot)", "<b>", "", "evil.example/x"])
def test_a_strange_host_gets_into_no_command(reader, host):
    """What people copy into a shell is a host name or nothing."""
    assert "curl http://localhost/api" in reader.get("/", host=host).text


def test_hostile_names_stay_text(reader, home):
    """Titles, paths, senders' words, users and messages come from outside."""
    plex = connect_all(home)[0]
    session = Session(
        session_key="1",
        user_name=HOSTILE,
        item_id="1",
        title=HOSTILE,
        series_title=HOSTILE,
        media_type="episode",
        player_name=HOSTILE,
        state=PlayState.PLAYING,
        position_ms=1,
        duration_ms=2,
    )
    replace_sessions(home.documents, plex, [session], home.clock.now())
    announce(home, HOSTILE)
    receive([Report(EventKind.UNKNOWN, "sonarr", HOSTILE)], home)
    files = [NewFile(HOSTILE, HOSTILE), NewFile(HOSTILE, HOSTILE)]
    job_id = create_job(NewJob(title=HOSTILE, source=HOSTILE, files=files), home)
    for number, outcome in ((1, FileOutcome.COMPLETED), (2, FileOutcome.WAITING)):
        output = FileOutput(
            connection_id="1",
            connection_name=HOSTILE,
            kind=HOSTILE,
            outcome=HOSTILE,
            message=HOSTILE,
            picture=HOSTILE,
        )
        start_file(home, job_id, number)
        update_file(home, job_id, number, outcome=outcome, message=HOSTILE, outputs=[output])

    page = reader.get("/").text

    assert HOSTILE in Elements(page).text
    assert_harmless(page)


def test_nothing_of_the_page_comes_from_elsewhere_or_stands_inline(reader, home):
    """Every address is local; scripts and styles are files, as the content policy demands."""
    plant(home)
    elements = Elements(reader.get("/").text)

    addresses = [
        attributes[name]
        for _, attributes in elements.found
        for name in ("src", "href", "action", "hx-get", "hx-post")
        if attributes.get(name)
    ]
    assert len(addresses) > 20
    assert all(address.startswith(("/", "#")) for address in addresses)
    assert not any(address.startswith("//") for address in addresses)
    assert elements.named("style") == []
    assert not [found for _, found in elements.found if "style" in found]


@pytest.mark.parametrize("path", ["/", "/login", "/nothing-here", "/stream", "/logout"])
def test_every_answer_carries_the_headers_that_keep_a_page_safe(reader, path):
    """The page, its refusals and its pieces alike."""
    headers = reader.get(path).headers

    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_a_page_is_kept_by_nobody(reader):
    """It shows one household's doings: no cache may hold it."""
    assert reader.get("/").headers["Cache-Control"] == "no-store"


def test_an_unknown_address_gets_words_or_json(reader):
    """Readers get a page, programs the one JSON shape."""
    page = reader.get("/nothing-here")
    assert (page.status, "There is no such page" in page.text) == (404, True)
    answer = reader.get("/nothing-here", accept="application/json")
    assert (answer.status, '"error":"NOT_FOUND"' in answer.text) == (404, True)


@pytest.mark.parametrize("path", ["/fragments/start/cellar", "/fragments/cellar/jobs"])
def test_an_unknown_part_is_not_found(reader, path):
    """A page from before an update may ask for parts that are gone."""
    assert reader.get(path).status == 404


@pytest.mark.parametrize("part", [part.name for part in ROOMS[0].parts])
def test_a_fragment_is_what_the_page_shows(reader, home, part):
    """One template makes both, so that a live update changes nothing but the news."""
    plant(home)
    fragment = reader.get(f"/fragments/start/{part}").text

    assert "".join(fragment.split()) in "".join(reader.get("/").text.split())


def test_a_job_of_many_files_shows_those_in_work(reader, home):
    """The window follows the work; how many lie outside is told, with the way to them."""
    files = [NewFile(f"/tv/{number}.mkv", f"Episode {number}") for number in range(1, 101)]
    job_id = create_job(NewJob(title="Season", source="sonarr", files=files), home)
    for number in range(1, 51):
        start_file(home, job_id, number)
        update_file(home, job_id, number, outcome=FileOutcome.COMPLETED)

    text = Elements(reader.get("/fragments/start/jobs").text).text
    assert "Episode 51 " in text
    assert "Episode 46 " not in text
    assert "50 of 100 files" in text
    assert "92 more files" in text


def test_progress_moves_within_a_file(reader, home):
    """One long film of a three-film job: its pictures count."""
    job_id = work(home)
    for done, percent in ((0, 0), (64, 16), (128, 33)):
        progress(home, job_id, done=done)
        shown = reader.get("/fragments/start/jobs").text
        assert f'value="{percent}" aria-label="Progress of Radarr: 3 files"' in shown


def test_a_job_in_work_can_be_cancelled_and_one_that_is_over_cannot(reader, home):
    """The button calls the API's own address."""
    job_id = work(home)
    button = f'hx-post="/api/v1/jobs/{job_id}/cancel"'
    assert button in reader.get("/fragments/start/jobs").text
    cancel_job(home.documents, home.clock, job_id)

    shown = reader.get("/fragments/start/jobs").text
    assert button not in shown
    assert "3 cancelled" in Elements(shown).text


def test_files_that_wait_for_a_worker_say_so(reader, home):
    """A job without any worker that was heard of would else look stuck."""
    work(home)
    assert "No frame worker" not in reader.get("/").text
    home.clock.advance(61)
    assert "No frame worker" in reader.get("/").text


def test_a_failed_file_needs_no_click_to_be_seen(reader, home):
    """What went well is folded away, what failed is not."""
    fail(home)
    shown = reader.get("/fragments/start/jobs").text

    before, _, folded = shown.partition("<details>")
    assert "Cosmos Laundromat (2015).mkv is no video" in before
    assert "Elephants Dream (2006)" in folded


def test_the_newest_previews_come_first_and_each_file_once(reader, home):
    """A film whose previews were made again moves to the front, with the new pictures."""
    finish(home, "Sintel (2010)")
    finish(home, "Big Buck Bunny (2008)")
    again = finish(home, "Sintel (2010)")

    shown = reader.get("/fragments/start/previews").text
    titles = re.findall(r"<h3>(.*?)</h3>", shown)
    assert titles == ["Sintel (2010)", "Big Buck Bunny (2008)"]
    assert f'src="/api/v1/previews/pictures/{again}/1-plex-1.jpg"' in shown


def test_every_time_is_machine_readable_utc(reader, home):
    """Scripts turn it into the reader's own; without them the zone is named."""
    plant(home)
    page = reader.get("/").text
    times = re.findall(r'<time datetime="([^"]*)" data-shows="\w+">([^<]*)</time>', page)

    assert len(times) > 8
    assert all(re.fullmatch(r"2026-11-21T\d\d:\d\d:\d\dZ", stamp) for stamp, _ in times)
    assert all(text.endswith(" UTC") for _, text in times)
