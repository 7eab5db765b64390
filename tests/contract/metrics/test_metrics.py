"""What Prometheus finds: the numbers by hand, counters that never go back, cheap scrapes."""

import json
import subprocess
import sys
from typing import Any

import pytest

from showrunner.access import set_access_token
from showrunner.connections.health import Health, record_health
from showrunner.connections.store import ConnectionStore
from showrunner.history.home import ledger_of
from showrunner.history.ledger.manifest import MANIFEST_KEY, PLAYS_PREFIX
from showrunner.history.metrics import counting
from showrunner.history.metrics.history import COLLECTION, KEY
from showrunner.settings import change_settings
from showrunner.wiring import EmbeddedHome, living_in
from tests.calls import http_event, source_of
from tests.contract.analytics.worlds import at, play, sitting
from tests.contract.metrics.scraping import ENTRY, PLAYS, parsed, scrape, value
from tests.contract.tautulli_api.tool import ATTIC, FILM


def test_streams_are_told_by_server_delivery_and_place(household: EmbeddedHome) -> None:
    """Bandwidth in bits a second, as Prometheus wants base units."""
    samples = parsed(scrape(household))
    labels = {"decision": "transcode", "media_type": "movie", "location": "remote"}
    assert value(samples, "showrunner_streams", server="Attic", **labels) == 1
    name = "showrunner_stream_bandwidth_bits_per_second"
    assert value(samples, name, server="Attic", location="remote") == 4_000_000
    assert value(samples, "showrunner_transcodes", server="Attic", encoder="hardware") == 1
    assert value(samples, "showrunner_stream_alerts", kind="buffer_low") == 0


def test_plays_and_libraries_are_told_by_server(household: EmbeddedHome) -> None:
    """As the analytics count them."""
    samples = parsed(scrape(household))
    plays_total = "showrunner_plays_total"
    assert value(samples, plays_total, server="Attic", media_type="movie") == 3
    assert value(samples, plays_total, server="Attic", media_type="track") == 1
    assert value(samples, plays_total, server="Cellar", media_type="episode") == 1
    watched = "showrunner_watch_seconds_total"
    assert value(samples, watched, server="Attic", media_type="movie") == 8400
    shows = {"server": "Attic", "library": "TV", "media_type": "episode"}
    assert value(samples, "showrunner_library_items", **shows) == 3
    assert value(samples, "showrunner_library_size_bytes", **shows) == 3000
    assert value(samples, "showrunner_people") == 2
    assert value(samples, "showrunner_history_plays") == 6
    assert value(samples, "showrunner_history_readable") == 1


def test_a_counter_only_grows(household: EmbeddedHome) -> None:
    """What is taken out takes nothing away; what comes after it is added in full."""
    movies = [one for one in PLAYS if one.item.media_type == "movie"]
    labels = {"server": "Attic", "media_type": "movie"}
    names = ("showrunner_plays_total", "showrunner_watch_seconds_total")
    before = parsed(scrape(household))
    ledger_of(household).write((), dropped=[one.id for one in movies])
    fewer = parsed(scrape(household))
    assert value(fewer, "showrunner_history_plays") == 3
    assert [value(fewer, name, **labels) for name in names] == [3, 8400]
    ledger_of(household).write([play(sitting(at("2026-12-20 09:00"), 60), item=FILM)])
    more = parsed(scrape(household))
    assert [value(more, name, **labels) for name in names] == [4, 12_000]
    assert value(before, names[0], **labels) == 3


def test_other_rules_of_what_counts_are_no_plays(household: EmbeddedHome) -> None:
    """Nobody played anything because a setting was changed, and changed back."""
    labels = {"server": "Attic", "media_type": "movie"}
    for seconds in (120, 3600, 0, 120):
        change_settings(household.documents, {"least_video_seconds": seconds})
        samples = parsed(scrape(household))
        assert value(samples, "showrunner_plays_total", **labels) == 3
    ledger_of(household).write([play(sitting(at("2026-12-20 09:00"), 60), item=FILM)])
    assert value(parsed(scrape(household)), "showrunner_plays_total", **labels) == 4


def test_a_damaged_ledger_keeps_the_numbers_of_before(
    household: EmbeddedHome, caplog: pytest.LogCaptureFixture
) -> None:
    """Streams and queues are told all the same, and that it is damaged."""
    scrape(household)
    ledger_of(household).write([play(sitting(at("2026-12-20 09:00"), 60), item=FILM)])
    for info in list(household.blobs.list(PLAYS_PREFIX)):
        household.blobs.put(info.key, b"no parquet")
    samples = parsed(scrape(household))
    assert value(samples, "showrunner_history_readable") == 0
    labels = {"server": "Attic", "media_type": "movie"}
    assert value(samples, "showrunner_plays_total", **labels) == 3
    assert "could not be counted" in caplog.text
    household.blobs.put(MANIFEST_KEY, b"no manifest")
    samples = parsed(scrape(household))
    assert value(samples, "showrunner_history_readable") == 0
    assert value(samples, "showrunner_plays_total", **labels) == 3


def test_servers_syncs_queues_and_workers_are_told(busy: EmbeddedHome) -> None:
    """Times are seconds since 1970: a dashboard says how long ago that was."""
    samples = parsed(scrape(busy))
    up = "showrunner_connection_up"
    assert value(samples, up, connection="Attic", kind="plex") == 0
    assert value(samples, up, connection="Cellar", kind="emby") == 1
    name = "showrunner_sync_last_success_timestamp_seconds"
    assert value(samples, name, server="Attic", kind="accounts") == 1797768390
    assert value(samples, "showrunner_syncs", state="completed") == 1
    assert value(samples, "showrunner_workers", type="cpu", status="working") == 1
    messages = "showrunner_queue_messages"
    assert value(samples, messages, queue="batches", state="visible") == 1
    events = "showrunner_webhook_events_last_10_minutes"
    assert value(samples, events, source="radarr", kind="added") == 1


def test_names_cannot_break_the_text_and_equal_ones_are_told_apart(home: EmbeddedHome) -> None:
    """Whatever an owner calls a server."""
    for server_id in ("a", "b"):
        twin = ATTIC.model_copy(update={"id": server_id, "name": 'At"tic\\\n'})
        ConnectionStore(home.documents).add(twin)
        record_health(home.documents, server_id, Health(checked_at=home.clock.now()))
    samples = parsed(scrape(home))
    assert sum(name == "showrunner_connection_up" for name, _ in samples) == 2


def test_a_new_installation_can_be_scraped(home: EmbeddedHome) -> None:
    """Without a server, a play or a library."""
    samples = parsed(scrape(home))
    assert value(samples, "showrunner_history_plays") == 0
    assert value(samples, "showrunner_people") == 0


def test_a_scrape_needs_the_token(home: EmbeddedHome) -> None:
    set_access_token(home)
    with living_in(home):
        answer = ENTRY(http_event("/metrics", method="GET"), None)
    assert answer["statusCode"] == 401


SCRIPT = """
import json, runpy, sys
(entry,) = [
    thing for word, thing in runpy.run_path(sys.argv[1]).items() if word.startswith("handle_")
]
status = entry(json.loads(sys.argv[2]))["statusCode"]
print(status, sorted({"duckdb", "httpx", "boto3", "flask"} & sys.modules.keys()))
"""


def test_a_scrape_without_news_starts_light(household: EmbeddedHome) -> None:
    """Neither to be imported nor to tell what did not change does it need DuckDB."""
    scrape(household)
    headers = {"authorization": f"Bearer {set_access_token(household)}"}
    event = json.dumps(http_event("/metrics", method="GET", headers=headers))
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(source_of("queries/metrics")), event],
        env={"SHOWRUNNER_DATA": str(household.folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "200 []\n"


def test_of_two_scrapes_at_once_both_tell_what_is_kept(
    household: EmbeddedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next one could tell less, and Prometheus would count everything again."""
    scrape(household)
    ledger_of(household).write([play(sitting(at("2026-12-20 09:00"), 60), item=FILM)])
    count = counting.counted

    def overtaken(*asked: Any) -> Any:
        found = count(*asked)
        kept = household.documents.get(COLLECTION, KEY)
        assert kept
        household.documents.put(COLLECTION, KEY, kept.body)
        return found

    monkeypatch.setattr(counting, "counted", overtaken)
    labels = {"server": "Attic", "media_type": "movie"}
    assert value(parsed(scrape(household)), "showrunner_plays_total", **labels) == 3
    monkeypatch.undo()
    assert value(parsed(scrape(household)), "showrunner_plays_total", **labels) == 4
