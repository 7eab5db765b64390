"""Syncs: how each server's history, libraries and accounts are kept up to date, and imports."""

from collections.abc import Iterable, Mapping
from typing import Any

from showrunner.connections import store as connections
from showrunner.connections.models import ConnectionKind
from showrunner.ports.documents import Document, Documents, each
from showrunner.syncs.models import SyncKind, SyncRun
from showrunner.syncs.status import runs_of
from showrunner.syncs.store import COLLECTION, all_runs
from showrunner.web.library_choices import media_servers
from showrunner.web.rooms.models import Part, Place, Room, View


def _load(view: View) -> Mapping[str, Any]:
    runs = all_runs(view.documents)
    cards = [(server, _shown(runs_of(server, runs))) for server in media_servers(view.documents)]
    return {"cards": cards, "now": view.now}


def _shown(runs: Iterable[SyncRun]) -> list[SyncRun]:
    """An import that nobody asked for is not worth a line."""
    return [run for run in runs if run.kind is not SyncKind.TAUTULLI or run.queued_at]


def _watch(documents: Documents) -> Iterable[Document]:
    yield from each(documents, COLLECTION)
    yield from each(documents, connections.COLLECTION)


def _choices(view: View) -> Mapping[str, Any]:
    found = connections.ConnectionStore(view.documents).list()
    return {
        "plexes": [(one.id, one.name) for one in found if one.kind is ConnectionKind.PLEX],
        "tautullis": [(one.id, one.name) for one in found if one.kind is ConnectionKind.TAUTULLI],
    }


def _watch_choices(documents: Documents) -> Iterable[Document]:
    return each(documents, connections.COLLECTION)


ROOM = Room(
    name="sync",
    path="/sync",
    title="Sync",
    group="history",
    tab="Sync",
    parts=(
        Part("syncs", "Servers", Place.MAIN, _load, _watch, "/api/v1/sync/status"),
        Part("sync_import", "Tautulli import", Place.SIDE, _choices, _watch_choices),
    ),
    scripts=("import.js",),
)
