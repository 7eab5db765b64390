"""What an event asks of its job, and of which server."""

import pytest

from showrunner.connections.models import Connection, ConnectionKind
from showrunner.connections.store import ConnectionStore
from showrunner.events.models import EventKind
from showrunner.jobs.store import list_files, list_jobs
from showrunner.webhooks.intake import receive
from tests.unit.batches.conftest import deleted, renamed, report

PLEX = Connection(
    id="plex-1", kind=ConnectionKind.PLEX, name="Plex", url="http://plex:32400", machine_id="m-1"
)
JELLYFIN = Connection(
    id="jelly-1",
    kind=ConnectionKind.JELLYFIN,
    name="Jellyfin",
    url="http://jellyfin:8096",
    machine_id="2C7C24F5A1D04B2E9D1E0A7D3E5B6C01",
)


TAUTULLI = Connection(
    id="tautulli-1", kind=ConnectionKind.TAUTULLI, name="Tautulli", url="http://tautulli:8181"
)


@pytest.fixture
def line_of(home, clock, drain):
    """`line_of(report)`: the one line of the job that it becomes."""
    for connection in (PLEX, JELLYFIN):
        ConnectionStore(home.documents).save(connection)

    def line_of(said, *, connection_id=None):
        receive([said], home, connection_id=connection_id)
        drain()
        clock.advance(61)
        drain()
        (job,) = list_jobs(home.documents)
        (line,) = list_files(home.documents, job)
        return line

    return line_of


@pytest.mark.parametrize(
    ("said", "action"),
    [
        (report("/m/a.mkv"), "make"),
        (report("/m/a.mkv", kind=EventKind.UPGRADED), "make"),
        (renamed("/m/old.mkv", "/m/a.mkv"), "move"),
        (deleted("/m/a.mkv"), "retire"),
    ],
)
def test_each_kind_of_event_has_its_action(line_of, said, action):
    """Made, moved or retired: all by the path that the sender named."""
    line = line_of(said)

    assert (line.action.value, line.path, line.title) == (action, "/m/a.mkv", "Dune")


def test_a_rename_says_where_the_file_lay(line_of):
    """Its outputs lie there."""
    assert line_of(renamed("/m/old.mkv", "/m/a.mkv")).previous_path == "/m/old.mkv"


def test_a_rename_that_does_not_say_from_where_is_looked_at_anew(line_of):
    """An old Sonarr names the series' folder alone."""
    line = line_of(report("/tv/Dune", kind=EventKind.RENAMED))

    assert (line.action.value, line.path, line.previous_path) == ("make", "/tv/Dune", None)


def from_server(server_id, path=None, **more):
    return report(path, source="plex", server_id=server_id, server_item_id="153037", **more)


def test_an_item_without_a_path_is_to_be_found_on_the_server_that_said_so(line_of):
    """The server is known by how it calls itself."""
    line = line_of(from_server("m-1"))

    assert (line.action.value, line.path) == ("find", "")
    assert (line.connection_id, line.server_item_id) == ("plex-1", "153037")


def test_a_server_is_known_however_its_id_is_written(line_of):
    """With dashes or without, in small letters or large."""
    line = line_of(from_server("2c7c24f5-a1d0-4b2e-9d1e-0a7d3e5b6c01"))

    assert line.connection_id == "jelly-1"


def test_an_item_is_looked_up_on_the_server_that_has_it(line_of):
    """An account of Plex reports all its servers to the address of one."""
    assert line_of(from_server("m-1"), connection_id="jelly-1").connection_id == "plex-1"


def test_the_address_that_a_delivery_came_to_names_a_server_that_says_nothing_known(line_of):
    """A server that was set up anew calls itself otherwise; its address is still its own."""
    assert line_of(from_server("stranger"), connection_id="jelly-1").connection_id == "jelly-1"


def test_a_sender_that_is_no_media_server_has_no_items(line_of, home):
    """Tautulli reports with its own secret of what lies on Plex."""
    ConnectionStore(home.documents).save(TAUTULLI)
    assert line_of(from_server("m-1"), connection_id="tautulli-1").connection_id == "plex-1"


def test_an_unknown_server_is_not_passed_over(line_of):
    """The line stands in the job, which says that no such server is set up."""
    line = line_of(from_server("stranger"))

    assert (line.action.value, line.connection_id) == ("find", None)
    assert line.server_item_id == "153037"


def test_a_path_from_an_unknown_server_is_looked_for_on_all(line_of):
    """The path is what counts; an id that nobody knows would only be in the way."""
    line = line_of(from_server("stranger", "/m/a.mkv"))

    assert (line.action.value, line.path, line.connection_id) == ("make", "/m/a.mkv", None)


@pytest.mark.parametrize("item_type", ["series", "season", "show"])
def test_a_series_is_found_by_its_id_although_it_has_a_folder(line_of, item_type):
    """Emby names the folder; its episodes are what wants previews."""
    assert line_of(from_server("m-1", "/tv/Dune", item_type=item_type)).action.value == "find"


def test_a_deleted_series_is_retired_by_its_folder(line_of):
    """Nobody can be asked any more which episodes it had."""
    said = from_server("m-1", "/tv/Dune", item_type="series", kind=EventKind.DELETED)

    line = line_of(said)
    assert (line.action.value, line.path) == ("retire", "/tv/Dune")


def test_names_that_are_no_unicode_and_paths_of_any_length_are_taken(home, clock, drain):
    """Files can be called anything; a key cannot."""
    names = ["/m/\\udcff.mkv", "/m/Amélie.mkv", "/m/" + "ä" * 4000 + ".mkv"]
    receive([report(name) for name in names], home)
    drain()
    clock.advance(61)
    drain()

    (job,) = list_jobs(home.documents)
    assert {file.path for file in list_files(home.documents, job)} == set(names)
