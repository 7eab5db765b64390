from collections.abc import Mapping
from types import MappingProxyType

import pytest

from showrunner.errors import (
    BadAnswerError,
    ForbiddenError,
    KeyRefusedError,
    NotFoundError,
    NotReadyError,
    UnreachableError,
)
from showrunner.previews.sources.http import HttpRanges
from showrunner.previews.sources.ranges import FIRST_BYTES, RangeFile
from tests.contract.previews.sources.range_server import RangeServer, serving

Headers = Mapping[str, str]
NO_HEADERS: Headers = MappingProxyType({})


class Naps:
    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def naps() -> Naps:
    return Naps()


def reader(
    server: RangeServer,
    naps: Naps,
    *also: str,
    path: str = "/film.mkv",
    headers: Headers = NO_HEADERS,
) -> HttpRanges:
    allowed = (server.address, *also)
    return HttpRanges(server.address + path, headers=headers, allowed=allowed, sleep=naps)


def test_a_range_is_read_exactly(server: RangeServer, naps: Naps) -> None:
    """One request each, for the very bytes; the first 64 KiB came with the opening."""
    ranges = reader(server, naps)

    assert ranges.state.size_bytes == len(server.data)
    assert ranges.read_range(10, 20) == server.data[10:20]
    assert ranges.read_range(500_000, 500_100) == server.data[500_000:500_100]
    assert server.ranges == [f"bytes=0-{FIRST_BYTES - 1}", "bytes=500000-500099"]


def test_a_small_file_and_an_empty_one(naps: Naps) -> None:
    """Files shorter than the first request are what they are."""
    with serving(b"short") as small, serving(b"") as empty:
        assert RangeFile(reader(small, naps)).read() == b"short"
        assert RangeFile(reader(empty, naps)).read() == b""


@pytest.mark.parametrize("drops", [[1000], [0], [70_000, 0, 3]])
def test_a_dropped_connection_is_taken_up_where_it_broke(
    server: RangeServer, naps: Naps, drops: list[int | None]
) -> None:
    """Nothing that arrived is asked for again, and nothing is missing or double."""
    ranges = reader(server, naps)
    server.asked.clear()
    server.drops = list(drops)

    assert ranges.read_range(100_000, 400_000) == server.data[100_000:400_000]
    starts = [100_000 + sum(drop or 0 for drop in drops[:k]) for k in range(len(drops) + 1)]
    assert server.ranges == [f"bytes={start}-399999" for start in starts]


def test_the_opening_survives_a_drop(server: RangeServer, naps: Naps) -> None:
    """Before the size is known, too."""
    server.drops = [None, 100]
    server.statuses = [503]
    ranges = reader(server, naps)

    assert ranges.read_range(0, FIRST_BYTES) == server.data[:FIRST_BYTES]


def test_a_server_that_stays_away_is_given_up(server: RangeServer, naps: Naps) -> None:
    """The first retry comes at once, later ones wait longer and longer; then: try later."""
    ranges = reader(server, naps)
    server.statuses = [503, 429, 500, 502, 504]
    with pytest.raises(UnreachableError, match="504"):
        ranges.read_range(100_000, 100_001)

    assert naps.seconds == [0.0, 0.5, 1.0, 2.0]


def test_a_closed_port_is_unreachable(naps: Naps) -> None:
    """The message says who did not answer."""
    with serving(b"x") as gone:
        pass
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1"):
        reader(gone, naps)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, KeyRefusedError),
        (403, KeyRefusedError),
        (404, NotFoundError),
        (410, NotFoundError),
        (400, BadAnswerError),
        (304, BadAnswerError),
    ],
)
def test_refusals_are_told_apart(
    server: RangeServer, naps: Naps, status: int, error: type[Exception]
) -> None:
    """Asked once: none of them passes by itself. No secret is in the message."""
    server.statuses = [status]
    with pytest.raises(error) as caught:
        reader(server, naps, path="/film.mkv?api_key=hush", headers={"X-Plex-Token": "hush"})

    assert "film.mkv" in str(caught.value)
    assert "hush" not in str(caught.value)
    assert len(server.asked) == 1


@pytest.mark.parametrize("change", ["etag", "etag without If-Match", "time", "size", "shorter"])
def test_a_file_that_changes_is_noticed(server: RangeServer, naps: Naps, change: str) -> None:
    """Another ETag, time or size in the middle ends the reading: parts of two films mix badly."""
    if change == "etag without If-Match":
        server.etag = 'W/"one"'
    if change in {"time", "size", "shorter"}:
        server.etag = None
    ranges = reader(server, naps)
    if change.startswith("etag"):
        server.etag = 'W/"two"' if server.etag == 'W/"one"' else '"two"'
    elif change == "time":
        server.last_modified = "Sat, 21 Nov 2026 10:24:31 GMT"
    else:
        server.data = server.data[: 500_000 if change == "size" else 100]

    with pytest.raises(NotReadyError, match="changed while"):
        ranges.read_range(100_000, 100_001)


def test_a_server_without_ranges_serves_clips_only(
    server: RangeServer, naps: Naps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small file is taken whole in one request; a large one is refused before its body."""
    server.has_ranges = False
    server.drops = [1000]
    ranges = reader(server, naps)
    assert ranges.read_range(900_000, 900_010) == server.data[900_000:900_010]
    assert len(server.asked) == 2

    monkeypatch.setattr("showrunner.previews.sources.http._MOST_WITHOUT_RANGES_BYTES", 1000)
    with pytest.raises(BadAnswerError, match="range requests"):
        reader(server, naps)


def test_a_redirect_is_followed_without_the_key(server: RangeServer, naps: Naps) -> None:
    """Another host gets no header of ours; later ranges go there directly."""
    with serving(server.data) as other:
        server.redirects["/film.mkv"] = f"{other.address}/real.mkv?signature=1"
        ranges = reader(server, naps, other.address, headers={"Authorization": "Bearer hush"})
        ranges.read_range(100_000, 100_001)

        assert server.asked[0][1]["authorization"] == "Bearer hush"
        assert len(server.asked) == 1
        assert [path for path, _ in other.asked] == ["/real.mkv?signature=1"] * 2
        assert all("authorization" not in headers for _, headers in other.asked)


def test_a_redirect_on_the_same_server_keeps_the_key(server: RangeServer, naps: Naps) -> None:
    """It is the server that the key is for."""
    server.redirects["/film.mkv"] = "/real.mkv"
    reader(server, naps, headers={"X-Emby-Token": "hush"})

    assert [headers["x-emby-token"] for _, headers in server.asked] == ["hush", "hush"]


def test_an_outdated_redirect_is_asked_for_again(server: RangeServer, naps: Naps) -> None:
    """Signed addresses end in the middle of a film."""
    with serving(server.data) as other:
        server.redirects["/film.mkv"] = f"{other.address}/signed-1"
        ranges = reader(server, naps, other.address)
        other.statuses = [403]
        server.redirects["/film.mkv"] = f"{other.address}/signed-2"

        assert ranges.read_range(100_000, 100_004) == server.data[100_000:100_004]
        assert [path for path, _ in other.asked] == ["/signed-1", "/signed-1", "/signed-2"]


@pytest.mark.parametrize(
    "target", ["http://127.0.0.2:1/x", "http://169.254.169.254/latest/", "file:///etc/passwd"]
)
def test_a_redirect_to_elsewhere_is_refused(server: RangeServer, naps: Naps, target: str) -> None:
    """Only what the owner listed is asked, whoever names it."""
    server.redirects["/film.mkv"] = target

    with pytest.raises((ForbiddenError, UnreachableError)) as caught:
        reader(server, naps)
    assert isinstance(caught.value, ForbiddenError)


def test_a_redirect_in_circles_ends(server: RangeServer, naps: Naps) -> None:
    """After a few it is a wrong answer."""
    server.redirects["/film.mkv"] = "/film.mkv"

    with pytest.raises(BadAnswerError, match="redirects"):
        reader(server, naps)


def test_a_name_that_leads_to_a_metadata_service_is_refused(
    server: RangeServer, naps: Naps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whom a name leads to is looked at when connected, before anything is sent."""

    def refuse(address: str) -> None:
        raise ForbiddenError(f"led to {address}")

    monkeypatch.setattr("showrunner.previews.sources.http.require_plain_address", refuse)
    with pytest.raises(ForbiddenError, match=r"led to 127\.0\.0\.1"):
        reader(server, naps)
    assert server.asked == []
