"""Who may watch on a Plex server, with what plex.tv knows of them."""

import httpx
from pydantic import BaseModel, ConfigDict, Field

from showrunner.clients.models import ServerAccount
from showrunner.clients.plex_history import people_of
from showrunner.clients.plex_reader import PlexReader
from showrunner.clients.plex_tv import plex_tv
from showrunner.errors import BadAnswerError, KeyRefusedError, UnreachableError

# Of the owner, on every server.
_OWNER = "1"


class _Account(BaseModel):
    """Of plex.tv; `title` is the name of those without a user name (managed users)."""

    model_config = ConfigDict(coerce_numbers_to_str=True, extra="ignore", frozen=True)

    id: str
    username: str | None = None
    title: str | None = None
    email: str | None = None


class _Users(BaseModel):
    users: list[_Account] = Field([], alias="User")


def accounts(
    plex: PlexReader, token: str, transport: httpx.BaseTransport | None
) -> list[ServerAccount]:
    """
    The server's accounts; e-mails where plex.tv takes the token.

    The server has a name and a number for each, which for all but the owner is
    plex.tv's own.
    """
    owner, others = _known_at_plex_tv(token, transport)
    found = []
    for number, name in people_of(plex).items():
        known = owner if number == _OWNER else others.get(number)
        found.append(
            ServerAccount(
                id=number,
                name=name or (known and (known.username or known.title)) or number,
                email=(known.email or None) if known else None,
                plex_account_id=(known.id if known else None) if number == _OWNER else number,
                is_admin=number == _OWNER,
            )
        )
    return found


def _known_at_plex_tv(
    token: str, transport: httpx.BaseTransport | None
) -> tuple[_Account | None, dict[str, _Account]]:
    """The owner and, by number, those they share with; nobody where plex.tv does not say."""
    headers = {"X-Plex-Token": token, "X-Plex-Client-Identifier": "showrunner"}
    try:
        with plex_tv(transport=transport) as http:
            owner = http.read_as("/api/v2/user", _Account, headers=headers)
            answer = http.read("/api/users", headers=headers)
            users = PlexReader(http).parsed("/api/users", answer, _Users).users
    except (KeyRefusedError, BadAnswerError, UnreachableError):
        return None, {}
    return owner, {one.id: one for one in users}
