"""From what somebody sent to a connection that could be stored; nothing is written here."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from showrunner.connections import sign_in
from showrunner.connections.addresses import checked_secret, checked_url, same_address
from showrunner.connections.kinds import DEFAULT_URLS, auth_methods
from showrunner.connections.models import (
    Connection,
    Library,
    PathMapping,
    PreviewSettings,
)
from showrunner.connections.refusals import wrong_field, wrong_fields
from showrunner.connections.settings import changed_settings
from showrunner.connections.shapes import AuthInput, ConnectionChange, LibraryInput, NewConnection
from showrunner.errors import InvalidInputError
from showrunner.ports.documents import Body
from showrunner.redaction import MASK
from showrunner.webhooks.secrets import SETTING as WEBHOOK_SECRET
from showrunner.webhooks.secrets import secret_body, secret_of
from showrunner.wiring import Home

_Value = TypeVar("_Value")


def new_draft(given: NewConnection, home: Home, *, stored: Connection | None = None) -> Connection:
    """
    The connection that `given` describes, with id `draft` and its key sealed.

    `stored`: the connection whose key a masked one stands for. Raises
    InvalidInputError that names the field.
    """
    url = given.url or (stored.url if stored else DEFAULT_URLS.get(given.type))
    if not url:
        raise wrong_field("url", "is missing: the address, such as http://192.168.1.10:32400")
    blank = stored or Connection(id="draft", kind=given.type, name="", url=usable_url(url))
    draft = changed(blank, given, home)
    if not draft.sealed_secret:
        raise wrong_field("auth", "has no key: give auth.token, auth.api_key or sign in")
    return draft.model_copy(update={"id": "draft"})


def changed(before: Connection, given: ConnectionChange, home: Home) -> Connection:
    """`before` with every field that was sent; raises InvalidInputError that names the field."""
    sent = given.model_fields_set
    if given.type is not None and given.type is not before.kind:
        raise wrong_field("type", f"cannot change: this is a {before.kind} connection")
    updates: dict[str, Any] = {
        name: value
        for name in ("name", "enabled", "verify_tls", "timeout_seconds")
        if (value := getattr(given, name)) is not None
    }
    if given.url is not None:
        updates["url"] = usable_url(given.url)
    if "server_identity" in sent:
        updates["machine_id"] = given.server_identity
    after = before.model_copy(update=updates)
    return _with_auth(_with_lists(_with_settings(after, given, home), given), given, home)


def _with_settings(before: Connection, given: ConnectionChange, home: Home) -> Connection:
    updates: dict[str, Any] = {"settings": _settings(before, given, home)}
    previews = {**before.previews.model_dump(), **(given.previews or {})}
    for folder in ("plex_config_folder", "jellyfin_config_folder"):
        if folder in given.model_fields_set:
            previews[folder] = getattr(given, folder)
    try:
        updates["previews"] = PreviewSettings.model_validate(previews)
    except ValidationError as error:
        raise wrong_fields(error, within="previews") from None
    return before.model_copy(update=updates)


def _settings(before: Connection, given: ConnectionChange, home: Home) -> dict[str, Any]:
    def body(plain: str) -> Body:
        return secret_body(plain, home.webhook_secrets, home.clock.now())

    settings = dict(before.settings)
    # Early versions kept the secret here, where no webhook looked: the next change puts it to work.
    old = settings.pop(WEBHOOK_SECRET, None)
    if given.settings is not None:
        settings = changed_settings(before.kind, settings, given.settings, body)
    is_wanted = old and WEBHOOK_SECRET not in settings
    if is_wanted and secret_of(home.documents, before.id) is None:
        settings[WEBHOOK_SECRET] = body(home.secrets.open(old))
    return settings


def _with_lists(before: Connection, given: ConnectionChange) -> Connection:
    updates: dict[str, Any] = {}
    if given.path_mappings is not None:
        rows = (row.model_dump() for row in given.path_mappings)
        updates["path_mappings"] = [PathMapping.model_validate(row) for row in rows]
    if given.exclude_paths is not None:
        updates["excludes"] = list(given.exclude_paths)
    if given.libraries is not None:
        updates["libraries"] = _switched(before.libraries, given.libraries)
    return before.model_copy(update=updates)


def _switched(known: Sequence[Library], given: Sequence[LibraryInput]) -> list[Library]:
    """Known libraries switched as asked; before the server was asked, those that were named."""
    if not known:
        return [
            Library(native_id=one.id, name=one.name or one.id, enabled=one.enabled) for one in given
        ]
    wanted = {one.id: one.enabled for one in given}
    if unknown := set(wanted) - {library.native_id for library in known}:
        names = ", ".join(sorted(unknown))
        raise wrong_field("libraries", f"{names}: no such library; refresh the libraries first")
    return [
        library.model_copy(update={"enabled": wanted.get(library.native_id, library.enabled)})
        for library in known
    ]


def _with_auth(before: Connection, given: ConnectionChange, home: Home) -> Connection:
    auth = given.auth or AuthInput()
    updates: dict[str, Any] = {"auth_method": _method(before, auth)}
    if "user_id" in auth.model_fields_set:
        updates["user_id"] = auth.user_id
    if auth.secret is None or auth.secret[1] == MASK:
        return before.model_copy(update=updates)
    name, value = auth.secret
    if value.startswith(sign_in.PREFIX):
        return before.model_copy(update=updates | _signed_in(before, f"auth.{name}", value, home))
    secret = _named(f"auth.{name}", lambda: checked_secret(value))
    return before.model_copy(update=updates | {"sealed_secret": home.secrets.seal(secret)})


def _method(before: Connection, auth: AuthInput) -> str:
    methods = auth_methods(before.kind)
    method = auth.method or before.auth_method or methods[0]
    if method not in methods:
        raise wrong_field("auth.method", f"{before.kind} knows: {', '.join(methods)}")
    return method


def _signed_in(before: Connection, field: str, handle: str, home: Home) -> dict[str, Any]:
    taken = sign_in.taken(home, handle, before.kind, field=field)
    if taken.url and not same_address(taken.url, before.url):
        raise wrong_field(field, "this sign-in was to another address; sign in again")
    return {
        "sealed_secret": taken.sealed_secret,
        "auth_method": taken.method,
        "user_id": taken.user_id,
    }


def usable_url(url: str) -> str:
    """`url` tidied; InvalidInputError that names the field `url`."""
    return _named("url", lambda: checked_url(url))


def _named(field: str, check: Callable[[], _Value]) -> _Value:
    """What `check` returns; its refusal names `field`."""
    try:
        return check()
    except InvalidInputError as error:
        raise wrong_field(field, error.message) from None


def known_twice(draft: Connection, others: Sequence[Connection]) -> tuple[str, Connection] | None:
    """The field by which `draft` is a connection that there is already, and that one."""
    if draft.kind in DEFAULT_URLS:
        return None
    for other in others:
        if other.id == draft.id or other.kind is not draft.kind:
            continue
        if draft.machine_id and other.machine_id == draft.machine_id:
            return "server_identity", other
        if same_address(other.url, draft.url):
            return "url", other
    return None
