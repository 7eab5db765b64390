"""From which addresses and with which players each person watches."""

# The SQL is put together from our own columns; values are always bound.
# ruff: noqa: S608

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.begun import begun_kept
from showrunner.history.analytics.core.dimensions import PERSON
from showrunner.history.analytics.core.people import with_people
from showrunner.history.analytics.people.geoip import is_at_home

_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


class PlayerUse(NamedTuple):
    """`key` tells players apart; `first_s` is when the person first used it in the range."""

    key: str
    name: str | None
    device: str | None
    platform: str | None
    plays: int
    first_s: int


@dataclass(slots=True)
class Sources:
    """`known` are the keys of the players that the person used before the range."""

    person_id: str | None
    name: str | None
    addresses: set[str] = field(default_factory=set)
    players: list[PlayerUse] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    @property
    def new_players(self) -> list[PlayerUse]:
        """Newest first; who never watched before has none that are new."""
        new = [one for one in self.players if self.known and one.key not in self.known]
        return sorted(new, key=lambda one: (-one.first_s, one.key))


def sources(asked: Asked) -> dict[str, Sources]:
    """Of everybody who began a play in the range, by the key of the person."""
    found: dict[str, Sources] = {}
    for person, person_id, name, player in _players(asked):
        of_person = found.setdefault(person, Sources(person_id, name))
        of_person.name = of_person.name or name
        of_person.players.append(player)
    for person, address in _addresses(asked):
        if person in found and not is_at_home(address):
            found[person].addresses.add(address)
    for person, key in _before(asked):
        if person in found:
            found[person].known.add(key)
    return found


_PLAYER: Mapping[str, str] = {
    **PERSON,
    **{name: name for name in ("player_id", "player_name", "device", "platform")},
}

_KEY = "coalesce('id ' || player_id, 'name ' || concat_ws(' ', player_name, device, platform))"
"""Players without an id are one if all that is known of them is the same."""


def _players(asked: Asked) -> list[tuple[str, str | None, str | None, PlayerUse]]:
    rows = _by_person(
        asked,
        begun_kept(asked, _PLAYER, sums="count(*) AS plays, min(began_s) AS first_s"),
        f"max(person_id), max(person_name), {_KEY} AS key, max(player_name), max(device), "
        "max(platform), sum(plays)::BIGINT, min(first_s)",
        "key",
    )
    return [(person, person_id, name, PlayerUse(*use)) for person, person_id, name, *use in rows]


def _addresses(asked: Asked) -> list[tuple[str, str]]:
    """Those that are not local."""
    columns = {**PERSON, "address": "address"}
    counted = begun_kept(asked, columns, where="is_local IS NOT true AND address IS NOT NULL")
    return _by_person(asked, counted, "address", "address")


def _before(asked: Asked) -> list[tuple[str, str]]:
    """The players that people used before the range."""
    earlier = asked.during(_EARLIEST, asked.scope.since)
    return _by_person(asked, begun_kept(earlier, _PLAYER), f"{_KEY} AS key", "key")


def _by_person(asked: Asked, counted: tuple[str, list[Any]], columns: str, group: str) -> list[Any]:
    people, owners = with_people(counted[0], asked.directory)
    return asked.rows(
        f"SELECT person, {columns} FROM ({people}) WHERE person IS NOT NULL "
        f"GROUP BY person, {group} ORDER BY ALL",
        [*counted[1], *owners],
    )
