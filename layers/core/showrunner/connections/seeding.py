"""
Connections from the environment and from a file, on the first start.

Afterwards the stored connections are the truth. Nobody is asked over the
network: the health check fetches what the servers say of themselves.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence

from pydantic import ValidationError

from showrunner.connections.drafts import known_twice, new_draft
from showrunner.connections.models import Connection
from showrunner.connections.probe import new_id
from showrunner.connections.refusals import wrong_fields
from showrunner.connections.seed_entry import SeedEntry
from showrunner.connections.seed_environment import DEPRECATED, environment_entries
from showrunner.connections.seed_file import FILE_VARIABLE, file_entries
from showrunner.connections.shapes import NewConnection
from showrunner.connections.store import ConnectionStore
from showrunner.errors import ConflictError, InvalidInputError, SetupError
from showrunner.wiring import Home

_COLLECTION, _KEY = "settings", "seeded-connections"

logger = logging.getLogger(__name__)


def seed_connections(home: Home, environ: Mapping[str, str]) -> list[Connection]:
    """
    On the first start, make connections of the environment and of the file that
    SHOWRUNNER_CONNECTIONS_FILE names; gives those that are new.

    Raises SetupError that names the variable, or the entry and field of the file,
    and then stores nothing. What is there already is left as it is.
    """
    for name in DEPRECATED:
        if environ.get(name):
            logger.warning("%s is not used any more: %s", name, DEPRECATED[name])
    if home.documents.get(_COLLECTION, _KEY):
        return []
    entries = list(environment_entries(environ))
    if path := environ.get(FILE_VARIABLE):
        entries += file_entries(path)
    drafts = [_draft(entry, home) for entry in entries]
    added = _add(drafts, home)
    home.documents.put(_COLLECTION, _KEY, {"at": home.clock.now().isoformat()})
    for connection in added:
        logger.info("%s: connected from the settings of the first start", connection.name)
    return added


def _draft(entry: SeedEntry, home: Home) -> Connection:
    try:
        given = NewConnection.model_validate(entry.body)
        draft = new_draft(given, home)
    except ValidationError as error:
        raise SetupError(f"{entry.source}: {wrong_fields(error).message}") from None
    except InvalidInputError as error:
        raise SetupError(f"{entry.source}: {error.message}") from None
    return draft.model_copy(update={"name": draft.name or draft.kind.value.capitalize()})


def _add(drafts: Iterable[Connection], home: Home) -> list[Connection]:
    """Each under an id made of its address: an interrupted first start can be repeated."""
    store = ConnectionStore(home.documents)
    added: list[Connection] = []
    for draft in drafts:
        if known_twice(draft, store.list()):
            continue
        connection = draft.model_copy(update={"id": _free_id(draft, added)})
        try:
            store.add(connection)
        except ConflictError:
            continue
        added.append(connection)
    return added


def _free_id(draft: Connection, added: Sequence[Connection]) -> str:
    """Several connections to one service (TMDb) share its address, not their id."""
    plain = new_id(draft, draft.machine_id)
    taken = sum(1 for one in added if one.id.startswith(plain))
    return f"{plain}-{taken + 1}" if taken else plain
