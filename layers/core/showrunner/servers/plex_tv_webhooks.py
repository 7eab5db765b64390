"""
The webhooks of a plex.tv account, which hold for all of its servers.

The published description leaves these addresses out; this is how Plex's own
pages and plexapi use them: one list, which is only ever replaced as a whole.
"""

from http import HTTPStatus

from pydantic import BaseModel, ConfigDict

from showrunner.clients.http import HttpClient
from showrunner.errors import ForbiddenError

_USER = "/api/v2/user"
_WEBHOOKS = "/api/v2/user/webhooks"


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Subscription(_Answer):
    active: bool | None = None


class _User(_Answer):
    subscription: _Subscription = _Subscription()


class _Webhook(_Answer):
    url: str


class PlexTvWebhooks:
    """
    The account whose `token` it is. `http` talks to plex.tv and stays the caller's.

    Raises UnreachableError, KeyRefusedError (the token) and BadAnswerError, and
    ForbiddenError with the reason `plex_pass_required`.
    """

    def __init__(self, http: HttpClient, client_identifier: str, token: str) -> None:
        self._http = http
        self._headers = {"X-Plex-Client-Identifier": client_identifier, "X-Plex-Token": token}

    def has_plex_pass(self) -> bool | None:
        """Whether the account pays for Plex Pass; None: plex.tv did not say."""
        return self._http.read_as(_USER, _User, headers=self._headers).subscription.active

    def urls(self) -> list[str]:
        """All of the account's, those of other programs too: some hold secrets."""
        allow = (HTTPStatus.FORBIDDEN,)
        answer = self._http.read(_WEBHOOKS, headers=self._headers, allow=allow)
        if answer.status_code == HTTPStatus.FORBIDDEN:
            raise plex_pass_required()
        return [one.url for one in self._http.parsed(_WEBHOOKS, answer, list[_Webhook])]

    def replace(self, urls: list[str]) -> None:
        """Make these the account's webhooks; what is not among them is gone."""
        answer = self._http.act(
            "POST",
            _WEBHOOKS,
            headers=self._headers,
            form={"urls[]": urls} if urls else {"urls": ""},
            allow=(HTTPStatus.FORBIDDEN,),
        )
        if answer.status_code == HTTPStatus.FORBIDDEN:
            raise plex_pass_required()


def plex_pass_required() -> ForbiddenError:
    return ForbiddenError(
        "Plex sends webhooks only for accounts with Plex Pass, and this one has none: get it, "
        "or let Tautulli, Sonarr or Radarr report instead.",
        details={"reason": "plex_pass_required"},
    )
