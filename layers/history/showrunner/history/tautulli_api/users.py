"""Persons as Tautulli's users: each human once, however many accounts, with a number."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from showrunner.connections.refusals import wrong_field
from showrunner.history.tautulli_api.numbers import numbered
from showrunner.people.api import masked
from showrunner.people.directory import Directory
from showrunner.people.settling import PERSONS
from showrunner.ports.documents import Body, Documents, each


@dataclass(frozen=True, slots=True)
class User:
    """
    `number`: the id at plex.tv, as Tautulli has it; of who has none there a number made
    from `person_id`, which stays as well. `email` is masked; "": nobody said.
    """

    number: int
    person_id: str
    name: str
    user_name: str
    email: str
    is_hidden: bool


NOBODY = User(0, "", "Local", "Local", "", is_hidden=False)
"""Whom Tautulli has for plays that name no account; ours are also of those nobody noted."""


class Users:
    """All persons with accounts, at one version of the directory."""

    def __init__(self, directory: Directory, users: Iterator[User]) -> None:
        self._directory = directory
        self._by_person = {user.person_id: user for user in users}
        self._by_number = {user.number: user for user in self._by_person.values()}

    @classmethod
    def of(cls, documents: Documents) -> "Users":
        """The present ones; read again only when persons changed."""
        directory = Directory.of(documents)
        with _reading:
            version, known = _known.get(documents, (None, None))
            if known is None or version != directory.version:
                known = cls(directory, _read(documents))
                _known[documents] = directory.version, known
            return known

    def shown(self) -> list[User]:
        """Those whom the owner did not hide, by name."""
        found = (user for user in self._by_person.values() if not user.is_hidden)
        return sorted(found, key=lambda user: (user.name.casefold(), user.number))

    def person(self, person_id: str | None) -> User:
        """The user of a person's id; NOBODY without one."""
        return self._by_person.get(person_id or "", NOBODY)

    def account(self, connection_id: str, account_id: str | None, name: str | None) -> User:
        """Whose an account is; NOBODY for one that was never noted, with its own name."""
        person = self._directory.person_of(connection_id, account_id, name)
        if person:
            return self.person(person.id)
        return User(0, "", name, name, "", is_hidden=False) if name else NOBODY

    def numbered(self, number: int, field: str = "user_id") -> User:
        """Raises InvalidInputError that names `field` for a number that nobody has."""
        if found := self._by_number.get(number):
            return found
        raise wrong_field(field, f"nobody has the number {number}: see cmd=get_users")

    def named(self, name: str, field: str = "user") -> User:
        """By the name shown or a user name. Raises InvalidInputError that names `field`."""
        wanted = name.casefold()
        for user in self._by_person.values():
            if wanted in (user.name.casefold(), user.user_name.casefold()):
                return user
        raise wrong_field(field, "nobody has this name: see cmd=get_users")


_known: WeakKeyDictionary[Documents, tuple[int, Users]] = WeakKeyDictionary()
_reading = threading.Lock()


def _read(documents: Documents) -> Iterator[User]:
    bodies = {one.key: one.body for one in each(documents, PERSONS) if one.body["accounts"]}
    at_plex = {key: number for key, body in bodies.items() if (number := _number_at_plex(body))}
    made = numbered((key,) for key in bodies)
    for key, body in bodies.items():
        accounts = body["accounts"]
        email = next((one["email"] for one in accounts if one.get("email")), "")
        yield User(
            number=at_plex.get(key) or made[key,],
            person_id=key,
            name=body["name"],
            user_name=accounts[0]["name"] or body["name"],
            email=masked(email) if email else "",
            is_hidden=body["hidden"],
        )


def _number_at_plex(person: Body) -> int | None:
    found = [str(one.get("plex_account_id") or "") for one in person["accounts"]]
    return min((int(one) for one in found if one.isascii() and one.isdecimal()), default=None)
