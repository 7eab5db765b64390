import logging
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
        yield from _moto(environment)


def _moto(environment: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    # Imported here: a second that runs against another endpoint need not pay.
    from moto.server import ThreadedMotoServer  # noqa: PLC0415

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    environment.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    yield session.client
    session.forget_clients()
    server.stop()


@pytest.fixture
def unique_name() -> str:
    """A name that no other test on a shared endpoint uses."""
    return f"showrunner-test-{uuid.uuid4().hex[:12]}"
