from typing import Any

import pytest

from showrunner.connections.models import Connection, ConnectionKind, Library, PathMapping
from showrunner.connections.ownership import canonical_local_path, explain, owners


def server(
    name: str,
    locations: dict[str, list[str]],
    mappings: list[tuple[str, str] | tuple[str, str, str]] | None = None,
    **changes: Any,
) -> Connection:
    """A media server with a library per entry of `locations`; mappings are rows of the form."""
    rows = [
        PathMapping(remote_prefix=remote, local_prefix=local, webhook_prefixes=webhook)
        for remote, local, *webhook in mappings or []
    ]
    libraries = [
        Library(native_id=str(number), name=library, locations=places)
        for number, (library, places) in enumerate(locations.items())
    ]
    fields = {"kind": ConnectionKind.PLEX, "url": "http://x", **changes}
    return Connection(id=name, name=name, path_mappings=rows, libraries=libraries, **fields)


def found(path: str, *servers: Connection, **options: Any) -> list[tuple[str, str, str, str]]:
    return [
        (one.connection_id, one.library.name, one.local_path, one.remote_path)
        for one in owners(path, servers, **options)
    ]


DOCKER = server("docker", {"Films": ["/data/films"]}, [("/data", "/mnt/data")])
POOLED = server(
    "pooled",
    {"Films": ["/data_disk1/films", "/data_disk2/films"]},
    [("/data_disk1", "/data", "/data"), ("/data_disk2", "/data")],
)
PLAIN = server("plain", {"Films": ["/mnt/data/films"], "Series": ["/mnt/data/tv"]})


@pytest.mark.parametrize("path", ["/data/films/x.mkv", "/mnt/data/films/x.mkv"])
def test_different_paths_in_docker(path: str) -> None:
    """Row 1 of the documents: the server's path and our own mean the same file."""
    assert found(path, DOCKER) == [
        ("docker", "Films", "/mnt/data/films/x.mkv", "/data/films/x.mkv")
    ]


def test_several_disks_of_which_the_sender_sees_one_path() -> None:
    """Row 2: the file may be on either disk, so the server is asked for both names."""
    (owned,) = owners("/data/films/x.mkv", [POOLED])

    assert owned.local_path == "/data/films/x.mkv"
    assert owned.remote_paths == ("/data_disk1/films/x.mkv", "/data_disk2/films/x.mkv")


def test_the_server_itself_names_the_right_disk() -> None:
    """Row 3: what the server called the file comes first."""
    (owned,) = owners("/data_disk2/films/x.mkv", [POOLED])

    assert owned.local_path == "/data/films/x.mkv"
    assert owned.remote_path == "/data_disk2/films/x.mkv"


def test_same_paths_need_no_mapping() -> None:
    """The documents say: then skip the configuration."""
    assert found("/mnt/data/tv/s.mkv", PLAIN) == [
        ("plain", "Series", "/mnt/data/tv/s.mkv", "/mnt/data/tv/s.mkv")
    ]


def test_a_sender_with_a_path_of_its_own_is_understood() -> None:
    """The webhook prefix leads to our path, and from there to the server's."""
    mapped = server("m", {"Films": ["/plex/films"]}, [("/plex", "/mnt/data", "/downloads/done")])

    assert found("/downloads/done/films/x.mkv", mapped, PLAIN) == [
        ("m", "Films", "/mnt/data/films/x.mkv", "/plex/films/x.mkv"),
        ("plain", "Films", "/mnt/data/films/x.mkv", "/mnt/data/films/x.mkv"),
    ]


def test_one_server_names_the_path_and_all_own_it() -> None:
    """Each gets it in its own words, through the one local path."""
    windows = server("win", {"Films": ["M:\\films"]}, [("M:\\", "/mnt/data")])

    assert found("m:\\Films\\A\\x.mkv", DOCKER, windows, reported_by="win") == [
        ("win", "Films", "/mnt/data/Films/A/x.mkv", "M:\\Films\\A\\x.mkv"),
    ]
    assert [name for name, *_ in found("M:\\films\\x.mkv", DOCKER, windows, PLAIN)] == [
        "docker",
        "win",
        "plain",
    ]


def test_two_servers_that_call_different_places_alike() -> None:
    """Only the one that reported the path knows which place is meant."""
    first = server("first", {"A": ["/media"]}, [("/media", "/srv/one")])
    second = server("second", {"B": ["/media"]}, [("/media", "/srv/two")])

    assert found("/media/x.mkv", first, second, reported_by="second") == [
        ("second", "B", "/srv/two/x.mkv", "/media/x.mkv")
    ]
    assert found("/media/x.mkv", first, second, reported_by="first") == [
        ("first", "A", "/srv/one/x.mkv", "/media/x.mkv")
    ]


def test_a_sender_that_is_no_media_server_has_no_mappings_of_its_own() -> None:
    """Radarr's id as reporter must not hide everybody's mappings."""
    radarr = server("radarr", {}, kind=ConnectionKind.RADARR)

    assert found("/data/films/x.mkv", radarr, DOCKER, reported_by="radarr")


def test_the_reading_that_ends_in_a_library_wins() -> None:
    """`/data` is one server's word for a place and another one's for something else."""
    other = server("other", {"Music": ["/data/music"]}, [("/data/films", "/wrong/films")])

    assert canonical_local_path("/data/films/x.mkv", [other, DOCKER]) == "/mnt/data/films/x.mkv"


@pytest.mark.parametrize(
    "changed",
    [
        DOCKER.model_copy(update={"enabled": False}),
        DOCKER.model_copy(
            update={"libraries": [DOCKER.libraries[0].model_copy(update={"enabled": False})]}
        ),
        DOCKER.model_copy(update={"libraries": []}),
        server("r", {"Films": ["/data/films"]}, [("/data", "/mnt")], kind=ConnectionKind.RADARR),
    ],
    ids=["disabled", "library disabled", "no libraries", "no media server"],
)
def test_what_is_switched_off_owns_nothing(changed: Connection) -> None:
    """Disabled servers and libraries get no previews and no notices."""
    assert owners("/data/films/x.mkv", [changed]) == []


@pytest.mark.parametrize(
    "path", ["/data/films2/x.mkv", "/data/x.mkv", "/other/x.mkv", "/data/films/../x.mkv"]
)
def test_a_path_outside_every_library_has_no_owner(path: str) -> None:
    """Neighbours with a similar name are outside."""
    assert owners(path, [DOCKER]) == []


def test_the_most_specific_library_comes_first() -> None:
    """A library inside another one's folder: both own the file."""
    nested = server("n", {"All": ["/m"], "Kids": ["/m/films/kids"], "Films": ["/m/films"]})

    assert [one.library.name for one in owners("/m/films/kids/x.mkv", [nested])] == [
        "Kids",
        "Films",
        "All",
    ]


def test_a_mapped_server_does_not_own_what_it_does_not_map() -> None:
    """A library that no row covers is an oversight, which `explain` names."""
    partial = server("p", {"Films": ["/elsewhere"]}, [("/data", "/mnt/data")])

    assert owners("/elsewhere/x.mkv", [partial]) == []
    assert "no path mapping covers /elsewhere/x.mkv" in explain("/elsewhere/x.mkv", [partial])[-1]


def test_one_file_has_one_canonical_path() -> None:
    """Whoever names it, in whichever Unicode form."""
    spellings = [
        "/data/films/Ame\u0301lie.mkv",
        "/data/films/Am\u00e9lie.mkv",
        "/mnt/data//films/Am\u00e9lie.mkv",
    ]
    canonical = {canonical_local_path(path, [DOCKER, PLAIN]) for path in spellings}

    assert canonical == {"/mnt/data/films/Am\u00e9lie.mkv"}


def test_a_path_that_nobody_knows_is_only_tidied() -> None:
    """The worker then reports it by the name that was sent."""
    assert canonical_local_path("/x//y/../z.mkv", []) == "/x/z.mkv"


@pytest.mark.parametrize(
    ("connection", "reason"),
    [
        (DOCKER, "docker: owner, library Films holds /data/films/x.mkv"),
        (POOLED, "no library holds"),
        (DOCKER.model_copy(update={"enabled": False}), "the connection is disabled"),
        (
            DOCKER.model_copy(
                update={"libraries": [DOCKER.libraries[0].model_copy(update={"enabled": False})]}
            ),
            "lies only in disabled libraries: Films",
        ),
    ],
    ids=["owner", "elsewhere", "disabled", "library disabled"],
)
def test_the_explanation_names_the_reason(connection: Connection, reason: str) -> None:
    """Somebody who waits for previews reads why there are none."""
    place = "/data/films/x.mkv" if connection is not POOLED else "/data_disk1/tv/x.mkv"
    lines = explain(place, [connection])

    assert lines[0] == f"Received {place}"
    assert any(reason in line for line in lines)


def test_the_explanation_shows_the_mapping_that_applied() -> None:
    """With the row and what became of the path."""
    assert "The server path of docker (/data) makes it /mnt/data/films/x.mkv here" in explain(
        "/data/films/x.mkv", [DOCKER]
    )
