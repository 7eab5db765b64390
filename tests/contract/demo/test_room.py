"""Who watches on an emulated server, and how it is delivered."""

from pathlib import Path

import pytest

from showrunner.demo.library import Title, make_videos
from showrunner.demo.playing import AWAY_SECONDS, Playback, Room, Viewer
from showrunner.demo.sending import Happening
from showrunner.demo.shelf import Shelf
from showrunner.demo.streams import Way, delivered, film_source, music_source
from showrunner.demo.watching import Watcher
from tests.contract.demo.conftest import HandClock

MIKA = Viewer(0, "Mika", "TV", "App", "OS", "192.168.1.2", 0)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    folder = tmp_path_factory.mktemp("library")
    titles = (Title("A", 2020, 20), Title("B", 2020, 30))
    make_videos({folder / title.relative_path: title for title in titles})
    found = Shelf(folder, "/media")
    found.scan()
    return found


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


class Diary:
    """A reporter that only writes down."""

    def __init__(self) -> None:
        self.pages: list[tuple[Happening, str, int]] = []

    def added(self, entry: object) -> None: ...

    def played(self, happening: Happening, found: Playback) -> None:
        self.pages.append((happening, found.entry.title, found.session_number))


def test_who_is_at_the_end_goes_on_with_the_next(shelf: Shelf, clock: HandClock) -> None:
    """In a new session; after the last title the first one follows."""
    room = Room(shelf, [MIKA], clock)
    seen = []
    for clock.seconds in (19, 21, 51):
        (found,) = room.playbacks()
        seen.append((found.entry.title, found.position_ms, found.session_number))

    assert seen == [("A", 19_000, 0), ("B", 1000, 100), ("A", 1000, 200)]


def test_what_comes_later_is_not_watched_by_itself(tmp_path: Path, clock: HandClock) -> None:
    """An arrival does not make everybody change the film."""
    first, second = Title("B", 2020, 20), Title("A", 2020, 20)
    make_videos({tmp_path / first.relative_path: first})
    shelf = Shelf(tmp_path, "/media")
    shelf.scan()
    room = Room(shelf, [MIKA], clock)
    before = room.playbacks()
    make_videos({tmp_path / second.relative_path: second})
    shelf.scan()

    assert len(shelf.entries()) == 2
    assert room.playbacks() == before


def test_who_is_stopped_goes_away_for_a_while(shelf: Shelf, clock: HandClock) -> None:
    """The reporters are told of the stop, and of a new session when they are back."""
    room, diary = Room(shelf, [MIKA], clock), Diary()
    watcher = Watcher(room, [diary], every_seconds=1)
    clock.seconds = 5
    watcher.look()
    assert room.stop(0)
    assert not room.stop(0)
    watcher.look()
    clock.seconds = 5 + AWAY_SECONDS
    watcher.look()

    assert diary.pages == [
        (Happening.PLAY, "A", 0),
        (Happening.STOP, "A", 0),
        (Happening.PLAY, "B", 200),
    ]


def test_a_slow_transcoder_falls_behind_and_catches_up(shelf: Shelf, clock: HandClock) -> None:
    """Its lead shrinks by what the speed says, to a few seconds, and grows again."""
    viewer = Viewer(0, "Mika", "TV", "App", "OS", "192.168.1.2", 0, Way.SOFTWARE)
    room = Room(shelf, [viewer], clock)
    leads = []
    for clock.seconds in (0, 40, 79, 120):
        encoding = room.playbacks()[0].encoding
        assert encoding is not None
        leads.append((encoding.ahead_seconds, encoding.speed))

    assert leads == [(44.0, 0.5), (24.0, 0.5), (4.5, 0.5), (24.0, 1.5)]


def test_a_chip_is_soon_far_ahead_and_rests(shelf: Shelf, clock: HandClock) -> None:
    """Then it is throttled and its speed is 0."""
    viewer = Viewer(0, "Mika", "TV", "App", "OS", "192.168.1.2", 0, Way.HARDWARE)
    room = Room(shelf, [viewer], clock)
    clock.seconds = 10
    early = room.playbacks()[0].encoding
    clock.seconds = 30
    late = room.playbacks()[0].encoding

    assert early is not None
    assert late is not None
    assert (early.ahead_seconds, early.is_throttled) == (30.0, False)
    assert (late.ahead_seconds, late.speed, late.is_throttled) == (60.0, 0.0, True)


@pytest.mark.parametrize(
    ("way", "decisions", "codec", "resolution"),
    [
        (Way.DIRECT_PLAY, ("direct play", "direct play"), "hevc", "4k"),
        (Way.REMUX, ("copy", "copy"), "hevc", "4k"),
        (Way.SOUND, ("copy", "transcode"), "hevc", "4k"),
        (Way.SOFTWARE, ("transcode", "transcode"), "h264", "720"),
        (Way.HARDWARE, ("transcode", "transcode"), "h264", "1080"),
    ],
)
def test_each_way_of_delivery_changes_what_it_says(
    way: Way, decisions: tuple[str, str], codec: str, resolution: str
) -> None:
    """And never makes a picture larger, or a stream heavier than its file."""
    source = film_source(0)
    found = delivered(source, way)

    assert (found.video_decision, found.audio_decision) == decisions
    assert (found.streams.video_codec, found.streams.resolution) == (codec, resolution)
    assert found.streams.bitrate_kbps <= source.bitrate_kbps
    small = film_source(6)
    assert delivered(small, way).streams.height <= small.height


def test_music_has_no_picture_to_encode() -> None:
    """Only its sound becomes another one."""
    found = delivered(music_source(0), Way.HARDWARE)

    assert (found.video_decision, found.audio_decision) == ("copy", "transcode")
    assert (found.streams.video_codec, found.hardware) == ("", None)
