"""Questions about people and their habits, answered play by play in Python."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from showrunner.people.directory import Directory
from showrunner.plays.models import Play
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics import slow

Human = Callable[[Play], str | None]


def humans(home: EmbeddedHome) -> Human:
    """Whose a play is: a person's id, an account that nobody noted, or nobody."""
    directory = Directory.of(home.documents)

    def human(play: Play) -> str | None:
        person = directory.person_of(play.connection_id, play.person.id, None)
        if person:
            return person.id
        return play.person.id and f"{play.connection_id} {play.person.id}"

    return human


def title(play: Play) -> tuple[Any, ...] | None:
    """A movie, show or artist, as the worlds generate them."""
    item = play.item
    if item.media_type == "movie":
        ids = item.provider_ids.get("imdb") if item.title == "Pinocchio" else None
        return ("movies", item.title, item.year, ids)
    return ("shows" if item.media_type == "episode" else "artists", item.series_title, None, None)


def begun(plays: Iterable[Play], since: datetime, before: datetime) -> list[Play]:
    return [one for one in plays if slow.counts(one) and since <= one.started_at < before]


def starts(by: str, before: datetime, zone: ZoneInfo, first: datetime) -> list[str]:
    """The labels of all periods from that of `first` until that of the last moment."""
    found = []
    moment = first
    while moment < before:
        found.append(slow.label(by, moment, zone))
        moment += timedelta(hours=1)
    found.append(slow.label(by, before - timedelta(seconds=1), zone))
    return list(dict.fromkeys(found))


def retention(
    plays: Iterable[Play], human: Human, before: datetime, by: str, zone: ZoneInfo
) -> dict[str, list[int | None]]:
    """By cohort how many of its people were active, None in the period that goes on."""
    active: dict[str, set[str]] = defaultdict(set)
    began = begun(plays, datetime.min.replace(tzinfo=UTC), before)
    for play in began:
        if who := human(play):
            active[who].add(slow.label(by, play.started_at, zone))
    cohorts: dict[str, list[int | None]] = {}
    labels = starts(by, before, zone, min(play.started_at for play in began))
    running = slow.label(by, before, zone)
    for place, cohort in enumerate(labels):
        members = [seen for seen in active.values() if min(seen) == cohort]
        if members:
            cohorts[cohort] = [
                None if label == running else sum(label in seen for seen in members)
                for label in labels[place:]
            ]
    return cohorts


def ranks(numbers: dict[str, dict[Any, int]], overall: Sequence[Any]) -> dict[Any, dict[str, int]]:
    """By key and label; who has as much goes by its place in `overall`."""
    found: dict[Any, dict[str, int]] = defaultdict(dict)
    for label, counted in numbers.items():
        shown = [key for key in overall if counted.get(key)]
        for key in shown:
            better = [
                other
                for other in shown
                if (-counted[other], overall.index(other)) < (-counted[key], overall.index(key))
            ]
            found[key][label] = 1 + len(better)
    return found


def overlap(plays: Iterable[Play], human: Human) -> dict[frozenset[str], tuple[int, float]]:
    """By each two people how many titles they share, and of how many."""
    titles: dict[str, set[Any]] = defaultdict(set)
    for play in plays:
        if (who := human(play)) and (what := title(play)) and what[1] is not None:
            titles[who].add(what)
    return {
        frozenset((one, other)): (
            len(titles[one] & titles[other]),
            round(len(titles[one] & titles[other]) / len(titles[one] | titles[other]), 4),
        )
        for one, other in combinations(titles, 2)
        if titles[one] & titles[other]
    }


def flow(
    plays: Iterable[Play], human: Human, within: timedelta
) -> tuple[Counter[Any], Counter[Any], Counter[Any]]:
    """Which title followed which, and which ones began and ended a session."""
    steps: Counter[Any] = Counter()
    entries: Counter[Any] = Counter()
    exits: Counter[Any] = Counter()
    whose: dict[str, list[Play]] = defaultdict(list)
    for play in plays:
        if who := human(play):
            whose[who].append(play)
    for theirs in whose.values():
        theirs.sort(key=lambda play: (play.started_at, ended(play)))
        entries[title(theirs[0])] += 1
        exits[title(theirs[-1])] += 1
        for one, other in pairwise(theirs):
            if other.started_at - ended(one) <= within:
                steps[title(one), title(other)] += 1
            else:
                exits[title(one)] += 1
                entries[title(other)] += 1
    return steps, entries, exits


def ended(play: Play) -> datetime:
    """The last second that is known."""
    return slow.end_of(play.parts[-1]).replace(microsecond=0)


Used = dict[str, dict[str, Counter[str]]]
"""By human and period: how often what was used."""


def used(plays: Iterable[Play], human: Human, by: str, zone: ZoneInfo) -> Used:
    found: Used = defaultdict(lambda: defaultdict(Counter))
    for play in plays:
        if (who := human(play)) and play.player.platform:
            found[who][slow.label(by, play.started_at, zone)][play.player.platform] += 1
    return found


def longest_streak(days: Iterable[str]) -> int:
    """How many days in a row."""
    known = {datetime.fromisoformat(day) for day in days}
    longest = 0
    for day in known:
        length = 0
        while day + timedelta(days=length) in known:
            length += 1
        longest = max(longest, length)
    return longest
