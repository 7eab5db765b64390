"""Questions by their addresses: forms, tags, refusals, the index; and sums that agree."""

from dataclasses import replace

import pytest

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.history.analytics.core.answers import Totals
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.serving.api import AnalyticsApi
from showrunner.history.analytics.serving.tables import tables_of
from showrunner.history.home import ledger_of
from showrunner.people.accounts import note_accounts
from showrunner.people.models import Account
from showrunner.plays.store import save
from showrunner.ports.documents import ABSENT
from showrunner.settings import change_settings
from showrunner.wiring import EmbeddedHome, living_in
from tests.calls import answered, http_event
from tests.contract.analytics import slow
from tests.contract.analytics.addressed import ENTRIES, FAMILIES, NOW, QUESTIONS, World
from tests.contract.analytics.shelf_worlds import connect, item, shelve
from tests.contract.analytics.worlds import generated, movie, play, sitting
from tests.fakes import FakeClock


@pytest.fixture
def busy(home: EmbeddedHome) -> World:
    """A world of this test's own, with some plays."""
    ledger_of(home).write(generated(12, 60, slow.utc("2026-11-01"), 30))
    return World(home)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("since=yesterday", "since"),
        ("since=2031-01-01", "since"),
        ("before=0001-01-01", "before"),
        ("limit=501", "limit"),
        ("time_zone=Mars/Olympus", "time_zone"),
        ("people=nobody", "people"),
        ("of=films", "of"),
        ("decisions=copied", "decisions"),
        ("server_kinds=kodi", "server_kinds"),
        ("format=xml", "format: must be json or csv"),
        ("format=csv&table=nowhere", "table: must be entries or summary"),
        ("table=summary", "table: is of format=csv alone"),
        ("format=csv&format=json", "format: give it once"),
    ],
)
def test_wrong_values_are_refused_with_what_there_is(busy: World, query: str, said: str) -> None:
    """The parameter is named, and its choices where these are few."""
    busy.refuses("lists/top", query, said)


def test_growth_takes_no_filter_that_would_change_nothing(busy: World) -> None:
    """Nobody watches what comes: the filters of plays are refused, those of items are not."""
    busy.refuses("libraries/growth", "platforms=Roku", "platforms")
    busy.refuses("libraries/growth", "is_watched=true", "is_watched")
    busy.body("libraries/growth", "media_types=movie&days=30&by=day&content_ratings=PG")


def tags(world: World, parameters: str = "") -> dict[str, str]:
    """Those of all questions, none of which is really asked: a tag is made before."""
    canned = QUESTIONS["lists/top"].answered(Analytics(world.home), "")
    api = AnalyticsApi(world.home)
    return {
        path: api.answer(
            replace(question, ask=lambda *_: canned), f"{world.needed(path)}&{parameters}"
        ).headers["ETag"]
        for path, question in QUESTIONS.items()
    }


def test_whatever_an_answer_tells_changes_its_tag(busy: World, clock: FakeClock) -> None:
    """A play, a person, a server's name, what counts, the owner's time zone, a new minute."""
    documents = busy.home.documents
    server = Connection(id="plex-1", kind=ConnectionKind.PLEX, name="Attic", url="http://plex")
    before = tags(busy)
    for change in (
        lambda: save(busy.home, [(play(sitting(slow.utc("2026-12-01T20:00"), 30)), ABSENT)]),
        lambda: note_accounts(documents, "emby-1", [Account("9", "New")], clock.now()),
        lambda: ConnectionStore(documents).add(server),
        lambda: change_settings(documents, {"least_video_seconds": 300}),
        lambda: change_settings(documents, {"timezone": "Asia/Tokyo"}),
        lambda: clock.advance(60),
    ):
        assert tags(busy) == before
        change()
        after = tags(busy)
        assert not before.items() & after.items()
        before = after


def test_an_answer_that_is_known_is_not_sent_again(busy: World) -> None:
    """While its tag holds, which may be among others."""
    for path, tag in tags(busy).items():
        answer = busy.ask(path, if_none_match=f'"another", {tag}')
        assert (path, answer["statusCode"], answer["body"]) == (path, 304, "")
        assert answer["headers"]["ETag"] == tag
    first = busy.ask("lists/top", if_none_match='W/"another"')
    assert (first["statusCode"], first["headers"]["ETag"]) == (200, tags(busy)["lists/top"])
    assert first["headers"]["Cache-Control"].startswith("private, max-age=")
    assert "X-Auth-Token" in first["headers"]["Vary"]


def test_every_question_and_form_has_a_tag_of_its_own(busy: World) -> None:
    """A reader of one must never be told that another still holds."""
    asked = [tags(busy), tags(busy, "limit=3")]
    found = [tag for one in asked for tag in one.values()]
    for form in ("format=csv", "format=csv&table=summary"):
        answer = busy.ask("lists/top", form, if_none_match=", ".join(found))
        assert answer["statusCode"] == 200
        found.append(answer["headers"]["ETag"])
    assert len(set(found)) == len(found)


def test_a_sync_of_a_library_changes_the_tags_of_what_tells_of_libraries(busy: World) -> None:
    """And of any question that chooses plays by what the libraries say of them."""
    asked = [
        *((f"libraries/{name}", "") for name in ("growth", "unwatched", "utilization")),
        *(("lists/recently-added", ""), ("profiles/title", ""), ("profiles/library", "")),
        ("lists/top", "content_ratings=PG-13"),
    ]
    connect(busy.home, "plex-1")
    tags = [busy.ask(path, query)["headers"]["ETag"] for path, query in asked]
    new = item("1", movie("New"), slow.utc("2026-12-01"), content_rating="PG-13")
    shelve(busy.home, "plex-1", "Films", [new])
    for (path, query), tag in zip(asked, tags, strict=True):
        answer = busy.ask(path, query, if_none_match=tag)
        assert (path, answer["statusCode"]) == (path, 200)


def test_the_index_has_every_question(busy: World) -> None:
    """With its address, its tables and a sentence; made with the API's description."""
    with living_in(busy.home):
        event = http_event("/api/v1/analytics", method="GET", headers=busy.headers)
        found = answered(ENTRIES["plays"](event, None))[1]["questions"]
    told = {
        f"{one['family']}/{one['name']}": (one["summary"], one["tables"])
        for one in found
        if one["address"] == f"/api/v1/analytics/{one['family']}/{one['name']}"
    }
    assert told == {
        path: (one.summary, list(tables_of(one.answer))) for path, one in QUESTIONS.items()
    }


def test_a_fault_of_ours_is_not_told_as_one_of_the_request(busy: World) -> None:
    """An answer that is not of its own kind is a bug, whatever was asked."""
    wrong = replace(QUESTIONS["lists/top"], ask=lambda *_: Totals.model_validate({"plays": "x"}))
    with pytest.raises(RuntimeError, match="top gave"):
        AnalyticsApi(busy.home).answer(wrong, "")


def test_another_question_of_a_family_does_not_exist(busy: World) -> None:
    """The refusal says which there are."""
    for family in FAMILIES:
        answer = busy.ask(f"{family}/nothing")
        assert answer["statusCode"] == 404
        for path in QUESTIONS:
            if path.startswith(f"{family}/"):
                assert path.partition("/")[2] in answer["body"]


def test_json_is_preferred_by_who_takes_both(busy: World) -> None:
    """The header Accept asks for CSV as well, the parameter is stronger."""
    for accept, query, expected in (
        ("text/csv", "", "text/csv; charset=utf-8"),
        ("text/csv;q=0.9, */*", "", "text/csv; charset=utf-8"),
        ("text/csv", "format=json", "application/json"),
        ("application/json, text/csv", "", "application/json"),
        ("*/*", "", "application/json"),
    ):
        answer = busy.ask("lists/top", query, accept=accept)
        assert answer["headers"]["Content-Type"] == expected, (accept, query)
        is_csv = expected.startswith("text/csv")
        assert ("showrunner-top-entries.csv" in str(answer["headers"])) is is_csv


def test_the_same_plays_have_the_same_sums_however_they_are_counted(busy: World) -> None:
    """By day, person, title, platform, place; by how they came and how far they were watched."""
    query = "since=2026-11-05T11:37&before=2026-11-27T20:10&time_zone=Europe/Berlin&limit=500"
    expected = busy.body("plays/over-time", query)["totals"]
    assert expected["plays"] > 20
    for measure in ("plays", "watch_seconds"):
        for by in ("hour", "week", "calendar"):
            (chart,) = (
                busy.body("plays/over-time", f"{query}&by={by}&measure={measure}")["chart"],
            )
            numbers = [one or 0 for series in chart["series"] for one in series["data"]]
            assert sum(numbers) == expected[measure], by
    for of in ("people", "platforms", "servers", "libraries", "decisions", "media_types"):
        found = busy.body("lists/top", f"{query}&of={of}")
        assert found["totals"] == expected, of
        assert sum(one["plays"] for one in found["entries"]) == expected["plays"]
    titles = [busy.body("lists/top", f"{query}&of={of}") for of in ("movies", "shows", "artists")]
    assert sum(one["totals"]["plays"] for one in titles) == expected["plays"]
    compared = busy.body("plays/comparison", query)
    assert compared["plays"]["present"] == titles[0]["totals"]["plays"]
    for path in ("plays/trends", "people/locations", "viewing/engagement"):
        assert busy.body(path, query)["totals"] == expected, path
    for path in ("streams/audio", "streams/security", "viewing/pauses"):
        assert busy.body(path, query)["overall"]["plays"] == expected["plays"], path
    assert busy.body("streams/delivery", query)["plays"] == expected["plays"]
    watched = busy.body("viewing/completion", query)
    assert watched["overall"]["plays"] + watched["unknown_plays"] == expected["plays"]
