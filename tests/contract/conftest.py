import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from showrunner.adapters.aws import session
from showrunner.adapters.sqlite.database import Database

pytest.register_assert_rewrite(
    *(
        f"tests.contract.{port}_contract"
        for port in ("blobs", "clock", "documents", "queue", "secrets")
    )
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "showrunner.db")
    yield database
    database.close()


@pytest.fixture(scope="session")
def aws_environment() -> Iterator[dict[str, str]]:
    """
    What the environment has to say to reach the AWS that is tested: nothing more
    when AWS_ENDPOINT_URL or LOCALSTACK_HOST is set, else moto's server on a free
    loopback port.
    """
    region = {"AWS_REGION": os.environ.get("AWS_REGION", "us-east-1")}
    if "AWS_ENDPOINT_URL" in os.environ or "LOCALSTACK_HOST" in os.environ:
        yield region
        return
    # Imported here: a session that runs against another endpoint need not pay.
    from tests.contract.moto_server import moto_endpoint  # noqa: PLC0415

    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    with moto_endpoint() as endpoint:
        yield {**region, **keys, "AWS_ENDPOINT_URL": endpoint}


@pytest.fixture
def aws(aws_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Clients by service name. The variables are gone after each test: others must not see them."""
    if "AWS_ENDPOINT_URL" in aws_environment:
        monkeypatch.delenv("AWS_PROFILE", raising=False)
    for name, value in aws_environment.items():
        monkeypatch.setenv(name, value)
    return session.client


@pytest.fixture
def unique_name() -> str:
    """A name that no other test on a shared endpoint uses."""
    return f"showrunner-test-{uuid.uuid4().hex[:12]}"
