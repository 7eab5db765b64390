"""What questions keep of old months: their answers are those of somebody who kept nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.core.rules import Counting
from showrunner.history.analytics.lists import recently_watched, top
from showrunner.history.analytics.people import (
    content_flow,
    device_migration,
    overlap,
    retention,
)
from showrunner.history.analytics.people.flow_steps import flow
from showrunner.history.analytics.plays import (
    comparison,
    data_quality,
    over_time,
    overview,
    ranks,
    trends,
    year_in_review,
)
from showrunner.history.analytics.profiles import title
from showrunner.history.analytics.streams import (
    bandwidth,
    delivery,
    hardware,
    quality,
    resolutions,
    security,
    subtitles,
)
from showrunner.history.home import ledger_of
from showrunner.plays.store import save
from showrunner.ports.documents import ABSENT
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics import slow
from tests.contract.analytics.slow_delivery import streamed
from tests.fakes import FakeClock

NOW = slow.utc("2026-12-20T12:06:30")
PLAYS = streamed(7, 240, slow.utc("2026-06-01"), 190)
WAITING = PLAYS[::60]
LATE = PLAYS[1::6]
KNOWN = [one for one in PLAYS if one not in (*WAITING, *LATE)]
BERLIN = "time_zone=Europe/Berlin"

ASKED = {
    bandwidth.QUESTION: ("by=day", "by=hour&since=2026-07-10&before=2026-11-20"),
    content_flow.QUESTION: ("limit=50", "within_hours=48&since=2026-07-10&before=2026-11-20"),
    data_quality.QUESTION: ("", "media_types=movie"),
    device_migration.QUESTION: ("by=week", "of=devices&since=2026-07-10&before=2026-11-20"),
    hardware.QUESTION: ("by=day",),
    security.QUESTION: ("",),
    comparison.QUESTION: ("of=people&since=2026-07-10&before=2026-11-20",),
    delivery.QUESTION: ("",),
    over_time.QUESTION: ("by=day&split=people&limit=2", "by=hour&since=2026-07-10"),
    overview.QUESTION: ("",),
    resolutions.QUESTION: ("since=2026-07-10",),
    retention.QUESTION: ("by=week",),
    subtitles.QUESTION: ("",),
    recently_watched.QUESTION: ("limit=200", "of=episodes&limit=200&since=2026-07-10"),
    top.QUESTION: ("of=people&order=people", "of=episodes&since=2026-07-10&before=2026-11-20"),
    overlap.QUESTION: ("", "of=libraries&since=2026-07-10&before=2026-11-20"),
    quality.QUESTION: ("by=day", "by=weekday&since=2026-07-10"),
    ranks.QUESTION: (
        "of=people&by=week",
        "of=movies&since=2026-07-10",
        "of=shows&by=day&measure=watch_seconds",
    ),
    title.QUESTION: ("series=Harbour", "titles=Film+1&before=2026-11-20"),
    trends.QUESTION: ("", "since=2026-07-10T11:11:11Z&before=2026-11-20"),
    year_in_review.QUESTION: ("year=2026",),
}
CASES = [(question, query) for question, queries in ASKED.items() for query in queries]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def home(folder: Path) -> EmbeddedHome:
    """With plays of seven months."""
    home = EmbeddedHome(folder, FakeClock(NOW))
    ledger_of(home).write(KNOWN)
    return home


def said(question: Question, home: EmbeddedHome, query: str) -> dict[str, Any]:
    answer = question.answered(Analytics(home), f"{BERLIN}&{query}")
    said: dict[str, Any] = json.loads(answer.model_dump_json(exclude={"took_ms", "version"}))
    return said


def test_an_answer_is_the_same_again_and_after_late_plays(folder: Path, home: EmbeddedHome) -> None:
    """Plays of old months that come late, or wait for the ledger, are in every next answer."""
    for question, query in CASES:
        first = said(question, home, query)
        assert said(question, home, query) == first, (question.name, query)
    ledger_of(home).write(LATE)
    save(home, [(one, ABSENT) for one in WAITING])
    other = EmbeddedHome(folder, FakeClock(NOW))  # who never asked before
    for question, query in CASES:
        assert said(question, home, query) == said(question, other, query), (question.name, query)


def short_plays(home: EmbeddedHome, least: int) -> int:
    analytics = Analytics(home, Counting(least_video_seconds=least))
    query = data_quality.DataQualityQuery()
    return data_quality.data_quality(analytics, query).short_plays


def test_what_is_short_follows_the_settings(folder: Path, home: EmbeddedHome) -> None:
    """The sums of the data's quality are kept; which plays are short is not part of the data."""
    found = [short_plays(home, least) for least in (0, 1_000_000)]
    assert found[0] < found[1] == short_plays(EmbeddedHome(folder, FakeClock(NOW)), 1_000_000)


def test_a_long_flow_is_found_in_parts(home: EmbeddedHome) -> None:
    """Whoever plays something before and after the edge of two parts goes on there."""
    query = content_flow.ContentFlowQuery.read("limit=500&within_hours=168")
    asked = Analytics(home).about(query)
    found = [flow(asked, query, 168 * 3600, at_once) for at_once in (1, 1_000_000)]
    assert found[0] == found[1]
    assert found[0].same + sum(one.plays for one in found[0].steps) > 0
