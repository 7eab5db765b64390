"""Which address stands in for a path that is not here, and that a decoder really reads it."""

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from showrunner.adapters.aws import session
from showrunner.errors import KeyRefusedError, NotFoundError, SetupError, ShowrunnerError
from showrunner.previews.bif import read_bif
from showrunner.previews.decoder.client import Decoder
from showrunner.previews.decoder.messages import Order, Request
from showrunner.previews.sources.mapped import MediaSources, source_for
from showrunner.previews.sources.remote import RemoteSource, fingerprint_of
from tests.contract.moto_server import moto_endpoint
from tests.contract.previews.sources.range_server import RangeServer, serving

Film = Callable[..., Path]


def sources(text: str) -> MediaSources:
    return MediaSources.of_environment({"SHOWRUNNER_MEDIA_SOURCES": text})


def address(path: str, text: str) -> str:
    source = source_for(path, sources(text))
    assert isinstance(source, RemoteSource)
    return source.url


def test_what_is_here_is_read_here(tmp_path: Path) -> None:
    """The network is for what this machine has not mounted."""
    (video := tmp_path / "a.mkv").touch()

    assert source_for(str(video), sources(f"{tmp_path}=https://nas.test/")) == video


def test_what_no_folder_holds_stays_a_path() -> None:
    """Prefixes end at whole components; the caller finds that it does not exist."""
    found = sources("/none/tv=https://nas.test/tv")

    assert source_for("/none/tvs/a.mkv", found) == Path("/none/tvs/a.mkv")
    assert source_for("/none/tv/../a.mkv", found) == Path("/none/tv/../a.mkv")
    assert source_for("/none/tv/a.mkv", MediaSources()) == Path("/none/tv/a.mkv")


def test_what_cannot_even_be_looked_for_is_not_here(tmp_path: Path) -> None:
    """A name that no disk takes, a link to itself, a text that is no path: mapped, or not found."""
    (loop := tmp_path / "loop.mkv").symlink_to(loop)
    found = sources("/none/tv=https://nas.test/tv")
    long = "x" * 300

    assert str(source_for(f"/none/tv/{long}.mkv", found)) == f"https://nas.test/tv/{long}.mkv"
    for path in (f"/none/{long}.mkv", str(loop), "/none/a\0.mkv"):
        source = source_for(path, found)
        assert source == Path(path)
        with pytest.raises(NotFoundError):
            fingerprint_of(source)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may do all")
def test_a_folder_that_may_not_be_entered_is_the_owners_to_open(tmp_path: Path) -> None:
    """The file may be there: it is no missing one."""
    (locked := tmp_path / "locked").mkdir()
    (locked / "a.mkv").touch()
    locked.chmod(0)
    with pytest.raises(SetupError, match="right to enter"):
        fingerprint_of(source_for(str(locked / "a.mkv"), MediaSources()))
    locked.chmod(0o700)


def test_the_deepest_folder_decides() -> None:
    """Whatever the order in which they are written."""
    text = "/none/tv=https://one.test/;/none/tv/own=https://two.test/x/;/none=https://three.test"

    assert address("/none/tv/own/a.mkv", text) == "https://two.test/x/a.mkv"
    assert address("/none/tv/b.mkv", text) == "https://one.test/b.mkv"
    assert address("/none/c.mkv", text) == "https://three.test/c.mkv"


def test_names_are_encoded_for_http_and_kept_for_s3() -> None:
    """Whatever a film may be called, its address leads to it and to nothing else."""
    name = "D\u00fcne: 100% [2021] #1?/a&b+c ~.mkv"

    assert address(f"/none/{name}", "/none=http://nas.test/m%C3%A9dia") == (
        "http://nas.test/m%C3%A9dia/D%C3%BCne%3A%20100%25%20%5B2021%5D%20%231%3F/a%26b%2Bc%20~.mkv"
    )
    assert address(f"/none/{name}", "/none=s3://bucket/media/") == f"s3://bucket/media/{name}"


def test_a_windows_path_is_found_without_case_and_split_at_its_separators() -> None:
    """Addresses have one separator."""
    assert address("d:\\TV\\Show\\a.mkv", "D:\\tv=https://nas.test/") == (
        "https://nas.test/Show/a.mkv"
    )


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    """One that starts in the environment of the test."""
    with Decoder() as fresh:
        yield fresh


def bif_of(path: str, decoder: Decoder, folder: Path) -> tuple[int, str]:
    """What a worker does with a path that is not here; gives pictures and the source's name."""
    source = source_for(path, MediaSources.of_environment(os.environ))
    order = Order("bif", folder / "film.bif", width=192, interval_seconds=1, quality=4)
    request = Request(str(source), fingerprint_of(source), [order])
    decoder.run(request)
    (published,) = decoder.publish()
    assert published.failure is None
    return read_bif(folder / "film.bif").count, request.name


@pytest.fixture
def nas(film: Film) -> Iterator[RangeServer]:
    with serving(path=film("mapped.mkv")) as server:
        yield server


@pytest.fixture
def bucket(film: Film, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An emulated S3 with a film at `media/tv/Düne #1?.mkv`; gives the bucket's address."""
    with moto_endpoint() as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        monkeypatch.setenv("AWS_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        session.forget_clients()
        client = session.client("s3")
        client.create_bucket(Bucket="films")
        data = film("mapped.mkv").read_bytes()
        client.put_object(Bucket="films", Key="media/tv/Düne #1?.mkv", Body=data)
        yield "s3://films"
        session.forget_clients()


def test_a_decoder_reads_a_mapped_film_over_http(
    nas: RangeServer, decoder: Decoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the key, which nothing but the request itself holds."""
    prefix = nas.address.replace("://", "://me:hush@") + "/tv"
    monkeypatch.setenv("SHOWRUNNER_MEDIA_SOURCES", f"/none=s3://bucket;/none/tv={prefix}")

    pictures, name = bif_of("/none/tv/D\u00fcne #1.mkv", decoder, tmp_path)
    assert (pictures, name) == (10, f"{nas.address}/tv/D%C3%BCne%20%231.mkv")
    assert {path for path, _ in nas.asked} == {"/tv/D%C3%BCne%20%231.mkv"}
    assert {headers["authorization"] for _, headers in nas.asked} == {"Basic bWU6aHVzaA=="}


def test_a_decoder_reads_a_mapped_film_from_s3(
    bucket: str, decoder: Decoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its key is the path as it is written."""
    monkeypatch.setenv("SHOWRUNNER_MEDIA_SOURCES", f"/none={bucket}/media")

    pictures, name = bif_of("/none/tv/D\u00fcne #1?.mkv", decoder, tmp_path)
    assert (pictures, name) == (10, f"{bucket}/media/tv/D\u00fcne #1?.mkv")


@pytest.mark.parametrize(("status", "kind"), [(404, NotFoundError), (401, KeyRefusedError)])
def test_what_the_address_does_not_give_is_a_clear_error(
    status: int, kind: type[ShowrunnerError], nas: RangeServer, caplog: pytest.LogCaptureFixture
) -> None:
    """It names the address without the key; nor does any log line hold that."""
    caplog.set_level(logging.DEBUG)
    text = f"/none={nas.address.replace('://', '://me:hush@')}/tv"
    source = source_for("/none/a.mkv", sources(text))
    nas.statuses = [status]

    with pytest.raises(kind, match=r"/tv/a\.mkv") as caught:
        fingerprint_of(source)
    assert nas.asked[0][1]["authorization"] == "Basic bWU6aHVzaA=="
    for told in (str(caught.value), repr(source), caplog.text):
        assert not [secret for secret in ("hush", "bWU6aHVzaA") if secret in told]
