"""
Our requests and the demo's answers, held against the vendors' published descriptions.

VENDOR_SPECS names the folder that holds them (OpenAPI, as JSON or YAML); without
it everything here is skipped: the files belong to the vendors and are not ours to ship.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from showrunner.clients.emby import EmbyClient
from showrunner.clients.jellyfin import JellyfinClient
from showrunner.clients.manager import ManagerClient
from showrunner.clients.media_server import MediaServerClient
from showrunner.clients.plex import PlexClient
from showrunner.clients.tautulli import TautulliClient
from showrunner.clients.tmdb import TmdbClient
from showrunner.clients.tvdb import TvdbClient
from showrunner.connections.models import Connection
from showrunner.demo.demo import Demo, DemoConnection
from showrunner.demo.library import Title
from showrunner.servers import health_check, plugin, readiness, sign_in, vendor_extraction
from showrunner.servers.plex_tv_webhooks import PlexTvWebhooks
from showrunner.servers.tautulli_agent import TautulliAgent

FILES = {
    "plex": "plex-media-server-*.yaml",
    "plex.tv": "plex-media-server-*.yaml",
    "jellyfin": "jellyfin-*.json",
    "emby": "emby-*.json",
    "radarr": "radarr-v3.openapi.json",
    "sonarr": "sonarr-v3.openapi.json",
    "tmdb": "tmdb-v3.openapi.json",
    "tvdb": "thetvdb-v4*.yml",
}
# Where a description's paths begin on its server.
BASES = {"plex.tv": "/api/v2", "tvdb": "/v4"}
# What real servers have although their description does not, or not in this way.
NOT_DESCRIBED = {
    "plex": {"/library/sections": "the older name of /library/sections/all"},
    "plex.tv": {
        "/pins": "described in prose, in the introduction to the description",
        "/pins/{id}": "the same",
        "/user/webhooks": "known from Plex's own pages and from plexapi",
    },
    "jellyfin": {
        "/MediaPreviewBridge/Ping": "an address of the Media Preview Bridge plugin",
        "/MediaPreviewBridge/Trickplay/{itemId}": "an address of that plugin",
    },
}
# Of the answers that these give, one schema at least has to be compared.
FEW_ANSWERS = ("plex.tv", "tmdb", "tvdb")
# Servers in the field take GET for a scan; the description has moved it to POST.
OTHER_METHOD = {("plex", "GET", "/library/sections/{sectionId}/refresh"): "POST"}
TITLES = (
    Title("X", 2020, 4),
    Title("X", 2020, 4, version="Long"),
    Title("First", 2022, 4, series="Show", episode=1),
)


@dataclass(frozen=True, slots=True)
class Exchange:
    request: httpx.Request
    response: httpx.Response

    def __str__(self) -> str:
        return f"{self.request.method} {self.request.url.path}"


class Recorder(httpx.HTTPTransport):
    """The real network, written down."""

    def __init__(self) -> None:
        super().__init__()
        self.exchanges: list[Exchange] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        response.read()
        self.exchanges.append(Exchange(request, response))
        return response


class Description:
    """One vendor's OpenAPI document, with its schemas as JSON Schema 2020-12."""

    def __init__(self, path: Path) -> None:
        text = path.read_text()
        is_yaml = path.suffix in (".yaml", ".yml")
        found = yaml.load(text, yaml.CSafeLoader) if is_yaml else json.loads(text)
        # By way of JSON, because YAML makes numbers of the statuses.
        self._document = _without_nullable(json.loads(json.dumps(found, default=str)))
        resource = DRAFT202012.create_resource(self._document)
        self._registry: Registry[Any] = Registry().with_resource("urn:description", resource)

    def template(self, path: str) -> str | None:
        """The described path that `path` is an instance of; fixed ones before patterns."""
        fitting = [one for one in self._document["paths"] if _fits(path, one)]
        return min(fitting, key=lambda one: one.count("{"), default=None)

    def operation(self, template: str, method: str) -> dict[str, Any]:
        found: dict[str, Any] = self._document["paths"][template].get(method.lower(), {})
        return found

    def query_names(self, template: str, method: str) -> set[str]:
        """Every parameter; a "media query" of Plex's stands for its properties."""
        both = (self._document["paths"][template], self.operation(template, method))
        named = [self._follow(one) for part in both for one in part.get("parameters", [])]
        filters = [self._follow(one["schema"]) for one in named if one["name"] == "mediaQuery"]
        properties = [name for one in filters for name in self._properties(one)]
        return {one["name"] for one in named if one["in"] == "query"} | set(properties)

    def takes_any_name(self, template: str, method: str) -> bool:
        """An object among the parameters stands for names of its own, like Plex's preferences."""
        named = [
            self._follow(one) for one in self.operation(template, method).get("parameters", [])
        ]
        return any(
            one["in"] == "query" and self._follow(one["schema"]).get("type") == "object"
            for one in named
            if one["name"] != "mediaQuery"
        )

    def problems(self, value: Any, *pointer: str) -> list[str]:
        """What does not fit the schema at that place of the document."""
        place = "/".join(one.replace("~", "~0").replace("/", "~1") for one in pointer)
        schema = {"$ref": f"urn:description#/{place}"}
        checker = Draft202012Validator(schema, registry=self._registry)
        return [f"{one.json_path}: {one.message}" for one in checker.iter_errors(value)]

    def _properties(self, schema: dict[str, Any]) -> Iterator[str]:
        yield from schema.get("properties", {})
        for part in (*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])):
            yield from self._properties(self._follow(part))

    def _follow(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            found: Any = self._document
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node


def _fits(path: str, template: str) -> bool:
    pattern = re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(template))
    return re.fullmatch(pattern, path) is not None


def _without_nullable(node: Any) -> Any:
    """OpenAPI 3.0 says `nullable`, JSON Schema says that null is one of the types."""
    if isinstance(node, list):
        return [_without_nullable(one) for one in node]
    if not isinstance(node, dict):
        return node
    plain = {name: _without_nullable(one) for name, one in node.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") is True else plain


@cache
def description(kind: str) -> Description:
    folder = os.environ.get("VENDOR_SPECS")
    if not folder:
        pytest.skip("VENDOR_SPECS is not set: the vendors' descriptions were not compared")
    return Description(next(Path(folder).glob(FILES[kind])))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    data = tmp_path_factory.mktemp("demo")
    at_once: dict[str, float] = {
        "notice_delay_seconds": 0,
        "consent_seconds": 0,
        "restart_seconds": 0,
    }
    with Demo(data, titles=TITLES, arrival_seconds=2, **at_once) as running:
        yield running


def connection_to(to: DemoConnection) -> Connection:
    return Connection(id="c", **to.model_dump(exclude={"secret"}))


def media_server_calls(client: MediaServerClient, to: DemoConnection) -> str:
    """Everything that our clients ask of a media server; the id of an item."""
    client.info()
    films, shows = client.libraries()
    client.sessions()
    path = f"{films.locations[0]}/X (2020)/X (2020).mkv"
    item = client.find_item(path, films)
    assert item is not None
    assert item.item_id in [found.item_id for found in client.items(films)]
    since = datetime.now(UTC) - timedelta(days=1)
    page = client.items_page(films, start=0, limit=10, sort_by="oldest")
    assert page == client.items_page(films, start=0, limit=10, added_since=since)
    assert sorted(path for one in client.item_files(item.item_id) for path in one.paths) == [
        f"{films.locations[0]}/X (2020)/X (2020) - Long.mkv",
        path,
    ]
    (episode,) = client.items(shows)
    assert client.find_item(episode.paths[0], shows) == episode
    folder = folder_of(client, episode.item_id)
    assert [one.paths for one in client.item_files(folder)] == [episode.paths]
    client.announce(path, films, None)
    client.announce(path, films, item.item_id)
    if isinstance(client, PlexClient):
        assert client.bundle_hash(item.item_id, path)
    connection = connection_to(to).model_copy(update={"libraries": [films, shows]})
    assert health_check.apply(connection, client, {})["ok"]
    assert vendor_extraction.set_extraction(connection, client, enabled=False)["ok"]
    readiness.previews_readiness(connection, client)
    return item.item_id


def folder_of(client: Any, episode_id: str) -> str:
    """The id of the show of an episode, which our clients learn from webhooks only."""
    if isinstance(client, PlexClient):
        answer = client._http.read(f"/library/metadata/{episode_id}")
        return str(answer.json()["MediaContainer"]["Metadata"][0]["grandparentRatingKey"])
    name = "ids" if isinstance(client, JellyfinClient) else "Ids"
    found: str = client._http.read("/Items", params={name: episode_id}).json()["Items"][0][
        "SeriesId"
    ]
    return found


def plex_calls(to: DemoConnection, recorder: Recorder, _: Demo) -> list[tuple[str, str, Any]]:
    item = media_server_calls(PlexClient(to.url, to.secret, transport=recorder), to)
    more = ("/identity", "/library/sections", f"/library/metadata/{item}")
    # The way that the description names.
    scan = ("POST", "/library/sections/1/refresh?path=/x", None)
    return [*(("GET", path, None) for path in more), scan]


def plex_tv_calls(to: DemoConnection, recorder: Recorder, _: Demo) -> list[tuple[str, str, Any]]:
    http = sign_in.plex_tv(to.url, transport=recorder)
    pin = sign_in.plex_pin_start(http, "test")
    assert sign_in.plex_pin_check(http, "test", pin["id"]) == to.secret
    assert sign_in.plex_servers(http, "test", to.secret)
    webhooks = PlexTvWebhooks(http, "test", to.secret)
    assert webhooks.has_plex_pass()
    webhooks.replace(["http://x/webhooks/plex"])
    assert webhooks.urls() == ["http://x/webhooks/plex"]
    webhooks.replace([])
    return []


def jellyfin_calls(
    to: DemoConnection, recorder: Recorder, demo: Demo
) -> list[tuple[str, str, Any]]:
    client = JellyfinClient(to.url, to.secret, transport=recorder)
    item = media_server_calls(client, to)
    client.tasks()
    sign_in.password(to.kind, to.url, *demo.password(to.kind), transport=recorder)
    ticket = sign_in.jellyfin_quick_connect_initiate(to.url, transport=recorder)
    assert sign_in.jellyfin_quick_connect_poll(to.url, ticket["secret"], transport=recorder)
    sign_in.jellyfin_quick_connect_exchange(to.url, ticket["secret"], transport=recorder)
    assert plugin.uninstall(connection_to(to), client)["ok"]
    assert plugin.install(connection_to(to), client)["ok"]
    trickplay = f"/Items?ids={item}&fields=Trickplay,Path,MediaSources"
    more = ("/System/Info/Public", trickplay, "/Plugins", "/Users", "/Users/Me", "/Repositories")
    others = ("/Library/MediaFolders", "/QuickConnect/Enabled")
    code = sign_in.jellyfin_quick_connect_initiate(to.url, transport=recorder)["code"]
    approval = ("POST", f"/QuickConnect/Authorize?code={code}", None)
    return [*(("GET", path, None) for path in (*more, *others)), approval]


def emby_calls(to: DemoConnection, recorder: Recorder, demo: Demo) -> list[tuple[str, str, Any]]:
    client = EmbyClient(to.url, to.secret, transport=recorder)
    media_server_calls(client, to)
    client.tasks()
    sign_in.password(to.kind, to.url, *demo.password(to.kind), transport=recorder)
    paths = ("/System/Info/Public", "/Users/Query", "/Library/MediaFolders")
    return [("GET", path, None) for path in paths]


def radarr_calls(to: DemoConnection, recorder: Recorder, _: Demo) -> list[tuple[str, str, Any]]:
    client = ManagerClient(to.url, to.secret, kind="movie", name="Radarr", transport=recorder)
    client.info()
    client.libraries()
    command = ("POST", "/api/v3/command", {"name": "DownloadedMoviesScan"})
    return [("GET", "/api/v3/movie", None), command]


def sonarr_calls(to: DemoConnection, recorder: Recorder, _: Demo) -> list[tuple[str, str, Any]]:
    client = ManagerClient(to.url, to.secret, kind="show", name="Sonarr", transport=recorder)
    client.info()
    client.libraries()
    command = ("POST", "/api/v3/command", {"name": "DownloadedEpisodesScan"})
    return [("GET", "/api/v3/series", None), command]


def tmdb_calls(to: DemoConnection, recorder: Recorder, _: Demo) -> list[tuple[str, str, Any]]:
    TmdbClient(to.url, to.secret, transport=recorder).info()
    return []


def tvdb_calls(to: DemoConnection, recorder: Recorder, _: Demo) -> list[tuple[str, str, Any]]:
    TvdbClient(to.url, to.secret, transport=recorder).info()
    return []


Calls = Callable[[DemoConnection, Recorder, Demo], list[tuple[str, str, Any]]]
CALLS: dict[str, Calls] = {
    "plex": plex_calls,
    "plex.tv": plex_tv_calls,
    "jellyfin": jellyfin_calls,
    "emby": emby_calls,
    "radarr": radarr_calls,
    "sonarr": sonarr_calls,
    "tmdb": tmdb_calls,
    "tvdb": tvdb_calls,
}
PARAMETERS_NOT_DESCRIBED = {
    ("tmdb", "api_key"): "a key in the address: the description names the newer header only",
    ("plex", "addedAt>>"): "a media query: the description tells of its operators in prose",
    ("plex", "file"): "a media query on a field that servers in the field have",
}


@pytest.fixture(scope="module", params=list(CALLS))
def kind(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    description(chosen)
    return chosen


def demo_connection(running: Demo, kind: str) -> DemoConnection:
    found = {one.kind.value: one for one in running.connections()}
    if kind == "plex.tv":
        return found["plex"].model_copy(update={"url": running.plex_tv_url})
    return found[kind]


def path_of(kind: str, exchange: Exchange) -> str:
    return exchange.request.url.path.removeprefix(BASES.get(kind, ""))


@pytest.fixture(scope="module")
def exchanges(kind: str, request: pytest.FixtureRequest) -> list[Exchange]:
    """What went over the wire: our clients' calls, then the demo's other addresses."""
    running: Demo = request.getfixturevalue("demo")
    to = demo_connection(running, kind)
    recorder = Recorder()
    more = CALLS[kind](to, recorder, running)
    sent = recorder.exchanges[0].request.headers
    keys = ("authorization", "x-emby-token", "x-plex-token", "x-api-key")
    headers = {name: sent[name] for name in keys if name in sent}
    accept = {"Accept": "application/json", "X-Plex-Client-Identifier": "test"}
    with httpx.Client(base_url=to.url, headers={**headers, **accept}, transport=recorder) as asker:
        for method, path, body in more:
            asker.request(method, path, json=body)
    return recorder.exchanges


def described(kind: str, exchanges: list[Exchange]) -> list[tuple[Exchange, str, str]]:
    """Each exchange with the path and method under which it is described."""
    templates = [(one, description(kind).template(path_of(kind, one))) for one in exchanges]
    methods = [
        (one, template, OTHER_METHOD.get((kind, one.request.method, template), one.request.method))
        for one, template in templates
        if template is not None
    ]
    assert methods, "nothing was compared"
    return methods


def test_every_address_is_described(kind: str, exchanges: list[Exchange]) -> None:
    """What is not has its reason in the lists above."""
    known = description(kind)
    exempt = NOT_DESCRIBED.get(kind, {})
    missing = [
        str(one)
        for one in exchanges
        if known.template(path_of(kind, one)) is None
        and not any(_fits(path_of(kind, one), template) for template in exempt)
    ]
    undescribed = [
        str(one)
        for one, template, method in described(kind, exchanges)
        if not known.operation(template, method)
        and not any(_fits(path_of(kind, one), exception) for exception in exempt)
    ]

    assert (missing, undescribed) == ([], [])


def test_every_parameter_is_described(kind: str, exchanges: list[Exchange]) -> None:
    """Spelled as the vendor spells it: some servers ignore others in silence."""
    unknown = [
        (str(one), name)
        for one, template, method in described(kind, exchanges)
        if not description(kind).takes_any_name(template, method)
        for name in one.request.url.params
        if name not in description(kind).query_names(template, method)
        and (kind, name) not in PARAMETERS_NOT_DESCRIBED
    ]

    assert unknown == []


def test_every_body_that_we_send_fits(kind: str, exchanges: list[Exchange]) -> None:
    """Where a description has a schema for it."""
    known = description(kind)
    for one, template, method in described(kind, exchanges):
        content = known.operation(template, method).get("requestBody", {}).get("content", {})
        if one.request.content and "schema" in content.get("application/json", {}):
            place = ("paths", template, method.lower(), "requestBody", "content")
            body = json.loads(one.request.content)
            assert known.problems(body, *place, "application/json", "schema") == [], str(one)


def test_every_answer_of_the_demo_fits(kind: str, exchanges: list[Exchange]) -> None:
    """The emulated servers answer with described statuses and schemas."""
    known = description(kind)
    compared = 0
    for one, template, method in described(kind, exchanges):
        operation = known.operation(template, method)
        if not operation:
            continue
        status = _status(one.response.status_code, operation["responses"])
        assert status in operation["responses"], f"{one} answered {status}"
        content = operation["responses"][status].get("content") or {}
        if "schema" in content.get("application/json", {}):
            place = ("paths", template, method.lower(), "responses", status, "content")
            found = known.problems(one.response.json(), *place, "application/json", "schema")
            assert found == [], str(one)
            compared += 1
    assert compared >= (1 if kind in FEW_ANSWERS else 3)


def _status(status: int, responses: dict[str, Any]) -> str:
    """Radarr and Sonarr answer 201 to what their descriptions give as 200."""
    created_as_ok = status == httpx.codes.CREATED and "201" not in responses
    return "200" if created_as_ok else str(status)


def test_tautulli_asks_for_described_commands_and_the_demo_answers_all_their_fields(
    demo: Demo,
) -> None:
    """Its reference is prose with samples, made from its docstrings."""
    folder = os.environ.get("VENDOR_SPECS")
    if not folder:
        pytest.skip("VENDOR_SPECS is not set: the vendors' descriptions were not compared")
    reference = next(Path(folder).glob("tautulli-api-reference-current.md")).read_text()
    to, recorder = demo_connection(demo, "tautulli"), Recorder()
    with TautulliClient(to.url, to.secret, transport=recorder) as client:
        client.info()
        client.libraries()
        client.watched_plex()
        TautulliAgent(client, "secret").register("http://x/webhooks/tautulli")
        agent = client.notifiers()[0]
        assert client.notify(agent.id, headers="{}", body="{}") is False
        client.delete_notifier(agent.id)
    commands = {one.request.url.params["cmd"] for one in recorder.exchanges}
    assert [one for one in commands if f"\n## {one}\n" not in reference] == []
    reads = {one.request.url.params["cmd"]: one for one in recorder.exchanges}
    for exchange in (reads[command] for command in CLIENT_FIELDS):
        command = exchange.request.url.params["cmd"]
        data = exchange.response.json()["response"]["data"]
        answered = data[0] if isinstance(data, list) else data
        known = sample_fields(reference, command)
        assert set(answered) <= known | SINCE_THE_REFERENCE, command
        assert set(CLIENT_FIELDS[command]) <= known


def sample_fields(reference: str, command: str) -> set[str]:
    section = reference.split(f"\n## {command}\n")[1].split("\n## ", maxsplit=1)[0]
    return set(re.findall(r'"(\w+)": ', section.split("Returns:")[1]))


CLIENT_FIELDS = {
    "get_tautulli_info": ["tautulli_version"],
    "get_server_info": ["pms_identifier", "pms_name", "pms_version", "pms_url"],
    "get_libraries": ["section_id", "section_name", "section_type"],
    "get_notifiers": ["id", "agent_id", "friendly_name"],
    "get_notifier_config": ["id", "agent_id", "friendly_name", "config", "actions", "notify_text"],
}
# Its source answers these too.
SINCE_THE_REFERENCE = {"custom_conditions", "custom_conditions_logic"}
