"""The people API's shapes, and what it does."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from showrunner.connections.store import ConnectionStore
from showrunner.people.decisions import decisions_about, link, present_person, split, undo
from showrunner.people.models import Decision
from showrunner.people.settling import PENDING, PERSONS, next_version, settle
from showrunner.ports.documents import Body, Document, Documents, Put
from showrunner.wiring import Home

MOST_ON_A_PAGE = 100

Name = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]
AccountKey = Annotated[str, Field(min_length=1, max_length=300)]
PersonId = Annotated[str, Field(min_length=1, max_length=100)]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PersonChange(_Input):
    """Any part; what is not sent stays. `name` null or empty: as the servers say it."""

    name: Name | None = None
    hidden: bool | None = None


class PersonLink(_Input):
    """The persons that are one human."""

    person_ids: Annotated[list[PersonId], Field(min_length=2, max_length=100)]


class PersonSplit(_Input):
    """The accounts, by the `key` that the API shows, that are somebody else."""

    accounts: Annotated[list[AccountKey], Field(min_length=1, max_length=500)]


class PeopleApi:
    """What can be done with people, each as the body of its answer."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._documents = home.documents
        # What a process that died left undone.
        settle(self._documents)

    def page(
        self,
        *,
        limit: int,
        after: str | None = None,
        search: str = "",
        include_hidden: bool = False,
    ) -> Body:
        """Persons by id, so those first who were seen first; `next`: the last id, or None."""
        wanted = _filter(search.casefold(), include_hidden=include_hidden)
        found = list(islice(_matching(self._documents, after, wanted), limit + 1))
        return {
            "people": self._shown(found[:limit]),
            "next": found[limit - 1].key if found[limit:] else None,
        }

    def get(self, person_id: str) -> Body:
        person = present_person(self._documents, person_id)
        return self._shown([person])[0]

    def change(self, person_id: str, given: PersonChange) -> Body:
        person = present_person(self._documents, person_id)
        said = given.model_dump(exclude_unset=True)
        body = dict(person.body)
        if "name" in said:
            body["given_name"] = said["name"] or None
        if said.get("hidden") is not None:
            body["hidden"] = said["hidden"]
        if body != person.body:
            self._documents.write(
                [
                    Put(PERSONS, person.key, body, person.version),
                    Put(PENDING, body["accounts"][0]["key"], {}),
                    next_version(self._documents),
                ]
            )
            settle(self._documents)
        return self.get(person.key)

    def link(self, given: PersonLink) -> Body:
        return self.get(link(self._documents, given.person_ids, self._home.clock.now()))

    def split(self, person_id: str, given: PersonSplit) -> Body:
        """Both persons: the one that stays, and the one that its accounts make now."""
        new_id = split(self._documents, person_id, given.accounts, self._home.clock.now())
        return {"person": self.get(person_id), "split_off": self.get(new_id)}

    def undo(self, decision_id: str) -> Body:
        """Those whom the link or split was about, as they are without it."""
        decision = undo(self._documents, decision_id)
        return {"people": self._shown(list(_persons_with(self._documents, decision.keys)))}

    def _shown(self, persons: Sequence[Document]) -> list[Body]:
        servers = {one.id: one.name for one in ConnectionStore(self._documents).list()}
        keys = [account["key"] for person in persons for account in person.body["accounts"]]
        decisions = decisions_about(self._documents, keys)
        return [_person(person, servers, decisions) for person in persons]


def masked(email: str) -> str:
    """`a***@example.org` of `anna@example.org`: enough for its owner to know it."""
    name, at, host = email.strip().partition("@")
    return f"{name[:1]}***{at}{host}"


def _filter(search: str, *, include_hidden: bool) -> Callable[[Document], bool]:
    def passes(person: Document) -> bool:
        body = person.body
        names = [body["name"], *(account["name"] for account in body["accounts"])]
        return (
            bool(body["accounts"])
            and (include_hidden or not body["hidden"])
            and any(search in name.casefold() for name in names)
        )

    return passes


def _matching(
    documents: Documents, after: str | None, wanted: Callable[[Document], bool]
) -> Iterator[Document]:
    while page := documents.list(PERSONS, after=after, limit=MOST_ON_A_PAGE):
        yield from filter(wanted, page)
        after = page[-1].key


def _persons_with(documents: Documents, keys: Iterable[str]) -> Iterator[Document]:
    wanted = set(keys)
    return _matching(
        documents, None, lambda one: any(own["key"] in wanted for own in one.body["accounts"])
    )


def _person(person: Document, servers: dict[str, str], decisions: Iterable[Decision]) -> Body:
    body, keys = person.body, {account["key"] for account in person.body["accounts"]}
    about = [one for one in decisions if one.keys & keys]
    reasons = _reasons(body["accounts"], about)
    return {
        "id": person.key,
        "name": body["name"],
        "given_name": body["given_name"],
        "hidden": body["hidden"],
        "last_seen_at": body["last_seen_at"],
        "accounts": [
            {
                "key": account["key"],
                "connection_id": account["connection_id"],
                "server": servers.get(account["connection_id"]),
                "id": account["id"],
                "name": account["name"],
                "reasons": reasons[account["key"]],
            }
            for account in body["accounts"]
        ],
        "decisions": [one.model_dump(mode="json") for one in about],
    }


def _reasons(accounts: Sequence[Body], decisions: Iterable[Decision]) -> dict[str, list[Body]]:
    """Why each account is this person's: what it has in common with another one of them."""
    bearers: dict[tuple[str, str], list[Body]] = defaultdict(list)
    for account in accounts:
        for kind in ("email", "plex_account_id", "name"):
            if value := account[kind]:
                bearers[kind, value.strip().casefold()].append(account)
    found: dict[str, list[Body]] = {account["key"]: [] for account in accounts}
    sides = [side for one in decisions for side in one.sides]
    for key, reasons in found.items():
        if any(key in side and len(found.keys() & set(side)) > 1 for side in sides):
            reasons.append({"kind": "owner", "value": None, "is_sure": True})
    for (kind, _), sharing in bearers.items():
        for account in sharing if len(sharing) > 1 else ():
            found[account["key"]].append(_reason(kind, account[kind]))
    return found


def _reason(kind: str, value: Any) -> Body:
    said = masked(value) if kind == "email" else value
    return {
        "kind": "user_name" if kind == "name" else kind,
        "value": said,
        "is_sure": kind != "name",
    }
