"""
The questions of the analytics in plain SQLite, as a competent program of two tables asks them.

Each asks for the principal numbers of our answer over all time and never for more; what a
program derives from few rows is left to it. Watch time goes to the day of the start: cutting it
as we do would take SQLite longer still. A module for each family; `tables.py` makes the tables.
"""

import sqlite3
import time

from tests.benchmarks.analytics_sqlite import libraries, people, plays, profiles, streams, viewing
from tests.benchmarks.analytics_sqlite.terms import Statements

QUESTIONS: dict[str, Statements] = {
    question: statements
    for family in (libraries, people, plays, profiles, streams, viewing)
    for question, statements in family.QUESTIONS.items()
}
"""By the address of ours; who a profile is of and which year it is, is in the statements."""

_STEPS_BETWEEN_LOOKS = 100_000


def statements_of(question: str) -> tuple[str, ...]:
    """Raises KeyError for a question that has none."""
    path = question.partition("?")[0]
    found = QUESTIONS[path if path in profiles.QUESTIONS else question]
    return (found,) if isinstance(found, str) else found


def ask(database: sqlite3.Connection, question: str, deadline_s: float) -> float | None:
    """
    How many seconds it takes to have all rows of the answer; None: longer than `deadline_s`.

    Raises KeyError for a question that has no statements here.
    """
    began = time.perf_counter()
    database.set_progress_handler(
        lambda: time.perf_counter() - began > deadline_s, _STEPS_BETWEEN_LOOKS
    )
    try:
        for one in statements_of(question):
            database.execute(one).fetchall()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return None
    finally:
        database.set_progress_handler(None, 0)
    return time.perf_counter() - began
