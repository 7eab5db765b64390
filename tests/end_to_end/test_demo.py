"""What a newcomer sees: `up --demo`, from a webhook to pictures on three servers."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from showrunner.demo.library import TITLES, make_videos
from showrunner.previews.bif import read_bif
from showrunner.previews.trickplay import read_trickplay
from tests.end_to_end.running import Running, showrunner_up, until

pytestmark = pytest.mark.end_to_end


def finished_film(running: Running) -> dict[str, Any] | None:
    jobs = running.get("/jobs")["jobs"]
    return next((job for job in jobs if job["status"] == "completed"), None)


def watched_everywhere(running: Running) -> list[dict[str, Any]] | None:
    sessions: list[dict[str, Any]] = running.get("/activity")["sessions"]
    kinds = {session["server_kind"] for session in sessions}
    return sessions if kinds == {"plex", "jellyfin", "emby"} else None


def make_short_library(data: Path) -> None:
    """What an earlier start made is kept; the whole library takes half a minute to encode."""
    library = data / "demo" / "demo" / "library"
    make_videos({library / one.relative_path: replace(one, seconds=30) for one in TITLES})


def test_a_film_that_arrives_has_its_previews_on_every_server(tmp_path: Path) -> None:
    """Radarr's webhook becomes a batch, a job, and a BIF in Plex's bundle, a BIF beside the film
    for Emby, tiles for Jellyfin; the page and the API show all of it."""
    make_short_library(tmp_path / "data")
    with showrunner_up(tmp_path, "--demo") as running:
        job = until(lambda: finished_film(running), "the film's job is completed")
        (file,) = running.files(job["id"])
        outputs = {output["kind"]: output for output in file["outputs"]}
        assert {o["outcome"] for o in outputs.values()} <= {"published", "fresh"}
        assert set(outputs) == {"plex", "emby", "jellyfin"}

        plex, emby = Path(outputs["plex"]["path"]), Path(outputs["emby"]["path"])
        assert plex.parts[-5].endswith(".bundle") or ".bundle" in str(plex)
        assert plex.name == "index-sd.bif"
        assert emby.name == f"{Path(file['path']).stem}-320-10.bif"
        pictures = read_bif(plex).count
        assert pictures == read_bif(emby).count > 10
        assert read_trickplay(Path(outputs["jellyfin"]["path"])).count == pictures

        for output in outputs.values():
            picture = running.client.get(f"/previews/pictures/{output['picture']}")
            assert picture.headers["content-type"] == "image/jpeg"
            assert Image.open(io.BytesIO(picture.content)).width > 500

        events = running.get("/events")["events"]
        said = [(e["source"], e["kind"], e["state"]) for e in events]
        assert said.count(("radarr", "added", "batched")) == 1
        assert {source for source, _, _ in said} <= {"radarr", "jellyfin", "emby"}
        playing = until(lambda: watched_everywhere(running), "somebody watches on each server")

        secrets = json.loads((running.data / "demo" / "demo" / "keys.json").read_text())
        told = running.output() + json.dumps([job, file, events, playing])
        keys = {name: key for name, key in secrets.items() if not name.endswith(" machine")}
        assert len(keys) >= len(("plex", "jellyfin", "emby", "radarr", "sonarr", "tautulli"))
        assert not [name for name, key in keys.items() if key in told]
