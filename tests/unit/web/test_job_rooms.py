import re

import pytest

from showrunner import processing
from showrunner.batches.store import open_batches
from showrunner.jobs import log
from showrunner.jobs.create import NewFile, NewJob, create_job
from showrunner.jobs.models import FileAction, FileOutcome, Scan, ScannedLibrary
from showrunner.jobs.store import cancel_job, change_job, start_file, update_file
from showrunner.web import live
from showrunner.web.rooms import room_named
from tests.unit.web.conftest import Reader
from tests.unit.web.planted import announce, connect_all, fail, finish, plant, progress, work
from tests.unit.web.test_automation_rooms import text_of
from tests.unit.web.test_page import HOSTILE, Elements


def job_text(reader: Reader, job_id: str) -> str:
    return text_of(reader.get(f"/jobs/{job_id}").text)


def test_the_list_has_every_state_and_its_way_in(reader: Reader, home):
    """Counts, who made it, and a link to the job's own page."""
    job_id = plant(home)
    page = reader.get("/jobs").text

    assert f'<a href="/jobs/{job_id}">Radarr: 3 files</a>' in page
    assert "0 of 3 files, 1 waiting" in text_of(page)
    assert "2 of 2 files, 1 failed, 1 skipped" in text_of(page)


def test_an_empty_list_says_how_jobs_come_about(reader: Reader):
    """By webhooks, schedules or the reader; and a worker has to run."""
    shown = text_of(reader.get("/jobs").text)
    assert "A webhook or a schedule makes them, or make one yourself" in shown
    assert "No worker has been heard of for a minute." in shown


def test_the_list_is_filtered_and_paged(reader: Reader, home):
    """A state that does not exist filters nothing."""
    for _ in range(26):
        finish(home, "Sintel (2010)")
    fail(home)
    assert reader.get("/jobs", {"status": "nonsense"}).text.count('<li id="job-') == 25
    assert text_of(reader.get("/jobs", {"status": "failed"}).text).count("No job of that kind") == 1
    page = reader.get("/jobs", {"status": "completed"}).text
    (after,) = re.findall(r'href="\?status=completed&amp;after=([^"]+)">Further jobs', page)
    rest = reader.get("/jobs", {"status": "completed", "after": after}).text
    assert rest.count('<li id="job-') == 2
    assert "From the start" in rest


@pytest.mark.parametrize(("pause", "words"), [(True, "paused by you"), (False, "running")])
def test_processing_says_whose_the_pause_is(reader: Reader, home, pause, words):
    """And jobs in work say that they wait for its end."""
    job_id = work(home)
    if pause:
        processing.pause(home.documents)
    assert words in text_of(reader.get("/jobs").text)
    assert ("You paused processing" in job_text(reader, job_id)) is pause


def test_a_workers_slot_says_what_it_does(reader: Reader, home):
    """With a link to the job and how far it is."""
    job_id = work(home)
    shown = reader.get("/fragments/jobs/workers").text
    assert "1 of 1 slot at work" in text_of(shown)
    assert f'<a href="/jobs/{job_id}">Agent 327 (2017)</a>' in shown
    assert "48 of 128 pictures" in text_of(shown)


def test_a_job_shows_its_files_its_log_and_what_can_be_done(reader: Reader, home):
    """What is in work can be hurried and cancelled, what is over repeated and deleted."""
    job_id = work(home)
    log.append(home, job_id, "warning", "Coffee Run (2020): no key frames, streamed instead.")
    page = reader.get(f"/jobs/{job_id}").text
    shown = text_of(page)
    assert "The file still grows; it was 1.2 GB a minute ago." in shown
    assert "1 file waits for another try" in shown
    assert "warning Coffee Run (2020): no key frames, streamed instead." in shown
    api = f"/api/v1/jobs/{job_id}"
    for action in ("retry-now", "priority", "cancel"):
        assert f'data-address="{api}/{action}"' in page
    assert f'data-address="{api}/reprocess"' not in page

    cancel_job(home.documents, home.clock, job_id)
    over = reader.get(f"/jobs/{job_id}").text
    assert f'data-address="{api}/reprocess"' in over
    assert f'data-send="DELETE" data-address="{api}"' in over
    assert f'data-address="{api}/cancel"' not in over
    assert "3 cancelled" in text_of(over)


def test_a_file_says_how_its_pictures_were_made(reader: Reader, home):
    """The method, its reason, the device and why the GPU did not do it, and the pictures."""
    job_id = finish(home, "Sintel (2010)")
    other = work(home)
    update_file(
        home,
        other,
        2,
        outcome=FileOutcome.COMPLETED,
        method="streamed",
        method_reason="the index is broken",
        device="cpu",
        fallback_reason="CUDA has no memory left",
    )
    shown = job_text(reader, other)
    assert "Streamed: the index is broken · on cpu, because CUDA has no memory left" in shown
    page = reader.get(f"/jobs/{job_id}").text
    assert page.count("<figure>") == 3


def test_a_library_job_tells_how_far_it_has_read(reader: Reader, home):
    """Before the files are known their number is not: no progress is invented."""
    connect_all(home)
    new = NewJob(
        title="Movies",
        source="manual",
        kind="library",
        connection_id="plex-1",
        library_name="Movies",
    )
    job_id = create_job(new, home)
    library = ScannedLibrary(connection_id="plex-1", library_id="1", name="Movies")
    scan = Scan(libraries=[library], looked_at=1500)
    change_job(home.documents, job_id, lambda job: job.model_copy(update={"scan": scan}))
    shown = job_text(reader, job_id)

    assert "0 of 0 files, still counting" in shown
    assert "Looks through Movies · of Living room" in shown
    assert "Still reading Movies: 1,500 items looked at so far." in shown
    assert "Its files show here as soon as they are known." in shown


def test_lines_without_previews_say_what_they_are_for(reader: Reader, home):
    """To be looked up, removed, moved: until they are done."""
    files = [
        NewFile("", "Dune", FileAction.FIND, connection_id="p", server_item_id="7"),
        NewFile("/movies/gone.mkv", action=FileAction.RETIRE),
        NewFile("/movies/b.mkv", action=FileAction.MOVE, previous_path="/movies/a.mkv"),
        NewFile("", "", FileAction.FIND, connection_id="p", server_item_id="8"),
    ]
    job_id = create_job(NewJob(title="Plex: 4 files", source="plex", files=files), home)
    shown = job_text(reader, job_id)
    assert "Dune to be looked up queued" in shown
    assert "gone.mkv its previews are removed queued" in shown
    assert "b.mkv its previews move along queued" in shown
    assert "An item of its server to be looked up queued" in shown


def test_a_job_to_be_is_told_by_its_address(reader: Reader, home):
    """The history links to it before there is one; a job that never was is not found."""
    announce(home, "Spring (2019)")
    (batch,) = open_batches(home.documents)
    page = reader.get(f"/jobs/{batch.job_id}")
    assert "It becomes a job in" in page.text
    assert f'data-address="/api/v1/jobs/{batch.job_id}/fire-webhook-now"' in page.text
    assert reader.get("/jobs/never-was").status == 404


def test_a_page_of_a_job_is_told_what_changes_and_no_more(home):
    """Its own progress, log and end; not another job's."""
    job_id = work(home)
    room = room_named(f"job-{job_id}")

    def changed(before):
        now = live.versions_of(room, home.documents)
        return {name for name in now if now[name] != before[name]}

    before = live.versions_of(room, home.documents)
    finish(home, "Sintel (2010)")
    assert changed(before) == set()
    progress(home, job_id, done=50)
    assert changed(before) == {"job", "job_files"}
    before = live.versions_of(room, home.documents)
    log.append(home, job_id, "info", "Something happened.")
    assert changed(before) == {"job_log"}


def test_an_outcome_that_no_file_has_costs_no_search(home):
    """A running scan of 100,000 files is asked for its failures again and again."""
    from showrunner.web.rooms import job  # noqa: PLC0415  the module, not one of its rooms
    from showrunner.web.rooms.models import View  # noqa: PLC0415

    job_id = work(home)
    listed = []

    class Counting:
        def __getattr__(self, name):
            return getattr(home.documents, name)

        def list(self, collection, **options):
            listed.append(collection)
            return home.documents.list(collection, **options)

    view = View(Counting(), home.clock.now(), "http://x", {"outcome": "failed"})
    data = job.room_of(job_id).part("job_files").load(view)
    assert (data["lines"], data["total"]) == ([], 0)
    assert f"job-files/{job_id}" not in listed


def test_the_forms_are_what_the_api_takes(reader: Reader, home):
    """A library with its server, or paths; the start page leads there."""
    connect_all(home)
    by_library = reader.get("/jobs/new").text
    assert 'data-address="/api/v1/jobs"' in by_library
    assert '<option value="emby-1/1"' in by_library
    by_paths = reader.get("/jobs/new", {"by": "paths"}).text
    assert 'data-address="/api/v1/jobs/manual"' in by_paths
    assert '<option value="jellyfin-1">Attic</option>' in by_paths


def test_hostile_names_stay_text_in_jobs(reader: Reader, home):
    """Titles, paths, messages, logs, workers and what stands in the address."""
    files = [NewFile(HOSTILE, HOSTILE), NewFile(HOSTILE)]
    job_id = create_job(NewJob(title=HOSTILE, source=HOSTILE, files=files), home)
    start_file(home, job_id, 1)
    update_file(home, job_id, 1, outcome=FileOutcome.FAILED, message=HOSTILE, method=HOSTILE)
    log.append(home, job_id, "error", HOSTILE)
    queries = ({}, {"search": HOSTILE, "after": HOSTILE, "log": HOSTILE, "outcome": HOSTILE})
    for path in (f"/jobs/{job_id}", "/jobs"):
        for query in queries:
            page = reader.get(path, query)
            elements = Elements(page.text)
            assert page.status == 200
            assert all(
                one.get("src", "").startswith("/assets/") for one in elements.named("script")
            )
            assert not [name for _, found in elements.found for name in found if name[:2] == "on"]
