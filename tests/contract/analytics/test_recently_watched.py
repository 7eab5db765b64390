"""The titles that were watched last, by hand and against the slow way."""

from datetime import timedelta

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.lists.recently_watched import (
    RecentlyWatchedAnswer,
    RecentlyWatchedQuery,
    recently_watched,
)
from showrunner.plays.models import Play
from tests.contract.analytics import slow
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import ON_EMBY, at, episode, generated, movie, play, sitting

EVENING = at("2026-11-03 20:00")
SONG = {"media_type": "track", "title": "Song", "series_title": "The Band"}


def ask(analytics: Analytics, query: str = "") -> RecentlyWatchedAnswer:
    return recently_watched(analytics, RecentlyWatchedQuery.read(query))


def test_each_title_is_listed_once_with_its_last_play(know: Know, people: dict[str, str]) -> None:
    """Newest first, a show with its last episode, whoever watched it and wherever."""
    hour = timedelta(hours=1)
    analytics = know(
        play(sitting(EVENING, 60), item=movie("Dune", 2021)),
        play(sitting(EVENING + hour, 60), item=episode("Harbour", 1, 2), person="2"),
        play(sitting(EVENING + 2 * hour, 30), item=episode("Harbour", 1, 3), person="3"),
        play(
            sitting(EVENING + 3 * hour, 30),
            item=movie("Dune", 2021),
            person="9",
            percent=42,
            is_watched=False,
            platform="Roku",
            **ON_EMBY,
        ),
        play(sitting(EVENING + 4 * hour, 4), item=SONG, person=""),
    )
    song, dune, harbour = ask(analytics).titles
    assert (song.title, song.series_title, song.person, song.person_id) == (
        *("Song", "The Band"),
        *(None, None),
    )
    assert (dune.title, dune.person_id, dune.person) == ("Dune", people["Anna"], "Anna")
    assert (dune.server, dune.percent, dune.is_watched) == ("Cellar", 42, False)
    assert (dune.platform, dune.watch_seconds) == ("Roku", 1800)
    assert (dune.started_at, dune.stopped_at) == (EVENING + 3 * hour, EVENING + 3.5 * hour)
    assert (harbour.series_title, harbour.episode_number, harbour.person) == (
        *("Harbour", 3),
        "account 3",
    )
    assert [one.episode_number for one in ask(analytics, "of=episodes").titles] == [3, 2]
    assert [one.title for one in ask(analytics, "of=movies").titles] == ["Dune"]
    assert [one.series_title for one in ask(analytics, "of=shows").titles] == ["Harbour"]


def test_equal_titles_are_one_unless_ids_or_years_say_otherwise(know: Know) -> None:
    """As in the top lists."""
    films = [("Dune", 1984, ""), ("Dune", 2021, ""), ("Dune", 2021, "")]
    films += [("Pinocchio", 2022, "tt1"), ("Pinocchio", 2022, "tt2")]
    analytics = know(
        *(
            play(
                sitting(EVENING + timedelta(minutes=n), 60),
                item=movie(title, year, **({"imdb": imdb} if imdb else {})),
            )
            for n, (title, year, imdb) in enumerate(films)
        )
    )
    found = [(one.title, one.year) for one in ask(analytics, "of=movies").titles]
    assert found == [("Pinocchio", 2022), ("Pinocchio", 2022), ("Dune", 2021), ("Dune", 1984)]


def test_old_months_are_looked_at_when_the_new_ones_are_not_enough(know: Know) -> None:
    """The list is filled up to its limit from years ago, without titles in between."""
    long_ago = at("2023-01-05 20:00")
    analytics = know(
        play(sitting(long_ago, 60), item=movie("Old", 1950)),
        play(sitting(long_ago + timedelta(days=200), 60), item=movie("Less old", 1960)),
        *(
            play(sitting(EVENING + timedelta(days=n), 60), item=movie("New", 2026))
            for n in range(20)
        ),
        recent=(play(sitting(EVENING + timedelta(days=30), 60), item=movie("Now", 2026)),),
    )
    titles = [one.title for one in ask(analytics, "of=movies&limit=4").titles]
    assert titles == ["Now", "New", "Less old", "Old"]
    assert [one.title for one in ask(analytics, "limit=2").titles] == ["Now", "New"]
    assert [one.title for one in ask(analytics, "before=2023-06-01").titles] == ["Old"]


def test_what_does_not_count_is_not_listed(know: Know, people: dict[str, str]) -> None:
    """Too short, or of a hidden person; an empty range has no titles."""
    assert people
    analytics = know(play(sitting(EVENING, 1), item=movie("Clicked on")))
    assert ask(analytics).titles == []
    assert ask(know(play(sitting(EVENING, 60)))).titles
    assert ask(analytics, "since=2026-11-05&before=2026-11-06").titles == []
    assert ask(analytics, "since=1999-01-01&before=1999-02-01").titles == []


def _title(one: Play) -> tuple[object, ...]:
    item = one.item
    if item.media_type == "movie":
        return item.title, item.year, item.provider_ids.get("imdb")
    return (item.series_title,)


def test_generated_histories_agree_with_the_slow_way(know: Know) -> None:
    """The last play of every title, for all kinds and limits."""
    plays = generated(7, 400, slow.utc("2026-08-01"), 100)
    analytics = know(*plays)
    for limit in (1, 3, 7, 50):
        answer = ask(analytics, f"since=2026-08-05&before=2026-11-01&time_zone=UTC&limit={limit}")
        last = {
            _title(one): one
            for one in sorted(plays, key=lambda one: (one.started_at, one.id))
            if slow.counts(one) and answer.since <= one.started_at < answer.before
        }
        newest = sorted(last.values(), key=lambda one: one.started_at, reverse=True)[:limit]
        assert [one.started_at for one in answer.titles] == [one.started_at for one in newest]
        assert {one.play_id for one in answer.titles} == {one.id for one in newest}
