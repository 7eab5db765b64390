"""
Plex's own webhook: made known to the plex.tv account, looked up, tried, removed.

Plex can send no header: the secret is part of the registered address, `?token=`,
and leaves this module for plex.tv only.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from showrunner.access import matches, token_hash
from showrunner.clients.http import HttpClient
from showrunner.clients.plex_tv import plex_tv
from showrunner.connections.addresses import same_address
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.plex_account import client_identifier
from showrunner.connections.refusals import wrong_field
from showrunner.connections.server_care import media_server
from showrunner.connections.store import ConnectionStore
from showrunner.errors import (
    BadAnswerError,
    ForbiddenError,
    InvalidInputError,
    KeyRefusedError,
    ShowrunnerError,
    UnreachableError,
)
from showrunner.servers.plex_tv_webhooks import PlexTvWebhooks, plex_pass_required
from showrunner.servers.sender import secret_for, webhook_address
from showrunner.settings import change_settings, load_settings
from showrunner.webhooks.addresses import webhook_url, with_secret
from showrunner.webhooks.plex import TEST_EVENT
from showrunner.webhooks.secrets import all_secrets, fixed_secret_hash
from showrunner.wiring import Home

SENDER = "plex"
_PING_SECONDS = 10.0
_OUTDATED = (
    "plex.tv has the address with a secret that was replaced since, so Plex's events are refused: "
    "register again."
)
_REASONS = {
    UnreachableError: "plex_tv_unreachable",
    KeyRefusedError: "token_refused",
    ForbiddenError: "plex_pass_required",
    InvalidInputError: "token_missing",
}


class PlexWebhook:
    """
    The webhook of one Plex connection's account (`server_id` None: of the first
    Plex). `own` is how the caller reached Showrunner, for want of better.
    """

    def __init__(self, home: Home, own: str, server_id: str | None = None) -> None:
        self._home, self._server_id = home, server_id
        self._default_url = webhook_url(own, SENDER)

    def status(self) -> dict[str, Any]:
        """
        What plex.tv says now. `registered_in_plex` and `has_plex_pass` None: it did
        not say; then `error` tells why, and `error_reason` in one word. So it does when
        the registered address has a secret that does not open it any more.
        """
        shown: dict[str, Any] = {
            "enabled_in_settings": load_settings(self._home.documents).plex_webhook_enabled,
            "registered_in_plex": None,
            "public_url": self._public_url(),
            "default_url": self._default_url,
            "has_plex_pass": None,
            "error": None,
            "error_reason": None,
        }
        try:
            with self._account() as account:
                shown["has_plex_pass"] = account.has_plex_pass()
                ours = [url for url in account.urls() if self._is_ours(url)]
            shown["registered_in_plex"] = bool(ours)
            if ours and not any(map(self._opens, ours)):
                shown |= {"error": _OUTDATED, "error_reason": "secret_outdated"}
        except ShowrunnerError as error:
            reason = _REASONS.get(type(error), "plex_tv_failed")
            shown |= {"error": error.message, "error_reason": reason}
        return shown

    def register(self, public_url: str | None) -> dict[str, Any]:
        """
        Let Plex post to `public_url` (None: the one in force), with a secret of this
        connection; earlier addresses of ours go, those of others stay.

        Raises InvalidInputError when there is no token to ask with, ForbiddenError
        without Plex Pass, and what talking to plex.tv raises.
        """
        url = webhook_address(public_url, SENDER) if public_url else self._public_url()
        with self._account() as account:
            if account.has_plex_pass() is False:
                raise plex_pass_required()
            wanted = with_secret(url, self._secret())
            known = account.urls()
            others = [one for one in known if not (self._is_ours(one) or _leads_to(one, url))]
            if known != [*others, wanted]:
                account.replace([*others, wanted])
            if wanted not in account.urls():
                raise BadAnswerError(
                    "plex.tv took the webhook and does not list it: try again, or enter the "
                    "address on Plex's page Account, Webhooks."
                )
        change = {"plex_webhook_enabled": True, "plex_webhook_public_url": url}
        change_settings(self._home.documents, change)
        return {"success": True, "registered_in_plex": True, "public_url": url}

    def unregister(self) -> dict[str, Any]:
        """Take our address from the account, and switch the setting off."""
        with self._account() as account:
            known = account.urls()
            others = [one for one in known if not self._is_ours(one)]
            if others != known:
                account.replace(others)
        change_settings(self._home.documents, {"plex_webhook_enabled": False})
        return {"success": True, "registered_in_plex": False, "public_url": self._public_url()}

    def test(self) -> dict[str, Any]:
        """Post to the public address as Plex would. `status_code` None: nothing answered."""
        url, connection = self._public_url(), self._connection()
        payload = {"event": TEST_EVENT, "Server": {"uuid": connection.machine_id or ""}}
        http = HttpClient(
            url, server_name="Showrunner's address", headers={}, timeout_seconds=_PING_SECONDS
        )
        shown = {"success": False, "status_code": None, "public_url": url}
        try:
            answer = http.act(
                "POST",
                "",
                params={"token": self._secret()},
                parts={"payload": json.dumps(payload)},
                allow=tuple(HTTPStatus),
            )
        except ShowrunnerError as error:
            return {**shown, "message": error.message}
        finally:
            http.close()
        is_there = answer.status_code == HTTPStatus.OK
        return {
            **shown,
            "success": is_there,
            "status_code": answer.status_code,
            "message": "Plex's events arrive here." if is_there else _remedy(answer.status_code),
        }

    def _public_url(self) -> str:
        """As set for the installation, else for the connection, else as the caller came here."""
        stored = load_settings(self._home.documents).plex_webhook_public_url
        connection = self._found()
        own = (connection.settings.get("webhook_public_url") or "") if connection else ""
        chosen = stored or own
        return webhook_address(chosen, SENDER) if chosen else self._default_url

    def _is_ours(self, url: str) -> bool:
        return _leads_to(url, self._public_url())

    def _opens(self, url: str) -> bool:
        """True when the secret in a registered address is one that may send webhooks."""
        tokens = parse_qs(urlsplit(url).query).get("token", [])
        made = [secret.hash for secret in all_secrets(self._home.documents)]
        known = [token_hash(self._home), fixed_secret_hash() or "", *made]
        return any(matches(token, one) for token in tokens for one in known)

    def _secret(self) -> str:
        return secret_for(self._home, self._connection().id)

    @contextmanager
    def _account(self) -> Iterator[PlexTvWebhooks]:
        sealed = self._connection().sealed_secret
        if not sealed:
            raise wrong_field("server_id", "this Plex server has no token: sign in first")
        token = self._home.secrets.open(sealed)
        http = plex_tv()
        try:
            yield PlexTvWebhooks(http, client_identifier(self._home.documents), token)
        finally:
            http.close()

    def _connection(self) -> Connection:
        found = self._found()
        if found is None:
            raise wrong_field(
                "server_id", "there is no Plex server yet: sign in first (POST /plex/auth/pin)"
            )
        return found

    def _found(self) -> Connection | None:
        if self._server_id:
            return media_server(self._home, self._server_id, ConnectionKind.PLEX)
        stored = ConnectionStore(self._home.documents).list()
        known = [one for one in stored if one.kind is ConnectionKind.PLEX]
        return next((one for one in known if one.enabled), next(iter(known), None))


def _leads_to(registered: str, url: str) -> bool:
    """True when both are one address, whatever the parameters; others' may be no address at all."""
    try:
        return same_address(registered.partition("?")[0], url)
    except ValueError:
        return False


def _remedy(status: int) -> str:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return "The address answers and refuses the secret: a proxy may drop the parameter token."
    if status == HTTPStatus.NOT_FOUND:
        return "Something answers there, and it is not Showrunner: check the path and the proxy."
    return f"The address answered with status {status}: look at what answers there."
