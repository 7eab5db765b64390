"""
The questions about libraries, answered item by item and play by play, in Python.

It shares no code with what it checks, only the words for what counts.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from showrunner.clients.records import CatalogueItem
from showrunner.plays.models import Play, PlayedItem
from tests.contract.analytics import slow

Thing = CatalogueItem | PlayedItem


@dataclass(frozen=True, eq=False)
class Held:
    """An item of a library, from when until when (None: it is still there)."""

    server: str
    library: str
    what: CatalogueItem
    added: datetime
    removed: datetime | None

    def is_there(self, moment: datetime) -> bool:
        """Just before that moment."""
        return self.added < moment and (self.removed is None or self.removed >= moment)


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def known(plays: Iterable[Play], held: Iterable[Held]) -> list[tuple[str, Thing, Play]]:
    """Plays that count, with what they were of: the library's words if it has the item."""
    items = {(one.server, one.what.item_id): one.what for one in held}
    return [
        (
            play.connection_id,
            items.get((play.connection_id, play.item.item_id or ""), play.item),
            play,
        )
        for play in plays
        if slow.counts(play)
    ]


def name(thing: Thing) -> Any:
    title, series = (thing.title or "").lower(), (thing.series_title or "").lower()
    if thing.media_type == "movie":
        return ("movie", title, thing.year)
    if not series:
        return None
    if thing.media_type == "episode" and None not in (thing.season_number, thing.episode_number):
        return ("episode", series, thing.season_number, thing.episode_number)
    return (thing.media_type, series, title)


def imdb(thing: Thing) -> str | None:
    return thing.provider_ids.get("imdb")


def moments(one: Held, played: list[tuple[str, Thing, Play]], *, on: str) -> list[int]:
    """When the item was played, in seconds: by its id, and elsewhere by IMDb's or its name."""
    own = [
        play
        for server, _, play in played
        if (server, play.item.item_id) == (one.server, one.what.item_id)
    ]
    if on == "any_server":
        named = [(thing, play) for _, thing, play in played if name(thing) == name(one.what)]
        ids = {imdb(thing) for thing, _ in named} - {None}
        is_other = one.what.media_type == "movie" and (
            len(ids) > 1 or (ids and imdb(one.what) is not None and ids != {imdb(one.what)})
        )
        own += [] if is_other or name(one.what) is None else [play for _, play in named]
        own += [
            play
            for _, thing, play in played
            if imdb(thing)
            and (imdb(thing), thing.media_type) == (imdb(one.what), one.what.media_type)
        ]
    return sorted(seconds(play.started_at) for play in own)


def sums(held: Iterable[Held]) -> dict[str, int]:
    some = [one.what for one in held]
    return {
        "items": len(some),
        "seconds": sum((one.duration_ms or 0) // 1000 for one in some),
        "size_bytes": sum(one.size_bytes or 0 for one in some),
        "unknown_length": sum(one.duration_ms is None for one in some),
        "unknown_size": sum(one.size_bytes is None for one in some),
    }


def by_library(held: Iterable[Held]) -> dict[tuple[str, str], list[Held]]:
    found: dict[tuple[str, str], list[Held]] = defaultdict(list)
    for one in held:
        found[one.server, one.library].append(one)
    return found


def growth(
    held: list[Held], days: list[str], label: Callable[[datetime], str], before: datetime
) -> dict[str, list[int]]:
    """Items that came, went and were there at the end of each day."""
    came = Counter(label(one.added) for one in held if one.added < before)
    went = Counter(label(one.removed) for one in held if one.removed and one.removed < before)
    first = sum(n for day, n in came.items() if day < days[0])
    first -= sum(n for day, n in went.items() if day < days[0])
    there = [first]
    for day in days:
        there.append(there[-1] + came[day] - went[day])
    return {
        "added": [came[day] for day in days],
        "removed": [went[day] for day in days],
        "held": there[1:],
    }


def quantile(values: list[int], part: float) -> float | None:
    """Between two values in proportion."""
    if not values:
        return None
    ordered = sorted(values)
    place = part * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def used(
    plays: list[Play], since: datetime, before: datetime
) -> dict[tuple[str, str | None], list[int]]:
    """Plays and watch time of the range by item."""
    return slow.tally(plays, since, before, lambda play: (play.connection_id, play.item.item_id))


def top_tenth(counts: list[int], items: int) -> int:
    return sum(sorted(counts, reverse=True)[: -(-items // 10)])
