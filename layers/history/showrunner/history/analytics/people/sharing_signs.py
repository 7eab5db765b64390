"""Signs that several people use one account, as SQL: two plays that one person hardly made."""

# The SQL is put together from our own columns and numbers; values are always bound.
# ruff: noqa: S608

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from showrunner.history.analytics.core.asked import Asked
from showrunner.history.analytics.core.dimensions import PERSON
from showrunner.history.analytics.core.people import with_people
from showrunner.history.analytics.people.geoip import EARTH_RADIUS_KM, Place

_FACTS = (
    *("id", "connection_id", "address", "player_name", "platform", "media_type", "title"),
    *("series_title", "season_number", "episode_number"),
)

_LAST_SITTING_S = "epoch_us(parts[-1].started_at) // 1000000"


def _play(table: str = "") -> str:
    """SQL of a play's facts; `table` ends with a full stop, or is empty."""
    pairs = (f"'{one}': {table}{one}" for one in (*_FACTS, "began_s", "ended_s"))
    return f"{{{', '.join(pairs)}}}"


_ROW = "person, person_id, person_name"


class FoundSign(NamedTuple):
    """`seconds` is how long the plays `one` and `other` ran at once, or what lay between them."""

    person_id: str | None
    person_name: str | None
    seconds: int
    one: dict[str, Any]
    other: dict[str, Any]


class Found(NamedTuple):
    """`counts` are by the key of the person, `signs` the newest of all."""

    counts: Counter[str]
    signs: list[FoundSign]


NOTHING = Found(Counter(), [])


def overlaps(asked: Asked, addresses: Collection[str], limit: int) -> Found:
    """
    Two plays of one person from different ones of these addresses at the same time.

    What ends when the other begins is not at the same time.
    """
    spans, values = _spans(asked, addresses)
    by_time = "OVER (PARTITION BY person ORDER BY began_s, ended_s, id"
    rows = asked.rows(
        f"""
        WITH spans AS MATERIALIZED ({spans}),
        begins AS (SELECT *, coalesce(began_s >= max(ended_s) {by_time}
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), true) AS is_first FROM spans),
        -- What overlaps, directly or by others in between, is in one cluster: most are alone.
        clusters AS MATERIALIZED (SELECT *, count(*) FILTER (WHERE is_first) {by_time}
            ROWS UNBOUNDED PRECEDING) AS cluster FROM begins),
        found AS (
            SELECT one.person, one.person_id, one.person_name, other.began_s AS at_s,
                least(one.ended_s, other.ended_s) - other.began_s AS seconds,
                {_play("one.")} AS one, {_play("other.")} AS other
            FROM clusters AS one JOIN clusters AS other USING (person, cluster)
            WHERE one.address <> other.address AND other.began_s < one.ended_s
                AND (one.began_s, one.ended_s, one.id) < (other.began_s, other.ended_s, other.id))
        {_newest(limit)}
        """,
        values,
    )
    return _found(rows)


def travels(asked: Asked, places: Mapping[str, Place], speed_kmh: int, limit: int) -> Found:
    """
    Plays that followed each other faster than somebody travels from place to place.

    `places` are those of addresses, with their positions; how far the file can be wrong about
    them is taken off the way between them.
    """
    spans, values = _spans(asked, places)
    located = [(one, *(place.position or ()), place.accuracy_km) for one, place in places.items()]
    lists = [[row[column] for row in located] for column in range(4)]
    by_time = "(PARTITION BY person ORDER BY began_s, ended_s, id)"
    rows = asked.rows(
        f"""
        WITH places AS (SELECT unnest(?::VARCHAR[]) AS address,
            radians(unnest(?::DOUBLE[])) AS north, radians(unnest(?::DOUBLE[])) AS east,
            unnest(?::DOUBLE[]) AS accuracy_km),
        steps AS (SELECT *, lag({_play()}) OVER by_time AS one FROM ({spans})
            WINDOW by_time AS {by_time}),
        moves AS (SELECT *, began_s - one.ended_s AS seconds FROM steps
            WHERE one.address <> address AND began_s >= one.ended_s),
        ways AS (
            SELECT moves.*, {_KM} - coalesce(here.accuracy_km, 0)
                - coalesce(there.accuracy_km, 0) AS km
            FROM moves JOIN places AS here ON here.address = moves.address
            JOIN places AS there ON there.address = one.address),
        found AS (SELECT {_ROW}, began_s AS at_s, seconds, one, {_play()} AS other FROM ways
            WHERE km > 0 AND km * 3600 > {speed_kmh:d} * seconds)
        {_newest(limit)}
        """,
        [*lists, *values],
    )
    return _found(rows)


_KM = f"""(2 * {EARTH_RADIUS_KM} * asin(sqrt(least(1, sin((there.north - here.north) / 2) ** 2
    + cos(here.north) * cos(there.north) * sin((there.east - here.east) / 2) ** 2))))"""


def _newest(limit: int) -> str:
    return f"""
    SELECT person, NULL AS person_id, NULL AS person_name, NULL AS at_s, count(*) AS signs,
        NULL AS seconds, NULL AS one, NULL AS other
    FROM found GROUP BY person
    UNION ALL
    (SELECT {_ROW}, at_s, NULL, seconds, one, other FROM found
        ORDER BY at_s DESC, one.id, other.id LIMIT {limit:d})
    """


def _found(rows: list[Any]) -> Found:
    counts = {person: signs for person, _, _, _, signs, *_ in rows if signs is not None}
    newest = [
        FoundSign(person_id, name, seconds, one, other)
        for _, person_id, name, _, signs, seconds, one, other in rows
        if signs is None
    ]
    return Found(Counter(counts), newest)


def _spans(asked: Asked, addresses: Collection[str]) -> tuple[str, list[Any]]:
    """
    SQL of the plays from there, of which it is known how long they lasted.

    Of a resumed play the last sitting: the others may have been at another address.
    """
    filters = asked.scope.began_in_range
    condition, values = asked.scope.condition(filters)
    columns = ", ".join(f"{sql} AS {name}" for name, sql in PERSON.items())
    rows = f"""
    SELECT {columns}, {", ".join(_FACTS)}, ended_s,
        (CASE WHEN is_resumed THEN {_LAST_SITTING_S} ELSE began_s END)::INTEGER AS began_s
    FROM {asked.plays(filters)} WHERE {condition} AND is_local IS NOT true
        AND account IS NOT NULL AND list_contains(?::VARCHAR[], address)
    """
    people, owners = with_people(f"SELECT * FROM ({rows}) WHERE ended_s > began_s", asked.directory)
    return people, [*values, sorted(addresses), *owners]
