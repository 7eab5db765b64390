"""
Binges, parties, pauses, engagement, addresses and signs in the plainest way: play by play.

It shares no code with what it checks, only the words for what counts.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from math import acos, cos, radians, sin
from typing import Any

from showrunner.plays.models import Part, Play
from tests.contract.analytics.slow import counts

ANNA = {("plex-1", "1"), ("emby-1", "9")}
"""Her accounts in the fixture `people`."""


def human(play: Play) -> str | None:
    """Anna is one; an account that nobody noted is somebody by itself."""
    account = (play.connection_id, play.person.id or "")
    if account in ANNA:
        return "Anna"
    return f"{account[0]} {account[1]}" if account[1] else None


def seconds_of(moment: datetime) -> int:
    return int(moment.timestamp())


def end_s(part: Part) -> int:
    if part.stopped_at:
        return max(seconds_of(part.stopped_at), seconds_of(part.started_at))
    if part.watched_seconds is None:
        return seconds_of(part.started_at)
    return seconds_of(part.started_at) + part.watched_seconds + (part.paused_seconds or 0)


def begun(plays: Iterable[Play], since: datetime, before: datetime) -> list[Play]:
    return [one for one in plays if counts(one) and since <= one.started_at < before]


Span = tuple[int, int, Any]


def runs(spans: Iterable[Span], gap_seconds: int) -> Iterator[list[Span]]:
    """`(began, ended, what)` in pieces: each goes on soon after the one before it ended."""
    run: list[Span] = []
    for span in sorted(spans, key=lambda one: one[:2]):
        if run and span[0] - run[-1][1] > gap_seconds:
            yield run
            run = []
        run.append(span)
    if run:
        yield run


def binges(
    plays: Sequence[Play], since: datetime, before: datetime, least: int, gap_seconds: int
) -> list[tuple[str, str, int, int, int, int]]:
    """Who, what, first and last second, different episodes, seconds watched."""
    sittings: dict[tuple[str, str], list[Span]] = defaultdict(list)
    month = timedelta(days=31)
    for play in begun(plays, since - month, before + month):
        who, show = human(play), play.item.series_title
        if play.item.media_type == "episode" and who and show:
            number = (play.item.season_number, play.item.episode_number)
            for part in play.parts:
                facts = (number, part.watched_seconds or 0)
                sittings[who, show].append((seconds_of(part.started_at), end_s(part), facts))
    found = []
    for (who, show), spans in sittings.items():
        for run in runs(spans, gap_seconds):
            episodes = len({number for _, _, (number, _) in run})
            first, last = run[0][0], max(ended for _, ended, _ in run)
            if episodes >= least and seconds_of(since) <= first < seconds_of(before):
                watched = sum(seconds for _, _, (_, seconds) in run)
                found.append((who, show, first, last, episodes, watched))
    return found


def parties(
    plays: Sequence[Play], since: datetime, before: datetime, apart_seconds: int
) -> list[tuple[int, frozenset[str]]]:
    """When each began, and who was there."""
    titles: dict[Any, list[Span]] = defaultdict(list)
    day = timedelta(days=1)
    for play in begun(plays, since - day, before + day):
        item, who, at = play.item, human(play), seconds_of(play.started_at)
        if who and item.media_type in {"movie", "episode"}:
            title = (item.series_title, item.season_number, item.episode_number)
            key = (item.title, item.year) if item.media_type == "movie" else title
            titles[key].append((at, at, (who, item.provider_ids.get("imdb"))))
    found = []
    for spans in titles.values():
        for near in runs(spans, apart_seconds):
            for run in _same_movie(near, apart_seconds):
                guests = frozenset(who for _, _, (who, _) in run)
                if len(guests) > 1 and seconds_of(since) <= run[0][0] < seconds_of(before):
                    found.append((run[0][0], guests))
    return found


def _same_movie(run: list[Span], apart_seconds: int) -> Iterator[list[Span]]:
    """Different ids are different movies; plays without one are then a movie of their own."""
    ids = {imdb for _, _, (_, imdb) in run}
    if len(ids - {None}) < 2:
        yield run
        return
    for one in ids:
        yield from runs([span for span in run if span[2][1] == one], apart_seconds)


def streak(days: Iterable[str]) -> int:
    """The most days in a row."""
    known = {datetime.fromisoformat(day).date() for day in days}
    longest = 0
    for day in known:
        length = 0
        while day + timedelta(days=length) in known:
            length += 1
        longest = max(longest, length)
    return longest


def overlaps(plays: Iterable[Play], remote: Callable[[Play], bool]) -> Counter[str]:
    """By person: how many pairs of plays ran at once at different addresses."""
    found: Counter[str] = Counter()
    for one, other in combinations([play for play in plays if remote(play)], 2):
        if human(one) and human(one) == human(other) and one.player.address != other.player.address:
            first, last = _last_sitting(one), _last_sitting(other)
            if max(first[0], last[0]) < min(first[1], last[1]):
                found[str(human(one))] += 1
    return found


def travels(
    plays: Iterable[Play],
    places: dict[str, tuple[float, float]],
    accuracy_km: float,
    speed_kmh: float,
) -> Counter[str]:
    """By person: how many plays began too soon after the one before, that far away."""
    found: Counter[str] = Counter()
    by_person: dict[str, list[tuple[int, int, str, str]]] = defaultdict(list)
    for play in plays:
        began, ended = _last_sitting(play)
        if (who := human(play)) and play.player.address in places and ended > began:
            by_person[who].append((began, ended, play.id, str(play.player.address)))
    for who, spans in by_person.items():
        ordered = sorted(spans)
        for (_, ended, _, one), (began, _, _, other) in pairwise(ordered):
            km = _km(places[one], places[other]) - 2 * accuracy_km
            if (
                one != other
                and began >= ended
                and km > 0
                and km * 3600 > speed_kmh * (began - ended)
            ):
                found[who] += 1
    return found


def _last_sitting(play: Play) -> tuple[int, int]:
    return seconds_of(play.parts[-1].started_at), end_s(play.parts[-1])


def _km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """By the angle between the two, seen from the middle of the earth."""
    north, south = radians(one[0]), radians(other[0])
    angle = sin(north) * sin(south)
    angle += cos(north) * cos(south) * cos(radians(one[1] - other[1]))
    return 6371.0088 * acos(min(1.0, angle))


def at_addresses(plays: Iterable[Play], addresses: Sequence[str | None], seed: int) -> list[Play]:
    """The same plays, each at one of these addresses, on players of their own."""
    chance = random.Random(seed)

    def moved(play: Play) -> Play:
        facts = {"address": chance.choice(addresses), "is_local": chance.choice((None, False))}
        facts |= {"id": chance.choice((None, "p1", "p2")), "name": chance.choice(("TV", "Phone"))}
        return play.model_copy(update={"player": play.player.model_copy(update=facts)})

    return [moved(play) for play in plays]


def at(moment_s: int) -> datetime:
    return datetime.fromtimestamp(moment_s, UTC)
