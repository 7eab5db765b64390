"""
Plays, watch time and libraries as numbers, without opening the ledger for each scrape.

They are counted when the ledger or a library changed, and kept in a document for all
processes. Counters never go back, as Prometheus wants it: what is deleted or merged
later takes nothing away, what comes is added.
"""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from showrunner.errors import ConflictError, SetupError
from showrunner.history.analytics.core.rules import Counting
from showrunner.history.ledger.manifest import Manifest, load_manifest
from showrunner.history.metrics.counts import Counts
from showrunner.history.metrics.exposition import Metric, counter, gauge
from showrunner.people.directory import Directory
from showrunner.ports.documents import ABSENT
from showrunner.settings import load_settings
from showrunner.syncs.models import SyncKind, SyncRun
from showrunner.wiring import Home

COLLECTION, KEY = "metrics", "history"

logger = logging.getLogger(__name__)


def history_metrics(
    home: Home, names: Mapping[str, str], runs: Mapping[str, SyncRun]
) -> Iterator[Metric]:
    """Of the ledger and the libraries; `names` are those of connections in labels."""
    manifest, counts = _read(home, runs)
    is_readable = manifest is not None and counts.version == _version(home, manifest, runs)
    yield from _of_plays(counts, names)
    yield from _of_libraries(counts, names)
    if manifest:
        size_bytes = sum(part.size_bytes for part in manifest.parts())
        yield gauge("showrunner_history_plays", "Plays in the ledger.", [({}, manifest.plays)])
        yield gauge("showrunner_history_size_bytes", "Size of the ledger.", [({}, size_bytes)])
    yield gauge(
        "showrunner_history_readable",
        "0 when a file of the ledger could not be read, and plays are as before.",
        [({}, int(is_readable))],
    )
    people = Directory.of(home.documents).owners()
    number = len({person.id for _, person in people})
    yield gauge("showrunner_people", "Persons with accounts on any server.", [({}, number)])


def _version(home: Home, manifest: Manifest, runs: Mapping[str, SyncRun]) -> str:
    synced = sorted(
        f"{run.connection_id} {run.last_success_at.timestamp():.0f}"
        for run in runs.values()
        if run.kind is SyncKind.LIBRARIES and run.last_success_at
    )
    rules = Counting.of(load_settings(home.documents)).version
    return " ".join([str(manifest.version), rules, *synced])


def _read(home: Home, runs: Mapping[str, SyncRun]) -> tuple[Manifest | None, Counts]:
    """What the ledger is, None when that cannot be read, and the newest counts that there are."""
    manifest = None
    document = home.documents.get(COLLECTION, KEY)
    known = Counts.model_validate(document.body) if document else Counts()
    try:
        manifest, _ = load_manifest(home.blobs)
        version = _version(home, manifest, runs)
        if known.version == version:
            return manifest, known
        # DuckDB is only loaded when something changed: most scrapes do without it.
        from showrunner.history.metrics.counting import counted  # noqa: PLC0415

        now = counted(home, known, version)
        body: dict[str, Any] = now.model_dump(mode="json")
        home.documents.put(COLLECTION, KEY, body, version=document.version if document else ABSENT)
    except SetupError:  # streams and queues are told all the same
        logger.exception("The history could not be counted for Prometheus")
        return manifest, known
    except ConflictError:
        # Another scrape counted as well: only what is kept may be told, or counters go back.
        document = home.documents.get(COLLECTION, KEY)
        return manifest, Counts.model_validate(document.body) if document else known
    return manifest, now


def _of_plays(counts: Counts, names: Mapping[str, str]) -> Iterator[Metric]:
    said = [
        (
            {
                "server": names.get(one.connection_id, one.connection_id),
                "media_type": one.media_type,
            },
            one,
        )
        for one in counts.plays
    ]
    yield counter(
        "showrunner_plays_total",
        "Plays that count, ever; a viewing that was resumed is one.",
        [(labels, one.plays) for labels, one in said],
    )
    yield counter(
        "showrunner_watch_seconds_total",
        "Time that was watched, ever, without pauses.",
        [(labels, one.watch_seconds) for labels, one in said],
    )


def _of_libraries(counts: Counts, names: Mapping[str, str]) -> Iterator[Metric]:
    said = [
        (
            {
                "server": names[one.connection_id],
                "library": one.library,
                "media_type": one.media_type,
            },
            one,
        )
        for one in counts.libraries
        if one.connection_id in names
    ]
    yield gauge(
        "showrunner_library_items",
        "Movies, episodes, tracks in a library.",
        [(labels, one.items) for labels, one in said],
    )
    yield gauge(
        "showrunner_library_size_bytes",
        "Size of their files, where the server says it.",
        [(labels, one.size_bytes) for labels, one in said],
    )
