"""When something was watched: the sittings of plays as SQL, in whole seconds since 1970."""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

PLAIN = "began_s, ended_s, watched_seconds, first_ended_s, first_watched_s, last_began_s"
"""What says the sittings of plays that have one or two (`sittings` < 3)."""
IN_SITTINGS = ("ended_s", "sittings", "parts", "first_ended_s", "first_watched_s", "last_began_s")
"""What says them of all, beside `began_s` and `watched_seconds`."""

_BEGAN_S = "epoch_us(sitting.started_at) // 1000000"
_ENDED_S = f"""greatest({_BEGAN_S}, coalesce(epoch_us(sitting.stopped_at) // 1000000, {_BEGAN_S}
    + coalesce(sitting.watched_seconds + coalesce(sitting.paused_seconds, 0), 0)))"""
"""Whoever watched for ten minutes was there for that long, though nobody saw the end."""


def sittings_of(table: str, columns: str) -> str:
    """
    SQL of a table's sittings: `columns`, `began_s`, `ended_s`, `watched_seconds`.

    The table has those of PLAIN. `columns` ends with a comma, or is empty.
    """
    return f"""
    SELECT {columns} began_s, coalesce(first_ended_s, ended_s) AS ended_s,
        coalesce(first_watched_s, watched_seconds) AS watched_seconds FROM {table}
    UNION ALL
    SELECT {columns} last_began_s, ended_s, watched_seconds - first_watched_s
    FROM {table} WHERE last_began_s IS NOT NULL
    """


def sittings_in_parts(table: str, columns: str) -> str:
    """The same of a table whose column `parts` says them."""
    return f"""
    SELECT {columns} {_BEGAN_S} AS began_s, {_ENDED_S} AS ended_s,
        sitting.watched_seconds AS watched_seconds
    FROM (SELECT {columns} unnest(parts) AS sitting FROM {table})
    """


def of_each_play(since_s: int, before_s: int) -> dict[str, str]:
    """
    SQL by names of what a play counts in a range: `plays`, `watch_seconds`, `unknown_plays`.

    Their table has `began_s`, `watched_seconds` and those of IN_SITTINGS.
    """
    is_begun = f"(began_s >= {since_s:d} AND began_s < {before_s:d})"
    return {
        "plays": f"{is_begun}::BIGINT",
        "watch_seconds": f"""(CASE
            WHEN {is_begun} AND ended_s <= {before_s:d} THEN coalesce(watched_seconds, 0)
            WHEN watched_seconds > 0 AND ended_s > {since_s:d} AND began_s < {before_s:d}
                THEN {_seconds_within(since_s, before_s)} ELSE 0 END)::BIGINT""",
        "unknown_plays": f"({is_begun} AND watched_seconds IS NULL)::BIGINT",
    }


def _seconds_within(since_s: int, before_s: int) -> str:
    """
    SQL of the seconds of a play that were watched in a range.

    It takes long, but few plays go over an edge of the range.
    """
    plain = [
        (
            "began_s",
            "coalesce(first_ended_s, ended_s)",
            "coalesce(first_watched_s, watched_seconds)",
        ),
        ("last_began_s", "ended_s", "watched_seconds - first_watched_s"),
    ]
    parts = _sitting(_BEGAN_S, _ENDED_S, "sitting.watched_seconds")
    return f"""coalesce(list_sum([{_cut(since_s, before_s)} FOR one IN CASE WHEN sittings < 3
        THEN [{", ".join(_sitting(*one) for one in plain)}]
        ELSE [{parts} FOR sitting IN parts] END]), 0)::BIGINT"""


def _sitting(began_s: str, ended_s: str, watched: str) -> str:
    return f"{{'began_s': {began_s}, 'ended_s': {ended_s}, 'watched': ({watched})::DOUBLE}}"


def _cut(since_s: int, before_s: int) -> str:
    """Of a sitting that lasted, what was watched until an edge: exact as DOUBLE, none is lost."""
    since, before = (
        f"floor(one.watched * (least(greatest({edge_s:d}, one.began_s), one.ended_s)"
        " - one.began_s) / (one.ended_s - one.began_s))"
        for edge_s in (since_s, before_s)
    )
    return f"""CASE WHEN one.ended_s > one.began_s THEN {before} - {since}
        WHEN one.ended_s = one.began_s AND one.began_s >= {since_s:d}
            AND one.began_s < {before_s:d} THEN one.watched END"""
