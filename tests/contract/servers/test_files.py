"""A sample of each library, and the outputs of one file, as this machine sees them."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from showrunner.connections.models import PathMapping, PreviewSettings
from showrunner.errors import InvalidInputError
from showrunner.previews.outputs import places
from showrunner.servers.output_status import output_status
from showrunner.servers.sample import sample_paths
from tests.contract.servers.conftest import EPISODE, FILM, Stage, Staged


def samples(stage: Stage) -> list[dict[str, Any]]:
    return sample_paths(stage.connection, stage.client)


def test_each_library_has_a_sample_that_this_machine_sees(staged: Staged) -> None:
    """Under the path that the mappings make of the server's."""
    stage = staged("jellyfin")
    films, shows = stage.connection.libraries

    assert samples(stage) == [
        {
            "library_id": library.native_id,
            "library_name": library.name,
            "remote_path": f"/media/{path}",
            "local_path": f"{stage.library}/{path}",
            "visible": True,
            "reason": None,
        }
        for library, path in ((films, FILM), (shows, EPISODE))
    ]


def test_a_sample_under_no_mapping_is_told(staged: Staged) -> None:
    """The commonest mistake."""
    stage = staged("jellyfin")
    row = PathMapping(remote_prefix="/data", local_prefix=str(stage.library))
    stage.change(path_mappings=[row])
    first = samples(stage)[0]

    assert (first["visible"], first["local_path"]) == (False, None)
    assert "No path mapping covers /media/movies" in first["reason"]


def test_a_sample_that_is_not_there_names_the_folder_that_is(staged: Staged) -> None:
    """So that its owner sees how far the mapping is right."""
    stage = staged("jellyfin")
    row = PathMapping(remote_prefix="/media", local_prefix=f"{stage.library}/wrong")
    stage.change(path_mappings=[row])
    first = samples(stage)[0]

    assert first["visible"] is False
    assert f"(only {stage.library})" in first["reason"]


def test_a_windows_path_is_no_local_file(staged: Staged) -> None:
    """A server on Windows without a mapping."""
    stage = staged("plex", root="D:\\Films")
    (first, _) = samples(stage)

    assert first["remote_path"].startswith("D:\\Films\\movies\\")
    assert first["visible"] is False


def test_disabled_and_empty_libraries_need_nothing(staged: Staged) -> None:
    """One is not asked about, the other has no file to look for."""
    stage = staged("emby")
    films, shows = stage.connection.libraries
    empty = films.model_copy(update={"native_id": "404"})
    stage.change(libraries=[empty, shows.model_copy(update={"enabled": False})])
    (found,) = samples(stage)

    assert (found["remote_path"], found["visible"]) == (None, False)
    assert "no files" in found["reason"]


def test_services_have_no_samples(staged: Staged) -> None:
    """Sonarr has root folders, no items."""
    assert sample_paths(staged("plex").connection, object()) == []


def status(stage: Stage, path: str, item_id: str | None = None) -> dict[str, Any]:
    return output_status(stage.connection, path, item_id, stage.client)


def item_of(stage: Stage) -> str:
    return next(stage.client.items(stage.connection.libraries[0])).item_id


def test_plex_needs_the_item(staged: Staged) -> None:
    """Its places are named by a hash that only the item has."""
    stage = staged("plex")

    assert status(stage, f"{stage.library}/{FILM}") == {"needs_item_id": True}


def test_plexs_output_lies_where_the_worker_puts_it(staged: Staged, tmp_path: Path) -> None:
    """The rule is written twice, because this layer does not know the previews: it is one rule."""
    stage = staged("plex")
    path = f"{stage.library}/{FILM}"
    item = item_of(stage)
    before = status(stage, path, item)
    place = places.plex_bif(tmp_path / "plex", stage.client.bundle_hash(item, path))
    place.parent.mkdir(parents=True)
    place.write_bytes(b"1234")
    after = status(stage, path, item)

    assert (before["exists"], before["reason"]) == (False, None)
    assert after["exists"] is True
    assert after["outputs"][0]["path"] == str(place)
    assert after["outputs"][0]["size_bytes"] == 4


def test_plex_without_the_item_or_the_folder_says_why(staged: Staged) -> None:
    """Not a plain no."""
    stage = staged("plex")
    path = f"{stage.library}/{EPISODE}"
    other = status(stage, path, item_of(stage))
    stage.change(previews=PreviewSettings())

    assert "does not belong to that item" in other["reason"]
    assert "plex_config_folder" in status(stage, path, "1")["reason"]


@pytest.mark.parametrize("kind", ["jellyfin", "emby"])
def test_outputs_beside_the_video_need_no_item(kind: str, staged: Staged) -> None:
    """However the file is called: by the server's name or by this machine's."""
    stage = staged(kind)
    video, wanted = stage.library / FILM, stage.connection.previews
    before = status(stage, str(video))
    if kind == "emby":
        place = places.emby_bif(video, wanted)
        place.write_bytes(b"1234")
    else:
        place = places.jellyfin_tiles_with_media(video, wanted)
        place.mkdir(parents=True)
        (place / "0.jpg").write_bytes(b"12")
        (place / "1.jpg").write_bytes(b"34")
    called = f"/media/{FILM}" if kind == "jellyfin" else str(video)
    after = status(stage, called)
    shutil.rmtree(place.parent) if place.is_dir() else place.unlink()

    assert before["exists"] is False
    assert (after["exists"], after["local_path"]) == (True, str(video))
    assert after["outputs"] == [
        {
            "path": str(place),
            "exists": True,
            "size_bytes": 4,
            "modified_at": after["outputs"][0]["modified_at"],
        }
    ]
    assert after["outputs"][0]["modified_at"].endswith("+00:00")


def test_jellyfins_data_folder_needs_the_item(staged: Staged, tmp_path: Path) -> None:
    """Tiles lie there by its id."""
    stage = staged("jellyfin")
    wanted = stage.connection.previews.model_copy(update={"save_with_media": False})
    stage.change(previews=wanted)
    path, item = f"/media/{FILM}", item_of(stage)
    place = places.jellyfin_tiles_in_data(tmp_path / "jellyfin", item, wanted)
    place.mkdir(parents=True)
    (place / "0.jpg").write_bytes(b"12")

    assert "send item_id" in status(stage, path)["reason"]
    assert status(stage, path, item)["exists"] is True
    with pytest.raises(InvalidInputError, match="item_id"):
        status(stage, path, "../../etc")


def test_a_file_of_nobody_is_not_looked_for(staged: Staged) -> None:
    """Only what lies in a library is: this is no way to ask about other files."""
    found = status(staged("emby"), "/etc/passwd")

    assert (found["owned"], found["exists"], found["outputs"]) == (False, False, [])
