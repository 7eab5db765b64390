"""All kinds under one address, and the libraries of all servers."""

import json
from typing import Any

import jsonschema
import pytest

from showrunner.connections.models import ConnectionKind
from showrunner.wiring import EmbeddedHome
from tests.unit.api.conftest import Api

NOWHERE = "http://127.0.0.1:9"


def add(api: Api, kind: str, **fields: Any) -> tuple[int, Any]:
    body = {"type": kind, "auth": {"api_key": "0123456789abcdef"}, "enabled": False, **fields}
    return api.call("POST", "/connections", body)


@pytest.mark.parametrize(
    ("kind", "settings", "default"),
    [
        ("sonarr", {"downloaded_only": False}, {"library_paths": []}),
        ("radarr", {}, {"library_paths": []}),
        ("tautulli", {"agent_name": "Mine"}, {"trigger_on_watched": True, "username": None}),
        ("tmdb", {"minimum_dimensions": "800x400"}, {"language_priority": ["en"]}),
        ("tvdb", {"episode_ordering": "dvd"}, {"include_movies": False}),
        ("emby", {"username": "kim"}, {"filesize_limit": "5 Megabytes", "sync_days_back": 365}),
    ],
)
def test_every_kind_has_its_settings(
    api: Api, kind: str, settings: dict[str, Any], default: dict[str, Any]
) -> None:
    """Those that were given over the defaults."""
    status, added = add(api, kind, url=NOWHERE, settings=settings)

    assert status == 201, added
    assert added["settings"].items() >= (settings | default).items()
    assert added["capabilities"]


@pytest.mark.parametrize(
    ("kind", "settings", "field"),
    [
        ("tmdb", {"minimum_dimensions": "800"}, "minimum_dimensions"),
        ("tmdb", {"language_priority": ["english"]}, "language_priority"),
        ("tvdb", {"episode_ordering": "aired"}, "episode_ordering"),
        ("sonarr", {"library_paths": [{"library": "TV"}]}, "library_paths"),
        ("plex", {"buffer_health_critical_threshold": 101}, "buffer_health_critical_threshold"),
        ("plex", {"buffer_health_critical_threshold": 60}, "settings"),
        ("plex", {"transcode_monitoring_interval": "soon"}, "transcode_monitoring_interval"),
        ("radarr", {"username": "kim"}, "username"),
    ],
)
def test_a_setting_that_cannot_be_is_named(
    api: Api, kind: str, settings: dict[str, Any], field: str
) -> None:
    """400, and nothing is stored."""
    status, answer = add(api, kind, url=NOWHERE, settings=settings)

    assert status == 400
    assert field in answer["message"]
    assert api.call("GET", "/connections")[1] == {"connections": []}


def test_a_time_may_be_given_in_words(api: Api) -> None:
    """As the environment variables of the documents do."""
    _, added = add(api, "plex", url=NOWHERE, settings={"transcode_monitoring_interval": "1m"})

    assert added["settings"]["transcode_monitoring_interval"] == 60


def test_services_need_no_address_and_may_be_several(api: Api) -> None:
    """TMDb and TVDb are one service each; connections differ in their settings."""
    for ordering in ("default", "dvd"):
        status, added = add(api, "tvdb", settings={"episode_ordering": ordering})
        assert (status, added["url"]) == (201, "https://api4.thetvdb.com")

    assert len(api.call("GET", "/connections")[1]["connections"]) == 2


def test_servers_show_media_servers_only(api: Api) -> None:
    """`/connections` shows everything."""
    _, sonarr = add(api, "sonarr", url=NOWHERE)
    _, emby = add(api, "emby", url=NOWHERE)

    assert [one["id"] for one in api.call("GET", "/servers")[1]["servers"]] == [emby["id"]]
    everything = api.call("GET", "/connections")[1]["connections"]
    assert {one["id"] for one in everything} == {sonarr["id"], emby["id"]}
    assert api.call("GET", f"/servers/{sonarr['id']}")[0] == 404
    assert api.call("DELETE", f"/servers/{sonarr['id']}")[0] == 404
    assert api.call("GET", f"/connections/{sonarr['id']}")[0] == 200


def test_libraries_of_all_servers_are_one_list(api: Api, plex_url: str) -> None:
    """Each says whose it is."""
    added = api.add_plex(plex_url)
    _, found = api.call("GET", "/libraries")

    assert [(one["name"], one["server_id"], one["server_type"]) for one in found["libraries"]] == [
        (name, added["id"], "plex") for name in ("Films", "Series", "Music")
    ]


def test_the_catalogue_describes_the_settings_of_every_kind(api: Api) -> None:
    """As JSON schemas that what is shown fulfils: a page can make forms of them."""
    _, found = api.call("GET", "/connections/kinds")
    kinds = {one["type"]: one for one in found["kinds"]}

    assert set(kinds) == {kind.value for kind in ConnectionKind}
    for kind, entry in kinds.items():
        status, added = add(api, kind, url=f"{NOWHERE}/{kind}")
        assert status == 201, added
        jsonschema.validate(added["settings"], entry["settings"])


def test_two_at_the_same_time_make_one(api: Api, home: EmbeddedHome) -> None:
    """Both choose the same id, so that the second finds it taken."""
    from showrunner.connections.api import ConnectionsApi  # noqa: PLC0415
    from showrunner.connections.shapes import NewConnection  # noqa: PLC0415
    from showrunner.errors import InvalidInputError  # noqa: PLC0415

    given = NewConnection.model_validate(
        {"type": "emby", "url": NOWHERE, "auth": {"api_key": "abc"}}
    )
    first, second = (ConnectionsApi(home, lambda _kind: True) for _ in range(2))
    second_check = second._check

    def meanwhile(connection: Any, **asked: bool) -> Any:
        first.add(given)
        return second_check(connection, **asked)

    second._check = meanwhile  # type: ignore[method-assign]
    with pytest.raises(InvalidInputError):
        second.add(given)
    assert len(first.everything()) == 1
    assert "abc" not in json.dumps(first.everything())
