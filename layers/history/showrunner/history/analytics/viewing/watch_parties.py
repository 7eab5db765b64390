"""Watch parties: people who begin the same title at about the same time, on whichever servers."""

# The SQL is put together from our own columns and numbers; values are always bound.
# ruff: noqa: S608

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from showrunner.history.analytics.core.answers import Chart, Series, Unit
from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.begun import local_day
from showrunner.history.analytics.core.categories import BUCKETS, Bucket, By, buckets_of
from showrunner.history.analytics.core.humans import Who, named
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.core.scope import Scope
from showrunner.history.analytics.core.settled import kept_rows
from showrunner.history.analytics.viewing.parties_answer import (
    Guest,
    PartiesBy,
    PartyGoer,
    WatchPartiesAnswer,
    WatchPartiesQuery,
    WatchParty,
)
from showrunner.history.analytics.viewing.parties_found import AROUND, described, found
from showrunner.history.analytics.viewing.runs import pieces


def watch_parties(analytics: Analytics, query: WatchPartiesQuery) -> WatchPartiesAnswer:
    """The parties, and who likes them. Raises InvalidInputError that names the parameter."""
    asked = analytics.about(query)
    newest, counts, buckets = _found(asked, query)
    goers = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[: query.limit]
    guests = {play["human"] for party in newest for play in party}
    people = named(asked, guests | {human for human, _ in goers})
    return WatchPartiesAnswer(
        **asked.head(),
        parties=_parties(asked, newest, people),
        count=buckets.total(),
        people=[
            PartyGoer(person_id=people[human].id, person=people[human].name, parties=count)
            for human, count in goers
        ],
        over_time=_chart(asked.scope, query.by, buckets),
    )


Plays = list[dict[str, Any]]
"""Of one party, the first one first: `title`, `human`, `began_s`."""


def _found(
    asked: Asked, query: WatchPartiesQuery
) -> tuple[list[Plays], Counter[int], Counter[Bucket]]:
    """The newest parties; how many each person was at, and how many began in each bucket."""
    newest: list[Plays] = []
    counts: Counter[int] = Counter()
    buckets: Counter[Bucket] = Counter()
    for piece in reversed(pieces(asked)):
        for kind, bucket, human, count, plays in kept_rows(
            piece, query, AROUND, partial(_rows, piece, query)
        ):
            if kind == "party":
                newest.append(plays)
            elif kind == "person":
                counts[human] += count
            else:
                buckets[bucket] += count
    return newest[: query.limit], counts, buckets


def _rows(asked: Asked, query: WatchPartiesQuery) -> list[tuple[Any, ...]]:
    """
    Parties with their plays, persons and buckets with their counts; each row is a kind, a
    bucket, a human, a count and plays.
    """
    sql, values = found(asked, 60 * query.apart_minutes)
    bucket = BUCKETS[By(query.by)].sql
    parties = (
        "SELECT 'party' AS kind, party_s, list({'title': title, 'human': human, "
        "'began_s': began_s} ORDER BY began_s, human) AS plays "
        f"FROM found GROUP BY party, party_s ORDER BY party_s DESC, party LIMIT {query.limit:d}"
    )
    persons = (
        "SELECT 'person' AS kind, human, count(DISTINCT party) AS parties FROM found GROUP BY human"
    )
    buckets = (
        f"SELECT 'bucket' AS kind, {bucket} AS bucket, count(*) AS parties FROM (SELECT "
        f"{local_day(asked.scope, 'party_s')} AS bucket FROM found GROUP BY party, party_s) "
        "GROUP BY ALL"
    )
    return asked.rows(
        f"WITH found AS MATERIALIZED ({sql}) SELECT kind, bucket, human, parties, plays FROM "
        f"(({parties}) UNION ALL BY NAME ({persons}) UNION ALL BY NAME ({buckets})) "
        "ORDER BY kind, plays[1].began_s DESC",
        values,
    )


def _parties(
    asked: Asked, newest: Sequence[Plays], people: Mapping[int | None, Who]
) -> list[WatchParty]:
    if not newest:
        return []
    servers = asked.servers()
    moments = {play["began_s"] for plays in newest for play in plays}
    known = {
        (play["number"], play["human"], play["began_s"]): play for play in described(asked, moments)
    }
    found = []
    for plays in newest:
        keys = [(play["title"], play["human"], play["began_s"]) for play in plays]
        # Between the two questions somebody may have deleted a play.
        if facts := [known[key] for key in keys if key in known]:
            found.append(_party(facts, people, servers))
    return found


def _party(
    plays: Plays, people: Mapping[int | None, Who], servers: Mapping[str, str]
) -> WatchParty:
    first: dict[int, dict[str, Any]] = {}
    for play in plays:
        first.setdefault(play["human"], play)
    title = plays[0]
    return WatchParty(
        began_at=datetime.fromtimestamp(title["began_s"], UTC),
        guests=[
            Guest(
                person_id=people[human].id,
                person=people[human].name,
                server_id=play["connection_id"],
                server=servers.get(play["connection_id"]),
                started_at=datetime.fromtimestamp(play["began_s"], UTC),
            )
            for human, play in first.items()
        ],
        **{name: title[name] for name in WatchParty.model_fields if name in title},
    )


def _chart(scope: Scope, by: PartiesBy, counts: Mapping[Bucket, int]) -> Chart:
    buckets = buckets_of(By(by), scope.since, scope.before, scope.zone)
    return Chart(
        unit=Unit.PARTIES,
        categories=list(buckets.values()),
        series=[Series(name="parties", data=[counts.get(bucket, 0) for bucket in buckets])],
    )


QUESTION = Question(
    "watch-parties",
    "Who watched the same title together: people who began it at about the same time.",
    WatchPartiesQuery,
    WatchPartiesAnswer,
    watch_parties,
)
