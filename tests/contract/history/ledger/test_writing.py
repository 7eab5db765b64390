from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from showrunner.adapters.files import FileBlobs
from showrunner.errors import ConflictError, InvalidInputError
from showrunner.history.filters import PlayFilters
from showrunner.history.ledger import change
from showrunner.history.ledger import ledger as ledger_module
from showrunner.history.ledger.ledger import Changed, Ledger
from showrunner.history.ledger.manifest import MANIFEST_KEY, PLAYS_PREFIX
from showrunner.history.pages import History
from showrunner.plays.models import Play, PlayState
from showrunner.ports.blobs import BlobInfo
from tests.contract.history.ledger.plays import full_play, play
from tests.fakes import FakeClock

DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)


def everything(history: History) -> list[Play]:
    return history.page(PlayFilters(), limit=10_000).plays


def test_a_play_comes_back_with_every_fact(ledger: Ledger, history: History) -> None:
    """What was written is read again as it was: any script, both sittings, what is unknown."""
    sparse = play(2, stopped_at=None, watched_seconds=None, paused_seconds=None)
    ledger.write([full_play(), sparse])

    assert everything(history) == [sparse, full_play()]


def test_half_a_character_keeps_no_other_play_out(ledger: Ledger, history: History) -> None:
    """A document of before can hold one, which no file can: a mark stands in its place."""
    whole = play(1)
    odd = whole.model_copy(update={"person": whole.person.model_copy(update={"name": "a\ud83d"})})
    ledger.write([odd, play(2)])

    assert [one.person.name for one in everything(history)] == [play(2).person.name, "a?"]


def test_the_same_plays_again_change_nothing(ledger: Ledger, blobs: FileBlobs) -> None:
    """Each delivery may come twice: no new version, no new file."""
    plays = [full_play(), *(play(number) for number in range(2, 40))]
    assert ledger.write(plays) == Changed(added=39)
    before = [info.key for info in blobs.list()], ledger.manifest()

    assert ledger.write(plays) == Changed()
    assert ledger.write(reversed(plays)) == Changed()
    assert ([info.key for info in blobs.list()], ledger.manifest()) == before


def test_a_known_play_is_replaced(ledger: Ledger, history: History) -> None:
    """A correction changes its play and no other one."""
    ledger.write([play(1), play(2)])

    assert ledger.write([play(1, is_watched=True), play(2)]) == Changed(changed=1)
    assert everything(history) == [play(2), play(1, is_watched=True)]


def test_a_start_corrected_into_another_month_moves_the_play(
    ledger: Ledger, history: History
) -> None:
    """It leaves the old month and stands in the new one, once."""
    old = play(1, at=DECEMBER + timedelta(seconds=5))
    new = play(1, id=old.id, at=DECEMBER - timedelta(seconds=5))
    ledger.write([old])

    assert ledger.write([new]) == Changed(changed=1)
    assert everything(history) == [new]
    assert list(ledger.manifest().months) == ["2026-11"]


def test_dropped_ids_are_gone(ledger: Ledger, history: History) -> None:
    """Unknown ids among them are fine; a month without plays has no file."""
    ledger.write([play(1), play(2), play(3, at=DECEMBER)])

    changed = ledger.write([], dropped=[play(1).id, "unknown", play(3, at=DECEMBER).id])
    assert changed == Changed(removed=2)
    assert everything(history) == [play(2)]
    assert list(ledger.manifest().months) == ["2026-11"]


def test_of_two_plays_with_one_id_the_later_counts(ledger: Ledger, history: History) -> None:
    """One call that names a play twice leaves it there once, as it was named last."""
    ledger.write([play(1), play(1, percent=50)])

    assert everything(history) == [play(1, percent=50)]


def test_an_open_play_is_refused_before_anything_is_written(
    ledger: Ledger, blobs: FileBlobs
) -> None:
    """The refusal names the play; the finished ones beside it are not written either."""
    with pytest.raises(InvalidInputError, match=play(2).id):
        ledger.write([play(1), play(2, state=PlayState.OPEN)])
    assert list(blobs.list()) == []


def test_a_number_no_column_takes_is_refused_by_name(ledger: Ledger) -> None:
    """A server's nonsense becomes a message with the play and the field."""
    with pytest.raises(InvalidInputError, match="position_ms"):
        ledger.write([play(1, position_ms=10**20)])


def test_the_manifest_tells_each_months_files(ledger: Ledger, blobs: FileBlobs) -> None:
    """Counts, sizes, etags and bounds are those of the files."""
    ledger.write([play(1), play(2), play(3, at=DECEMBER)])
    manifest = ledger.manifest()

    assert (manifest.version, manifest.plays) == (1, 3)
    assert {name: month.plays for name, month in manifest.months.items()} == {
        "2026-11": 2,
        "2026-12": 1,
    }
    (november,) = manifest.months["2026-11"].parts
    info = blobs.stat(november.key)
    assert info is not None
    assert (info.size_bytes, info.etag) == (november.size_bytes, november.etag)
    assert november.key.startswith("history/plays/month=2026-11/part-")
    assert november.first_started_at == play(1).started_at
    assert november.last_started_at == play(2).started_at
    assert (november.first_id, november.last_id) == (play(1).id, play(2).id)


def test_small_files_become_one(ledger: Ledger) -> None:
    """However often plays come, a month has one file that is not full."""
    for number in range(1, 6):
        ledger.write([play(number)])

    (part,) = ledger.manifest().parts()
    assert part.plays == 5


def test_full_files_stay_unless_a_play_in_them_changes(
    ledger: Ledger, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New plays cost a small file's writing, not the month's."""
    monkeypatch.setattr(ledger_module, "ROWS_IN_A_GROUP", 3)
    monkeypatch.setattr(change, "MOST_ROWS_OF_A_PART", 3)
    ledger.write([play(number) for number in range(1, 7)])
    full = {part.key for part in ledger.manifest().parts()}
    ledger.write([play(7), play(8)])

    assert len(full) == 2
    assert full < {part.key for part in ledger.manifest().parts()}
    ledger.write([play(2, percent=3)])
    assert len(full & {part.key for part in ledger.manifest().parts()}) == 1
    assert {one.id for one in everything(history)} == {play(number).id for number in range(1, 9)}


def test_a_writer_that_dies_before_the_manifest_has_changed_nothing(
    ledger: Ledger,
    history: History,
    blobs: FileBlobs,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its files count for nobody; a later sweep removes them, the next writer succeeds."""
    ledger.write([play(1)])
    with monkeypatch.context() as dying:
        dying.setattr(ledger_module, "save_manifest", _die)
        with pytest.raises(KeyboardInterrupt):
            ledger.write([play(2)])
    assert everything(history) == [play(1)]
    assert len(list(blobs.list(PLAYS_PREFIX))) == 2

    assert ledger.sweep() == 0
    clock.advance((datetime.now(UTC) - clock.now()).total_seconds() + 25 * 3600)
    assert ledger.sweep() == 1
    assert ledger.write([play(2)]) == Changed(added=1)
    assert everything(history) == [play(2), play(1)]


def test_replaced_files_stay_for_readers_that_began_before(
    ledger: Ledger, blobs: FileBlobs, clock: FakeClock
) -> None:
    """For an hour an old manifest's files can be read; then a sweep removes them."""
    ledger.write([play(1)])
    (old,) = ledger.manifest().parts()
    ledger.write([play(2)])

    clock.advance(3500)
    assert ledger.sweep() == 0
    assert blobs.stat(old.key)
    clock.advance(200)
    assert ledger.sweep() == 1
    assert blobs.stat(old.key) is None
    assert ledger.manifest().retired == {}
    assert ledger.sweep() == 0


class _Racing(FileBlobs):
    """Blobs where somebody else writes the manifest just before we do, some times."""

    def __init__(self, blobs: FileBlobs, times: int, meanwhile: Callable[[int], object]) -> None:
        super().__init__(blobs._root)
        self._times = times
        self._meanwhile = meanwhile

    def put(self, key: str, data: bytes, *, etag: str | None = None) -> BlobInfo:
        if key == MANIFEST_KEY and self._times:
            self._times -= 1
            self._meanwhile(self._times)
        return super().put(key, data, etag=etag)


def racing(ledger: Ledger, blobs: FileBlobs, times: int) -> Ledger:
    raced = _Racing(blobs, times, lambda number: ledger.write([play(100 + number)]))
    return Ledger(raced, ledger.part_files, ledger.clock)


def test_writers_that_race_lose_nothing(ledger: Ledger, history: History, blobs: FileBlobs) -> None:
    """Who comes second works it out anew over what the first one wrote."""
    assert racing(ledger, blobs, 3).write([play(1), play(2)]) == Changed(added=2)

    found = {one.id for one in everything(history)}
    assert found == {play(number).id for number in (1, 2, 100, 101, 102)}


def test_a_writer_that_always_loses_says_so(
    ledger: Ledger, history: History, blobs: FileBlobs
) -> None:
    """After five times it gives up; the caller may come again."""
    with pytest.raises(ConflictError):
        racing(ledger, blobs, 5).write([play(1)])
    assert len(everything(history)) == 5


class _Deaf(FileBlobs):
    """Blobs that take the manifest, where the answer is lost and the repeated put conflicts."""

    def put(self, key: str, data: bytes, *, etag: str | None = None) -> BlobInfo:
        info = super().put(key, data, etag=etag)
        if key == MANIFEST_KEY:
            super().put(key, data, etag=etag)
        return info


def test_an_answer_lost_on_its_way_loses_no_play(
    ledger: Ledger, history: History, blobs: FileBlobs
) -> None:
    """The manifest was taken, we hear of a conflict: the plays are there, once."""
    Ledger(_Deaf(blobs._root), ledger.part_files, ledger.clock).write([play(1)])
    assert history.page(PlayFilters()).plays == [play(1)]


def _die(*_: object) -> None:
    raise KeyboardInterrupt
