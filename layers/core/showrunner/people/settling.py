"""
Works out anew whose the accounts are that something new was said about.

Every change of what persons follow from (accounts, the owner's decisions) is written
together with a note in `people-pending`; the note goes in the last write of what
follows. So a process that dies leaves work for the next one, never half an answer
for good. `people-state` counts the changes: of two that work at the same time one
begins again.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from showrunner.errors import ConflictError
from showrunner.people.grouping import Group, grouped
from showrunner.people.models import Decision, StoredAccount
from showrunner.ports.clock import iso
from showrunner.ports.documents import ABSENT, Body, Delete, Document, Documents, Put, each

ACCOUNTS, SIGNS, PENDING = "accounts", "account-signs", "people-pending"
PERSONS, DECISIONS, STATE = "persons", "people-decisions", "people-state"
STATE_KEY = "people"
_TRIES = 20
_CHANGES_AT_ONCE = 24

Change = Put | Delete


def settle(documents: Documents) -> None:
    """Bring all persons up to date. Raises ConflictError when others write all the time."""
    for _ in range(_TRIES - 1):
        try:
            return _settle(documents)
        except ConflictError:
            continue
    return _settle(documents)


def version(documents: Documents) -> int:
    """Grows whenever an account changes its person, or a person its name."""
    state = documents.get(STATE, STATE_KEY)
    return state.version if state else ABSENT


def next_version(documents: Documents) -> Put:
    """The change that tells everybody that persons are others now."""
    return Put(STATE, STATE_KEY, {}, version(documents))


def _settle(documents: Documents) -> None:
    pending = list(each(documents, PENDING))
    if not pending:
        return
    step = next_version(documents)
    decisions = [Decision.model_validate(one.body) for one in each(documents, DECISIONS)]
    found = _reached(documents, [note.key for note in pending], decisions)
    accounts = {key: StoredAccount.model_validate(one.body) for key, one in found.items()}
    groups = grouped(accounts, decisions)
    changes: list[Change] = list(_changes(documents, found, accounts, groups))
    # By version: a note that was written again meanwhile asks for another look.
    changes += [Delete(PENDING, note.key, note.version) for note in pending]
    rest = iter(changes)
    while some := list(islice(rest, _CHANGES_AT_ONCE)):
        documents.write([step, *some])
        step = Put(STATE, STATE_KEY, {}, (step.version or 0) + 1)


def _reached(
    documents: Documents, keys: Iterable[str], decisions: Iterable[Decision]
) -> dict[str, Document]:
    """All accounts that share something with these, directly or through others."""
    found: dict[str, Document] = {}
    seen_signs: set[str] = set()
    ahead = set(keys)
    while ahead:
        key = ahead.pop()
        document = documents.get(ACCOUNTS, key)
        if document is None:
            continue
        found[key] = document
        account = StoredAccount.model_validate(document.body)
        near = {other for one in decisions if key in one.keys for other in one.keys}
        for sign in account.signs - seen_signs:
            near |= {one.key.partition("/")[2] for one in each(documents, SIGNS, prefix=f"{sign}/")}
        seen_signs |= account.signs
        near |= set(_members(documents, account.person_id))
        ahead |= near - found.keys()
    return found


def _members(documents: Documents, person_id: str | None) -> list[str]:
    person = documents.get(PERSONS, person_id) if person_id else None
    return [one["key"] for one in person.body["accounts"]] if person else []


def _changes(
    documents: Documents,
    found: Mapping[str, Document],
    accounts: Mapping[str, StoredAccount],
    groups: Iterable[Group],
) -> Iterator[Change]:
    """Each person that has other accounts than before, and each account of another person."""
    person_of: dict[str, str] = {}
    members_of: dict[str, list[StoredAccount]] = {}
    for group in groups:
        members = sorted((accounts[key] for key in group), key=lambda one: one.own_id)
        members_of[members[0].own_id] = members
        person_of |= {one.key: members[0].own_id for one in members}
    former = {one.person_id for one in accounts.values() if one.person_id}
    own = {one.own_id: one.key for one in accounts.values()}
    bodies = {one: documents.get(PERSONS, one) for one in sorted(former | own.keys())}
    for person_id, document in bodies.items():
        members = members_of.get(person_id, [])
        merged_into = person_of.get(own.get(person_id, "")) if not members else None
        if document is None and not members:
            continue
        names = [bodies[one.own_id] for one in members]
        body = _person(document, members, names, merged_into)
        if document is None or body != document.body:
            yield Put(PERSONS, person_id, body, document.version if document else ABSENT)
    for key, account in accounts.items():
        if account.person_id != person_of[key]:
            body = {**found[key].body, "person_id": person_of[key]}
            yield Put(ACCOUNTS, key, body, found[key].version)


def _person(
    document: Document | None,
    members: list[StoredAccount],
    merged: list[Document | None],
    merged_into: str | None,
) -> Body:
    """What the owner said of the person stays; the rest follows from its accounts."""
    before: dict[str, Any] = document.body if document else {}
    given = [one.body["given_name"] for one in merged if one and one.body.get("given_name")]
    seen = [iso(one.last_seen_at) for one in members]
    return {
        "given_name": before.get("given_name"),
        "hidden": before.get("hidden", False),
        "name": next(iter(given), None) or next((one.name for one in members if one.name), ""),
        "accounts": [_member(one) for one in members],
        "merged_into": merged_into,
        "last_seen_at": max([before.get("last_seen_at", ""), *seen]),
    }


def _member(account: StoredAccount) -> Body:
    told = {"connection_id", "id", "name", "email", "plex_account_id"}
    return {"key": account.key, **account.model_dump(include=told)}
