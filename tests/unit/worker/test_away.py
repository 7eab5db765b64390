"""A server that is switched off does not hold up the files of the others."""

import shutil
from pathlib import Path

import httpx
import pytest

from showrunner.clients.factory import client_for
from showrunner.clients.media_server import MediaServerClient
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.errors import UnreachableError
from showrunner.previews.decoder.client import Decoder
from showrunner.previews.worker.away import AwayServers
from showrunner.previews.worker.slot import Slot
from showrunner.wiring import EmbeddedHome
from tests.unit.worker.stage import connect, job_of, line_of, names


class Watch:
    """A clock that only the test moves, in seconds."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def wait_in_vain(away: AwayServers, watch: Watch, seconds: float) -> None:
    def ask() -> None:
        with away.asking("plex"):
            watch.seconds += seconds
            raise UnreachableError("plex did not answer.")

    before = watch.seconds
    with pytest.raises(UnreachableError):
        ask()
    assert watch.seconds == before + seconds


def test_a_silent_server_is_left_alone_for_twice_its_silence() -> None:
    """Then it is asked again; others are asked all the time."""
    watch = Watch()
    away = AwayServers(watch)
    wait_in_vain(away, watch, 20)
    for _ in range(2):
        with pytest.raises(UnreachableError, match="plex did not answer"), away.asking("plex"):
            pytest.fail("it was asked")
        watch.seconds += 19.9
    with away.asking("emby"):
        pass

    watch.seconds += 0.3
    with away.asking("plex"):
        pass


def test_a_server_that_refuses_at_once_is_asked_each_time() -> None:
    """Nothing is lost by it, and a retry at the owner's word is one."""
    watch = Watch()
    away = AwayServers(watch)
    for _ in range(2):
        wait_in_vain(away, watch, 0)
        with away.asking("plex"):
            pass


class Silent(httpx.BaseTransport):
    """A machine that is switched off: every request waits in vain for five seconds."""

    def __init__(self, watch: Watch) -> None:
        self.watch, self.requests = watch, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        self.watch.seconds += 5
        raise httpx.ConnectTimeout("silence", request=request)


def test_a_second_file_does_not_wait_for_a_server_that_the_first_waited_for(
    home: EmbeddedHome, decoder: Decoder, media: Path, film: Path, tmp_path: Path
) -> None:
    """Its line waits for the next try with the same reason; nothing was asked."""
    connect(home, ConnectionKind.PLEX, media, plex_config_folder=str(tmp_path / "plex"))
    watch = Watch()
    silent = Silent(watch)

    def make_client(connection: Connection) -> MediaServerClient:
        return client_for(connection, home.secrets, transport=silent)

    slot = Slot(
        "test-0",
        home,
        30,
        lambda: False,
        decoder,
        make_client=make_client,
        away=AwayServers(watch),
    )
    first, second = job_of(home, film), job_of(home, film)
    slot.run_one(0)
    asked = silent.requests
    slot.run_one(0)

    assert asked > 0
    assert silent.requests == asked
    assert line_of(home, second).outcome == line_of(home, first).outcome == "waiting"
    assert line_of(home, second).message == line_of(home, first).message


def test_what_needs_no_answer_is_made_for_a_server_that_is_away(
    home: EmbeddedHome, decoder: Decoder, media: Path, film: Path
) -> None:
    """Emby's previews lie beside the film: only the notice is spared."""
    connect(home, ConnectionKind.EMBY, media)
    watch = Watch()
    silent = Silent(watch)

    def make_client(connection: Connection) -> MediaServerClient:
        return client_for(connection, home.secrets, transport=silent)

    away = AwayServers(watch)
    slot = Slot("test-0", home, 30, lambda: False, decoder, make_client=make_client, away=away)
    jobs = []
    for name in ("one.mkv", "two.mkv"):
        shutil.copy2(film, media / name)
        jobs.append(job_of(home, media / name))
        slot.run_one(0)

    assert silent.requests == 1
    assert {line_of(home, job).outcome for job in jobs} == {"completed"}
    assert {"one-320-10.bif", "two-320-10.bif"} <= set(names(media))
