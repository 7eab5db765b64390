import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from showrunner.connections.models import ConnectionKind
from showrunner.demo.__main__ import SECRET_VARIABLE
from showrunner.demo.demo import Demo
from showrunner.demo.library import TITLES, Title, arriving_film, encode, make_videos
from showrunner.demo.scenes import SCENE_SECONDS, frame_at
from showrunner.demo.shelf import Shelf
from showrunner.demo.webhook_bodies import release_name
from showrunner.harness.child import PARENT
from tests.contract.demo.conftest import SHORT_TITLES, eventually


def test_keys_and_ids_stay_with_the_data_folder(tmp_path: Path) -> None:
    """A connection made yesterday is the same server today, and nobody else reads its key."""
    keys = []
    for _ in range(2):
        with Demo(tmp_path, titles=SHORT_TITLES[:1], arrival_seconds=2) as demo:
            keys.append([(one.kind, one.secret) for one in demo.connections()])
        assert demo.connections() == []

    assert keys[0] == keys[1]
    assert len({secret for _, secret in keys[0]}) == 8
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600


def test_two_data_folders_have_different_keys(tmp_path: Path) -> None:
    """No key of a demo is known beforehand."""
    secrets = []
    for name in ("a", "b"):
        with Demo(tmp_path / name, titles=SHORT_TITLES[:1], arrival_seconds=2) as demo:
            secrets.append({one.secret for one in demo.connections()})

    assert secrets[0].isdisjoint(secrets[1])


def test_what_was_encoded_is_kept(tmp_path: Path) -> None:
    """The second start is fast; a part that a kill left behind is no video."""
    path = tmp_path / "x.mkv"
    path.with_name("x.mkv.part").write_bytes(b"half")
    make_videos({path: Title("X", 2020, 2)})
    written = path.stat().st_mtime_ns
    make_videos({path: Title("X", 2020, 2)})

    assert path.stat().st_mtime_ns == written
    assert [one.name for one in tmp_path.iterdir()] == ["x.mkv"]


def test_previews_of_different_scenes_look_different() -> None:
    """Ten seconds apart, so that a strip of previews is nice to look at."""
    pictures = {frame_at("X (2020)", 10.0 * n).resize((8, 8)).tobytes() for n in range(12)}

    assert SCENE_SECONDS < 10
    assert len(pictures) == 12


def test_a_rescan_finds_what_nobody_announced(tmp_path: Path) -> None:
    """And forgets what is gone, like Plex's own periodic scan."""
    title = Title("X", 2020, 2)
    path = tmp_path / title.relative_path
    shelf = Shelf(tmp_path, "/media", rescan_seconds=0.02)
    shelf.start()
    try:
        encode(title, path)
        (entry,) = eventually(shelf.entries)
        path.unlink()
        eventually(lambda: not shelf.entries())
    finally:
        shelf.stop()

    assert entry.remote_path == "/media/movies/X (2020)/X (2020).mkv"


def test_a_replaced_file_has_another_bundle(tmp_path: Path) -> None:
    """Plex's hash is that of the content."""
    path = tmp_path / "movies" / "X (2020)" / "X (2020).mkv"
    shelf = Shelf(tmp_path, "/media")
    hashes = []
    for seconds in (2, 4):
        encode(Title("X", 2020, seconds), path)
        shelf.scan()
        hashes.append(shelf.entries()[0].bundle_hash)

    assert hashes[0] != hashes[1]


@pytest.fixture
def data_with_videos(tmp_path: Path) -> Path:
    """A data folder in which one small video stands for every title."""
    small = tmp_path / "small.mkv"
    encode(Title("X", 2020, 2), small)
    film = arriving_film(0)
    data = tmp_path / "data"
    paths = [data / "library" / title.relative_path for title in TITLES]
    name = release_name(film)
    for path in [*paths, data / "downloads" / name / f"{name}{film.suffix}"]:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(small, path)
    return data


def test_the_demo_runs_as_a_process_of_its_own(data_with_videos: Path, tmp_path: Path) -> None:
    """It says where it is in a private file, shows no key, and ends on SIGTERM."""
    ports = tmp_path / "ports.json"
    command = [sys.executable, "-m", "showrunner.demo", "--data", str(data_with_videos)]
    process = subprocess.Popen(
        [*command, "--ports-file", str(ports), "--webhook", "http://127.0.0.1:9/hook"],
        env={**os.environ, SECRET_VARIABLE: "s3cret"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        eventually(ports.exists, limit_seconds=60)
        mode = stat.S_IMODE(ports.stat().st_mode)
        running = json.loads(ports.read_text())
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    kinds = [one["kind"] for one in running["connections"]]

    assert mode == 0o600
    assert sorted(kinds) == sorted(ConnectionKind)
    assert running["plex_tv_url"].startswith("http://127.0.0.1:")
    assert set(running["owners"]) == {"jellyfin", "emby"}
    assert process.returncode == 0
    assert not ports.exists()
    assert "s3cret" not in output.decode()
    assert all(one["secret"] not in output.decode() for one in running["connections"])


def test_the_demo_ends_with_the_supervisor_that_was_killed(
    data_with_videos: Path, tmp_path: Path
) -> None:
    """Left alone it would go on writing into the library of the demo that comes next."""
    nobody = subprocess.Popen([sys.executable, "-c", ""])
    nobody.wait()
    command = [sys.executable, "-m", "showrunner.demo", "--data", str(data_with_videos)]
    demo = subprocess.Popen(
        [*command, "--ports-file", str(tmp_path / "ports.json")],
        env={**os.environ, PARENT: str(nobody.pid)},
    )
    try:
        assert demo.wait(timeout=60) in (0, -signal.SIGTERM)
    finally:
        demo.kill()
        demo.wait()
