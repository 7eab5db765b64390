"""The accounts that were seen on servers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from showrunner.connections.models import ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.errors import ConflictError, NotFoundError
from showrunner.ids import time_id
from showrunner.people.models import Account, StoredAccount, account_key
from showrunner.people.settling import ACCOUNTS, PENDING, PERSONS, SIGNS, settle
from showrunner.ports.clock import from_iso, iso
from showrunner.ports.documents import Delete, Document, Documents, Put, each

_SEEN_EVERY = timedelta(hours=1)
_FEW = 20
"""Of more it is cheaper to read all the accounts of the server."""
_TRIES = 10


def note_accounts(
    documents: Documents, connection_id: str, accounts: Sequence[Account], now: datetime
) -> int:
    """
    Remember accounts of a server and whose they are; how many were new or said something new.

    What is not said (None, "") leaves what is known. When nothing is new this is one
    read an account, and once an hour one write. Raises ConflictError when others
    write all the time; then call it again.
    """
    told = {account_key(connection_id, one.id, one.name): one for one in accounts if _is_one(one)}
    known = _known(documents, connection_id, list(told))
    new = {key: one for key, one in told.items() if key not in known}
    if new:
        _add(documents, connection_id, new, now)
    changed = sum(
        _note(documents, told[key], document, now) for key, document in known.items() if key in told
    )
    if new or changed:
        settle(documents)
    return len(new) + changed


def _is_plex(documents: Documents, connection_id: str) -> bool:
    try:
        return ConnectionStore(documents).get(connection_id).kind is ConnectionKind.PLEX
    except NotFoundError:
        return False


def _with_plex_id(account: Account) -> Account:
    """A Plex server names everybody by the id at plex.tv, but its owner (1) and nobody (0)."""
    if account.plex_account_id or not account.id.isdecimal() or int(account.id) <= 1:
        return account
    return replace(account, plex_account_id=account.id)


def _is_one(account: Account) -> bool:
    return bool(account.id or account.name)


def _known(documents: Documents, connection_id: str, keys: list[str]) -> dict[str, Document]:
    if len(keys) > _FEW:
        return {one.key: one for one in each(documents, ACCOUNTS, prefix=f"{connection_id}/")}
    found = (documents.get(ACCOUNTS, key) for key in keys)
    return {document.key: document for document in found if document}


def _add(
    documents: Documents, connection_id: str, accounts: Mapping[str, Account], now: datetime
) -> None:
    """
    Any number of accounts at once.

    Each is stored last: what was written before it means nothing without it. One that
    stays without a person, because the process died, is worked out when next noted.
    """
    is_plex = _is_plex(documents, connection_id)
    stored = {
        key: _said(
            StoredAccount(
                connection_id=connection_id,
                id=account.id,
                name="",
                own_id=time_id(now, key),
                last_seen_at=now,
            ),
            _with_plex_id(account) if is_plex else account,
        )
        for key, account in accounts.items()
    }
    documents.add_all(
        SIGNS, {f"{sign}/{key}": {} for key, one in stored.items() for sign in one.signs}
    )
    documents.add_all(PENDING, {key: {} for key in stored})
    documents.add_all(ACCOUNTS, {key: one.model_dump(mode="json") for key, one in stored.items()})


def _note(documents: Documents, account: Account, document: Document, now: datetime) -> bool:
    for _ in range(_TRIES):
        before = StoredAccount.model_validate(document.body)
        after = _said(before, account)
        if after == before and before.person_id:
            _note_seen(documents, before, document, now)
            return False
        try:
            _write(documents, before, after, document.version)
        except ConflictError:
            document = documents.get(ACCOUNTS, document.key) or document
        else:
            return True
    raise ConflictError(f"The accounts of {after.connection_id} change all the time: try again.")


def _said(before: StoredAccount, account: Account) -> StoredAccount:
    said = {
        "name": account.name.strip(),
        "email": (account.email or "").strip(),
        "plex_account_id": account.plex_account_id,
    }
    return before.model_copy(update={name: value for name, value in said.items() if value})


def _write(documents: Documents, before: StoredAccount, after: StoredAccount, version: int) -> None:
    """The account, what it can be found by, and the note that its person is to be worked out."""
    documents.write(
        [
            Put(ACCOUNTS, after.key, after.model_dump(mode="json"), version),
            Put(PENDING, after.key, {}),
            *(Put(SIGNS, f"{sign}/{after.key}", {}) for sign in after.signs - before.signs),
            *(Delete(SIGNS, f"{sign}/{after.key}") for sign in before.signs - after.signs),
        ]
    )


def _note_seen(
    documents: Documents, account: StoredAccount, document: Document, now: datetime
) -> None:
    if now - account.last_seen_at < _SEEN_EVERY:
        return
    seen = {**document.body, "last_seen_at": iso(now)}
    changes = [Put(ACCOUNTS, document.key, seen, document.version)]
    person = documents.get(PERSONS, account.person_id) if account.person_id else None
    if person and from_iso(person.body["last_seen_at"]) < now:
        body = {**person.body, "last_seen_at": iso(now)}
        changes.append(Put(PERSONS, person.key, body, person.version))
    try:
        documents.write(changes)
    except ConflictError:
        return  # whoever wrote just now has seen it, too
