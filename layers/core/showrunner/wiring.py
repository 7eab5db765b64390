"""
The one place where adapters are chosen, at the first use and never at import.

`SHOWRUNNER_DATA` names the folder of the embedded home; `SHOWRUNNER_TABLE` and
its companions, which `template.yaml` sets, name the AWS home.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from showrunner.errors import SetupError

if TYPE_CHECKING:
    from showrunner.adapters.sqlite.database import Database
    from showrunner.ports.blobs import Blobs
    from showrunner.ports.clock import Clock
    from showrunner.ports.documents import Documents
    from showrunner.ports.queues import Queue
    from showrunner.ports.secrets import Secrets


class Home(Protocol):
    """The ports of one installation. Each adapter is made when it is first asked for."""

    @property
    def documents(self) -> "Documents": ...
    @property
    def blobs(self) -> "Blobs": ...
    @property
    def secrets(self) -> "Secrets": ...
    @property
    def webhook_secrets(self) -> "Secrets":
        """For what senders of webhooks share with us: all that a webhook function may open."""

    @property
    def clock(self) -> "Clock": ...
    def queue(self, name: str) -> "Queue":
        """The queue that `template.yaml` calls `name`; SetupError when it has none of that name."""


# Adapters are imported where they are made: a cold start pays for what it uses.
# ruff: noqa: PLC0415
class EmbeddedHome:
    """Everything in one folder: `showrunner.db`, `blobs/`, `key`."""

    def __init__(self, folder: Path, clock: "Clock | None" = None) -> None:
        self.folder = folder
        self._given_clock = clock

    @cached_property
    def clock(self) -> "Clock":
        from showrunner.adapters.system_clock import SystemClock

        return self._given_clock or SystemClock()

    @cached_property
    def database(self) -> "Database":
        from showrunner.adapters.sqlite.database import Database

        return Database(self.folder / "showrunner.db")

    @cached_property
    def documents(self) -> "Documents":
        from showrunner.adapters.sqlite.documents import SqliteDocuments

        return SqliteDocuments(self.database, self.clock)

    @cached_property
    def blobs(self) -> "Blobs":
        from showrunner.adapters.files import FileBlobs

        return FileBlobs(self.folder / "blobs")

    @cached_property
    def secrets(self) -> "Secrets":
        from showrunner.adapters.keyfile import KeyFileSecrets

        return KeyFileSecrets(self.folder / "key")

    @property
    def webhook_secrets(self) -> "Secrets":
        return self.secrets

    def queue(self, name: str) -> "Queue":
        from showrunner.adapters.sqlite.queue import SqliteQueue

        return SqliteQueue(self.database, name, self.clock)


class AwsHome:
    """DynamoDB, S3, KMS and SQS, as named by the environment that `template.yaml` sets."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def _name(self, variable: str) -> str:
        if value := self._environ.get(variable):
            return value
        message = f"{variable} is not set: copy it from the stack's outputs (see infra/README.md)."
        raise SetupError(message)

    @cached_property
    def clock(self) -> "Clock":
        from showrunner.adapters.system_clock import SystemClock

        return SystemClock()

    @cached_property
    def documents(self) -> "Documents":
        from showrunner.adapters.aws.documents import DynamoDocuments
        from showrunner.adapters.aws.session import client

        return DynamoDocuments(self._name("SHOWRUNNER_TABLE"), client("dynamodb"), self.clock)

    @cached_property
    def blobs(self) -> "Blobs":
        from showrunner.adapters.aws.blobs import S3Blobs
        from showrunner.adapters.aws.session import client

        return S3Blobs(self._name("SHOWRUNNER_BUCKET"), "", client("s3"))

    @cached_property
    def secrets(self) -> "Secrets":
        from showrunner.adapters.aws.secrets import KmsSecrets
        from showrunner.adapters.aws.session import client

        return KmsSecrets(self._name("SHOWRUNNER_KEY_ID"), client("kms"))

    @cached_property
    def webhook_secrets(self) -> "Secrets":
        from showrunner.adapters.aws.secrets import KmsSecrets
        from showrunner.adapters.aws.session import client

        return KmsSecrets(self._name("SHOWRUNNER_KEY_ID"), client("kms"), purpose="webhooks")

    def queue(self, name: str) -> "Queue":
        from showrunner.adapters.aws.queue import SqsQueue
        from showrunner.adapters.aws.session import client

        suffix = name.upper()
        return SqsQueue(
            name,
            self._name(f"SHOWRUNNER_QUEUE_{suffix}"),
            self._name(f"SHOWRUNNER_DEAD_LETTERS_{suffix}"),
            client("sqs"),
            int(self._name("SHOWRUNNER_MAX_RECEIVES")),
        )


_current: list[Home] = []


def home() -> Home:
    """The home of this process, chosen by the environment at the first call."""
    if not _current:
        _current.append(home_from(os.environ))
    return _current[-1]


def home_from(environ: Mapping[str, str]) -> Home:
    """The home that an environment names; raises SetupError when it names none."""
    if folder := environ.get("SHOWRUNNER_DATA"):
        return EmbeddedHome(Path(folder))
    if environ.get("SHOWRUNNER_TABLE"):
        return AwsHome(environ)
    message = "No home is set: start with ./local/up, or set SHOWRUNNER_DATA to a data folder."
    raise SetupError(message)


@contextmanager
def living_in(other: Home) -> Iterator[Home]:
    """Use another home for a while (tests, commands that name their data folder)."""
    _current.append(other)
    try:
        yield other
    finally:
        _current.remove(other)
