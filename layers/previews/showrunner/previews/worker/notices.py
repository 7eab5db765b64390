"""Telling the servers that there are new previews."""

import logging

from showrunner.clients.media_server import MediaServerClient
from showrunner.connections.models import ConnectionKind
from showrunner.connections.ownership import Ownership
from showrunner.errors import ShowrunnerError
from showrunner.previews.outputs.locate import Output

logger = logging.getLogger(__name__)


def tell_of_previews(output: Output, client: MediaServerClient) -> str | None:
    """None when the server took notice; one that did not gets its previews all the same."""
    owned = output.owned
    try:
        item_id = output.item_id
        if output.connection.kind is ConnectionKind.JELLYFIN and item_id is None:
            item_id = _item_id(owned, client)
        client.announce(owned.remote_path, owned.library, item_id)
    except ShowrunnerError as error:
        logger.warning("%s was not told: %s", output.connection.name, error.message)
        return f"Published, but {output.connection.name} was not told: {error.message}"
    return None


def _item_id(owned: Ownership, client: MediaServerClient) -> str | None:
    """Jellyfin takes tiles up by item; a file that it does not know yet it finds by the path."""
    found = (client.find_item(path, owned.library) for path in owned.remote_paths)
    return next((item.item_id for item in found if item), None)
