"""What cannot be done yet is waited for, visibly, and not for ever."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from showrunner.clients.factory import client_for
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.errors import MediaError
from showrunner.jobs.models import FileOutcome
from showrunner.jobs.resend import resend
from showrunner.jobs.store import start_file
from showrunner.previews.decoder.client import Decoder
from showrunner.previews.worker.claims import CLAIMS, Claims
from showrunner.previews.worker.retries import DELAYS_SECONDS
from showrunner.previews.worker.slot import Slot
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.clients.recorded import Server
from tests.unit.worker.stage import connect, job_of, line_of, names


def test_a_file_that_still_grows_is_waited_for(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path, clock: FakeClock
) -> None:
    """It is looked at again after five seconds, and processed when two looks agree."""
    connect(home, ConnectionKind.EMBY, media)
    just_now = clock.now().timestamp()
    whole = film.read_bytes()
    film.write_bytes(whole[: len(whole) // 2])
    os.utime(film, (just_now, just_now))
    job_id = job_of(home, film)

    slot.run_one(0)
    assert line_of(home, job_id).outcome is FileOutcome.WAITING
    assert not slot.run_one(0)

    film.write_bytes(whole)
    clock.advance(5)
    os.utime(film, (clock.now().timestamp(),) * 2)
    slot.run_one(0)
    assert line_of(home, job_id).outcome is FileOutcome.WAITING
    assert names(media) == ["film.mkv"]

    clock.advance(5)
    slot.run_one(0)
    assert line_of(home, job_id).outcome is FileOutcome.COMPLETED


def test_a_file_that_changes_while_it_is_read_is_not_published(
    home: EmbeddedHome,
    slot: Slot,
    media: Path,
    film: Path,
    decoder: Decoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The set belongs to a file that is gone: nothing appears, and the new file is waited for."""
    connect(home, ConnectionKind.EMBY, media)
    run = decoder.run

    def run_while_somebody_writes(*arguments: Any, **options: Any) -> Any:
        result = run(*arguments, **options)
        film.write_bytes(film.read_bytes() + b"more")
        return result

    monkeypatch.setattr(decoder, "run", run_while_somebody_writes)
    job_id = job_of(home, film)
    slot.run_one(0)

    assert line_of(home, job_id).outcome is FileOutcome.WAITING
    assert names(media) == ["film.mkv"]


def test_a_server_that_is_away_gets_its_own_later_and_the_others_theirs_now(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path, clock: FakeClock, tmp_path: Path
) -> None:
    """Plex must be asked where its bundle is: the retry chain, and in the end a clear failure."""
    connect(home, ConnectionKind.EMBY, media)
    connect(home, ConnectionKind.PLEX, media, plex_config_folder=str(tmp_path / "plex"))
    job_id = job_of(home, film)
    slot.run_one(0)

    line = line_of(home, job_id)
    assert line.outcome is FileOutcome.WAITING
    assert {output.kind: output.outcome for output in line.outputs} == {
        "emby": "published",
        "plex": "waiting",
    }
    delays = iter(DELAYS_SECONDS)
    while line_of(home, job_id).outcome is FileOutcome.WAITING:
        left_seconds = float(next(delays))
        while left_seconds > 0:  # a wait over 15 minutes travels the queue in steps
            step_seconds = min(left_seconds, 900)
            clock.advance(step_seconds)
            left_seconds -= step_seconds
            assert slot.run_one(0)

    line = line_of(home, job_id)
    assert line.outcome is FileOutcome.FAILED
    assert "Given up after 5 retries" in (line.message or "")
    assert list(delays) == []


def test_a_try_that_died_before_it_told_the_server_is_made_up_for(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path, clock: FakeClock
) -> None:
    """The output is there and fresh, but nobody was told: the next try tells."""
    connect(home, ConnectionKind.EMBY, media)
    job_of(home, film)
    slot.run_one(0)
    job_id = job_of(home, film)
    start_file(home, job_id, 1)  # and the worker died after publishing
    clock.advance(31)
    slot.run_one(0)

    (output,) = line_of(home, job_id).outputs
    assert output.outcome == "published"
    assert "was not told" in (output.message or "")  # it is away, but it was tried


def test_only_what_is_missing_is_tried_again(
    home: EmbeddedHome,
    media: Path,
    film: Path,
    decoder: Decoder,
    clock: FakeClock,
    tmp_path: Path,
) -> None:
    """Emby has its BIF: its server is asked nothing more, even when all is to be made anew."""
    connect(home, ConnectionKind.EMBY, media)
    connect(home, ConnectionKind.PLEX, media, plex_config_folder=str(tmp_path / "plex"))
    server = Server({"POST /Library/Media/Updated": httpx.Response(204)})

    def make_client(connection: Connection) -> Any:
        is_emby = connection.kind is ConnectionKind.EMBY
        return client_for(connection, home.secrets, transport=server if is_emby else None)

    slot = Slot("test-0", home, 30, lambda: False, decoder, make_client=make_client)
    job_id = job_of(home, film, force=True)
    slot.run_one(0)
    assert line_of(home, job_id).outcome is FileOutcome.WAITING
    made_at = (media / "film-320-10.bif").stat().st_mtime_ns
    clock.advance(DELAYS_SECONDS[0])
    slot.run_one(0)

    assert (media / "film-320-10.bif").stat().st_mtime_ns == made_at
    assert server.asked.count("POST /Library/Media/Updated") == 1
    outputs = {output.kind: output for output in line_of(home, job_id).outputs}
    assert outputs["emby"].outcome == "published"
    assert outputs["emby"].picture is not None


def test_a_file_that_another_slot_has_in_work_is_waited_for_and_is_no_try(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path, clock: FakeClock
) -> None:
    """Two senders named the same file: the second job finds it fresh."""
    connect(home, ConnectionKind.EMBY, media)
    first, second = job_of(home, film), job_of(home, film)
    with Claims(home, "another", 30) as other:
        other.take(str(film))
        slot.run_one(0)
        line = line_of(home, first)
        assert (line.outcome, line.attempts, line.tries) == (FileOutcome.WAITING, 0, 0)
        assert "Another task has" in (line.message or "")

    slot.run_one(0)
    assert line_of(home, second).outcome is FileOutcome.COMPLETED
    clock.advance(5)
    slot.run_one(0)
    assert line_of(home, first).outcome is FileOutcome.SKIPPED
    assert home.documents.list(CLAIMS) == []


def test_a_file_in_work_is_claimed_and_given_back(
    home: EmbeddedHome,
    slot: Slot,
    media: Path,
    film: Path,
    decoder: Decoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also when it fails."""
    connect(home, ConnectionKind.EMBY, media)
    claimed = []

    def fail(*_: Any, **__: Any) -> None:
        claimed.append(len(home.documents.list(CLAIMS)))
        raise MediaError("broken")

    monkeypatch.setattr(decoder, "run", fail)
    job_id = job_of(home, film)
    slot.run_one(0)

    assert claimed == [1]
    assert line_of(home, job_id).outcome is FileOutcome.FAILED
    assert home.documents.list(CLAIMS) == []


def test_a_retry_that_nobody_wants_to_wait_for_runs_at_once(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path, clock: FakeClock, tmp_path: Path
) -> None:
    """Its line gets a new ticket; the task that waits is dropped when its time comes."""
    connect(home, ConnectionKind.PLEX, media, plex_config_folder=str(tmp_path / "plex"))
    job_id = job_of(home, film)
    slot.run_one(0)
    assert line_of(home, job_id).tries == 1

    resend(job_id, home, only="waiting")
    assert slot.run_one(0)
    assert line_of(home, job_id).tries == 2
    assert line_of(home, job_id).retry_at == clock.now() + timedelta(seconds=DELAYS_SECONDS[1])

    clock.advance(DELAYS_SECONDS[0])
    assert slot.run_one(0)  # the outdated one
    assert line_of(home, job_id).tries == 2


def test_what_another_slot_made_at_this_moment_is_not_made_again(
    home: EmbeddedHome,
    slot: Slot,
    media: Path,
    film: Path,
    decoder: Decoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both found it missing; the second one looks again when it has the claim."""
    connect(home, ConnectionKind.EMBY, media)
    job_of(home, film)
    slot.run_one(0)
    bif = media / "film-320-10.bif"
    hidden = bif.rename(media / "hidden")
    take = Claims.take

    def take_after_the_other(claims: Claims, path: str) -> None:
        hidden.rename(bif)
        take(claims, path)

    monkeypatch.setattr(Claims, "take", take_after_the_other)
    monkeypatch.setattr(decoder, "run", lambda *_, **__: pytest.fail("made twice"))
    job_id = job_of(home, film)
    slot.run_one(0)

    assert line_of(home, job_id).outcome is FileOutcome.SKIPPED


def test_a_file_in_work_does_not_say_what_it_waited_for(
    home: EmbeddedHome, slot: Slot, media: Path, film: Path
) -> None:
    """Else a running line tells of a retry at a time that has passed."""
    connect(home, ConnectionKind.EMBY, media)
    job_id = job_of(home, film)
    with Claims(home, "another", 30) as claims:
        claims.take(str(film))
        slot.run_one(0)
    assert "in work" in (line_of(home, job_id).message or "")

    assert start_file(home, job_id, 1) is not None
    assert line_of(home, job_id).message is None
