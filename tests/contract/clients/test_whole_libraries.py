"""Libraries of 100,000 items, read to their end."""

import json
import subprocess
import sys

import pytest
from flask import Flask, Response, request

from showrunner.clients.plex import PlexClient
from showrunner.connections.models import Library
from showrunner.demo.serving import LoopbackServer

ITEMS = 100_000
FILMS = Library(native_id="1", name="Films", type="movie")
# What a page weighs in memory, with room; all of them together weigh over 100 MiB.
MOST_GROWTH_KIB = 24 * 1024
READER = """
import resource, sys
from showrunner.clients.emby import EmbyClient
from showrunner.clients.plex import PlexClient
from showrunner.connections.models import Library

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

client = {"plex": PlexClient, "emby": EmbyClient}[sys.argv[1]](sys.argv[2], "key")
items = client.items(Library(native_id="1", name="Films", type="movie"))
first = next(items)
before, count = peak(), 1
for last in items:
    count += 1
print(count, first.paths[0], last.paths[0], peak() - before)
"""


class HugeServer:
    """Answers any page of a library; the items are made up when they are asked for."""

    def __init__(self) -> None:
        self.pages = 0
        self.app = Flask("huge")
        self.app.add_url_rule("/library/sections/1/all", "plex", self._plex)
        self.app.add_url_rule("/Items", "emby", self._emby)

    def _plex(self) -> Response:
        start = int(request.headers["X-Plex-Container-Start"])
        size = int(request.headers["X-Plex-Container-Size"])
        item = '{"ratingKey":"%d","title":"Film","Media":[{"Part":[{"file":"/films/%d.mkv"}]}]}'
        frame = '{"MediaContainer":{"totalSize":%d,"Metadata":[%s]}}'
        return self._page(start, size, item, frame)

    def _emby(self) -> Response:
        start, size = int(request.args["StartIndex"]), int(request.args["Limit"])
        item = '{"Id":"%d","Name":"Film","Path":"/films/%d.mkv"}'
        return self._page(start, size, item, '{"TotalRecordCount":%d,"Items":[%s]}')

    def _page(self, start: int, size: int, item: str, frame: str) -> Response:
        self.pages += 1
        numbers = range(start, min(start + size, ITEMS))
        found = ",".join(item % (number, number) for number in numbers)
        return Response(frame % (ITEMS, found), mimetype="application/json")


@pytest.fixture(scope="module")
def told() -> dict[str, list[str]]:
    """What a reader of each kind said, and how many pages all of them asked for; both at once."""
    server = HugeServer()
    with LoopbackServer(server.app) as running:
        readers = {
            kind: subprocess.Popen(
                [sys.executable, "-c", READER, kind, running.url], stdout=subprocess.PIPE, text=True
            )
            for kind in ("plex", "emby")
        }
        said = {kind: reader.communicate()[0].split() for kind, reader in readers.items()}
    return {**said, "pages": [str(server.pages)]}


@pytest.mark.parametrize("kind", ["plex", "emby"])
def test_a_library_of_100000_items_is_read_in_constant_memory(
    kind: str, told: dict[str, list[str]]
) -> None:
    """Page by page, in a process of its own, so that its memory can be measured."""
    assert told[kind][:3] == [str(ITEMS), "/films/0.mkv", f"/films/{ITEMS - 1}.mkv"]
    assert int(told[kind][3]) < MOST_GROWTH_KIB
    assert told["pages"] == [str(2 * ITEMS // 500)]


@pytest.mark.parametrize("whole", [3, 500, 700])
def test_a_server_that_knows_no_pages_is_asked_once_or_twice(whole: int) -> None:
    """It sends everything again and again, and names no total: no reason to go on for ever."""
    films = [
        {"ratingKey": str(number), "Media": [{"Part": [{"file": f"/f/{number}.mkv"}]}]}
        for number in range(whole)
    ]
    app, asked = Flask("without-pages"), []

    def everything() -> Response:
        asked.append(request.headers["X-Plex-Container-Start"])
        page = films if len(asked) == 1 or whole != 500 else []
        return Response(json.dumps({"MediaContainer": {"Metadata": page}}))

    app.add_url_rule("/library/sections/1/all", "all", everything)
    with LoopbackServer(app) as server, PlexClient(server.url, "key") as client:
        found = list(client.items(FILMS))

    assert len(found) == whole
    assert len(asked) == (2 if whole == 500 else 1)
