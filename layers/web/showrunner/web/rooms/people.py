"""People: which accounts are one human, why, and the owner's word about it."""

from collections.abc import Iterable, Mapping
from typing import Any

from showrunner.people.api import MOST_ON_A_PAGE, PeopleApi
from showrunner.people.settling import STATE, STATE_KEY
from showrunner.ports.clock import from_iso
from showrunner.ports.documents import Document, Documents
from showrunner.web.person_choices import person_choices
from showrunner.web.rooms.models import Part, Place, Room, View
from showrunner.wiring import home

REASONS = {
    "email": "same e-mail",
    "plex_account_id": "same Plex account",
    "user_name": "same user name",
    "owner": "linked by you",
}


def _load(view: View) -> Mapping[str, Any]:
    page = PeopleApi(home()).page(
        limit=MOST_ON_A_PAGE,
        after=view.asked("after") or None,
        search=view.asked("search"),
        include_hidden=True,
    )
    people = [_person(one) for one in page["people"]]
    return {
        "shown": [one for one in people if not one["hidden"]],
        "hidden": [one for one in people if one["hidden"]],
        "names": person_choices(view.documents, with_hidden=True),
        "next": page["next"],
        "search": view.asked("search"),
    }


def _person(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **body,
        "last_seen_at": from_iso(body["last_seen_at"]) if body["last_seen_at"] else None,
        "accounts": [{**one, "why": _why(one["reasons"])} for one in body["accounts"]],
    }


def _why(reasons: Iterable[Mapping[str, Any]]) -> str:
    """`same e-mail a***@example.org; same user name (not sure)`."""
    said = []
    for one in reasons:
        value = f" {one['value']}" if one["kind"] == "email" else ""
        said.append(f"{REASONS[one['kind']]}{value}{'' if one['is_sure'] else ' (not sure)'}")
    return "; ".join(said)


def _watch(documents: Documents) -> Iterable[Document]:
    state = documents.get(STATE, STATE_KEY)
    return [state] if state else []


ROOM = Room(
    name="people",
    path="/people",
    title="People",
    group="history",
    tab="People",
    parts=(Part("people", "People", Place.TOP, _load, _watch, "/api/v1/people"),),
)
