import json
import pickle
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from showrunner.errors import ForbiddenError, InvalidInputError, NotFoundError, NotReadyError
from showrunner.previews.fingerprint import SourceFingerprint
from showrunner.previews.sources.ranges import BUFFER_BYTES
from showrunner.previews.sources.remote import RemoteSource, fingerprint_of, source_of
from tests.contract.previews.sources.range_server import RangeServer, serving

Film = Callable[..., Path]


def remote(text: str, **options: object) -> RemoteSource:
    source = source_of(text, **options)  # type: ignore[arg-type]
    assert isinstance(source, RemoteSource)
    return source


@pytest.mark.parametrize("text", ["/films/a.mkv", "C:\\films\\a.mkv", "a.mkv", "\\\\nas\\a.mkv"])
def test_paths_stay_paths(text: str) -> None:
    """Whatever has no scheme is a path."""
    assert source_of(text) == Path(text)


@pytest.mark.parametrize("text", ["smb://nas/a.mkv", "file:///a.mkv", "http://nas:x/a.mkv"])
def test_what_cannot_be_read_is_said_at_once(text: str) -> None:
    """Other schemes, and addresses that are none."""
    with pytest.raises(InvalidInputError):
        source_of(text)


def test_secrets_are_kept_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written down or shown of a source holds neither password, query nor headers."""
    monkeypatch.setenv("SHOWRUNNER_SOURCES", "https://nas.test/")
    source = remote("https://me:hush@nas.test/a.mkv?sig=hush#t", headers={"X-Key": "hush"})

    assert source.url == str(source) == json.loads(json.dumps(source.url))
    assert source.url == "https://nas.test/a.mkv"
    assert "hush" not in repr(source)
    assert source.headers == {"Authorization": "Basic bWU6aHVzaA==", "X-Key": "hush"}
    assert (source.query, source.allowed) == ("sig=hush", ("https://nas.test/",))
    assert pickle.loads(pickle.dumps(source)) == source
    assert hash(source) == hash(pickle.loads(pickle.dumps(source)))


@pytest.mark.parametrize("url", ["https://me:hush@nas.test/a", "https://nas.test/a?key=hush"])
def test_a_source_is_not_made_of_an_address_with_secrets(url: str) -> None:
    """Nor does the refusal repeat them."""
    with pytest.raises(InvalidInputError) as caught:
        RemoteSource(url)
    assert "hush" not in str(caught.value)


def test_only_allowed_addresses_are_opened(server: RangeServer) -> None:
    """Without SHOWRUNNER_SOURCES nothing is asked of anybody."""
    with pytest.raises(ForbiddenError, match="SHOWRUNNER_SOURCES"):
        remote(f"{server.address}/a.mkv").open()
    assert server.asked == []


def test_the_query_and_the_headers_are_sent(server: RangeServer) -> None:
    """They are what opens the door."""
    text = server.address.replace("://", "://me:hush@") + "/a%20b.mkv?sig=1&x=%2F"
    with remote(text, allowed=[server.address]).open() as file:
        assert file.read(4) == server.data[:4]
    path, headers = server.asked[0]

    assert path == "/a%20b.mkv?sig=1&x=%2F"
    assert headers["authorization"] == "Basic bWU6aHVzaA=="
    assert headers["accept-encoding"] == "identity"


def test_fingerprints_of_paths_and_addresses(server: RangeServer, tmp_path: Path) -> None:
    """A path's is the file's; an address's follows its ETag."""
    (path := tmp_path / "a.mkv").write_bytes(b"film")
    source = remote(f"{server.address}/a.mkv", allowed=[server.address])
    one = fingerprint_of(source)
    server.etag = '"two"'

    assert fingerprint_of(path) == SourceFingerprint.of(path)
    assert one.size_bytes == len(server.data)
    assert one.modified_at.isoformat(timespec="seconds") == "2026-11-21T10:24:30+00:00"
    assert fingerprint_of(source) != one
    with pytest.raises(NotFoundError):
        fingerprint_of(tmp_path / "none.mkv")


def key_frame_times(container: av.container.InputContainer) -> list[float]:
    """When the key frames are shown that seeking to each second leads to."""
    stream = container.streams.video[0]
    times = []
    for second in range(10):
        container.seek(int(second / stream.time_base), stream=stream)
        packet = next(packet for packet in container.demux(stream) if packet.is_keyframe)
        times.append(float(packet.pts * packet.time_base))
        assert stream.codec_context.decode(packet) + stream.codec_context.decode(None)
        stream.codec_context.flush_buffers()
    return times


RECIPES = {
    "remote.mkv": {},
    "remote.mp4": {},
    "remote-fragmented.mp4": {"movflags": "frag_keyframe+empty_moov"},
}


@pytest.mark.parametrize("name", RECIPES)
def test_a_film_is_searched_as_on_a_disk(film: Film, name: str) -> None:
    """Index at the end, at the start or in pieces: the same key frames as from the file."""
    path = film(name, container_options=RECIPES[name])
    with av.open(str(path)) as container:
        expected = key_frame_times(container)
    with serving(path=path) as server:
        source = remote(f"{server.address}/{name}", allowed=[server.address])
        with source.open() as file, av.open(file, buffer_size=BUFFER_BYTES) as container:
            assert key_frame_times(container) == expected


def test_errors_come_through_the_demuxer(film: Film) -> None:
    """A film that changes while it is read ends with our error, not with the demuxer's."""
    path = film("large.mkv", codec="rawvideo")
    assert path.stat().st_size > 2_000_000
    with serving(path=path) as server:
        source = remote(f"{server.address}/a.mkv", allowed=[server.address])
        with source.open() as file, av.open(file, buffer_size=BUFFER_BYTES) as container:
            server.etag = '"two"'
            with pytest.raises(NotReadyError):
                for _ in container.demux(video=0):
                    pass
