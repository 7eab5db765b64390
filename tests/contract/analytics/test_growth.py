"""How libraries grow, counted by hand."""

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.libraries.growth import GrowthAnswer, GrowthQuery, growth
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.shelf_worlds import GB, HOUR_MS, connect, item, shelve
from tests.contract.analytics.worlds import at, episode, movie, play, sitting

ZONE = "time_zone=Europe/Berlin"


def ask(analytics: Analytics, query: str = "") -> GrowthAnswer:
    return growth(analytics, GrowthQuery.read(query))


def charts(answer: GrowthAnswer) -> dict[str, dict[str | None, list[float | None]]]:
    named = {"added": answer.added, "removed": answer.removed, "held": answer.held}
    return {
        name: {series.name: series.data for series in chart.series} for name, chart in named.items()
    }


def shelves(home: EmbeddedHome) -> None:
    """Two films of March, one of which went in May, one of April; an episode of May."""
    connect(home, "plex-1", "emby-1")
    films = [
        item("1", movie("Kept"), at("2026-03-31 23:59"), size_bytes=GB, duration_ms=HOUR_MS),
        item("2", movie("Gone"), at("2026-03-10 12:00"), size_bytes=2 * GB, duration_ms=HOUR_MS),
        item("3", movie("Late"), at("2026-04-01 00:00"), duration_ms=2 * HOUR_MS),
    ]
    shelve(home, "plex-1", "Films", films, at("2026-04-02 00:00"))
    shelve(home, "plex-1", "Films", [films[0], films[2]], at("2026-05-03 04:00"))
    first = item("9", episode("Harbour", 1, 1), at("2026-05-01 00:00"), size_bytes=GB)
    shelve(home, "emby-1", "Films", [first])


def test_an_item_counts_from_its_adding_until_it_was_missed(know: Know, home: EmbeddedHome) -> None:
    """In the viewer's months; without a start the range begins with the first item."""
    shelves(home)
    answer = ask(know(), f"{ZONE}&before=2026-06-01")
    assert answer.since == at("2026-03-10 12:00")
    assert answer.held.categories == ["2026-03", "2026-04", "2026-05"]
    assert charts(answer) == {
        "added": {"Films (Plex-1)": [2, 1, 0], "Films (Emby-1)": [0, 0, 1]},
        "removed": {"Films (Plex-1)": [0, 0, 1], "Films (Emby-1)": [0, 0, 0]},
        "held": {"Films (Plex-1)": [2, 3, 2], "Films (Emby-1)": [0, 0, 1]},
    }
    total = answer.total
    assert (total.added.items, total.removed.items, total.held.items) == (4, 1, 3)
    assert (total.held.size_bytes, total.held.unknown_size) == (2 * GB, 1)
    utc = ask(Analytics(home), "before=2026-06-01&time_zone=UTC")
    assert charts(utc)["added"]["Films (Plex-1)"] == [3, 0, 0]


def test_bytes_hours_and_items_by_any_of_their_facts(know: Know, home: EmbeddedHome) -> None:
    """What nobody knows the size of adds no bytes; one series without a split."""
    shelves(home)
    analytics = know()
    query = f"{ZONE}&before=2026-06-01&by=year"
    size = ask(analytics, f"{query}&measure=size_bytes&split=media_types")
    assert (size.held.unit, size.held.categories) == ("bytes", ["2026"])
    assert charts(size)["held"] == {"movie": [GB], "episode": [GB]}
    assert charts(size)["removed"] == {"movie": [2 * GB], "episode": [0]}
    hours = ask(analytics, f"{query}&measure=seconds&split=none")
    assert charts(hours)["held"] == {None: [3 * 3600]}
    assert (hours.held.unit, hours.lines[0].held.unknown_length) == ("seconds", 1)
    one = ask(analytics, f"{query}&libraries=Films&servers=plex-1&limit=1")
    assert [(line.name, line.server, line.held.items) for line in one.lines] == [
        ("Films", "Plex-1", 2)
    ]


def test_what_was_there_before_the_range_is_held_from_its_start(
    know: Know, home: EmbeddedHome
) -> None:
    """The range may begin within a day; only what came in it was added in it."""
    shelves(home)
    query = f"{ZONE}&since=2026-03-31T23:59:01&before=2026-04-02T12:00&by=day&split=none"
    answer = ask(know(), query)
    assert answer.held.categories == ["2026-03-31", "2026-04-01", "2026-04-02"]
    assert charts(answer) == {
        "added": {None: [0, 1, 0]},
        "removed": {None: [0, 0, 0]},
        "held": {None: [2, 3, 3]},
    }
    week = ask(Analytics(home), f"{ZONE}&since=2026-03-31&before=2026-04-02&by=week&split=none")
    assert (week.held.categories, charts(week)["added"]) == (["2026-03-30"], {None: [2]})


def test_the_day_on_which_the_clock_changes_is_one(know: Know, home: EmbeddedHome) -> None:
    """Its 25 hours, and the midnights around it, are of the right days."""
    connect(home, "plex-1")
    moments = ("2026-10-24 23:59", "2026-10-25 00:00", "2026-10-25 23:59", "2026-10-26 00:00")
    films = [item(str(n), movie(f"{n}"), at(moment)) for n, moment in enumerate(moments)]
    shelve(home, "plex-1", "Films", films)
    answer = ask(know(), f"{ZONE}&since=2026-10-24&before=2026-10-27&by=day&split=none")
    assert charts(answer)["added"] == {None: [1, 2, 1]}


def test_what_was_seen_before_it_says_it_was_added_came_when_it_was_seen(
    know: Know, home: EmbeddedHome, clock: object
) -> None:
    """Servers date a better file anew; an item that was first seen in May is none of June."""
    assert clock
    connect(home, "plex-1")
    seen = at("2026-05-05 12:00")
    again = item("1", movie("Upgraded"), at("2026-06-06 12:00"))
    undated = item("2", movie("Undated"), at("2026-01-01 00:00")).model_copy(
        update={"added_at": None}
    )
    shelve(home, "plex-1", "Films", [again, undated], seen)
    answer = ask(know(), f"{ZONE}&split=none")
    assert answer.since == seen
    assert answer.added.series[0].data[0] == 2


def test_without_libraries_there_is_nothing_to_grow(know: Know, home: EmbeddedHome) -> None:
    """Empty charts of the range, no error; plays alone are no library."""
    connect(home, "plex-1")
    answer = ask(know(play(sitting(at("2026-11-03 20:00"), 30))), f"{ZONE}&days=2&by=day")
    assert (answer.lines, answer.total.held.items) == ([], 0)
    assert (answer.held.series, answer.held.categories) == ([], ["2026-12-19", "2026-12-20"])
