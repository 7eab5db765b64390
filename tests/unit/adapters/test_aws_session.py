from collections.abc import Iterator

import pytest

from showrunner.adapters.aws import session
from showrunner.errors import SetupError


@pytest.fixture(autouse=True)
def _fresh_clients(isolated: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    session.forget_clients()
    yield
    session.forget_clients()


def test_a_service_has_one_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Making a client costs 100 ms: it is made once per process."""
    monkeypatch.setenv("AWS_REGION", "eu-central-1")

    assert session.client("sqs") is session.client("sqs")
    assert session.client("sqs").meta.endpoint_url == "https://sqs.eu-central-1.amazonaws.com"


def test_another_endpoint_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_ENDPOINT_URL turns every client to an emulator, before LOCALSTACK_HOST."""
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:5555")
    monkeypatch.setenv("LOCALSTACK_HOST", "127.0.0.1:4566")

    assert session.client("s3").meta.endpoint_url == "http://127.0.0.1:5555"
    assert session.client("s3").meta.config.s3["addressing_style"] == "path"


@pytest.mark.parametrize("host", ["127.0.0.1:4570", "127.0.0.1"])
def test_localstack_is_found_by_its_own_variable(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """LOCALSTACK_HOST is enough: no region, no credentials, no account."""
    monkeypatch.setenv("LOCALSTACK_HOST", host)
    expected = "http://127.0.0.1:4570" if ":" in host else "http://127.0.0.1:4566"

    assert session.client("dynamodb").meta.endpoint_url == expected
    assert session.client("dynamodb").meta.region_name == "us-east-1"


def test_a_missing_region_is_named() -> None:
    """Without a region the refusal names the variable to set."""
    with pytest.raises(SetupError, match="AWS_REGION"):
        session.client("sqs")
