"""What is known of an account, and what the owner decided about several."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict


@dataclass(frozen=True, slots=True)
class Account:
    """
    An account as its server (a sync, a play, a row of a history) says it.

    `id` is the server's, "" where only the name is known. `name` is the user name,
    not one that a program's owner gave it for display. `plex_account_id` is the id
    at plex.tv; None: nobody said, or it has none there.
    """

    id: str
    name: str
    email: str | None = None
    plex_account_id: str | None = None


class StoredAccount(BaseModel):
    """
    An account that was seen on a server.

    `own_id` is the person that it would be if it were alone; it was made when the
    account was first seen and sorts by that time. `person_id` is the person that it
    is; None: not worked out yet. Times are UTC.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    connection_id: str
    id: str
    name: str
    email: str | None = None
    plex_account_id: str | None = None
    own_id: str
    person_id: str | None = None
    last_seen_at: datetime

    @property
    def key(self) -> str:
        return account_key(self.connection_id, self.id, self.name)

    @property
    def strong_signs(self) -> frozenset[str]:
        """What only one human's accounts have in common."""
        signs = [f"plex-{_hash(self.plex_account_id)}"] if self.plex_account_id else []
        return frozenset(signs + ([f"email-{_hash(self.email)}"] if self.email else []))

    @property
    def weak_signs(self) -> frozenset[str]:
        """What two humans can have in common."""
        return frozenset([f"name-{_hash(self.name)}"] if self.name else [])

    @property
    def signs(self) -> frozenset[str]:
        return self.strong_signs | self.weak_signs


class Decision(BaseModel):
    """
    The owner's word about accounts (their keys): those on one side are one person, those
    on different sides are not. A link has one side, a split two: who stays, who goes.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    kind: Literal["link", "split"]
    sides: tuple[tuple[str, ...], ...]
    at: datetime

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(key for side in self.sides for key in side)


def account_key(connection_id: str, account_id: str, name: str) -> str:
    """Where an account is stored: by its id; one without by its name, whatever the case."""
    said = f"id {account_id}" if account_id else f"name {name.casefold()}"
    return f"{connection_id}/{hashlib.sha256(said.encode()).hexdigest()[:24]}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.strip().casefold().encode()).hexdigest()[:24]
