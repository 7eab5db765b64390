"""The owner's word on who is who: link, split, and taking either back."""

from collections.abc import Sequence
from datetime import datetime

from showrunner.connections.refusals import wrong_field
from showrunner.errors import ConflictError, NotFoundError
from showrunner.ids import time_id
from showrunner.people.models import Decision
from showrunner.people.settling import (
    ACCOUNTS,
    DECISIONS,
    PENDING,
    PERSONS,
    Change,
    next_version,
    settle,
)
from showrunner.ports.documents import ABSENT, Delete, Document, Documents, Put, each

_MOST_ACCOUNTS = 500
"""Of a decision: it is one document, and it is read with every other one."""


def present_person(documents: Documents, person_id: str) -> Document:
    """The person of that id, or the one that it became; raises NotFoundError."""
    person = documents.get(PERSONS, person_id)
    if person is None:
        raise NotFoundError(f"There is no person {person_id[:100]!r}: see /people.")
    merged_into = person.body["merged_into"]
    return present_person(documents, merged_into) if merged_into else person


def link(documents: Documents, person_ids: Sequence[str], now: datetime) -> str:
    """
    Make these persons one, whatever their accounts say; gives the id that it has, the oldest.

    Raises NotFoundError for an id that nobody has, InvalidInputError for fewer than two persons.
    """
    persons = {one.key: one for one in (present_person(documents, each) for each in person_ids)}
    if len(persons) < 2:  # noqa: PLR2004
        raise wrong_field("person_ids", "name two persons or more that are not one yet")
    keys = [key for person in persons.values() for key in _keys(person)]
    _decide(
        documents, Decision(id=time_id(now, " ".join(keys)), kind="link", sides=(keys,), at=now)
    )
    return min(persons)


def split(documents: Documents, person_id: str, account_keys: Sequence[str], now: datetime) -> str:
    """
    Make these accounts of a person another person; gives the id of that.

    The person that they leave keeps its id, its name and the rest of its accounts.
    Raises InvalidInputError for accounts of others, and when none would stay.
    """
    person = present_person(documents, person_id)
    going = [key for key in _keys(person) if key in account_keys]
    staying = [key for key in _keys(person) if key not in account_keys]
    if not going or set(account_keys) - set(going):
        raise wrong_field("accounts", "name accounts of this person, as its `accounts` do")
    if not staying:
        raise wrong_field("accounts", "leave the person at least one account")
    decision = Decision(
        id=time_id(now, " ".join(going)), kind="split", sides=(staying, going), at=now
    )
    new_id, changes = _keep_id(documents, person.key, staying, going)
    _decide(documents, decision, changes)
    return new_id


def undo(documents: Documents, decision_id: str) -> Decision:
    """Take a link or a split back: what it said is as if it had never been said."""
    document = documents.get(DECISIONS, decision_id)
    if document is None:
        raise NotFoundError(f"There is no decision {decision_id[:100]!r}: it was taken back.")
    decision = Decision.model_validate(document.body)
    forget = Delete(DECISIONS, decision_id, document.version)
    documents.write([forget, next_version(documents), *_to_settle(decision)])
    settle(documents)
    return decision


def decisions_about(documents: Documents, account_keys: Sequence[str]) -> list[Decision]:
    """What the owner decided about any of these accounts, oldest first."""
    found = (Decision.model_validate(one.body) for one in each(documents, DECISIONS))
    return [one for one in found if one.keys & set(account_keys)]


def _decide(documents: Documents, decision: Decision, changes: Sequence[Change] = ()) -> None:
    if len(decision.keys) > _MOST_ACCOUNTS:
        raise wrong_field("person_ids", f"these have over {_MOST_ACCOUNTS} accounts together")
    word = Put(DECISIONS, decision.id, decision.model_dump(mode="json"), ABSENT)
    documents.write([word, next_version(documents), *_to_settle(decision), *changes])
    settle(documents)


def _to_settle(decision: Decision) -> list[Put]:
    return [Put(PENDING, side[0], {}) for side in decision.sides]


def _keep_id(
    documents: Documents, person_id: str, staying: Sequence[str], going: Sequence[str]
) -> tuple[str, list[Change]]:
    """
    The id of those who go, and the changes by which those who stay keep theirs.

    A person's id is the oldest of its accounts' own ids: where that account goes, it
    changes ids with the oldest that stays.
    """
    found = {key: documents.get(ACCOUNTS, key) for key in (*staying, *going)}
    accounts = {key: one for key, one in found.items() if one}
    if len(accounts) < len(found):
        raise ConflictError("The person's accounts changed just now: load it again.")
    first_of = [
        min((accounts[key] for key in keys), key=lambda one: str(one.body["own_id"]))
        for keys in (staying, going)
    ]
    stays, goes = first_of
    if goes.body["own_id"] != person_id:
        return goes.body["own_id"], []
    swapped = ((stays, goes.body["own_id"]), (goes, stays.body["own_id"]))
    return stays.body["own_id"], [
        Put(ACCOUNTS, one.key, {**one.body, "own_id": own_id}, one.version)
        for one, own_id in swapped
    ]


def _keys(person: Document) -> list[str]:
    return [account["key"] for account in person.body["accounts"]]
