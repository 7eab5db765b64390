"""Plays from stored events and from polls of a server's sessions."""

from datetime import timedelta
from typing import Any

import pytest

from showrunner.clients.models import Decision, PlayState, Session
from showrunner.connections.models import ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.events.models import EventItem, EventKind, MediaEvent, Playback
from showrunner.plays.live import end_silent_plays, plays_of_sessions
from showrunner.plays.models import Play, Source
from showrunner.plays.store import recent_plays
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.plays.builders import ATTIC, after, plays_of_event


@pytest.fixture(autouse=True)
def attic(home: EmbeddedHome) -> None:
    ConnectionStore(home.documents).save(ATTIC)


def event(kind: EventKind, at: float, position: float | None = None, **more: Any) -> MediaEvent:
    playback = Playback(
        position_ms=None if position is None else round(position * 1000),
        duration_ms=6_000_000,
        player_name="TV",
        player_id="uuid-1",
        address="10.0.0.7",
        is_local=True,
    )
    said: dict[str, Any] = {
        "id": f"{at}-{kind}",
        "fingerprint": f"{at}-{kind}",
        "source": "plex",
        "source_event": f"media.{kind}",
        "title": "Dune (2021)",
        "item_ids": {"plex_rating_key": "42", "plex_guid": "plex://movie/1", "imdb": "tt1"},
        "server_id": "m1",
        "server_item_id": "42",
        "item_type": "movie",
        "person_id": "1001",
        "person_name": "Mika",
        "playback": playback,
        "received_at": after(at),
    }
    return MediaEvent(kind=kind, **(said | more))


def session(position: float, **more: Any) -> Session:
    said: dict[str, Any] = {
        "session_key": "7",
        "user_id": "1",
        "user_name": "Mika",
        "item_id": "42",
        "title": "Dune",
        "media_type": "movie",
        "player_name": "TV",
        "platform": "Android",
        "state": PlayState.PLAYING,
        "position_ms": round(position * 1000),
        "duration_ms": 6_000_000,
        "decision": Decision.TRANSCODE,
        "video_codec": "h264",
        "resolution": "720p",
        "bitrate_kbps": 4000,
    }
    return Session(**(said | more))


def test_an_event_of_a_user_whom_the_owner_does_not_want_is_no_play(home: EmbeddedHome) -> None:
    """Nor one of nobody known; ids are the same with and without dashes."""
    scoped = ATTIC.model_copy(
        update={"kind": ConnectionKind.JELLYFIN, "settings": {"only_user_id": "5B7D-0E1F"}}
    )
    ConnectionStore(home.documents).save(scoped)
    for at, person_id in enumerate(["1001", None]):
        assert plays_of_event(home, event(EventKind.PLAYED, at, 0, person_id=person_id)) == []
    assert plays_of_event(home, event(EventKind.PLAYED, 9, 0, person_id="5b7d0e1f")) != []


def only_play(home: EmbeddedHome) -> Play:
    [play] = recent_plays(home.documents)
    return play


def test_a_webhook_and_a_poll_tell_of_one_play(home: EmbeddedHome) -> None:
    """Each brings what only it knows: guid and address here, stream and platform there."""
    plays_of_event(home, event(EventKind.PLAYED, 0, 0))
    plays_of_sessions(home, ATTIC, [session(28)], after(30))
    play = only_play(home)
    assert (play.item.title, play.item.year, play.item.guid) == ("Dune", 2021, "plex://movie/1")
    assert (play.player.address, play.player.platform) == ("10.0.0.7", "Android")
    assert (play.stream.decision, play.stream.resolution) == (Decision.TRANSCODE, "720p")
    assert play.sources["start"] == Source.WEBHOOK
    assert play.sources["stream"] == Source.POLL


def test_what_the_server_names_no_more_has_ended_where_it_was_last_seen(
    home: EmbeddedHome,
) -> None:
    """The stop's webhook is lost: the poll notices."""
    plays_of_sessions(home, ATTIC, [session(0)], after(0))
    plays_of_sessions(home, ATTIC, [session(60)], after(60))
    plays_of_sessions(home, ATTIC, [], after(120))
    play = only_play(home)
    assert (play.stopped_at, play.watched_seconds, play.position_ms) == (after(60), 60, 60_000)
    assert (play.is_open, play.sources["stop"]) == (False, Source.POLL)


def test_a_stop_that_comes_after_the_poll_is_the_exact_one(home: EmbeddedHome) -> None:
    """Late, and it still belongs to the play that a poll ended."""
    plays_of_sessions(home, ATTIC, [session(60)], after(60))
    plays_of_sessions(home, ATTIC, [], after(120))
    late = event(EventKind.STOPPED, 300, 105, happened_at=after(105))
    plays_of_event(home, late)
    assert (only_play(home).stopped_at, only_play(home).watched_seconds) == (after(105), 45)


def test_a_session_that_the_server_does_not_list_yet_goes_on(home: EmbeddedHome) -> None:
    """Its start came a moment before the poll; another server's sessions are not touched at all."""
    plays_of_event(home, event(EventKind.PLAYED, 100, 0))
    cellar = ATTIC.model_copy(update={"id": "cellar", "machine_id": "m2"})
    plays_of_sessions(home, ATTIC, [], after(110))
    plays_of_sessions(home, cellar, [], after(1000))
    assert only_play(home).is_open


def test_a_play_of_which_nobody_speaks_ends_at_a_time_that_nobody_knows(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """A server that only sends webhooks, and lost the stop."""
    plays_of_event(home, event(EventKind.PLAYED, 0, 0))
    clock.advance((after(3600) - clock.now()).total_seconds())
    assert end_silent_plays(home) == []
    clock.advance(timedelta(hours=6).total_seconds())
    [ended] = end_silent_plays(home)
    assert (ended.is_open, ended.stopped_at, ended.watched_seconds) == (False, None, None)


def test_a_pause_in_a_progress_report_is_a_pause(home: EmbeddedHome) -> None:
    """Jellyfin sends no other."""
    paused = Playback(position_ms=60_000, is_paused=True)
    plays_of_event(home, event(EventKind.PLAYED, 0, 0))
    plays_of_event(home, event(EventKind.PROGRESSED, 60, playback=paused))
    plays_of_event(home, event(EventKind.PROGRESSED, 360, playback=paused))
    plays_of_event(home, event(EventKind.STOPPED, 400, 100))
    assert (only_play(home).paused_seconds, only_play(home).watched_seconds) == (300, 100)


@pytest.mark.parametrize(
    "verdict", [event(EventKind.SCROBBLED, 700), event(EventKind.STOPPED, 700, 700)]
)
def test_the_server_may_say_that_it_was_watched(home: EmbeddedHome, verdict: MediaEvent) -> None:
    """Its own limit may be lower than ours: a scrobble, or a stop that was to completion."""
    assert verdict.playback
    completed = verdict.playback.model_copy(update={"played_to_completion": True})
    plays_of_event(home, event(EventKind.PLAYED, 0, 0))
    plays_of_event(home, verdict.model_copy(update={"playback": completed}))
    assert only_play(home).is_watched


def test_it_is_watched_from_the_percentage_that_is_set(home: EmbeddedHome) -> None:
    """85 of 100 unless somebody says otherwise."""
    plays_of_event(home, event(EventKind.PLAYED, 0, 0))
    [play] = plays_of_event(home, event(EventKind.STOPPED, 4000, 4000))
    assert (play.percent, play.is_watched) == (66, False)
    [play] = plays_of_event(home, event(EventKind.SCROBBLED, 4000, 4000), watched_percent=66)
    assert play.is_watched
    [play] = plays_of_event(home, event(EventKind.STOPPED, 5100, 5100))
    assert play.is_watched


def test_the_percentage_that_is_set_holds_at_the_end_too(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """Whether the server forgot the session, or nobody spoke of it for hours."""
    plays_of_sessions(home, ATTIC, [session(4000)], after(0), watched_percent=66)
    plays_of_sessions(home, ATTIC, [], after(60), watched_percent=66)
    assert (only_play(home).is_open, only_play(home).is_watched) == (False, True)
    plays_of_sessions(home, ATTIC, [session(4000)], after(90), watched_percent=66)
    clock.advance((after(10 * 3600) - clock.now()).total_seconds())
    [ended] = end_silent_plays(home, watched_percent=66)
    assert ended.is_watched


def test_an_episode_has_its_series_and_numbers(home: EmbeddedHome) -> None:
    """An event's title holds them all."""
    plays_of_event(
        home,
        event(
            EventKind.PLAYED,
            0,
            title="NCIS S18E10 Watchdog",
            item_ids={"episodes": "S18E10"},
            item_type="episode",
        ),
    )
    item = only_play(home).item
    assert (item.series_title, item.season_number, item.episode_number, item.title) == (
        "NCIS",
        18,
        10,
        "Watchdog",
    )


def test_titles_that_a_sender_says_apart_are_not_taken_out_of_its_label(home: EmbeddedHome) -> None:
    """A title may look like a label itself."""
    said = EventItem(title="S01E01 (2001)", series_title="Meta", season_number=2, library="TV")
    plays_of_event(home, event(EventKind.PLAYED, 0, 0, item=said, item_ids={"episodes": "S01E01"}))
    item = only_play(home).item
    assert (item.title, item.series_title) == ("S01E01 (2001)", "Meta")
    assert (item.season_number, item.library, item.year) == (2, "TV", None)


def test_all_that_a_session_says_is_of_its_play(home: EmbeddedHome) -> None:
    """Each fact that play and session call by one name, and the player's own id."""
    said: dict[str, Any] = {
        "guid": "plex://movie/1",
        "provider_ids": {"imdb": "tt1160419"},
        "library": "Films",
        "year": 2021,
        "player_id": "uuid-1",
        "device": "Shield",
        "source_resolution": "4k",
        "source_video_codec": "hevc",
        "source_bitrate_kbps": 60_000,
        "audio_language": "eng",
        "audio_channels": 6,
        "subtitle_codec": "srt",
        "hdr": "Dolby Vision",
        "is_hardware": True,
    }
    plays_of_sessions(home, ATTIC, [session(0, **said)], after(0))
    play = only_play(home)
    facts = {**dict(play.item), **dict(play.player), **dict(play.stream)}
    expected = {("id" if name == "player_id" else name): fact for name, fact in said.items()}
    assert {name: facts[name] for name in expected} == expected


def test_a_clock_without_a_battery_is_not_believed(home: EmbeddedHome) -> None:
    """What is dated years back was not delivered years late."""
    plays_of_event(home, event(EventKind.PLAYED, 0, 0, happened_at=after(-10 * 365 * 86_400)))
    assert only_play(home).started_at == after(0)


def test_a_position_put_back_to_0_at_the_end_is_not_where_it_ended(home: EmbeddedHome) -> None:
    """Emby does so before it tells of a stop at the end."""
    plays_of_event(home, event(EventKind.PLAYED, 0, 3000))
    stop = event(EventKind.STOPPED, 2900, 0)
    assert stop.playback
    completed = stop.playback.model_copy(update={"played_to_completion": True})
    plays_of_event(home, stop.model_copy(update={"playback": completed}))
    play = only_play(home)
    assert (play.is_watched, play.watched_seconds, play.position_ms) == (True, 2900, 3_000_000)


def test_a_clock_that_is_ahead_dates_nothing_into_the_future(home: EmbeddedHome) -> None:
    """A report can not come before what it reports."""
    plays_of_event(home, event(EventKind.PLAYED, 0, 0, happened_at=after(3600)))
    assert only_play(home).started_at == after(0)


@pytest.mark.parametrize(
    "more",
    [
        {"kind": EventKind.RATED},
        {"kind": EventKind.MARKED_PLAYED},
        {"server_item_id": None, "item_ids": {}},
        {"person_id": None, "person_name": None},
        {"server_id": "stranger", "connection_id": None},
    ],
    ids=["rating", "by hand", "no item", "no person", "unknown server"],
)
def test_what_is_no_play_of_a_known_server_makes_none(
    home: EmbeddedHome, more: dict[str, Any]
) -> None:
    """Nothing is guessed."""
    assert plays_of_event(home, event(EventKind.PLAYED, 0, 0).model_copy(update=more)) == []
    assert recent_plays(home.documents) == []


def test_tautullis_reports_are_of_the_plex_server(home: EmbeddedHome) -> None:
    """Its own connection is no media server; the server is named, or the only one of its kind."""
    ConnectionStore(home.documents).save(
        ATTIC.model_copy(update={"id": "tautulli", "kind": ConnectionKind.TAUTULLI})
    )
    report = event(EventKind.PLAYED, 0, 0, source="tautulli", connection_id="tautulli")
    [play] = plays_of_event(home, report)
    assert (play.connection_id, play.server_kind) == ("attic", ConnectionKind.PLEX)


def test_a_server_may_write_its_id_in_two_ways(home: EmbeddedHome) -> None:
    """With dashes here and without them there: it is one server."""
    written = ATTIC.model_copy(update={"id": "cellar", "machine_id": "0A62-B31F"})
    ConnectionStore(home.documents).save(written)
    [play] = plays_of_event(home, event(EventKind.PLAYED, 0, 0, server_id="0a62b31f"))
    assert play.connection_id == "cellar"
