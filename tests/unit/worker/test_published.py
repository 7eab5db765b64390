"""What is known of our outputs: by video, by folder, and whose a place is now."""

from datetime import UTC, datetime

import pytest

from showrunner.published import (
    OWNERS,
    RECORDS,
    Published,
    PublishedOutput,
    find_record,
    forget,
    owner_of,
    records_under,
    remember,
)
from showrunner.wiring import EmbeddedHome

WHEN = datetime(2026, 11, 1, 12, tzinfo=UTC)
FILM = "/media/Dune (2021)/Dune.mkv"


def output(path: str, **changes: object) -> PublishedOutput:
    return PublishedOutput.model_validate(
        {"connection_id": "emby-1", "kind": "emby", "path": path, **changes}
    )


def made(path: str, *outputs: PublishedOutput, size_bytes: int = 10) -> Published:
    return Published(path=path, size_bytes=size_bytes, modified_at=WHEN, outputs=list(outputs))


def paths_of(home: EmbeddedHome, path: str) -> list[str]:
    record = find_record(home.documents, path)
    return [one.path for one in record.outputs] if record else []


def test_outputs_add_up_and_the_newest_facts_count(home: EmbeddedHome) -> None:
    """Another width beside the first one; the same place again replaces its entry."""
    remember(home.documents, made(FILM, output("/a.bif", is_left_over=True), output("/b.bif")))
    remember(home.documents, made(FILM, output("/a.bif"), output("/c.bif"), size_bytes=20))

    record = find_record(home.documents, FILM)
    assert record is not None
    assert [(one.path, one.is_left_over) for one in record.outputs] == [
        ("/b.bif", False),
        ("/a.bif", False),
        ("/c.bif", False),
    ]
    assert record.size_bytes == 20


def test_what_is_known_already_is_not_written_again(home: EmbeddedHome) -> None:
    """A scan of 100,000 fresh files writes nothing here."""
    for _ in range(2):
        remember(home.documents, made(FILM, output("/a.bif")))

    for collection in (RECORDS, OWNERS):
        (document,) = home.documents.list(collection)
        assert document.version == 1


def test_more_outputs_than_one_write_takes(home: EmbeddedHome) -> None:
    """Thirty servers are many, and no failure."""
    places = [f"/{number}.bif" for number in range(30)]
    remember(home.documents, made(FILM, *map(output, places)))

    assert paths_of(home, FILM) == places
    assert owner_of(home.documents, "/29.bif") == FILM


def test_a_folder_stands_for_what_lies_in_it_and_for_nothing_beside(home: EmbeddedHome) -> None:
    """`Dune` is no part of `Dune (2021)`, though its name begins like it."""
    inside = ["/media/Dune/a.mkv", "/media/Dune/Extras/b.mkv"]
    for path in [*inside, "/media/Dune (2021)/a.mkv", "/media/Dune.mkv"]:
        remember(home.documents, made(path, output(f"{path}.bif")))

    assert sorted(r.path for r in records_under(home.documents, "/media/Dune")) == sorted(inside)
    assert [r.path for r in records_under(home.documents, inside[0])] == [inside[0]]


def test_a_path_longer_than_any_key_is_found_by_itself_and_by_its_folder(
    home: EmbeddedHome,
) -> None:
    """Four-byte letters, and two files whose paths differ only at their ends."""
    folder = "/media/" + "/".join(["🎬" * 60] * 6)
    for name in ("a.mkv", "b.mkv"):
        remember(home.documents, made(f"{folder}/{name}", output(f"{folder}/{name}.bif")))

    assert paths_of(home, f"{folder}/b.mkv") == [f"{folder}/b.mkv.bif"]
    assert len(list(records_under(home.documents, folder))) == 2
    assert len(list(records_under(home.documents, "/media"))) == 2
    assert owner_of(home.documents, f"{folder}/a.mkv.bif") == f"{folder}/a.mkv"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/media/Amélie.mkv", "/media/Amélie.mkv"),
        ("D:\\Films\\Dune.mkv", "d:/films/DUNE.mkv"),
    ],
)
def test_two_spellings_of_one_path_are_one_video(home: EmbeddedHome, one: str, other: str) -> None:
    """Composed or decomposed letters; Windows without case."""
    remember(home.documents, made(one, output("/a.bif")))

    assert paths_of(home, other) == ["/a.bif"]
    assert [record.path for record in records_under(home.documents, other)] == [one]


def test_a_name_that_is_no_unicode_is_kept(home: EmbeddedHome) -> None:
    """File systems hold any bytes; Python shows them as lone surrogates."""
    path = "/media/caf\udce9.mkv"
    remember(home.documents, made(path, output(f"{path}.bif")))

    assert paths_of(home, path) == [f"{path}.bif"]


def test_the_last_one_that_published_at_a_place_owns_it(home: EmbeddedHome) -> None:
    """And only its owner gives it up: the other video only forgets it."""
    remember(home.documents, made("/media/film.mkv", output("/x.bif")))
    remember(home.documents, made("/media/film.mp4", output("/x.bif")))
    forget(home.documents, "/media/film.mkv", ["/x.bif"])

    assert find_record(home.documents, "/media/film.mkv") is None
    assert owner_of(home.documents, "/x.bif") == "/media/film.mp4"

    forget(home.documents, "/media/film.mp4", ["/x.bif"])
    assert owner_of(home.documents, "/x.bif") is None
    assert home.documents.list(RECORDS) == []


def test_a_record_goes_with_its_last_output(home: EmbeddedHome) -> None:
    """Until then it keeps the others; forgetting twice is fine."""
    remember(home.documents, made(FILM, output("/a.bif"), output("/b.bif")))
    forget(home.documents, FILM, ["/a.bif"])
    assert paths_of(home, FILM) == ["/b.bif"]

    for _ in range(2):
        forget(home.documents, FILM, ["/b.bif"])
    assert find_record(home.documents, FILM) is None
