"""The emulated servers' own settings have an effect, as those of the real ones."""

import time
from pathlib import Path

import httpx
import pytest

from showrunner.demo.accounts import Accounts
from showrunner.demo.jellyfin import EmulatedJellyfin
from showrunner.demo.library import make_videos
from showrunner.demo.playing import Room
from showrunner.demo.plugins import Plugins
from showrunner.demo.shelf import Shelf
from tests.contract.demo.conftest import SHORT_TITLES

KEY = "k3y"
TITLE = SHORT_TITLES[0]


class Viewer:
    """Asks an emulated Jellyfin over a library of one film."""

    def __init__(self, folder: Path, restart_seconds: float = 0) -> None:
        self.film = folder / "library" / TITLE.relative_path
        make_videos({self.film: TITLE})
        shelf = Shelf(folder / "library", "/media", rescan_seconds=3600)
        shelf.scan()
        self.emulated = EmulatedJellyfin(
            shelf,
            Room(shelf, [], time.monotonic),
            accounts=Accounts(KEY, "pw"),
            machine_id="jf",
            config=folder / "config",
            restart_seconds=restart_seconds,
        )
        self._http = httpx.Client(
            base_url="http://jellyfin",
            headers={"Authorization": f'MediaBrowser Token="{KEY}"'},
            transport=httpx.WSGITransport(self.emulated.app.wsgi_app),
        )
        self.item = self.ask("GET", "/Items?includeItemTypes=Movie").json()["Items"][0]["Id"]

    def ask(self, method: str, path: str, **sent: object) -> httpx.Response:
        return self._http.request(method, path, **sent)  # type: ignore[arg-type]

    def tile_status(self) -> int:
        return self.ask("GET", f"/Videos/{self.item}/Trickplay/320/0.jpg").status_code

    def set_options(self, **options: object) -> None:
        folder = self.ask("GET", "/Library/VirtualFolders").json()[0]
        body = {"Id": folder["ItemId"], "LibraryOptions": {**folder["LibraryOptions"], **options}}
        self.ask("POST", "/Library/VirtualFolders/LibraryOptions", json=body)

    def refresh(self) -> None:
        assert self.ask("POST", f"/Items/{self.item}/Refresh").status_code == 204


@pytest.fixture
def viewer(tmp_path: Path) -> Viewer:
    made = Viewer(tmp_path)
    folder = made.film.with_suffix(".trickplay") / "320 - 10x10"
    folder.mkdir(parents=True)
    (folder / "0.jpg").write_bytes(b"tile")
    return made


def test_tiles_beside_the_video_are_found_by_a_refresh(viewer: Viewer) -> None:
    """As long as the library is set to look there."""
    before = viewer.tile_status()
    viewer.set_options(SaveTrickplayWithMedia=False)
    viewer.refresh()
    elsewhere = viewer.tile_status()
    viewer.set_options(SaveTrickplayWithMedia=True)
    viewer.refresh()

    assert (before, elsewhere, viewer.tile_status()) == (404, 404, 200)


def test_trickplay_that_is_switched_off_deletes_tiles(viewer: Viewer) -> None:
    """The reason why that setting is the critical one."""
    viewer.refresh()
    known = viewer.tile_status()
    viewer.set_options(EnableTrickplayImageExtraction=False)
    viewer.refresh()

    assert (known, viewer.tile_status()) == (200, 404)
    assert not viewer.film.with_suffix(".trickplay").exists()


def test_an_option_that_is_left_out_goes_back_to_its_default(viewer: Viewer) -> None:
    """The whole is replaced: who sends a part loses the rest."""
    folder = viewer.ask("GET", "/Library/VirtualFolders").json()[0]
    body = {"Id": folder["ItemId"], "LibraryOptions": {"EnableRealtimeMonitor": True}}
    viewer.ask("POST", "/Library/VirtualFolders/LibraryOptions", json=body)
    after = viewer.ask("GET", "/Library/VirtualFolders").json()[0]["LibraryOptions"]

    assert folder["LibraryOptions"]["SaveTrickplayWithMedia"] is True
    assert (after["EnableRealtimeMonitor"], after["SaveTrickplayWithMedia"]) == (True, False)


def test_nothing_answers_during_a_restart(tmp_path: Path) -> None:
    """And what was changed before it counts after it."""
    viewer = Viewer(tmp_path, restart_seconds=60)
    removed = viewer.ask("DELETE", "/Plugins/c2cb9bf9-7c5d-4f1a-9a07-2d6f5e5b0001").status_code
    still_there = viewer.ask("GET", "/MediaPreviewBridge/Ping").status_code
    viewer.ask("POST", "/System/Restart")

    assert (removed, still_there) == (204, 200)
    assert viewer.ask("GET", "/System/Info/Public").status_code == 503


def test_a_restart_ends() -> None:
    """With the plugins as they are then."""
    seconds = [0.0]
    plugins = Plugins(restart_seconds=30, clock=lambda: seconds[0])
    plugins.uninstall("c2cb9bf9-7c5d-4f1a-9a07-2d6f5e5b0001")
    plugins.restart()
    during = plugins.is_restarting
    seconds[0] = 31

    assert (during, plugins.is_restarting, plugins.has_bridge) == (True, False, False)
    assert plugins.as_infos() == []


def test_addresses_answer_in_any_case(viewer: Viewer) -> None:
    """Ids keep theirs."""
    path = f"/videos/{viewer.item}/TRICKPLAY/320/0.jpg"
    viewer.refresh()

    assert viewer.ask("GET", path).status_code == 200
    assert viewer.ask("GET", "/library/virtualfolders").status_code == 200
