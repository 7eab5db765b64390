"""The page of people: why accounts are one human, and the owner's word about it."""

import re
from html import unescape

import pytest

from showrunner.connections.store import ConnectionStore
from showrunner.people.accounts import note_accounts
from showrunner.people.api import PeopleApi, PersonChange, PersonLink, PersonSplit
from showrunner.people.models import Account, account_key
from showrunner.web.rooms import people
from showrunner.wiring import EmbeddedHome
from tests.unit.live.builders import connect
from tests.unit.web.conftest import Reader
from tests.unit.web.test_automation_rooms import text_of
from tests.unit.web.test_page import HOSTILE, Elements, assert_harmless


def shown(reader: Reader, **query: str) -> str:
    answer = reader.get("/people", query)
    assert answer.status == 200
    return answer.text


def ids(home: EmbeddedHome) -> dict[str, str]:
    page = PeopleApi(home).page(limit=100, include_hidden=True)
    return {one["name"]: one["id"] for one in page["people"]}


def cards(page: str) -> dict[str, str]:
    """What each person's card says, by the name."""
    found = re.findall(r'<article class="card connection".*?</article>', page, re.DOTALL)
    return {re.findall(r'people=[^"]*">([^<]*)<', one)[0]: one for one in found}


@pytest.fixture
def world(home: EmbeddedHome) -> None:
    """Anna on two servers by e-mail, Sam on two by name, Bert on one."""
    documents, now = home.documents, home.clock.now()
    for name in ("attic", "cabin"):
        connect(home, name)
    attic = [Account("a1", "anna", "anna@example.org"), Account("a2", "sam"), Account("a3", "Bert")]
    note_accounts(documents, "attic", attic, now)
    cabin = [Account("c1", "Anni", "Anna@example.org"), Account("c2", "Sam")]
    note_accounts(documents, "cabin", cabin, now)


@pytest.mark.usefixtures("world")
def test_each_account_says_why_it_is_this_persons(reader: Reader) -> None:
    """Sure reasons and guesses are told apart; e-mail addresses are masked."""
    page = shown(reader)
    found = {name: text_of(card) for name, card in cards(page).items()}
    assert set(found) == {"anna", "sam", "Bert"}
    assert "anna on Attic Somebody else same e-mail a***@example.org" in found["anna"]
    assert "Anni on Cabin Somebody else same e-mail A***@example.org" in found["anna"]
    assert found["sam"].count("same user name (not sure)") == 2
    assert "Somebody else" not in found["Bert"]
    assert "anna@example" not in page.lower()


@pytest.mark.usefixtures("world")
def test_names_lead_to_the_plays(reader: Reader, home: EmbeddedHome) -> None:
    """A person of the list is a filter of the history."""
    assert f'<a href="/history?people={ids(home)["Bert"]}">Bert</a>' in shown(reader)


@pytest.mark.usefixtures("world")
def test_buttons_send_what_the_api_takes(reader: Reader, home: EmbeddedHome) -> None:
    """Each body is read by the API's own models; a split asks first, for its plays go along."""
    known, page = ids(home), shown(reader)
    card = cards(page)["anna"]
    (split, *_), address = (
        [unescape(one) for one in re.findall(r"data-body='([^']*accounts[^']*)'", card)],
        f"/api/v1/people/{known['anna']}/split",
    )
    given = PersonSplit.model_validate_json(split)
    assert given.accounts == [account_key("attic", "a1", "")]
    assert card.count(f'data-address="{address}"') == 2
    assert card.count("data-confirm=") == 2
    (hide,) = re.findall(r"data-body='([^']*hidden[^']*)'", card)
    assert PersonChange.model_validate_json(unescape(hide)).hidden is True
    others = re.findall(r'<option value="([^"]*)">([^<]*)<', card)
    assert [name for _, name in others] == ["Bert", "sam"]
    PersonLink(person_ids=[known["anna"], others[0][0]])
    assert f'data-with="{known["anna"]}"' in card


@pytest.mark.usefixtures("world")
def test_the_owners_word_can_be_taken_back(reader: Reader, home: EmbeddedHome) -> None:
    """A link and a split each stand on the card with their own Undo, until it is pressed."""
    api, known = PeopleApi(home), ids(home)
    assert "Undo" not in shown(reader)
    api.link(PersonLink(person_ids=[known["sam"], known["Bert"]]))
    api.split(known["anna"], PersonSplit(accounts=[account_key("cabin", "c1", "")]))
    page = shown(reader)
    found = {name: text_of(card) for name, card in cards(page).items()}
    assert "linked by you" in found["sam"]
    assert "You said that these are one person Undo" in found["sam"]
    assert "You said that an account is somebody else Undo" in found["Anni"]

    undone = set(re.findall(r'data-address="/api/v1/people/decisions/([^"]*)"', page))
    for decision_id in undone:
        api.undo(decision_id)
    assert len(undone) == 2
    page = shown(reader)
    assert "Undo" not in page
    assert set(cards(page)) == {"anna", "sam", "Bert"}


@pytest.mark.usefixtures("world")
def test_hidden_people_stand_apart_and_can_be_shown_again(
    reader: Reader, home: EmbeddedHome
) -> None:
    """Folded away below the others, and said to be hidden."""
    PeopleApi(home).change(ids(home)["Bert"], PersonChange(hidden=True))
    page = shown(reader)
    before, _, folded = page.partition("1 hidden person")
    assert set(cards(before)) == {"anna", "sam"}
    assert "Bert hidden" in text_of(folded)
    assert "Show in lists again" in folded
    assert "Bert (hidden)" in cards(before)["anna"]


@pytest.mark.usefixtures("world")
def test_people_are_found_by_any_of_their_names(reader: Reader) -> None:
    """And whoever is not found can still be chosen as the same person."""
    page = shown(reader, search="ANNI")
    assert set(cards(page)) == {"anna"}
    assert ">Bert</option>" in page
    assert "Nobody is called that." in shown(reader, search="zzz")


def test_nobody_yet_says_where_people_come_from(reader: Reader) -> None:
    """An empty list names the next step."""
    assert "People appear with the first play" in shown(reader)
    assert '<a href="/sync">synced</a>' in shown(reader)


def test_many_people_are_paged(reader: Reader, home: EmbeddedHome) -> None:
    """A hundred at a time; the link keeps the search."""
    connect(home)
    many = [Account(f"u{number}", f"Guest {number:03}") for number in range(103)]
    note_accounts(home.documents, "attic", many, home.clock.now())
    page = shown(reader, search="guest")
    (further,) = re.findall(r'href="(\?[^"]*)">Further people', page)
    assert "search=guest" in further
    after = dict(re.findall(r"(after)=([^&]*)", unescape(further)))
    assert len(cards(page)) + len(cards(shown(reader, search="guest", **after))) == 103


@pytest.mark.usefixtures("world")
def test_whoever_changes_is_news(home: EmbeddedHome) -> None:
    """A rename and a new account make open pages ask again; the same again does not."""
    part, documents = people.ROOM.part("people"), home.documents
    versions = [part.version(documents)]
    PeopleApi(home).change(ids(home)["Bert"], PersonChange(name="Bertie"))
    versions.append(part.version(documents))
    note_accounts(documents, "attic", [Account("a9", "Nina")], home.clock.now())
    versions.append(part.version(documents))
    assert len(set(versions)) == 3
    note_accounts(documents, "attic", [Account("a9", "Nina")], home.clock.now())
    assert part.version(documents) == versions[-1]


def test_hostile_names_stay_text(reader: Reader, home: EmbeddedHome) -> None:
    """Names, addresses and servers come from outside, and a server can be gone."""
    connect(home, name=HOSTILE)
    for server in ("attic", "gone"):
        account = Account(HOSTILE, HOSTILE, f"{HOSTILE}@example.org")
        note_accounts(home.documents, server, [account], home.clock.now())
    ConnectionStore(home.documents).delete("gone")
    page = shown(reader, search=HOSTILE)
    assert HOSTILE in Elements(page).text
    assert "on a server that is gone" in text_of(page)
    assert_harmless(page)
