import pytest
from pydantic import ValidationError

from showrunner.events.models import EventItem, EventKind, Playback, Report
from showrunner.webhooks.plex import events_from

SERVER = "54664a3d8acc39983675640ec9ce00b70af9cc36"
PLAYER = "r6yfkdnfggbh2bdnvkffwbms"
FILM_IDS = {
    "plex_rating_key": "153037",
    "plex_guid": "plex://movie/5d776b59ad5437001f79c6f8",
    "imdb": "tt7700001",
    "tmdb": "550001",
    "tvdb": "9001",
}
EPISODE_IDS = {
    "plex_rating_key": "8150",
    "plex_season_rating_key": "7751",
    "plex_series_rating_key": "7744",
    "plex_guid": "plex://episode/60341406ae8595002c187924",
    "episodes": "S02E05",
    "tvdb": "445575",
}
OLD_IDS = {
    "plex_rating_key": "8150",
    "plex_season_rating_key": "7751",
    "plex_series_rating_key": "7744",
    "episodes": "S02E05",
}
PERSON = {"person_id": "1", "person_name": "marin"}
EPISODE = EventItem(
    title="Slack Water",
    series_title="Night Ferry",
    season_number=2,
    episode_number=5,
    library="Series",
)


def of_film(kind, word, **more):
    return Report(
        kind,
        "plex",
        word,
        title="The Long Harbour (2019)",
        item_ids=FILM_IDS,
        server_id=SERVER,
        server_item_id="153037",
        item_type="movie",
        **more,
    )


def playback(**more):
    facts = {
        "position_ms": 336000,
        "duration_ms": 1500000,
        "is_paused": False,
        "player_name": "Kitchen",
        "player_id": PLAYER,
        "address": "203.0.113.9",
        "is_local": True,
    }
    return Playback(**facts | more)


def of_episode(kind, word, *, ids=EPISODE_IDS, identity=None, **more):
    return Report(
        kind,
        "plex",
        word,
        title="Night Ferry S02E05 Slack Water",
        item_ids=ids,
        server_id=SERVER,
        server_item_id="8150",
        item_type="episode",
        item=EPISODE,
        identity=identity or (PLAYER, "336000", "1", "1772650453"),
        playback=playback(**more),
        **PERSON,
    )


def old_play(guid, **ids):
    return of_episode(
        EventKind.PLAYED,
        "media.play",
        ids=OLD_IDS | {"plex_guid": guid} | ids,
        identity=(PLAYER, "", "", ""),
        position_ms=None,
    )


def of_series(item_type, key, title, **ids):
    return Report(
        EventKind.ADDED,
        "plex",
        "library.new",
        title=title,
        item_ids=ids,
        server_id=SERVER,
        server_item_id=key,
        item_type=item_type,
    )


def counted(word, kind=EventKind.NOTED):
    return Report(kind, "plex", word)


FILES = "/films/The Long Harbour (2019)/The Long Harbour (2019)"
EXPECTED = {
    "media_play": [of_episode(EventKind.PLAYED, "media.play")],
    "media_pause": [of_episode(EventKind.PAUSED, "media.pause", is_paused=True)],
    "media_resume": [of_episode(EventKind.RESUMED, "media.resume")],
    "media_stop": [of_episode(EventKind.STOPPED, "media.stop")],
    "media_scrobble": [
        of_film(
            EventKind.SCROBBLED,
            "media.scrobble",
            identity=(PLAYER, "", "1", "1772660000"),
            item=EventItem(title="The Long Harbour", year=2019, library="Films"),
            playback=playback(position_ms=None, duration_ms=6540000),
            **PERSON,
        )
    ],
    "media_rate": [
        of_film(
            EventKind.RATED,
            "media.rate",
            identity=(PLAYER, "", "", "", "8.0"),
            rating=8.0,
            **PERSON,
        )
    ],
    "media_play_minimal": [
        Report(
            EventKind.PLAYED,
            "plex",
            "media.play",
            person_id="1",
            person_name="Guest",
            item=EventItem(),
            identity=("Roku", "", "", ""),
            playback=Playback(player_name="Roku", is_paused=False),
        )
    ],
    "media_play_old_agent": [
        old_play("com.plexapp.agents.thetvdb://121361/2/5?lang=en", series_tvdb="121361")
    ],
    "media_play_hama": [
        old_play("com.plexapp.agents.hama://tvdb-79824/2/5?lang=en", series_tvdb="79824")
    ],
    "library_new_movie": [
        of_film(EventKind.ADDED, "library.new", identity=("added", "1772650000"))
    ],
    "library_new_with_files": [
        of_film(
            EventKind.ADDED,
            "library.new",
            path=f"{FILES} - {version}.mkv",
            size_bytes=size_bytes,
            identity=("added", "1772650000"),
        )
        for version, size_bytes in (("1080p", 7000), ("4k", 30000))
    ],
    "library_new_show": [
        of_series(
            "series",
            "7744",
            "Night Ferry",
            plex_rating_key="7744",
            plex_guid="plex://show/5d9f40086fc551001ef8e688",
        )
    ],
    "library_new_season": [
        of_series("season", "7751", "Night Ferry Season 2", plex_rating_key="7751")
    ],
    "library_new_album": [counted("library.new")],
    "library_on_deck": [counted("library.on.deck")],
    "playback_started": [counted("playback.started")],
    "admin_database_backup": [counted("admin.database.backup")],
    "device_new": [counted("device.new")],
    "unknown_kind": [counted("media.levitate", EventKind.UNKNOWN)],
    "test_ping": [Report(EventKind.TEST, "plex", "test.ping")],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_what_a_payload_reports(payload, name):
    """Every kind that Plex sends becomes reports in our words."""
    assert events_from(payload(name)) == EXPECTED[name]


def test_an_old_agents_film_has_its_id_in_the_guid(payload):
    """Libraries that were never moved to Plex's new agent send no list of ids."""
    (report,) = events_from(payload("media_play_old_film"))

    assert report.item_ids["imdb"] == "tt0111161"


def test_an_item_that_cannot_be_looked_up_is_refused(payload):
    """Without path and rating key nobody could find the files."""
    with pytest.raises(ValidationError) as refusal:
        events_from(payload("library_new_without_key"))

    assert refusal.value.errors()[0]["loc"] == ("Metadata", "ratingKey")


@pytest.mark.parametrize("rating_key", [8150, "8150"])
@pytest.mark.parametrize("offset", [336000, "336000", 336000.0])
def test_numbers_and_texts_are_one(payload, rating_key, offset):
    """Some versions write numbers as texts, some ids as numbers."""
    sent = payload("media_play")
    sent["Metadata"] |= {"ratingKey": rating_key, "viewOffset": offset}

    (report,) = events_from(sent)

    assert (report.server_item_id, report.playback.position_ms) == ("8150", 336000)


@pytest.mark.parametrize("part", ["Account", "Server", "Player", "Metadata"])
def test_a_part_that_is_null_is_a_part_that_is_missing(payload, part):
    """A backup has no Metadata, a new item no Player; some versions say null instead."""
    (report,) = events_from(payload("media_play") | {part: None})

    assert report.kind is EventKind.PLAYED
