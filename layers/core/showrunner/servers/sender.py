"""What a program that we let send us webhooks is told: our address and its secret."""

from urllib.parse import urlsplit

from showrunner.connections.addresses import checked_url
from showrunner.connections.refusals import wrong_field
from showrunner.errors import InvalidInputError
from showrunner.webhooks.addresses import webhook_url
from showrunner.webhooks.secrets import make_secret, secret_of
from showrunner.wiring import Home


def known_secret(home: Home, connection_id: str) -> str | None:
    """The connection's own webhook secret in clear; None: none was made yet."""
    found = secret_of(home.documents, connection_id)
    return home.webhook_secrets.open(found.sealed) if found else None


def secret_for(home: Home, connection_id: str) -> str:
    """The connection's own webhook secret in clear, made when it has none yet."""
    return known_secret(home, connection_id) or make_secret(home, connection_id)


def webhook_address(given: str, sender: str) -> str:
    """
    Where `sender` ("plex") shall post to: `given`, with our path to it when it names
    only where Showrunner is. Raises InvalidInputError that names the field `public_url`.
    """
    try:
        url = checked_url(given)
    except InvalidInputError:
        example = webhook_url("https://showrunner.example.org", sender)
        raise wrong_field(
            "public_url",
            f"must be an address such as {example}, without a user name, password or parameters",
        ) from None
    is_whole = urlsplit(url).path.endswith(f"/webhooks/{sender}")
    return url if is_whole else webhook_url(url, sender)
