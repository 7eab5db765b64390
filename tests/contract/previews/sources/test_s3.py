"""Against moto's server, which takes a second to import: the real boto3 talks to it."""

from collections.abc import Iterator
from typing import Any

import pytest

from showrunner.adapters.aws import session
from showrunner.errors import ForbiddenError, NotFoundError, NotReadyError, SetupError
from showrunner.previews.sources.remote import RemoteSource, fingerprint_of, source_of
from tests.contract.moto_server import moto_endpoint

DATA = b"".join(number.to_bytes(4) for number in range(1 << 16))


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with moto_endpoint() as address:
        yield address


@pytest.fixture
def s3(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client, and a bucket `films` with `dune.mkv` in it."""
    facts = {"ENDPOINT_URL": endpoint, "REGION": "us-east-1"}
    for name, value in {**facts, "ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    session.forget_clients()
    client = session.client("s3")
    client.create_bucket(Bucket="films")
    client.put_object(Bucket="films", Key="dune.mkv", Body=DATA)
    yield client
    session.forget_clients()


def film(key: str = "dune.mkv", bucket: str = "films") -> RemoteSource:
    source = source_of(f"s3://{bucket}/{key}", allowed=["s3://films/", "s3://none/"])
    assert isinstance(source, RemoteSource)
    return source


def test_an_object_is_read_by_ranges(s3: Any) -> None:
    """Any part of it, and a fingerprint that follows its content."""
    with film().open() as file:
        assert file.size == len(DATA)
        file.seek(200_000)
        assert file.read(50) == DATA[200_000:200_050]
    before = fingerprint_of(film())
    s3.put_object(Bucket="films", Key="dune.mkv", Body=DATA[::-1])

    assert fingerprint_of(film()) != before
    assert fingerprint_of(film()).size_bytes == before.size_bytes


def test_an_object_that_changes_is_noticed(s3: Any) -> None:
    """S3 itself compares the ETag."""
    with film().open() as file:
        s3.put_object(Bucket="films", Key="dune.mkv", Body=DATA[::-1])
        file.seek(200_000)
        with pytest.raises(NotReadyError, match="changed"):
            file.read(1)


def test_an_empty_object_has_no_bytes(s3: Any) -> None:
    """A range of it cannot be had, which is no failure."""
    s3.put_object(Bucket="films", Key="empty.mkv", Body=b"")
    with film("empty.mkv").open() as file:
        assert (file.size, file.read()) == (0, b"")


def test_what_is_absent_is_said(s3: Any) -> None:
    """A key, or the bucket, which is a setting."""
    with pytest.raises(NotFoundError, match="s3://films/none"):
        film("none.mkv").open()
    with pytest.raises(SetupError, match="NoSuchBucket"):
        film(bucket="none").open()


def test_only_allowed_buckets_are_asked(s3: Any) -> None:
    """The worker's role may reach more than its owner means to serve."""
    with pytest.raises(ForbiddenError):
        film(bucket="backups").open()
