"""The page of plays: its filters, and the addresses that its script asks."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

from showrunner.connections.models import ConnectionKind
from showrunner.history.query import HistoryQuery
from showrunner.people.accounts import note_accounts
from showrunner.people.api import PeopleApi, PersonChange, PersonSplit
from showrunner.people.models import Account, account_key
from showrunner.plays.models import Mark, MarkState, Observation, PlayedItem, Source
from showrunner.plays.store import observe
from showrunner.web.rooms import plays
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.live.builders import connect
from tests.unit.web.conftest import Reader
from tests.unit.web.test_page import HOSTILE, Elements, assert_harmless

ASKED = {
    "search": "amber & co",
    "people": "nobody",
    "servers": "attic",
    "media_types": "episode",
    "decisions": "transcode",
    "is_watched": "false",
    "is_local": "true",
    "since": "2026-01-01",
    "before": "2026-02-01",
    "series": "Northern Relay",
    "titles": "Sintel",
    "libraries": "TV",
    "players": "Bedroom",
    "platforms": "webOS",
}


def history(reader: Reader, **query: str) -> str:
    answer = reader.get("/history", query)
    assert answer.status == 200
    return answer.text


def asked_of_the_api(page: str) -> dict[str, str]:
    (address,) = re.findall(r'data-plays="([^"]*)"', page)
    parts = urlsplit(unescape(address))
    assert parts.path == "/api/v1/history"
    return dict(parse_qsl(parts.query))


def options(page: str, name: str) -> dict[str, str]:
    """The choices of a select by their values; the chosen one ends with `*`."""
    (select,) = re.findall(rf'<select name="{name}">(.*?)</select>', page, re.DOTALL)
    found = re.findall(r'<option value="([^"]*)"( selected)?>([^<]*)<', select)
    return {value: unescape(word) + ("*" if chosen else "") for value, chosen, word in found}


def note(home: EmbeddedHome, server: str, *names: str) -> None:
    accounts = [Account(name, name) for name in names]
    note_accounts(home.documents, server, accounts, home.clock.now())


def people(home: EmbeddedHome) -> dict[str, str]:
    """The ids of people by their names."""
    page = PeopleApi(home).page(limit=100, include_hidden=True)
    return {one["name"]: one["id"] for one in page["people"]}


def test_every_filter_of_the_page_is_one_of_the_api(reader: Reader) -> None:
    """The page's address and the API's share their words, so that links can be made of either."""
    assert set(ASKED) == set(plays.FILTERS) <= set(HistoryQuery.model_fields) | {"people"}
    page = history(reader, **ASKED, after="a1", utm_source="elsewhere")
    assert asked_of_the_api(page) == {**ASKED, "after": "a1"}


def test_files_are_of_the_same_plays(reader: Reader) -> None:
    """With the filters, without the place within the list."""
    page = history(reader, search="amber", after="a1")
    found = [unescape(one) for one in re.findall(r'href="(/api/v1/history/export[^"]*)"', page)]
    assert found == [
        f"/api/v1/history/export?search=amber&format={form}" for form in ("csv", "parquet")
    ]


def test_further_pages_keep_the_choice(reader: Reader) -> None:
    """The script adds only the place; from the start means without it."""
    (suffix,) = re.findall(r'data-page="([^"]*)"', history(reader, series="A & B", after="a1"))
    assert unescape(suffix) == "?series=A+%26+B"


def test_what_is_chosen_stands_in_the_form(reader: Reader, home: EmbeddedHome) -> None:
    """Also what came by a link of a play; filters that lie folded away are opened."""
    connect(home)
    page = history(reader, **ASKED)
    assert options(page, "servers") == {"": "any", "attic": "Attic*"}
    assert options(page, "is_local")["true"] == "at home*"
    for name in ("search", "since", "series", "platforms"):
        assert f'name="{name}" value="{ASKED[name].replace("&", "&amp;")}"' in page
    assert '<details class="more" open>' in page
    plain = history(reader)
    assert '<details class="more">' in plain
    assert 'name="series"' not in plain
    assert "Show all" in page
    assert "Show all" not in plain


def test_people_are_offered_but_for_hidden_ones(reader: Reader, home: EmbeddedHome) -> None:
    """By name; two of one name are told apart by their servers."""
    for name in ("attic", "cabin"):
        connect(home, name, kind=ConnectionKind.EMBY)
    note(home, "attic", "Zoe", "Alex", "Ghost")
    note(home, "cabin", "Alex")
    api, known = PeopleApi(home), people(home)
    api.split(known["Alex"], PersonSplit(accounts=[account_key("cabin", "Alex", "")]))
    api.change(known["Ghost"], PersonChange(hidden=True))

    names = list(options(history(reader), "people").values())
    assert names == ["any", "Alex (Attic)", "Alex (Cabin)", "Zoe"]


def test_a_hidden_person_who_is_asked_for_stays_chosen(reader: Reader, home: EmbeddedHome) -> None:
    """Else the next press of Show would quietly be about everybody."""
    connect(home)
    note(home, "attic", "Ghost")
    (ghost,) = people(home).values()
    PeopleApi(home).change(ghost, PersonChange(hidden=True))
    page = history(reader, people=ghost)
    assert options(page, "people") == {"": "any", ghost: "Ghost (hidden)*"}
    assert asked_of_the_api(page) == {"people": ghost}


def test_who_and_what_is_gone_stays_chosen(reader: Reader) -> None:
    """A bookmark of a person or server that is no more says so."""
    page = history(reader, people="p-gone", servers="s-gone")
    assert options(page, "people")["p-gone"] == "nobody we know*"
    assert options(page, "servers")["s-gone"] == "a server that is gone*"


def test_without_scripts_there_is_a_way_to_the_plays(reader: Reader) -> None:
    """The same question, as JSON."""
    assert '<a href="/api/v1/history?search=amber">' in history(reader, search="amber")


def test_a_play_that_goes_on_is_news(home: EmbeddedHome, clock: FakeClock) -> None:
    """Open pages are told of every step of a viewing, not only of its beginning and end."""
    part = plays.ROOM.part("plays")
    versions = [part.version(home.documents)]
    for state in (MarkState.STARTED, MarkState.PLAYING, MarkState.PAUSED, MarkState.STOPPED):
        clock.advance(60)
        mark = Mark(at=clock.now(), state=state, source=Source.SOCKET, position_ms=60_000)
        item = PlayedItem(item_id="51", title="Sintel", media_type="movie", duration_ms=888_000)
        one = Observation(
            connection_id="attic",
            server_kind=ConnectionKind.PLEX,
            source=Source.SOCKET,
            item=item,
            session_key="7",
            marks=(mark,),
        )
        observe(home, [one])
        versions.append(part.version(home.documents))
    assert len(set(versions)) == len(versions)


def test_hostile_filters_stay_text(reader: Reader, home: EmbeddedHome) -> None:
    """The address of a page can come from anywhere, the names of servers and people too."""
    connect(home, name=HOSTILE)
    note(home, "attic", HOSTILE)
    page = history(reader, **dict.fromkeys([*plays.FILTERS, "after"], HOSTILE))
    assert HOSTILE in Elements(page).text
    assert_harmless(page)
