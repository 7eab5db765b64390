import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import httpx
import pytest

from showrunner.demo.demo import Demo
from showrunner.demo.managers import Webhook
from tests.contract.demo.conftest import Receiver

# The field sets of `WebhookImportPayload` in Radarr and Sonarr, as far as never null there.
RADARR_FIELDS = {
    "": {"movie", "remoteMovie", "movieFile", "isUpgrade", "downloadClient", "downloadClientType"}
    | {"downloadId", "customFormatInfo", "release", "eventType", "instanceName", "applicationUrl"},
    "movie": {"id", "title", "year", "filePath", "releaseDate", "folderPath", "tmdbId", "imdbId"}
    | {"overview", "genres", "images", "tags", "originalLanguage"},
    "movieFile": {"id", "relativePath", "path", "quality", "qualityVersion", "releaseGroup"}
    | {"sceneName", "indexerFlags", "size", "dateAdded", "languages", "mediaInfo", "sourcePath"},
}
SONARR_FIELDS = {
    "": {"series", "episodes", "episodeFile", "isUpgrade", "downloadClient", "downloadClientType"}
    | {"downloadId", "customFormatInfo", "release", "eventType", "instanceName", "applicationUrl"},
    "series": {"id", "title", "titleSlug", "path", "tvdbId", "tvMazeId", "tmdbId", "imdbId", "type"}
    | {"year", "genres", "images", "tags", "originalLanguage"},
    "episodeFile": {"id", "relativePath", "path", "quality", "qualityVersion", "releaseGroup"}
    | {"sceneName", "size", "dateAdded", "languages", "mediaInfo", "sourcePath"},
}
Hook = tuple[str, Receiver]


def has_fields(body: dict[str, Any], fields: dict[str, set[str]]) -> bool:
    return all(set(body[part] if part else body) == names for part, names in fields.items())


def test_a_film_arrives_with_radarrs_webhook(demo: Demo, receiver: Hook) -> None:
    """A whole new video in the library, then the post with every field of a real one."""
    url, got = receiver
    arrival = demo.let_movie_arrive(url, "s3cret")
    (body,) = got.bodies

    assert arrival.webhook_status == 202
    with av.open(str(arrival.path)) as video:
        assert video.duration
    assert has_fields(body, RADARR_FIELDS)
    assert (body["eventType"], body["isUpgrade"]) == ("Download", False)
    assert Path(body["movie"]["folderPath"]) / body["movieFile"]["relativePath"] == arrival.path
    assert body["movieFile"]["size"] == arrival.path.stat().st_size
    assert got.headers[0]["X-Auth-Token"] == "s3cret"
    assert got.headers[0]["User-Agent"].startswith("Radarr/")


def test_an_episode_arrives_with_sonarrs_webhook(demo: Demo, receiver: Hook) -> None:
    """Below its season's folder; the secret as a basic password this time."""
    url, got = receiver
    arrival = demo.let_episode_arrive(url, "s3cret", auth="basic")
    (body,) = got.bodies

    assert has_fields(body, SONARR_FIELDS)
    assert Path(body["series"]["path"]) / body["episodeFile"]["relativePath"] == arrival.path
    assert body["episodes"][0]["seriesId"] == body["series"]["id"]
    assert got.users == [("showrunner", "s3cret")]


def test_each_arrival_is_another_film(demo: Demo, receiver: Hook) -> None:
    """The demo can be repeated without end."""
    url, _ = receiver
    titles = {demo.let_movie_arrive(url, None).title for _ in range(2)}

    assert len(titles) == 2


def test_the_command_that_looks_for_downloads_imports(
    demo: Demo, receiver: Hook, client_of: Callable[..., Any]
) -> None:
    """Another process can let a film arrive through Radarr's own interface."""
    url, got = receiver
    radarr = next(one for one in demo.connections() if one.kind == "radarr")
    demo.report_to(Webhook(url, "s3cret"))
    answer = httpx.post(
        f"{radarr.url}/api/v3/command",
        json={"name": "DownloadedMoviesScan"},
        headers={"X-Api-Key": radarr.secret},
        timeout=60,
    )
    demo.report_to(None)
    films = httpx.get(f"{radarr.url}/api/v3/movie", headers={"X-Api-Key": radarr.secret}).json()

    assert (answer.status_code, answer.json()["status"]) == (201, "completed")
    assert got.bodies[0]["movie"]["title"] in {film["title"] for film in films}


def test_a_command_reports_a_webhook_that_nobody_takes(demo: Demo) -> None:
    """The import stays, as in life; only the notice failed."""
    sonarr = next(one for one in demo.connections() if one.kind == "sonarr")
    demo.report_to(Webhook("http://127.0.0.1:9/hook"))
    answer = httpx.post(
        f"{sonarr.url}/api/v3/command",
        json={"name": "DownloadedEpisodesScan"},
        headers={"X-Api-Key": sonarr.secret},
        timeout=60,
    )
    demo.report_to(None)

    assert (answer.status_code, answer.json()["status"]) == (201, "failed")


@pytest.mark.parametrize("auth", ["header", "basic"])
def test_a_webhook_does_not_show_its_secret(auth: Any) -> None:
    """It may end in a message."""
    shown = repr(Webhook("http://127.0.0.1/hook", "s3cret", auth))

    assert "s3cret" not in shown
    assert base64.b64encode(b"showrunner:s3cret").decode() not in shown
