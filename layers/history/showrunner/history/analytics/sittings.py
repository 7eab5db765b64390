"""When something was watched: the sittings of plays as SQL, in microseconds since 1970."""

# The SQL is put together from our own column names; values are always bound.
# ruff: noqa: S608

_ENDED_US = """coalesce(epoch_us({0}stopped_at), epoch_us({0}started_at)
    + 1000000 * coalesce({0}watched_seconds + coalesce({0}paused_seconds, 0), 0))"""
"""Whoever watched for ten minutes was there for that long, though nobody saw the end."""

COLUMNS = f"""epoch_us(started_at) AS began_us, {_ENDED_US.format("")} AS ended_us,
    watched_seconds, parts"""
"""What a table must have for `sittings`; `ended_us` is the last moment that is known."""


def sittings(table: str, where: str, columns: str) -> str:
    """SQL of the sittings of those rows: `columns`, `began_us`, `ended_us`, `watched_seconds`."""
    return f"""
    SELECT {columns} began_us, ended_us, watched_seconds
    FROM {table} WHERE {where} AND parts IS NULL  -- plays of one sitting have none
    UNION ALL
    SELECT {columns} epoch_us(sitting.started_at), {_ENDED_US.format("sitting.")},
        sitting.watched_seconds
    FROM (SELECT {columns} unnest(parts) AS sitting FROM {table} WHERE {where} AND parts NOT NULL)
    """
