"""What the API does with connections: each function checks all of it, then writes once."""

import secrets as random_secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from showrunner.clients.factory import ServiceFactory, service_for
from showrunner.connections.check import Checked, check, learned, record
from showrunner.connections.drafts import changed, known_twice, new_draft
from showrunner.connections.health import HealthState, forget_health, health_of, healths
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.probe import new_id
from showrunner.connections.refusals import wrong_field
from showrunner.connections.shapes import (
    Candidate,
    ConnectionChange,
    NewConnection,
    shown,
    shown_library,
)
from showrunner.connections.store import ConnectionStore
from showrunner.errors import (
    BadAnswerError,
    ConflictError,
    KeyRefusedError,
    NotFoundError,
    UnreachableError,
    WrongStateError,
)
from showrunner.webhooks.secrets import all_secrets, secret_of
from showrunner.wiring import Home

Group = Callable[[ConnectionKind], bool]


class ConnectionsApi:
    """
    Connections of the kinds for which `belongs` holds; others are not found here.

    Servers are asked within a time limit; what they did not answer becomes their
    health and stops nothing.
    """

    def __init__(
        self, home: Home, belongs: Group, client_factory: ServiceFactory = service_for
    ) -> None:
        self._home, self._belongs, self._client_factory = home, belongs, client_factory
        self._store = ConnectionStore(home.documents)

    def everything(self) -> list[dict[str, Any]]:
        known = healths(self._home.documents)
        have_secrets = {one.connection_id for one in all_secrets(self._home.documents)}
        return [
            shown(found, known.get(found.id), has_webhook_secret=found.id in have_secrets)
            for found in self._all()
        ]

    def get(self, connection_id: str) -> dict[str, Any]:
        return self._shown(self.find(connection_id))

    def find(self, connection_id: str) -> Connection:
        """Raises NotFoundError also for a connection of a kind that does not belong here."""
        found = self._store.get(connection_id)
        if not self._belongs(found.kind):
            raise NotFoundError(f"{connection_id} is a {found.kind} connection: see /connections")
        return found

    def add(self, given: NewConnection) -> dict[str, Any]:
        """Stored even when the server does not answer now: its health says so."""
        self._check_kind(given.type)
        draft = new_draft(given, self._home)
        self._refuse_twice(draft)
        checked = self._check(_named(draft), with_libraries=True)
        fresh = learned(draft, checked)
        if given.libraries and checked.is_ok:  # the owner's switches, now that they are known
            off = {one.id for one in given.libraries if not one.enabled}
            libraries = [
                one.model_copy(update={"enabled": one.native_id not in off})
                for one in fresh.libraries
            ]
            fresh = fresh.model_copy(update={"libraries": libraries})
        named = _named(fresh)
        self._refuse_twice(named)
        return self._shown(record(self._added(named), checked, self._home))

    def change(self, connection_id: str, given: ConnectionChange) -> dict[str, Any]:
        """A changed address or key is tried at once."""
        before = self.find(connection_id)

        def change(current: Connection) -> Connection:
            after = changed(current, given, self._home)
            self._refuse_twice(after)
            return after

        after = self._store.update(connection_id, change)
        if after.enabled and _reaches_otherwise(before, after):
            after = record(after, self._check(after, with_libraries=True), self._home)
        return self._shown(after)

    def enable(self, connection_id: str, *, enabled: bool) -> dict[str, Any]:
        self.find(connection_id)
        return self._shown(
            self._store.update(
                connection_id, lambda found: found.model_copy(update={"enabled": enabled})
            )
        )

    def remove(self, connection_id: str) -> dict[str, Any]:
        self.find(connection_id)
        self._store.delete(connection_id)
        forget_health(self._home.documents, connection_id)
        return {"success": True, "id": connection_id}

    def test(self, connection_id: str) -> dict[str, Any]:
        """Ask a stored server, and remember how it was."""
        connection = self.find(connection_id)
        checked = self._check(connection, with_libraries=True, with_samples=True)
        record(connection, replace(checked, libraries=None), self._home)
        return outcome(checked)

    def try_out(self, given: Candidate) -> dict[str, Any]:
        """Ask a server that is not stored; nothing is written."""
        self._check_kind(given.type)
        stored = self.find(given.id) if given.id else None
        draft = new_draft(given, self._home, stored=stored)
        return outcome(self._check(_named(draft), with_libraries=True, with_samples=True))

    def refresh(self, connection_id: str) -> dict[str, Any]:
        """The libraries as the server has them now; raises what went wrong."""
        connection = self.find(connection_id)
        checked = self._check(connection, with_libraries=True)
        after = record(connection, checked, self._home)
        raise_unless_ok(checked)
        return {
            "libraries": [shown_library(library) for library in after.libraries],
            "count": len(after.libraries),
        }

    def _check(self, connection: Connection, **asked: bool) -> Checked:
        return check(connection, self._home, client_factory=self._client_factory, **asked)

    def _all(self) -> list[Connection]:
        return [found for found in self._store.list() if self._belongs(found.kind)]

    def _shown(self, connection: Connection) -> dict[str, Any]:
        documents = self._home.documents
        has_secret = secret_of(documents, connection.id) is not None
        health = health_of(documents, connection.id)
        return shown(connection, health, has_webhook_secret=has_secret)

    def _check_kind(self, kind: ConnectionKind) -> None:
        if not self._belongs(kind):
            names = ", ".join(known for known in ConnectionKind if self._belongs(known))
            raise wrong_field("type", f"{kind} does not belong here; this takes: {names}")

    def _refuse_twice(self, draft: Connection) -> None:
        if twice := known_twice(draft, self._store.list()):
            field, other = twice
            raise wrong_field(field, f"this server is there already: {other.name} ({other.id})")

    def _added(self, draft: Connection) -> Connection:
        """Stored under an id that two requests at the same time both choose."""
        connection = draft.model_copy(update={"id": new_id(draft, draft.machine_id)})
        try:
            self._store.add(connection)
        except ConflictError:
            self._refuse_twice(draft)  # it is the same server, unless that one moved away
            suffix = random_secrets.token_hex(4)
            connection = draft.model_copy(update={"id": f"{draft.kind}-{suffix}"})
            self._store.add(connection)
        return connection


def _named(connection: Connection) -> Connection:
    """With the name of its kind, until it is known how it calls itself."""
    name = connection.name or connection.kind.value.capitalize()
    return connection.model_copy(update={"name": name})


def outcome(checked: Checked) -> dict[str, Any]:
    """The answer to a test: `message` is None when all is well."""
    info = checked.info
    return {
        "success": checked.is_ok,
        "state": checked.state.value,
        "message": checked.message,
        "server_name": info.name if info else None,
        "version": info.version if info else None,
        "server_identity": info.machine_id if info else None,
        "libraries": [shown_library(library) for library in checked.libraries or []],
        "samples": checked.samples,
    }


def raise_unless_ok(checked: Checked) -> None:
    """The error of a check that failed, for calls that cannot go on without the server."""
    if checked.is_ok:
        return
    kinds = {
        HealthState.UNREACHABLE: UnreachableError,
        HealthState.KEY_REFUSED: KeyRefusedError,
        HealthState.BAD_ANSWER: BadAnswerError,
    }
    raise kinds.get(checked.state, WrongStateError)(checked.message or "It failed")


def _reaches_otherwise(before: Connection, after: Connection) -> bool:
    """True when something changed of which the server may think differently."""
    return any(
        getattr(before, name) != getattr(after, name)
        for name in ("url", "verify_tls", "sealed_secret", "machine_id", "enabled")
    )
