"""The family `people`."""

from tests.benchmarks.analytics_sqlite.terms import (
    COUNTS,
    MONTH,
    SUMS,
    TITLE,
    TITLE_YEAR,
    WEEK,
    Statements,
    counted,
)

_WITHIN_SECONDS = 6 * 3600
_SAID = f"media_type || ' ' || {TITLE} || coalesce(' ' || {TITLE_YEAR}, '') AS title"

_FLOW = f"""
    WITH named AS (SELECT account, began_s, ended_s, {_SAID} FROM plays
        WHERE {COUNTS} AND account NOT NULL AND {TITLE} NOT NULL),
    steps AS (SELECT title,
            CASE WHEN lead(began_s) OVER following - ended_s <= {_WITHIN_SECONDS}
                THEN lead(title) OVER following END AS later,
            coalesce(began_s - lag(ended_s) OVER following > {_WITHIN_SECONDS}, 1) AS is_entry
        FROM named WINDOW following AS (PARTITION BY account ORDER BY began_s, ended_s)),
    found AS MATERIALIZED (SELECT title, later, count(*) AS plays, sum(is_entry) AS entries
        FROM steps GROUP BY title, later)
    SELECT 'sums', NULL, NULL, sum(plays) AS plays, sum(entries) FROM found
    UNION ALL SELECT * FROM (SELECT 'transition', title, later, plays, NULL FROM found
        WHERE later <> title ORDER BY plays DESC LIMIT 10)
    UNION ALL SELECT * FROM (SELECT 'repeated', title, later, plays, NULL FROM found
        WHERE later = title ORDER BY plays DESC LIMIT 10)
    UNION ALL SELECT * FROM (SELECT 'entry', title, NULL, sum(entries) AS plays, NULL FROM found
        GROUP BY title ORDER BY plays DESC LIMIT 10)
    UNION ALL SELECT * FROM (SELECT 'exit', title, NULL, plays, NULL FROM found
        WHERE later IS NULL ORDER BY plays DESC LIMIT 10)"""


def _migration(column: str, period: str) -> str:
    return f"""
    WITH used AS MATERIALIZED (
        SELECT account, {column} AS used, {period} AS period, count(*) AS plays,
            max(began_s) AS last_s
        FROM plays WHERE {COUNTS} AND account NOT NULL AND {column} NOT NULL GROUP BY 1, 2, 3),
    ranked AS (SELECT *, row_number() OVER (
        PARTITION BY account, period ORDER BY plays DESC, last_s DESC) AS place FROM used),
    mains AS MATERIALIZED (SELECT account, period, used,
        lead(used) OVER (PARTITION BY account ORDER BY period) AS later
        FROM ranked WHERE place = 1),
    spans AS (SELECT account, used, min(period) AS first, max(period) AS last
        FROM used GROUP BY account, used)
    SELECT 'main', used, period, count(*) FROM mains GROUP BY used, period
    UNION ALL SELECT 'move', used, later, count(*) FROM mains
        WHERE used <> later GROUP BY used, later
    UNION ALL SELECT 'mover', account, NULL, sum(used <> later) FROM mains GROUP BY account
    UNION ALL SELECT 'adopted', used, first, count(*) FROM spans GROUP BY used, first
    UNION ALL SELECT 'abandoned', used, last, count(*) FROM spans GROUP BY used, last"""


_HAS = f"SELECT DISTINCT account, {_SAID} FROM plays WHERE {COUNTS} AND account NOT NULL"
_OVERLAP = f"""
    WITH has AS MATERIALIZED ({_HAS}),
    sizes AS MATERIALIZED (SELECT account, count(*) AS size FROM has GROUP BY account),
    pairs AS (SELECT one.account AS first, other.account AS second, count(*) AS shared
        FROM has AS one JOIN has AS other USING (title) WHERE one.account < other.account
        GROUP BY one.account, other.account)
    SELECT first, second, shared, 1.0 * shared / (one.size + other.size - shared) AS jaccard
    FROM pairs JOIN sizes AS one ON one.account = first JOIN sizes AS other
        ON other.account = second ORDER BY jaccard DESC"""

_MONTH_NUMBER = "12 * substr(month, 1, 4) + substr(month, 6)"
_RETENTION = f"""
    WITH active AS MATERIALIZED (SELECT account, {_MONTH_NUMBER} AS month FROM (
        SELECT DISTINCT account, {MONTH} AS month FROM plays
        WHERE {COUNTS} AND account NOT NULL)),
    firsts AS (SELECT account, min(month) AS first FROM active GROUP BY account)
    SELECT first, month - first, count(*) FROM active JOIN firsts USING (account)
    GROUP BY first, month"""

_IS_ELSEWHERE = (
    "is_local IS NOT 1 AND account NOT NULL AND address NOT LIKE '192.168.%' "
    "AND address NOT LIKE '10.%' AND address NOT LIKE '127.%'"
)
_AT_ONCE = f"""
    WITH spans AS MATERIALIZED (SELECT id, account, address, began_s, ended_s FROM plays
        WHERE {COUNTS} AND ended_s > began_s AND {_IS_ELSEWHERE}),
    begins AS (SELECT *, coalesce(began_s >= max(ended_s) OVER (PARTITION BY account
        ORDER BY began_s, ended_s, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 1)
        AS is_first FROM spans),
    clusters AS MATERIALIZED (SELECT *, sum(is_first) OVER (PARTITION BY account
        ORDER BY began_s, ended_s, id ROWS UNBOUNDED PRECEDING) AS cluster FROM begins)
    SELECT one.account, one.id, other.id, min(one.ended_s, other.ended_s) - other.began_s
    FROM clusters AS one JOIN clusters AS other USING (account, cluster)
    WHERE one.address <> other.address AND other.began_s < one.ended_s
        AND (one.began_s, one.ended_s, one.id) < (other.began_s, other.ended_s, other.id)
    ORDER BY other.began_s DESC"""
_PLAYERS = f"""
    SELECT account, player_id, player_name, device, platform, count(*), min(began_s) FROM plays
    WHERE {COUNTS} AND account NOT NULL GROUP BY +account, player_id"""
_ADDRESSES = f"""
    SELECT account, count(DISTINCT address) FROM plays WHERE {COUNTS} AND {_IS_ELSEWHERE}
    GROUP BY account"""

QUESTIONS: dict[str, Statements] = {
    "people/content-flow": _FLOW,
    "people/device-migration": _migration("platform", MONTH),
    "people/device-migration?of=players&by=week": _migration("player_name", WEEK),
    "people/locations": counted("account, address, is_local", sums=SUMS),
    "people/overlap": _OVERLAP,
    "people/retention": _RETENTION,
    "people/sharing": (_AT_ONCE, _PLAYERS, _ADDRESSES),
}
