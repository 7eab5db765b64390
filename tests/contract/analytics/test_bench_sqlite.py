"""The SQL that the benchmark sets beside our questions asks for what we answer."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from showrunner.history.home import ledger_of
from showrunner.wiring import EmbeddedHome
from tests.benchmarks.analytics_sqlite import statements_of
from tests.benchmarks.analytics_sqlite.tables import database_of
from tests.benchmarks.bench_analytics import ALSO
from tests.benchmarks.bench_history import fill
from tests.benchmarks.library_items import fill_libraries
from tests.contract.analytics.addressed import QUESTIONS, World
from tests.fakes import FakeClock

AN_HOUR_EAST = "time_zone=Etc/GMT-1"
"""The only time that the statements know."""

Rows = list[Any]
Both = tuple[World, sqlite3.Connection]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """The last 600 plays of a history of 365,200, those of three days, and libraries."""
    folder = tmp_path_factory.mktemp("both") / "home"
    folder.mkdir()
    home = EmbeddedHome(folder, FakeClock(datetime(2026, 11, 21, 12, tzinfo=UTC)))
    fill(ledger_of(home), 364_600, 365_200, 365_200)
    fill_libraries(home)
    with closing(database_of(home, folder.parent / "plays.db")) as database:
        yield World(home), database


def test_everything_that_is_measured_is_compared() -> None:
    """All questions, and what they are asked for beside their defaults."""
    assert all(statements_of(question) for question in (*QUESTIONS, *ALSO))


def drawn(answer: Any) -> dict[str, int]:
    chart = answer["chart"]
    pairs = zip(chart["categories"], chart["series"][0]["data"], strict=True)
    return {name: number for name, number in pairs if number}


def of_days(rows: Rows) -> dict[str, int]:
    return {f"{datetime.fromtimestamp(86_400 * row[0], UTC):%Y-%m-%d}": row[1] for row in rows}


def of_films(answer: Any, fact: str) -> Any:
    (found,) = (one[fact] for one in answer["libraries"] if one["library"] == "Films")
    return found


def counts(answer: Any, name: str) -> dict[str | None, int]:
    return {one["name"]: one["plays"] for one in answer[name]}


def summed(rows: Rows, place: int) -> dict[str | None, int]:
    found: dict[str | None, int] = {}
    for row in rows:
        found[row[place]] = found.get(row[place], 0) + row[-1]
    return found


AGREE: dict[str, tuple[Callable[[Any], Any], Callable[[list[Rows]], Any]]] = {
    "plays/over-time?by=day": (drawn, lambda found: of_days(found[0])),
    "plays/over-time?by=hour": (
        drawn,
        lambda found: {f"{hour:02}": plays for hour, plays, _ in found[0]},
    ),
    "plays/over-time?by=month": (
        drawn,
        lambda found: {month: plays for month, plays, _ in found[0]},
    ),
    "plays/overview": (
        lambda answer: [answer[name]["present"] for name in ("plays", "people", "titles")],
        lambda found: [found[0][0][place] for place in (0, 2, 3)],
    ),
    "plays/data-quality": (
        lambda answer: (answer["overall"]["plays"], answer["short_plays"]),
        lambda found: (sum(row[2] for row in found[0]), sum(row[5] for row in found[0])),
    ),
    **{
        f"lists/top?of={of}": (
            lambda answer: [one["plays"] for one in answer["entries"]],
            lambda found: [row[-3] for row in found[0]],
        )
        for of in ("movies", "shows", "episodes", "people", "platforms")
    },
    "plays/ranks": (
        lambda answer: sum(sum(one["data"]) for one in answer["numbers"]["series"]),
        lambda found: sum(row[-1] for row in found[0]),
    ),
    "people/device-migration": (
        lambda answer: sum(sum(one["data"]) for one in answer["mains"]["series"]),
        lambda found: sum(row[-1] for row in found[0] if row[0] == "main"),
    ),
    "streams/delivery": (
        lambda answer: counts(answer, "decisions"),
        lambda found: summed(found[0], 0),
    ),
    "streams/hardware": (
        lambda answer: answer["overall"]["plays"],
        lambda found: sum(row[-1] for row in found[0]),
    ),
    "streams/quality": (
        lambda answer: [answer["overall"][name] for name in ("plays", "given_up", "degraded")],
        lambda found: [sum(row[place] or 0 for row in found[0]) for place in (4, 5, 6)],
    ),
    "people/content-flow": (
        lambda answer: (answer["plays"], answer["sessions"]),
        lambda found: found[0][0][3:5],
    ),
    "people/overlap": (lambda answer: answer["count"], lambda found: len(found[0])),
    "people/retention": (
        lambda answer: sum(one["people"] for one in answer["cohorts"]),
        lambda found: sum(row[2] for row in found[0] if row[1] == 0),
    ),
    "viewing/binges": (
        lambda answer: [answer["count"], answer["episodes"]],
        lambda found: [
            sum(row[place] for row in found[0] if row[0] == "month") for place in (3, 5)
        ],
    ),
    "viewing/completion": (
        lambda answer: answer["overall"]["completed"],
        lambda found: sum(row[-1] for row in found[0] if row[1]),
    ),
    "viewing/engagement": (
        lambda answer: (answer["count"], answer["totals"]["plays"]),
        lambda found: (len(found[0]), sum(row[1] for row in found[0])),
    ),
    "viewing/pauses": (
        lambda answer: answer["overall"]["pause_seconds"],
        lambda found: sum(row[-1] or 0 for row in found[0]),
    ),
    "viewing/watch-parties": (lambda answer: answer["count"], lambda found: len(found[0])),
    "libraries/unwatched": (
        lambda answer: of_films(answer, "never")["items"],
        lambda found: {row[2]: row[4] for row in found[0] if row[3] == "never"}["Films"],
    ),
    "libraries/utilization": (
        lambda answer: of_films(answer, "plays"),
        lambda found: {row[1]: row[-3] for row in found[0]}["Films"],
    ),
}


@pytest.mark.parametrize("question", AGREE)
def test_both_find_the_same(both: Both, question: str) -> None:
    """The principal numbers of a history, from our question and from the statements."""
    world, database = both
    path, _, query = question.partition("?")
    ours, theirs = AGREE[question]
    answer = world.body(path, "&".join(filter(None, (query, AN_HOUR_EAST))))
    found = [database.execute(one).fetchall() for one in statements_of(question)]
    assert ours(answer) == theirs(found)
    assert ours(answer)
