"""Filters and pages of jobs and files agree with the counts."""

import pytest

from showrunner.jobs import listing
from showrunner.jobs.create import NewJob, create_job
from showrunner.jobs.listing import FileFilter, FilePage, JobFilter, page_of_files, page_of_jobs
from showrunner.jobs.models import FileOutcome, JobStatus
from showrunner.jobs.store import cancel_job, get_job, update_file
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.jobs.conftest import MakeJob

FAILED, QUEUED = FileOutcome.FAILED, FileOutcome.QUEUED


@pytest.fixture
def job_id(home: EmbeddedHome, make_job: MakeJob) -> str:
    """25 files, every fifth of which failed."""
    made = make_job(25)
    for number in range(5, 26, 5):
        update_file(home, made, number, outcome=FAILED)
    return made


def page(
    home: EmbeddedHome,
    job_id: str,
    wanted: FileFilter,
    *,
    number: int | None = None,
    after: int = 0,
) -> FilePage:
    job = get_job(home.documents, job_id)
    return page_of_files(home.documents, job, wanted, limit=3, after=after, page=number)


def numbers(found: FilePage) -> list[int]:
    return [file.number for file in found.files]


def test_pages_by_number_and_by_the_last_one_agree(home: EmbeddedHome, job_id: str) -> None:
    """Both ways lead to the end."""
    everything = FileFilter()
    assert numbers(page(home, job_id, everything, number=2)) == [4, 5, 6]
    assert numbers(page(home, job_id, everything, after=3)) == [4, 5, 6]
    last = page(home, job_id, everything, number=9)
    assert (numbers(last), last.after, last.total) == ([25], None, 25)


@pytest.mark.parametrize(
    ("wanted", "first", "second", "total"),
    [
        (FileFilter(FAILED), [5, 10, 15], [20, 25], 5),
        (FileFilter(QUEUED), [1, 2, 3], [4, 6, 7], 20),
        (FileFilter(None, "/M/1"), [1, 10, 11], [12, 13, 14], 11),
        (FileFilter(FAILED, "5.mkv"), [5, 15, 25], [], 3),
        (FileFilter(None, "nothing"), [], [], 0),
    ],
)
def test_filters_page_like_everything_else(
    home: EmbeddedHome,
    job_id: str,
    wanted: FileFilter,
    first: list[int],
    second: list[int],
    total: int,
) -> None:
    """The total is of all pages; the next page begins behind the last file of this one."""
    one = page(home, job_id, wanted, number=1)
    assert (numbers(one), one.total) == (first, total)
    assert numbers(page(home, job_id, wanted, number=2)) == second
    if one.after:
        assert numbers(page(home, job_id, wanted, after=one.after)) == second


def test_files_of_a_cancelled_job_are_found_as_cancelled(home: EmbeddedHome, job_id: str) -> None:
    """Although cancelling wrote none of them."""
    cancel_job(home.documents, home.clock, job_id)
    cancelled = page(home, job_id, FileFilter(FileOutcome.CANCELLED))
    assert (numbers(cancelled), cancelled.total) == ([1, 2, 3], 20)
    assert page(home, job_id, FileFilter(QUEUED)).total == 0


def test_jobs_are_filtered_by_status_source_and_library(
    home: EmbeddedHome, make_job: MakeJob, clock: FakeClock
) -> None:
    """Together they narrow; a library goes by id or name."""
    ids = [make_job(1, source="radarr")]
    clock.advance(1)
    ids.append(make_job(1))
    clock.advance(1)
    new = NewJob("TV", "manual", kind="library", library_id="7", library_name="Shows")
    ids.append(create_job(new, home))
    update_file(home, ids[1], 1, outcome=FAILED)

    def found(*wanted: str | None) -> list[str]:
        status = JobStatus(wanted[0]) if wanted[0] else None
        jobs, _ = page_of_jobs(home.documents, JobFilter(status, *wanted[1:]), limit=9, after=None)
        return [job.id for job in jobs]

    assert found(None) == ids[::-1]
    assert found("failed") == [ids[1]]
    assert found("pending") == [ids[2], ids[0]]
    assert found(None, "radarr") == [ids[0]]
    assert found(None, None, "7") == found(None, None, "Shows") == [ids[2]]
    assert found("failed", "radarr") == []


def test_a_rare_job_is_found_behind_many_others(
    home: EmbeddedHome, make_job: MakeJob, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One page looks at so many at most, and says where to go on."""
    monkeypatch.setattr(listing, "AT_ONCE", 2)
    monkeypatch.setattr(listing, "MOST_LOOKED_AT", 4)
    rare = make_job(1, source="radarr")
    for _ in range(5):
        clock.advance(1)
        make_job(1)

    wanted = JobFilter(source="radarr")
    found, after = page_of_jobs(home.documents, wanted, limit=1, after=None)
    assert found == []
    found, after = page_of_jobs(home.documents, wanted, limit=1, after=after)
    assert [job.id for job in found] == [rare]


def test_totals_count_jobs_by_status_and_files_by_outcome(
    home: EmbeddedHome, job_id: str, make_job: MakeJob
) -> None:
    """Everything is somewhere, and only there."""
    cancel_job(home.documents, home.clock, job_id)
    update_file(home, make_job(1), 1, outcome=FileOutcome.SKIPPED)
    make_job(3)

    totals = listing.totals(home.documents)
    assert totals == {
        "total": 3,
        "pending": 1,
        "running": 0,
        "completed": 1,
        "failed": 0,
        "cancelled": 1,
        "files": {
            "total": 29,
            "waiting": 0,
            "completed": 0,
            "skipped": 1,
            "failed": 5,
            "cancelled": 20,
            "unfinished": 3,
        },
    }
