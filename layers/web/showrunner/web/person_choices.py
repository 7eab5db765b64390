"""The people among whom a reader can choose."""

from collections import Counter
from collections.abc import Iterable, Iterator

from showrunner.connections.store import ConnectionStore
from showrunner.people.settling import PERSONS
from showrunner.ports.documents import Body, Documents, each

Choice = tuple[str, str]
"""An id and the words for it."""


def person_choices(
    documents: Documents, *, with_hidden: bool = False, asked: Iterable[str] = ()
) -> list[Choice]:
    """
    By name; those who share theirs are told apart by their servers.

    `asked` are ids that stand in the list in any case, hidden or unknown as they may be:
    else a form would quietly ask for everybody.
    """
    bodies = {one.key: one.body for one in each(documents, PERSONS) if one.body["accounts"]}
    wanted = {key for key, body in bodies.items() if with_hidden or not body["hidden"]}
    wanted |= set(asked)
    names = Counter(bodies[key]["name"].casefold() for key in wanted & bodies.keys())
    servers = {one.id: one.name for one in ConnectionStore(documents).list()}
    choices = [
        (key, " ".join(_words(bodies[key], names, servers)) if key in bodies else "nobody we know")
        for key in wanted
    ]
    return sorted(choices, key=lambda choice: (choice[1].casefold(), choice[0]))


def _words(body: Body, names: Counter[str], servers: dict[str, str]) -> Iterator[str]:
    yield body["name"]
    if names[body["name"].casefold()] > 1:
        seen_on = {servers.get(one["connection_id"], "") for one in body["accounts"]}
        yield f"({', '.join(sorted(filter(None, seen_on))) or 'a server that is gone'})"
    if body["hidden"]:
        yield "(hidden)"
