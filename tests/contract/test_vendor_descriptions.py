"""
Our requests and the demo's answers, held against the vendors' published descriptions.

VENDOR_SPECS names the folder that holds them (OpenAPI, as JSON or YAML); without
it everything here is skipped: the files belong to the vendors and are not ours to ship.
"""

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from showrunner.clients.tautulli import TautulliClient
from showrunner.clients.tautulli_rows import TautulliRow, TautulliStream, TautulliUser
from showrunner.demo.demo import Demo, DemoConnection
from showrunner.demo.library import Title
from showrunner.servers.tautulli_agent import TautulliAgent
from tests.contract.clients.vendor_calls import CALLS
from tests.contract.clients.vendor_descriptions import (
    BASES,
    Exchange,
    Recorder,
    description,
    fits,
)

# What real servers have although their description does not, or not in this way.
NOT_DESCRIBED = {
    "plex": {
        "/library/sections": "the older name of /library/sections/all",
        "/accounts": "known from servers in the field and from plexapi",
        "/devices": "the same",
    },
    "plex.tv": {
        "/pins": "described in prose, in the introduction to the description",
        "/pins/{id}": "the same",
        "/user/webhooks": "known from Plex's own pages and from plexapi",
    },
    "jellyfin": {
        "/MediaPreviewBridge/Ping": "an address of the Media Preview Bridge plugin",
        "/MediaPreviewBridge/Trickplay/{itemId}": "an address of that plugin",
        "/user_usage_stats/submit_custom_query": "an address of the Playback Reporting plugin",
    },
    "emby": {
        "/user_usage_stats/submit_custom_query": "an address of the Playback Reporting plugin",
    },
}
# Of the answers that these give, one schema at least has to be compared.
FEW_ANSWERS = ("plex.tv", "tmdb", "tvdb")
# Servers in the field take GET for these; the description has moved them to POST.
OTHER_METHOD = {
    ("plex", "GET", "/library/sections/{sectionId}/refresh"): "POST",
    ("plex", "GET", "/status/sessions/terminate"): "POST",
}
PARAMETERS_NOT_DESCRIBED = {
    ("tmdb", "api_key"): "a key in the address: the description names the newer header only",
    ("plex", "addedAt>>"): "a media query: the description tells of its operators in prose",
    ("plex", "viewedAt>"): "the operator as the description writes it, with the name before it",
    ("plex", "file"): "a media query on a field that servers in the field have",
}


TITLES = (
    Title("X", 2020, 4),
    Title("X", 2020, 4, version="Long"),
    Title("First", 2022, 4, series="Show", episode=1),
)


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
    path = exchange.request.url.path
    base = next((one for one in BASES.get(kind, ()) if path.startswith(one)), "")
    return path.removeprefix(base)


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
    return [one for one in recorder.exchanges if str(one.request.url).startswith(to.url)]


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
        and not any(fits(path_of(kind, one), template) for template in exempt)
    ]
    undescribed = [
        str(one)
        for one, template, method in described(kind, exchanges)
        if not known.operation(template, method)
        and not any(fits(path_of(kind, one), exception) for exception in exempt)
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
        # plex.tv answers some addresses in XML, whatever is asked for and described.
        is_xml = "xml" in one.response.headers.get("Content-Type", "")
        if "schema" in content.get("application/json", {}) and not is_xml:
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
    reference = tautulli_reference()
    to, recorder = demo_connection(demo, "tautulli"), Recorder()
    with TautulliClient(to.url, to.secret, transport=recorder) as client:
        client.info()
        client.libraries()
        client.watched_plex()
        assert client.users()
        history = client.history_page(cursor=None, limit=2)
        assert client.history_page(cursor=history.next_cursor, limit=2).rows != history.rows
        assert client.stream_data(history.rows[0].row_id or 0)
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
        rows = data["data"] if command == "get_history" else data
        answered = rows[0] if isinstance(rows, list) else rows
        known = sample_fields(reference, command)
        if command not in MORE_THAN_DESCRIBED:
            assert set(answered) <= known | SINCE_THE_REFERENCE, command
        assert set(CLIENT_FIELDS[command]) <= known | SINCE_THE_REFERENCE, command


def test_what_we_ask_tautulli_for_has_described_names() -> None:
    """It ignores others in silence."""
    known = tautulli_reference().split("\n## get_history\n")[1].split("\n## ", maxsplit=1)[0]
    answered = httpx.Response(200, json={"response": {"result": "success", "data": {"data": []}}})
    asked: list[httpx.Request] = []
    transport = httpx.MockTransport(lambda request: asked.append(request) or answered)
    now = datetime.now(UTC)
    with TautulliClient("http://attic", "k3y", transport=transport) as client:
        client.history_page(cursor=None, since=now, until=now)

    names = set(asked[0].url.params) - {"cmd", "apikey"}
    assert [one for one in names if f"    {one} (" not in known] == []


def tautulli_reference() -> str:
    folder = os.environ.get("VENDOR_SPECS")
    if not folder:
        pytest.skip("VENDOR_SPECS is not set: the vendors' descriptions were not compared")
    return next(Path(folder).glob("tautulli-api-reference-current.md")).read_text()


def sample_fields(reference: str, command: str) -> set[str]:
    section = reference.split(f"\n## {command}\n")[1].split("\n## ", maxsplit=1)[0]
    return set(re.findall(r'"(\w+)": ', section.split("Returns:")[1]))


CLIENT_FIELDS = {
    "get_tautulli_info": ["tautulli_version"],
    "get_server_info": ["pms_identifier", "pms_name", "pms_version", "pms_url"],
    "get_libraries": ["section_id", "section_name", "section_type"],
    "get_notifiers": ["id", "agent_id", "friendly_name"],
    "get_users": list(TautulliUser.model_fields),
    "get_history": list(TautulliRow.model_fields),
    "get_stream_data": list(TautulliStream.model_fields),
    "get_notifier_config": ["id", "agent_id", "friendly_name", "config", "actions", "notify_text"],
}
# The sample in the reference is older than the answer.
MORE_THAN_DESCRIBED = ("get_stream_data",)
# Its source answers these too.
SINCE_THE_REFERENCE = {
    *("custom_conditions", "custom_conditions_logic", "friendly_name", "user_thumb"),
    *("id", "section_id", "duration", "marker_credits_first", "marker_credits_final"),
    # A comma stands where the colon of this one belongs; the others are in its database.
    *("stream_audio_language_code", "subtitle_language", "stream_subtitle_language"),
}
