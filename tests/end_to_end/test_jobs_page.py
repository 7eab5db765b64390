"""The jobs' rooms in headless Chromium: a list, one job, the form that makes one."""

import re

import pytest
from playwright.sync_api import expect

from showrunner import processing
from showrunner.batches.store import open_batches
from showrunner.jobs import log
from showrunner.jobs.create import NewFile, NewJob, create_job
from showrunner.jobs.models import FileOutcome, JobStatus
from showrunner.jobs.store import get_job, list_files, list_jobs, start_file, update_file
from showrunner.settings import load_settings
from tests.end_to_end import test_page_in_a_browser as start_page
from tests.end_to_end import test_servers_page as servers_page
from tests.end_to_end.test_automation_page import accept
from tests.end_to_end.test_servers_page import signed_in
from tests.unit.web.planted import announce, connect_all, finish, plant, progress, work

pytestmark = [pytest.mark.browser, pytest.mark.end_to_end]

browser = start_page.browser
home = start_page.home
demo = servers_page.demo
address = servers_page.address


def season(home, count=60) -> str:
    files = [NewFile(f"/tv/{number:03}.mkv", f"Episode {number:03}") for number in range(count)]
    return create_job(NewJob(title="A season", source="sonarr", files=files), home)


def test_the_start_page_leads_to_a_job_that_lives(browser, home, address):
    """Progress, outcomes and log follow while it is looked at; a waiting file is tried at once."""
    job_id = plant(home)
    with signed_in(browser, address) as page:
        page.goto("/")
        page.get_by_role("link", name="Radarr: 3 files").click()
        expect(page).to_have_url(f"{address}/jobs/{job_id}")
        files = page.locator("#job_files")
        expect(files).to_contain_text("48 of 128 pictures")
        expect(files).to_contain_text(re.compile(r"Next try in 1 min \d+ s"))
        progress(home, job_id, done=99)
        expect(files).to_contain_text("99 of 128 pictures")
        log.append(home, job_id, "warning", "The server has not indexed it yet.")
        expect(page.locator("#job_log")).to_contain_text("warning The server has not indexed it")
        update_file(home, job_id, 2, outcome=FileOutcome.COMPLETED)
        expect(page.locator("#job")).to_contain_text("1 of 3 files")
        page.get_by_role("button", name="Retry now").click()
        expect(page.locator("#answer")).to_have_text("They are tried now.")


def test_files_are_found_by_outcome_and_name_and_paged(browser, home, address):
    """The choice stands in the address; what a server got is shown as pictures."""
    job_id = season(home)
    for number in (3, 30):
        start_file(home, job_id, number)
        message = f"Number {number} is no video."
        update_file(home, job_id, number, outcome=FileOutcome.FAILED, message=message)
    with signed_in(browser, address) as page:
        page.goto(f"/jobs/{job_id}")
        files = page.locator("#job_files .file")
        expect(files).to_have_count(25)
        page.get_by_role("link", name="Further files").click()
        expect(files.first).to_contain_text("Episode 025")
        page.get_by_label("Outcome").select_option("failed")
        page.get_by_role("button", name="Show").click()
        expect(files).to_have_count(2)
        page.get_by_label("Title or path").fill("episode 029")
        page.get_by_role("button", name="Show").click()
        expect(page.locator("#job_files")).to_contain_text("Number 30 is no video.")
        expect(page).to_have_url(re.compile(r"outcome=failed&search=episode\+029"))

        page.goto(f"/jobs/{finish(home, 'Sintel (2010)')}")
        page.locator(".preview-fold > summary").click()
        expect(page.locator(".preview-fold img")).to_have_count(3)


def test_a_job_is_hurried_cancelled_repeated_and_deleted(browser, home, address):
    """Each from its own page, with the question where something is lost."""
    job_id = work(home)
    with signed_in(browser, address) as page:
        asked = accept(page)
        page.goto(f"/jobs/{job_id}")
        page.get_by_label("Priority").select_option("first")
        page.get_by_role("button", name="Set").click()
        expect(page.locator("#job")).to_contain_text("goes first")
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator("#job > article > .line .state")).to_have_text("cancelled")
        page.get_by_role("button", name="Do it again").click()
        expect(page).not_to_have_url(f"{address}/jobs/{job_id}")
        again = page.url.rpartition("/")[2]
        expect(page.locator("#job")).to_contain_text("0 of 3 files")
        assert get_job(home.documents, again).priority == 1

        page.goto(f"/jobs/{job_id}")
        page.get_by_role("button", name="Delete").click()
        expect(page).to_have_url(f"{address}/jobs")
        expect(page.locator(f"#job-{again}")).to_be_visible()
        expect(page.locator(f"#job-{job_id}")).to_have_count(0)
        assert len(asked) == 2


def test_everything_is_paused_and_workers_are_added(browser, home, address):
    """The pause says whose it is; the list shows what it holds up."""
    work(home)
    with signed_in(browser, address) as page:
        page.goto("/jobs")
        page.get_by_role("button", name="Pause").click()
        expect(page.locator("#processing")).to_contain_text("paused by you")
        expect(page.locator("#job_list")).to_contain_text("paused")
        assert processing.state(home.documents, home.clock.now()).reason == "owner"
        page.get_by_role("button", name="Resume").click()
        expect(page.locator("#processing")).to_contain_text("running")

        page.get_by_role("button", name="One CPU worker more").click()
        expect(page.locator("#workers")).to_contain_text("CPU workers: 2")
    assert load_settings(home.documents).cpu_threads == 2


def test_what_was_set_aside_is_given_a_fresh_start(browser, home, address):
    """With its reason and a way to its job, whose failed file is queued again."""
    job_id = season(home, 1)
    start_file(home, job_id, 1)
    update_file(home, job_id, 1, outcome=FileOutcome.FAILED, message="Three workers died of it.")
    queue = home.queue("frames")
    queue.send({"job_id": job_id, "file_number": 1, "ticket": 0})
    (message,) = queue.receive()
    queue.bury(message, "Three <b>workers</b> died of it.")
    with signed_in(browser, address) as page:
        page.goto("/jobs")
        aside = page.locator("#dead_letters")
        expect(aside).to_contain_text("frames: 1")
        expect(aside).to_contain_text("Three <b>workers</b> died of it.")
        expect(aside.get_by_role("link", name="its job")).to_have_attribute(
            "href", f"/jobs/{job_id}"
        )
        page.get_by_role("button", name="Try again what frames set aside").click()
        expect(aside).to_contain_text("Nothing was set aside.")
    (line,) = list_files(home.documents, get_job(home.documents, job_id))
    assert line.outcome is FileOutcome.QUEUED


def test_jobs_are_made_by_paths_and_by_library(browser, home, address):
    """Each leads to the new job; a library of two servers is chosen with its server."""
    connect_all(home)
    with signed_in(browser, address) as page:
        page.goto("/jobs")
        page.get_by_role("link", name="New job").click()
        page.get_by_role("link", name="Files").click()
        page.get_by_label("Paths, one in each line").fill("/movies/a.mkv\n\n /movies/b.mkv \n")
        page.get_by_role("button", name="Start").click()
        expect(page.locator("#job_files")).to_contain_text("/movies/b.mkv")
        (made,) = list_jobs(home.documents)
        assert [one.path for one in list_files(home.documents, made)] == [
            "/movies/a.mkv",
            "/movies/b.mkv",
        ]

        page.goto("/jobs/new")
        page.get_by_label("Where", exact=True).select_option("jellyfin-1/1")
        page.get_by_role("button", name="Start").click()
        expect(page.locator("#job")).to_contain_text("Looks through Movies")
        library_job = list_jobs(home.documents)[0]
        assert (library_job.kind, library_job.connection_id) == ("library", "jellyfin-1")


def test_a_job_to_be_shows_its_batch(browser, home, address):
    """Before its sender is quiet there is no job; its address says so and can hurry it."""
    announce(home, "Spring (2019)")
    (batch,) = open_batches(home.documents)
    with signed_in(browser, address) as page:
        page.goto(f"/jobs/{batch.job_id}")
        expect(page.locator("#job")).to_contain_text("It becomes a job in")
        page.get_by_role("button", name="Fire now").click()
        expect(page.locator("#job")).to_contain_text("It becomes a job now")
    assert open_batches(home.documents) == []


def test_the_list_is_filtered_and_swept(browser, home, address):
    """By state and by who made it; what is over goes at once, what is in work stays."""
    job_id = plant(home)
    with signed_in(browser, address) as page:
        accept(page)
        page.goto("/jobs")
        expect(page.locator("#job_list .rows > li")).to_have_count(5)
        page.get_by_label("State").select_option("running")
        page.get_by_role("button", name="Show").click()
        expect(page.locator("#job_list .rows > li")).to_have_count(1)
        page.goto("/jobs?source=tautulli")
        expect(page.locator("#job_list")).to_contain_text("No job of that kind.")
        page.goto("/jobs")
        page.get_by_role("button", name="Remove all that are over").click()
        expect(page.locator("#job_list .rows > li")).to_have_count(1)
    assert get_job(home.documents, job_id).status is JobStatus.RUNNING


@pytest.mark.parametrize("path", ["", "/new", "/new?by=paths", "/<id>"])
def test_jobs_fit_a_small_phone(browser, home, address, path):
    """No sideways scrolling, with long names, at 320 pixels."""
    plant(home)
    name = "n" * 120
    files = [NewFile(f"/movies/{name}/{name}.mkv", name)]
    job_id = create_job(NewJob(title=name, source="manual", files=files), home)
    log.append(home, job_id, "error", name)
    with signed_in(browser, address, viewport={"width": 320, "height": 700}) as page:
        page.goto(f"/jobs{path.replace('<id>', job_id)}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
