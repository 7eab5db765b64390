"""plex.tv: the account service behind all Plex servers."""

import os

import httpx

from showrunner.clients.http import HttpClient

PLEX_TV = "https://plex.tv"


def plex_tv(
    base_url: str | None = None, *, transport: httpx.BaseTransport | None = None
) -> HttpClient:
    """
    How to talk to plex.tv; close it after use.

    `base_url` None: the real one, or what SHOWRUNNER_PLEX_TV_URL puts in its place
    (a test, the demo).
    """
    base_url = base_url or os.environ.get("SHOWRUNNER_PLEX_TV_URL") or PLEX_TV
    headers = {"Accept": "application/json", "X-Plex-Product": "Showrunner"}
    return HttpClient(base_url, server_name="plex.tv", headers=headers, transport=transport)
