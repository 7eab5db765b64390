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
def aws() -> Iterator[Callable[[str], Any]]:
    """
    Clients by service name: of AWS_ENDPOINT_URL or LOCALSTACK_HOST when one is
    set, of moto's server on a free loopback port otherwise.
    """
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_REGION", os.environ.get("AWS_REGION", "us-east-1"))
        if "AWS_ENDPOINT_URL" in os.environ or "LOCALSTACK_HOST" in os.environ:
            yield session.client
            session.forget_clients()
            return
        environment.delenv("AWS_PROFILE", raising=False)
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        # Imported here: a second that runs against another endpoint need not pay.
        from tests.contract.moto_server import moto_endpoint  # noqa: PLC0415

        with moto_endpoint() as endpoint:
            environment.setenv("AWS_ENDPOINT_URL", endpoint)
            yield session.client
            session.forget_clients()


@pytest.fixture
def unique_name() -> str:
    """A name that no other test on a shared endpoint uses."""
    return f"showrunner-test-{uuid.uuid4().hex[:12]}"
