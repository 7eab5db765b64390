"""One history of everything that the servers and Tautulli remember, whoever dies on the way."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from showrunner.connections.models import ConnectionKind
from showrunner.connections.probe import connect
from showrunner.connections.store import ConnectionStore
from showrunner.demo.demo import Demo, DemoConnection
from showrunner.demo.library import Title
from showrunner.wiring import EmbeddedHome
from tests.end_to_end.running import Running, showrunner_up, until

pytestmark = pytest.mark.end_to_end

TITLES = (
    Title("Cobalt Harvest", 2021, 12),
    Title("The Paper Lighthouse", 2019, 15),
    Title("First Light", 2022, 12, series="Northern Relay", episode=1),
)
SERVERS = (ConnectionKind.PLEX, ConnectionKind.JELLYFIN, ConnectionKind.EMBY)
CLOCKS_DIFFER_BY_SECONDS = 4
TABLE = "SELECT UserId, ItemId, DateCreated FROM PlaybackActivity"
PARTS = "SELECT server_kind, person_id, person_name, item_id, started_at, parts FROM plays"

Sitting = tuple[str, str, str, int]
"""The kind of server, the account, the item, and the second (since 1970) of its start."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Its viewers stand still: what the servers remember changes only when one is sent away."""
    data = tmp_path_factory.mktemp("demo")
    with Demo(data, titles=TITLES, arrival_seconds=4, clock=lambda: 0.0) as running:
        yield running


def described(demo: Demo, kind: ConnectionKind) -> DemoConnection:
    return next(one for one in demo.connections() if one.kind is kind)


def connect_all(demo: Demo, data: Path) -> dict[ConnectionKind, str]:
    """As their owner would, who wants the weeks before as well; their ids."""
    home = EmbeddedHome(data)
    store = ConnectionStore(home.documents)
    for kind in (*SERVERS, ConnectionKind.TAUTULLI):
        one = described(demo, kind)
        settings = {"historical_sync": True} if kind in SERVERS else None
        connect(
            kind,
            one.name,
            one.url,
            one.secret,
            store=store,
            secrets=home.secrets,
            settings=settings,
        )
    home.database.close()
    return {one.kind: one.id for one in store.list()}


def send_everybody_away(running: Running) -> None:
    """Whoever is there; there were some on each server."""
    kinds = set()

    def is_done() -> bool:
        found = running.get("/sessions")["sessions"]
        for one in found:
            kinds.add(one["server_kind"])
            running.client.post(f"/sessions/{one['connection_id']}/{one['session_key']}/stop")
        return not found and kinds == set(SERVERS)

    until(is_done, "everybody is gone")


def told_by_tautulli(demo: Demo) -> Iterator[Sitting]:
    one = described(demo, ConnectionKind.TAUTULLI)
    asked = {"apikey": one.secret, "cmd": "get_history", "length": "100000", "grouping": "0"}
    answer = httpx.get(f"{one.url}/api/v2", params=asked).raise_for_status().json()
    for row in answer["response"]["data"]["data"]:
        yield "plex", row["user"].casefold(), str(row["rating_key"]), row["started"]


def told_by_jellyfin(demo: Demo) -> Iterator[Sitting]:
    one = described(demo, ConnectionKind.JELLYFIN)
    answer = httpx.post(
        f"{one.url}/user_usage_stats/submit_custom_query",
        headers={"Authorization": f'MediaBrowser Token="{one.secret}"'},
        json={"CustomQueryString": TABLE, "ReplaceUserId": False},
    ).raise_for_status()
    for user_id, item_id, created in answer.json()["results"]:
        yield "jellyfin", user_id, item_id, seconds(datetime.fromisoformat(created[:19]))


def history(running: Running) -> list[Sitting]:
    """Every sitting of every play, as the export has them."""
    answer = running.client.get("/history/export?format=parquet&include_hidden=true")
    path = running.data / "export.parquet"
    path.write_bytes(answer.raise_for_status().content)
    with duckdb.connect() as engine:
        engine.execute(f"CREATE VIEW plays AS FROM '{path}'")
        rows = engine.execute(PARTS).fetchall()
    return [
        (kind, person_name.casefold() if kind == "plex" else person_id, item_id, seconds(begun))
        for kind, person_id, person_name, item_id, started_at, parts in rows
        for begun in ([part["started_at"] for part in parts] if parts else [started_at])
    ]


def seconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp())


def syncs(running: Running) -> list[dict[str, Any]]:
    servers = running.get("/sync/status")["servers"]
    return [one for server in servers for one in server["syncs"].values()]


def wait_for_syncs(running: Running) -> None:
    def is_over() -> bool:
        return {one["state"] for one in syncs(running)} <= {"completed", "failed"}

    until(is_over, "all syncs are over", within_seconds=120)
    assert not [one["error"] for one in syncs(running) if one["state"] == "failed"]


def different(told: list[Sitting], known: list[Sitting]) -> tuple[list[Sitting], list[Sitting]]:
    """What is told and not known, and what is known more often than it was told."""
    lost, left = [], sorted(known)
    for kind, person, item, at in sorted(told):
        near = [
            one
            for one in left
            if one[:3] == (kind, person, item) and abs(one[3] - at) <= CLOCKS_DIFFER_BY_SECONDS
        ]
        if near:
            left.remove(near[0])
        else:
            lost.append((kind, person, item, at))
    return lost, left


def test_all_that_was_watched_is_in_the_history_once(demo: Demo, tmp_path: Path) -> None:
    """
    Sockets, syncs, an import, all twice, and a worker killed in the midst of them: each
    sitting that Tautulli or Jellyfin's plugin has is there, and none twice.
    """
    ids = connect_all(demo, tmp_path / "data")
    with showrunner_up(tmp_path, environment={"SHOWRUNNER_LEASE_SECONDS": "5"}) as running:
        send_everybody_away(running)
        imported = {"tautulli_id": ids[ConnectionKind.TAUTULLI]}
        running.post("/sync/import", imported)
        until(lambda: any(one["processed"] for one in syncs(running)), "a sync has begun")
        os.kill(running.worker_process_id(), signal.SIGKILL)
        running.post("/sync/start", {"kinds": ["history"], "full": True})
        wait_for_syncs(running)
        told = [*told_by_tautulli(demo), *told_by_jellyfin(demo)]

        known = history(running)
        assert len(told) > 100
        assert different(told, [one for one in known if one[0] != "emby"]) == ([], [])

        running.post("/sync/start", {"kinds": ["history"], "full": True})
        running.post("/sync/import", imported)
        wait_for_syncs(running)
        assert different(known, history(running)) == ([], [])

        running.post("/sync/import", imported)
        wait_for_syncs(running)
        [run] = [one for one in syncs(running) if one["kind"] == "tautulli"]
        assert (run["added"], run["changed"], run["unchanged"]) == (0, 0, run["processed"])
