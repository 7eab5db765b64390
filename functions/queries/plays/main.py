"""Analytics of all plays: over time, beside another period; the list of all questions."""

import json
from pathlib import Path
from typing import Any

from showrunner.access import check_token
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.history.analytics.plays import (
    comparison,
    data_quality,
    over_time,
    overview,
    ranks,
    trends,
    year_in_review,
)
from showrunner.history.analytics.serving.routes import serve

app = HttpApp()

INDEX = Path(__file__).with_name("index.json")


@app.get("/analytics")
def index() -> dict[str, Any]:
    """Every question: its address, what it answers, its tables."""
    found: dict[str, Any] = json.loads(INDEX.read_text(encoding="utf-8"))
    return found


serve(
    app,
    "plays",
    overview.QUESTION,
    over_time.QUESTION,
    comparison.QUESTION,
    trends.QUESTION,
    ranks.QUESTION,
    year_in_review.QUESTION,
    data_quality.QUESTION,
)

handle_plays_analytics = http_entry("plays_analytics", app, check_token)
