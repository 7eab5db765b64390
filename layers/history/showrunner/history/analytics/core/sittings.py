"""When something was watched: the sittings of plays as SQL, in whole seconds since 1970."""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

PLAIN = "began_s, ended_s, watched_seconds, first_ended_s, first_watched_s, last_began_s"
"""What says the sittings of plays that have one or two (`sittings` < 3)."""

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
