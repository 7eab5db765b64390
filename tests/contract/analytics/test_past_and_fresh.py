"""What is counted of past and of fresh plays apart is what is counted of all together."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.begun import begun
from showrunner.history.analytics.core.narrowed import narrowed
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.people import device_migration
from showrunner.history.analytics.plays import trends, year_in_review
from showrunner.history.analytics.viewing import engagement
from showrunner.history.analytics.viewing.past_and_fresh import apart, copied
from showrunner.history.home import ledger_of
from showrunner.plays.store import save
from showrunner.ports.documents import ABSENT
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics import slow
from tests.contract.analytics.worlds import at, episode, generated, play, sitting
from tests.fakes import FakeClock

PLAYS = generated(11, 420, slow.utc("2026-09-03"), 125)
_COLUMNS = (
    *("title", "series_title", "season_number", "episode_number", "year", "imdb_id", "tmdb_id"),
    *("platform", "device", "decision", "is_watched", "percent"),
)
BERLIN, NEW_YORK = "time_zone=Europe/Berlin&limit=50", "time_zone=America/New_York&limit=50"

ASKED = {
    engagement.QUESTION: (
        BERLIN,
        f"{NEW_YORK}&by=week&since=2026-10-05T10:11:12Z",
        f"{BERLIN}&by=month&before=2026-12-01",
        f"{BERLIN}&since=2026-12-05",
        f"{BERLIN}&since=2026-09-20&before=2026-10-31",
    ),
    device_migration.QUESTION: (BERLIN, f"{NEW_YORK}&by=week&since=2026-10-05"),
    trends.QUESTION: (BERLIN, f"{NEW_YORK}&since=2026-10-05T10:11:12Z"),
    year_in_review.QUESTION: (f"{BERLIN}&year=2026", f"{NEW_YORK}&year=2026"),
}


def known(folder: Path, now: datetime) -> EmbeddedHome:
    """What was known then; a play of October, and the newest, are still in documents."""
    home = EmbeddedHome(folder, FakeClock(now))
    plays = sorted((one for one in PLAYS if one.started_at < now), key=lambda one: one.started_at)
    # A binge through the night in which November ends.
    binge = [
        play(sitting(at(f"2026-{moment}"), 60), item=episode("Lighthouse", 1, number), person="2")
        for number, moment in enumerate(
            ("11-30 21:00", "11-30 22:30", "12-01 00:30", "12-01 02:00")
        )
    ]
    ledger_of(home).write([*plays[:-5], *binge])
    corrected = next(one for one in plays if one.started_at >= slow.utc("2026-10-10"))
    save(home, [(one, ABSENT) for one in (corrected, *plays[-5:])])
    return home


@pytest.fixture(scope="module")
def december(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedHome:
    return known(tmp_path_factory.mktemp("december"), slow.utc("2026-12-20T12:06:30"))


@pytest.fixture(scope="module")
def january(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedHome:
    return known(tmp_path_factory.mktemp("january"), slow.utc("2027-01-05T12:06:30"))


def said(question: Question, analytics: Analytics, query: str) -> dict[str, Any]:
    answer = question.answered(analytics, query)
    said: dict[str, Any] = json.loads(answer.model_dump_json(exclude={"took_ms", "version"}))
    return said


def together(question: Question, home: EmbeddedHome, query: str) -> dict[str, Any]:
    """The answer about a copy of all plays, of which nothing is kept."""
    asked = Analytics(home).about(question.query.read(query))
    with narrowed(asked, _COLUMNS) as copy:
        return said(question, copy, query)


@pytest.mark.parametrize("question", ASKED, ids=lambda one: one.name)
def test_in_december(december: EmbeddedHome, question: Question) -> None:
    """Months that are over, one with a correction, and the newest one, in any range."""
    for query in ASKED[question]:
        expected = together(question, december, query)
        assert said(question, Analytics(december), query) == expected
        assert said(question, Analytics(december), query) == expected, "kept"


def test_in_january(january: EmbeddedHome) -> None:
    """The same of a year that is over, and of one that has begun."""
    for query in (*ASKED[year_in_review.QUESTION], f"{BERLIN}&year=2027"):
        expected = together(year_in_review.QUESTION, january, query)
        assert said(year_in_review.QUESTION, Analytics(january), query) == expected


def plays_of(asked: Asked) -> int:
    sql, values = begun(asked, {})
    rows = asked.rows(sql, values)
    return sum(row[0] for row in rows)


def test_every_play_is_in_one_part(december: EmbeddedHome) -> None:
    """Also those that went on after the last past month, and those that were corrected."""
    asked = Analytics(december).about(trends.TrendsQuery.read(BERLIN))
    files = apart(asked)
    assert files.past
    past, fresh = plays_of(files.past), plays_of(files.fresh)
    with copied(files, ()) as plays:
        assert plays_of(plays.fresh) == fresh
    assert min(past, fresh) > 0
    assert past + fresh == plays_of(asked)


def test_a_copy_with_the_numbers_of_people_counts_them_as_the_files_do(
    december: EmbeddedHome,
) -> None:
    asked = Analytics(december).about(engagement.EngagementQuery.read(BERLIN))
    people = asked.people()
    assert len(people.accounts) > 1

    def told(some: Asked) -> list[Any]:
        sql, values = begun(some, {"media_type": "media_type"}, people=people)
        rows: list[Any] = some.rows(
            f"SELECT media_type, plays, people::VARCHAR FROM ({sql}) ORDER BY ALL",
            values,
        )
        return rows

    with narrowed(asked, (), people=people) as numbered, narrowed(asked, ()) as plain:
        assert told(numbered.asked) == told(plain.asked) == told(asked) != []
        # No second look for who the accounts are.
        assert numbered.asked.numbered("plays", people) == ("plays", [])
        assert plain.asked.numbered("plays", people) != ("plays", [])
