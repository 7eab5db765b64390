"""The way of a file through Showrunner, in four steps, each with what is there now."""

from collections.abc import Mapping
from typing import Any

from showrunner.batches.store import open_batches
from showrunner.events.store import recent_events
from showrunner.web.rooms import jobs, previews
from showrunner.web.rooms.models import View


def load(view: View) -> Mapping[str, Any]:
    batches = open_batches(view.documents)
    return {
        "event": next(iter(recent_events(view.documents, limit=1)), None),
        "gathering": sum(batch.file_count for batch in batches),
        "due_at": min((batch.due_at for batch in batches), default=None),
        "working": jobs.load(view)["working"],
        "ready": next(iter(previews.newest_with_pictures(view.documents, 1)), None),
    }
