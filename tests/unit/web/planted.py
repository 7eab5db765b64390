"""A busy evening, written through the stores' own functions, for the page to show."""

import io
from collections.abc import Sequence
from datetime import timedelta

from PIL import Image, ImageDraw

from showrunner.activity import replace_sessions
from showrunner.batches.gather import gather
from showrunner.clients.models import Decision, PlayState, Session
from showrunner.connections.models import Connection, ConnectionKind, Library
from showrunner.connections.store import ConnectionStore
from showrunner.events.models import EventKind, Report
from showrunner.jobs.create import NewFile, NewJob, create_job
from showrunner.jobs.models import FileOutcome, FileOutput, WorkerState
from showrunner.jobs.store import report_worker, start_file, update_file
from showrunner.webhooks.intake import receive
from showrunner.wiring import EmbeddedHome

FRAMES, FRAME_SIZE = 6, (320, 180)

SERVERS = {
    "plex": ("Living room", "http://192.168.1.10:32400", "1.41.2.9200"),
    "emby": ("Cabin", "http://192.168.1.12:8096", "4.9.1.80"),
    "jellyfin": ("Attic", "http://192.168.1.11:8096", "10.11.4"),
}
FILMS = {
    "Big Buck Bunny (2008)": ("#9ad0f5", "#5aa469"),
    "Sintel (2010)": ("#e8c9a0", "#6b3f2e"),
    "Tears of Steel (2012)": ("#f2b880", "#2b4b66"),
}


def plant(home: EmbeddedHome) -> str:
    """Everything at once; gives the id of the job in work."""
    connect_all(home)
    play(home)
    announce(home)
    for title in FILMS:
        finish(home, title)
    fail(home)
    return work(home)


def connect_all(home: EmbeddedHome) -> list[Connection]:
    found = [
        Connection(
            id=f"{kind}-1",
            kind=ConnectionKind(kind),
            name=name,
            url=url,
            version=version,
            libraries=[Library(native_id="1", name="Movies", type="movie", locations=["/movies"])],
        )
        for kind, (name, url, version) in SERVERS.items()
    ]
    found.append(
        Connection(
            id="radarr-1",
            kind=ConnectionKind.RADARR,
            name="Radarr",
            url="http://192.168.1.20:7878",
            enabled=False,
        )
    )
    for connection in found:
        ConnectionStore(home.documents).save(connection)
    return found


def play(home: EmbeddedHome) -> None:
    plex, _, jellyfin, _ = connect_all(home)
    now = home.clock.now()
    film = Session(
        session_key="11",
        user_name="Maria",
        item_id="42",
        title="Sintel",
        media_type="movie",
        player_name="Apple TV",
        state=PlayState.PLAYING,
        position_ms=402_000,
        duration_ms=888_000,
        decision=Decision.DIRECT_PLAY,
    )
    episode = Session(
        session_key="a7",
        user_name="Jonas",
        item_id="77",
        title="The Pilot",
        series_title="Caminandes",
        season_number=1,
        episode_number=2,
        media_type="episode",
        player_name="Firefox",
        state=PlayState.PAUSED,
        position_ms=61_000,
        duration_ms=146_000,
        decision=Decision.TRANSCODE,
    )
    replace_sessions(home.documents, plex, [film], now)
    replace_sessions(home.documents, jellyfin, [episode], now)


def announce(home: EmbeddedHome, title: str = "Spring (2019)") -> str:
    """A film that Radarr reports, gathered in a batch, and things that are only counted."""
    reports = [
        added(title),
        Report(EventKind.NOTED, "radarr", "Grab"),
        Report(EventKind.UNKNOWN, "sonarr", "SeriesDance"),
    ]
    receipt = receive(reports, home)
    gather([receipt.accepted[0].id], home)
    return receipt.accepted[0].id


def added(title: str) -> Report:
    path = f"/movies/{title}/{title}.mkv"
    return Report(EventKind.ADDED, "radarr", "Download", title=title, path=path, identity=(title,))


def finish(home: EmbeddedHome, title: str) -> str:
    """A job whose one file has its previews on all three servers."""
    job_id = _job(home, title, [title])
    start_file(home, job_id, 1)
    _let_pass(home, 48)
    outputs = [_output(home, job_id, kind, title) for kind in SERVERS]
    update_file(home, job_id, 1, outcome=FileOutcome.COMPLETED, outputs=outputs)
    return job_id


def fail(home: EmbeddedHome) -> str:
    """A job of which one file is no video."""
    job_id = _job(home, "Manual: 2 files", ["Elephants Dream (2006)", "Cosmos Laundromat (2015)"])
    for number in (1, 2):
        start_file(home, job_id, number)
    update_file(home, job_id, 1, outcome=FileOutcome.SKIPPED, message="Every output is fresh.")
    message = "/movies/Cosmos Laundromat (2015).mkv is no video: get the file again."
    update_file(home, job_id, 2, outcome=FileOutcome.FAILED, message=message)
    return job_id


def work(home: EmbeddedHome) -> str:
    """A job in work: one file waits, one is read, one is queued."""
    titles = ["Charge (2022)", "Agent 327 (2017)", "Coffee Run (2020)"]
    job_id = _job(home, "Radarr: 3 files", titles)
    start_file(home, job_id, 1)
    update_file(
        home,
        job_id,
        1,
        outcome=FileOutcome.WAITING,
        message="The file still grows; it was 1.2 GB a minute ago.",
        retry_at=home.clock.now() + timedelta(seconds=95),
    )
    start_file(home, job_id, 2)
    progress(home, job_id, done=48)
    return job_id


def progress(home: EmbeddedHome, job_id: str, *, done: int, total: int = 128) -> None:
    state = WorkerState(
        id="host-1",
        type="cpu",
        status="working",
        job_id=job_id,
        file_number=2,
        current_item="Agent 327 (2017)",
        done=done,
        total=total,
        updated_at=home.clock.now(),
    )
    report_worker(home.documents, state)


def strip(colours: Sequence[str]) -> bytes:
    """Six frames of a landscape over which a sun goes, as the previews' pictures are stored."""
    width, height = FRAME_SIZE
    image = Image.new("RGB", (width * FRAMES, height), colours[0])
    draw = ImageDraw.Draw(image)
    for frame in range(FRAMES):
        left = frame * width
        hills = [(left, height), (left, 120)]
        hills += [(left + x, 118 - (x * (frame + 3) * 7) % 46) for x in range(40, width, 56)]
        hills += [(left + width - 1, 126), (left + width - 1, height)]
        x, y = left + 30 + frame * 44, 92 - 13 * (frame if frame < 3 else 5 - frame)
        draw.ellipse((x, y, x + 40, y + 40), fill="#fff4c2")
        draw.polygon(hills, fill=colours[1])
        draw.rectangle((left, 0, left + width, 12), fill="#000")
        draw.rectangle((left, height - 12, left + width, height), fill="#000")
    data = io.BytesIO()
    image.save(data, "JPEG", quality=88)
    return data.getvalue()


def _job(home: EmbeddedHome, title: str, names: Sequence[str]) -> str:
    _let_pass(home, 3)
    files = [NewFile(f"/movies/{name}/{name}.mkv", name) for name in names]
    return create_job(NewJob(title=title, source="radarr", files=files), home)


def _output(home: EmbeddedHome, job_id: str, kind: str, title: str) -> FileOutput:
    key = f"{job_id}/1-{kind}-1.jpg"
    home.blobs.put(f"previews/{key}", strip(FILMS.get(title, ("#ccc", "#444"))))
    return FileOutput(
        connection_id=f"{kind}-1",
        connection_name=SERVERS[kind][0],
        kind=kind,
        outcome="published",
        path=f"/movies/{title}/{title}-320-10.bif",
        picture=key,
    )


def _let_pass(home: EmbeddedHome, seconds: float) -> None:
    """Only a test's clock moves: with the real one everything happens now."""
    advance = getattr(home.clock, "advance", None)
    if advance:
        advance(seconds)
