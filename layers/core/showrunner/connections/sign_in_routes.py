from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from showrunner.connections.addresses import same_address
from showrunner.connections.drafts import usable_url
from showrunner.connections.models import AuthMethod, ConnectionKind
from showrunner.connections.refusals import wrong_field
from showrunner.connections.sign_in import SignIn, keep, taken
from showrunner.entry.app import HttpApp
from showrunner.servers import sign_in as servers
from showrunner.wiring import home

Body = dict[str, Any]
JELLYFIN, EMBY = ConnectionKind.JELLYFIN, ConnectionKind.EMBY
Url = Annotated[str, StringConstraints(max_length=2000)]


class _Input(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, populate_by_name=True)


class Address(_Input):
    url: Url = Field(repr=False)
    verify_tls: bool = Field(True, alias="verify_ssl")


class Password(Address):
    username: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    password: SecretStr


class QuickConnect(_Input):
    """`secret` is what initiate answered; `url` may be left out, else it must be the same."""

    secret: SecretStr
    url: Url | None = Field(None, repr=False)


def sign_in_routes(app: HttpApp) -> None:
    """Signing in to Jellyfin and Emby. What is acquired stays here: `access_token` is a handle."""

    @app.post("/servers/auth/emby/password")
    def emby(given: Password) -> Body:
        """Sign in with a name and a password; the token stays sealed, its handle is answered."""
        return _with_password(EMBY, given)

    @app.post("/servers/auth/jellyfin/password")
    def jellyfin(given: Password) -> Body:
        """Sign in with a name and a password; the token stays sealed, its handle is answered."""
        return _with_password(JELLYFIN, given)

    @app.post("/servers/auth/jellyfin/quick-connect/initiate")
    def initiate(given: Address) -> Body:
        """Begin Quick Connect: show `code` to the user, who enters it in Jellyfin."""
        url = usable_url(given.url)
        begun = servers.jellyfin_quick_connect_initiate(url, given.verify_tls)
        secret = _kept(
            JELLYFIN, "quick_connect", begun["secret"], url, given.verify_tls, purpose="poll"
        )
        return {"success": True, "code": begun["code"], "secret": secret}

    @app.post("/servers/auth/jellyfin/quick-connect/poll")
    def poll(given: QuickConnect) -> Body:
        """Whether the user has approved by now."""
        begun = _begun(given)
        secret = home().secrets.open(begun.sealed_secret)
        approved = servers.jellyfin_quick_connect_poll(begun.url or "", secret, begun.verify_tls)
        return {"success": True, "authenticated": approved}

    @app.post("/servers/auth/jellyfin/quick-connect/exchange")
    def exchange(given: QuickConnect) -> Body:
        """Turn the approval into a token, which stays sealed; its handle is answered."""
        begun = _begun(given)
        secret = home().secrets.open(begun.sealed_secret)
        signed_in = servers.jellyfin_quick_connect_exchange(
            begun.url or "", secret, begun.verify_tls
        )
        return _answer(JELLYFIN, "quick_connect", signed_in, begun.url or "", begun.verify_tls)


def _with_password(kind: ConnectionKind, given: Password) -> Body:
    url, password = usable_url(given.url), given.password.get_secret_value()
    signed_in = servers.password(kind, url, given.username, password, given.verify_tls)
    return _answer(kind, "password", signed_in, url, given.verify_tls)


def _begun(given: QuickConnect) -> SignIn:
    secret = given.secret.get_secret_value()
    begun = taken(home(), secret, JELLYFIN, field="secret", purpose="poll")
    if given.url and not same_address(given.url, begun.url or ""):
        raise wrong_field("url", "is not where this Quick Connect began")
    return begun


def _answer(
    kind: ConnectionKind, method: AuthMethod, signed_in: servers.SignedIn, url: str, verify: bool
) -> Body:
    handle = _kept(kind, method, signed_in.token, url, verify, signed_in=signed_in)
    return {
        "success": True,
        "access_token": handle,
        "user_id": signed_in.user_id,
        "user_name": signed_in.user_name,
    }


def _kept(
    kind: ConnectionKind,
    method: AuthMethod,
    secret: str,
    url: str,
    verify_tls: bool,
    *,
    signed_in: servers.SignedIn | None = None,
    purpose: str = "token",
) -> str:
    return keep(
        home(),
        SignIn(
            kind=kind,
            method=method,
            sealed_secret=home().secrets.seal(secret),
            purpose="poll" if purpose == "poll" else "token",
            url=url,
            verify_tls=verify_tls,
            user_id=signed_in.user_id if signed_in else None,
            user_name=signed_in.user_name if signed_in else None,
        ),
    )
