"""Who may talk to the emulated Jellyfin or Emby: its API key, and tokens of people who sign in."""

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from showrunner.demo.serving import is_token

OWNER = "Mika"


@dataclass(slots=True)
class Ticket:
    """A Quick Connect that somebody started. `device` is what asks, in the vendor's words."""

    secret: str
    code: str
    device: dict[str, str]
    made_at: float
    is_approved: bool = False


class Accounts:
    """
    One owner with a password. `consent_seconds` after a Quick Connect was started
    the owner approves it by themselves.
    """

    def __init__(
        self,
        api_key: str,
        password: str,
        *,
        consent_seconds: float = 3.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tokens = [api_key]
        self._password = password
        self._consent_seconds, self._clock = consent_seconds, clock
        self._tickets: dict[str, Ticket] = {}

    def knows(self, token: str | None) -> bool:
        return any(is_token(token, known) for known in self._tokens)

    def sign_in(self, name: str, password: str) -> str | None:
        """A token of its own for this sign-in; None: the name or the password is wrong."""
        is_right = hmac.compare_digest(password.encode(), self._password.encode())
        return self._new_token() if is_right and name.casefold() == OWNER.casefold() else None

    def start_ticket(self, device: dict[str, str]) -> Ticket:
        code = f"{secrets.randbelow(10**6):06}"
        ticket = Ticket(secrets.token_hex(32), code, device, self._clock())
        self._tickets[ticket.secret] = ticket
        return ticket

    def ticket(self, secret: str | None) -> Ticket | None:
        found = self._tickets.get(secret or "")
        if found and self._clock() - found.made_at >= self._consent_seconds:
            found.is_approved = True
        return found

    def approve(self, code: str) -> bool:
        """What the owner does on the page of the server; False: there is no such code."""
        found = [ticket for ticket in self._tickets.values() if ticket.code == code]
        for ticket in found:
            ticket.is_approved = True
        return bool(found)

    def redeem(self, secret: str) -> str | None:
        """The token for an approved ticket, once; None: not approved, or gone."""
        ticket = self.ticket(secret)
        if ticket is None or not ticket.is_approved:
            return None
        del self._tickets[secret]
        return self._new_token()

    def _new_token(self) -> str:
        self._tokens.append(secrets.token_hex(16))
        return self._tokens[-1]
