"""
Pages of the history through HTTP, from the server that `./local/up` starts.

`./local/bench history_pages [--plays 1000000] [--runs 7] [--data FOLDER]`.
The history is that of bench_history, with its people noted and forty plays that the
ledger does not have yet. `--data` keeps it in a folder for the next time. Figures are
medians in ms of whole requests over one connection that stays open: the newest page,
one in the middle of the five years, one at their end.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from showrunner.history.filters import PlayFilters
from showrunner.history.home import ledger_of
from showrunner.history.pages import History, Place
from showrunner.history.query import cursor_of
from showrunner.people.accounts import note_accounts
from showrunner.people.directory import Directory
from showrunner.people.models import Account
from showrunner.plays.models import PlayState
from showrunner.plays.store import save
from showrunner.ports.documents import ABSENT
from showrunner.wiring import EmbeddedHome
from tests.benchmarks.bench_history import BATCH, DAYS, FIRST, HOUSEHOLD, World, fill
from tests.end_to_end.running import Running, showrunner_up

PAGE_MS, SEARCH_MS = 50, 150
LARGE_PLAYS, LARGE_FACTOR = 10_000_000, 3
RECENT = 40

Query = list[tuple[str, object]]

QUESTIONS: dict[str, Query] = {
    "newest": [],
    "one person": [("people", 7)],
    "three people": [("people", 3), ("people", 11), ("people", 29)],
    "one title": [("titles", "The Film 77")],
    "often played title": [("titles", "The Film 0")],
    "one series": [("series", "Series 7")],
    "three rare titles": [("titles", f"The Film {number}") for number in (7, 1999, 5000)],
    "title nobody played": [("titles", "No such film")],
    "rare mix": [("people", 29), ("platforms", "Roku"), ("resolutions", "480p"), ("days", 2000)],
    "mix nobody has": [("people", 2), ("players", "Player 3-1"), ("is_watched", "true")],
    "watched, remote": [("is_watched", "true"), ("is_local", "false")],
    "a year ago": [("before", f"{FIRST + timedelta(days=DAYS - 365):%Y-%m-%d}")],
}
SEARCHES: dict[str, Query] = {
    "search, common": [("search", "film 1")],
    "search, rare": [("search", "film 1998")],
    "search, nothing": [("search", "zzz")],
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--plays", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.data or Path(temporary)
        people = prepared(EmbeddedHome(folder / "data"), options.plays)
        with showrunner_up(folder, environment={"LOG_LEVEL": "WARNING"}) as running:
            is_good = measure(running, people, options.plays, options.runs)
    sys.exit(0 if is_good else 1)


def prepared(home: EmbeddedHome, plays: int, world: World = HOUSEHOLD) -> dict[object, str]:
    """The ids of the people of the generated history, by their numbers in it."""
    home.folder.mkdir(parents=True, exist_ok=True)
    ledger = ledger_of(home)
    for start in range(ledger.manifest().plays, plays, BATCH):
        fill(ledger, start, min(start + BATCH, plays), plays, world)
    now = home.clock.now()
    for server in range(world.servers):
        numbers = range(server, world.people + 1, world.servers)
        accounts = [Account(str(number), f"Person {number}") for number in numbers]
        note_accounts(home.documents, f"server-{server}", accounts, now)
    if not home.documents.list("plays", limit=1):
        add_recent(home)
    directory = Directory.of(home.documents)
    found = {
        number: directory.person_of(f"server-{number % world.servers}", str(number), None)
        for number in range(world.people + 1)
    }
    return {number: person.id for number, person in found.items() if person}


def add_recent(home: EmbeddedHome) -> None:
    """Some go on, some wait for the ledger, some of those are in it already."""
    known = History(ledger_of(home)).page(PlayFilters(), limit=RECENT).plays
    for number, one in enumerate(known):
        is_new, is_open = number % 2 == 0, number % 8 == 0
        changes = {"id": f"{one.id}x"} if is_new else {"percent": 50}
        state = PlayState.OPEN if is_open else PlayState.FINISHED
        save(home, [(one.model_copy(update={**changes, "state": state}), ABSENT)])


def measure(running: Running, people: dict[object, str], plays: int, runs: int) -> bool:
    factor = LARGE_FACTOR if plays >= LARGE_PLAYS else 1
    places = (None, FIRST + timedelta(days=DAYS / 2), FIRST + timedelta(days=20))
    cursors = [cursor_of(Place(at, "~")) if at else None for at in places]
    print(f"{'a page of 25, ms':24} {'newest':>8} {'middle':>8} {'end':>8}")
    results = []
    for questions, limit_ms in ((QUESTIONS, PAGE_MS), (SEARCHES, SEARCH_MS)):
        for name, query in questions.items():
            asked = [(key, people[value] if key == "people" else value) for key, value in query]
            spent = [median_ms(running, asked, cursor, runs) for cursor in cursors]
            is_good = max(spent) <= limit_ms * factor
            results.append(is_good)
            figures = " ".join(f"{one:8.1f}" for one in spent)
            verdict = "PASS" if is_good else "FAIL"
            print(f"{name:24} {figures}  {verdict} (<= {limit_ms * factor})", flush=True)
    return all(results)


def median_ms(
    running: Running, query: Sequence[tuple[str, object]], cursor: str | None, runs: int
) -> float:
    asked = urlencode([*query, *([("after", cursor)] if cursor else [])])
    spent = []
    for _ in range(runs):
        began = time.perf_counter()
        answer = running.client.get(f"/history?{asked}")
        spent.append(1000 * (time.perf_counter() - began))
        answer.raise_for_status()
    return statistics.median(spent)


if __name__ == "__main__":
    main()
