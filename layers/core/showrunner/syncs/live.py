"""
Progress of syncs as server-sent events (see `entry/finite_stream.py`).

`sync_progress`, `sync_complete` and `sync_error` carry a run as `/sync/status` shows it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from showrunner.entry.finite_stream import Versions, finite_stream, from_event_id
from showrunner.ports.documents import Documents, each
from showrunner.syncs.models import SyncRun, SyncState
from showrunner.syncs.status import shown
from showrunner.syncs.store import COLLECTION
from showrunner.wiring import Home

_FOLLOWED = re.compile(r"[\w-]{1,80}/[a-z]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Moment:
    runs: Mapping[str, SyncRun]
    versions: dict[str, str]

    def events(self, seen: Versions) -> Iterator[tuple[str, dict[str, Any]]]:
        for key, run in self.runs.items():
            is_news = seen.get(key) != self.versions[key]
            # A reader who comes first is told of what goes on, not of what is over.
            if is_news and (seen or run.state.is_active):
                yield _name(run), shown(run)


def events_answer(last_event_id: str, home: Home, longest_seconds: float) -> str:
    """What differs from what the reader saw, as text/event-stream; after the wait a comment."""
    given = from_event_id(last_event_id).items()
    seen = {name: version for name, version in given if _FOLLOWED.fullmatch(name)}
    return finite_stream(lambda: _moment(home.documents), seen, home.clock, longest_seconds)


def _moment(documents: Documents) -> _Moment:
    found = list(each(documents, COLLECTION))
    runs = {document.key: SyncRun.model_validate(document.body) for document in found}
    return _Moment(runs, {document.key: str(document.version) for document in found})


def _name(run: SyncRun) -> str:
    if run.state is SyncState.FAILED:
        return "sync_error"
    return "sync_progress" if run.state.is_active else "sync_complete"
