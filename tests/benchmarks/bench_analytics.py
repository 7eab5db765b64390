"""
Every question of the analytics through HTTP, from the server that `./local/up` starts.

`./local/bench analytics [--plays 1000000] [--people 30 --servers 3] [--data FOLDER] [--runs 5]
[--without-sqlite]`. The history is that of bench_history_pages with libraries of 11,700 items.
Figures are medians in ms of whole requests over one connection that stays open: over all time,
a year and 30 days; `first` is the first request of the question to that server, over all time,
before anything of closed months is kept. `SQLite`: what `analytics_sqlite` asks instead, over all
time, once; a minute is the longest. Then how many times as long as `all time` that is (the median
of the lines), the memory of the server, and the CPU time of a process from its start to its
first answer.
"""

import argparse
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from showrunner.wiring import EmbeddedHome
from tests.benchmarks.analytics_sqlite import ask
from tests.benchmarks.analytics_sqlite.tables import database_of
from tests.benchmarks.bench_history import DAYS, FIRST, World
from tests.benchmarks.bench_history_pages import prepared
from tests.benchmarks.library_items import fill_libraries
from tests.end_to_end.running import PROJECT, Running, showrunner_up

QUESTION_MS, HOME_PAGE_MS, LARGE_MS = 100, 150, 500
LARGE_PLAYS, MANY_PEOPLE, MANY_FACTOR = 10_000_000, 1000, 2
MEMORY_MB, COLD_START_S = 500, 1.2
SQLITE_S = 60
HOME_PAGE = "plays/overview"
OF_A_YEAR = "plays/year-in-review"

RANGES = {"all time": DAYS + 1, "a year": 365, "30 days": 30}

ALSO = (
    *(f"plays/over-time?by={by}" for by in ("day", "hour", "month", "calendar")),
    "plays/over-time?by=weekday_hour&measure=watch_seconds",
    *(f"plays/over-time?by=day&split={split}" for split in ("people", "media_types")),
    "plays/over-time?by=day&split=people&measure=watch_seconds",
    "plays/over-time?by=month&split=platforms",
    "plays/ranks?by=day&measure=watch_seconds",
    "plays/ranks?of=episodes&by=day&measure=watch_seconds",
    *(f"lists/top?of={of}" for of in ("movies", "shows", "episodes", "people", "platforms")),
    "lists/top?of=movies&order=people",
    "lists/top?of=episodes&order=people",
    "plays/comparison?of=episodes",
    *(f"streams/concurrency?by={by}" for by in ("day", "hour")),
    "streams/concurrency?by=day&split=decisions",
    "people/device-migration?of=players&by=week",
)
"""What the principal questions are asked for beside their defaults, and what takes longest."""


@dataclass(frozen=True, slots=True)
class Bench:
    running: Running
    person: str
    runs: int
    plays: int
    factor: int

    def questions(self) -> list[str]:
        """All that the server lists, with what they cannot do without, and the variants."""
        listed = [one["address"] for one in self.running.get("/analytics")["questions"]]
        needed = {
            "profiles/person": {"people": self.person},
            "profiles/title": {"series": "Series 7", "media_types": "episode"},
            "profiles/library": {"libraries": "TV", "servers": "server-0"},
            OF_A_YEAR: {"year": str((FIRST + timedelta(days=DAYS)).year)},
        }
        names = [address.partition("/analytics/")[2] for address in listed]
        return [*(f"{one}?{urlencode(needed.get(one, {}))}".rstrip("?") for one in names), *ALSO]

    def limit_ms(self, question: str, days: int) -> int:
        """The home page is promised for a month: over longer it is as slow as all it asks."""
        is_large = self.plays >= LARGE_PLAYS
        if question == HOME_PAGE and days > RANGES["30 days"]:
            return 10 * (LARGE_MS if is_large else QUESTION_MS) * self.factor
        least = HOME_PAGE_MS if question == HOME_PAGE else QUESTION_MS
        return (LARGE_MS if is_large else least) * self.factor

    def spent_ms(self, question: str, days: int, runs: int) -> float:
        since = FIRST + timedelta(days=DAYS + 1 - days)
        asked = "time_zone=Europe/Berlin"
        if not question.startswith(OF_A_YEAR):
            asked += f"&since={since:%Y-%m-%d}"
        address = f"/analytics/{question}{'&' if '?' in question else '?'}{asked}"
        return median_ms(lambda: self.running.client.get(address).raise_for_status(), runs)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--plays", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--servers", type=int, default=3)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--without-sqlite", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.data or Path(temporary)
        home = EmbeddedHome(folder / "data")
        people = prepared(home, options.plays, World(options.people, options.servers))
        fill_libraries(home)
        factor = MANY_FACTOR if options.people >= MANY_PEOPLE else 1
        path = None if options.without_sqlite else Path(temporary) / "plays.db"
        with (
            closing(database_of(home, path)) if path else nullcontext() as database,
            showrunner_up(folder, environment={"LOG_LEVEL": "WARNING"}) as running,
        ):
            bench = Bench(running, people[7], options.runs, options.plays, factor)
            print(f"{'ms':58} {'first':>8} {' '.join(f'{one:>8}' for one in RANGES)} {'SQLite':>8}")
            lines = [measured(bench, question, database) for question in bench.questions()]
            compare(lines)
            is_good = all([*(one.is_good for one in lines), within_memory(running, factor)])
        if options.plays < LARGE_PLAYS:
            is_good &= starts_cold(folder / "data", options.runs)
    sys.exit(0 if is_good else 1)


@dataclass(frozen=True, slots=True)
class Line:
    """`times`: so many times as long SQLite takes, at least; None: it was not asked."""

    is_good: bool
    times: float | None


def measured(bench: Bench, question: str, database: sqlite3.Connection | None) -> Line:
    first = bench.spent_ms(question, RANGES["all time"], 1)
    spent = {days: bench.spent_ms(question, days, bench.runs) for days in RANGES.values()}
    is_good = all(one <= bench.limit_ms(question, days) for days, one in spent.items())
    figures = " ".join(f"{one:8.1f}" for one in (first, *spent.values()))
    other, times = "", None
    if database:
        seconds = ask(database, question, SQLITE_S)
        other = f"> {1000 * SQLITE_S}" if seconds is None else f"{1000 * seconds:.0f}"
        times = 1000 * (seconds or SQLITE_S) / spent[RANGES["all time"]]
    print(f"{question:58} {figures} {other:>8}  {'PASS' if is_good else 'FAIL'}", flush=True)
    return Line(is_good, times)


def compare(lines: list[Line]) -> None:
    """Of what SQLite did not end in time, the time that it had counts."""
    times = sorted(one.times for one in lines if one.times is not None)
    if times:
        faster = sum(one > 1 for one in times)
        print(
            f"SQLite takes {statistics.median(times):.1f} times as long (median of {len(times)} "
            f"questions, {times[0]:.2f} to {times[-1]:.1f}), longer in {faster}",
            flush=True,
        )


def within_memory(running: Running, factor: int) -> bool:
    status = Path(f"/proc/{running.server_process_id()}/status").read_text()
    (peak_kb,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    peak_mb = int(peak_kb) / 1024
    return said(f"memory of the server {peak_mb:.0f} MB", peak_mb, MEMORY_MB * factor)


_FIRST_ANSWER = """
import runpy, sys
sys.path.insert(0, sys.argv[1])
runpy.run_path(f"{sys.argv[1]}/functions/queries/plays/main.py")
from pathlib import Path
from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.plays.over_time import QUESTION
from showrunner.wiring import EmbeddedHome
QUESTION.answered(Analytics(EmbeddedHome(Path(sys.argv[2]))), "by=day")
"""


def starts_cold(data: Path, runs: int) -> bool:
    """As AWS counts it: all CPU time of a new process until its first answer, the median."""
    command = [sys.executable, "-c", _FIRST_ANSWER, str(PROJECT), str(data)]
    spent = []
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    spent_s = statistics.median(spent)
    return said(f"cold start to the first answer {spent_s:.2f} s of CPU", spent_s, COLD_START_S)


def said(what: str, found: float, limit: float) -> bool:
    is_good = found <= limit
    print(f"{what} (<= {limit})  {'PASS' if is_good else 'FAIL'}", flush=True)
    return is_good


def median_ms(call: Callable[[], object], runs: int) -> float:
    spent = []
    for _ in range(runs):
        began = time.perf_counter()
        call()
        spent.append(1000 * (time.perf_counter() - began))
    return statistics.median(spent)


if __name__ == "__main__":
    main()
