"""Whose an account is, and which accounts a person has: for everything that shows plays."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

from showrunner.errors import NotFoundError
from showrunner.people.models import account_key
from showrunner.people.settling import PERSONS, version
from showrunner.ports.documents import Body, Documents, each


@dataclass(frozen=True, slots=True)
class PersonName:
    """`id` is ours, for good; `name` as the owner or a server says it."""

    id: str
    name: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class AccountName:
    """How plays name an account; `id` "": by its name alone."""

    connection_id: str
    id: str
    name: str


class Directory:
    """
    All persons and accounts at one moment (`version`).

    `Directory.of(documents)` reads them when they changed since it was last asked in
    this process; else that is one small read.
    """

    def __init__(self, version: int, persons: Iterable[tuple[str, Body]]) -> None:
        self.version = version
        self._persons = dict(persons)

    @classmethod
    def of(cls, documents: Documents) -> "Directory":
        """The present one."""
        now = version(documents)
        with _reading:
            known = _known.get(documents)
            if known is None or known.version != now:
                known = cls(now, ((one.key, one.body) for one in each(documents, PERSONS)))
                _known[documents] = known
            return known

    def person(self, person_id: str) -> PersonName:
        """The person of that id, or the one that it became; raises NotFoundError."""
        found_id = self.present_id(person_id)
        body = self._persons[found_id]
        return PersonName(found_id, body["name"], body["hidden"])

    def present_id(self, person_id: str) -> str:
        """Ids of persons that turned out to be one all lead to it; raises NotFoundError."""
        body = self._persons.get(person_id)
        if body is None:
            raise NotFoundError(f"There is no person {person_id[:100]!r}: see /people.")
        merged_into = body["merged_into"]
        return self.present_id(merged_into) if merged_into else person_id

    def person_of(
        self, connection_id: str, account_id: str | None, name: str | None
    ) -> PersonName | None:
        """Who uses an account; None for one that was never noted."""
        person_id = self._by_account.get(account_key(connection_id, account_id or "", name or ""))
        return self.person(person_id) if person_id else None

    def accounts(self, person_ids: Iterable[str]) -> list[AccountName]:
        """All accounts of these persons; raises NotFoundError for an id that nobody has."""
        found_ids = {self.present_id(person_id): None for person_id in person_ids}
        return [
            AccountName(one["connection_id"], one["id"], one["name"])
            for person_id in found_ids
            for one in self._persons[person_id]["accounts"]
        ]

    def owners(self) -> tuple[tuple[AccountName, PersonName], ...]:
        """Every account that was noted, with the person whose it is."""
        return self._owners

    @cached_property
    def hidden_ids(self) -> tuple[str, ...]:
        return tuple(
            person_id
            for person_id, body in self._persons.items()
            if body["hidden"] and body["accounts"]
        )

    @cached_property
    def _owners(self) -> tuple[tuple[AccountName, PersonName], ...]:
        return tuple(
            (account, self.person(person_id))
            for person_id, body in self._persons.items()
            if body["accounts"]
            for account in self.accounts([person_id])
        )

    @cached_property
    def _by_account(self) -> dict[str, str]:
        return {
            account["key"]: person_id
            for person_id, body in self._persons.items()
            for account in body["accounts"]
        }


_known: WeakKeyDictionary[Documents, Directory] = WeakKeyDictionary()
_reading = threading.Lock()
