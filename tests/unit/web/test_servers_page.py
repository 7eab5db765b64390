"""The room of the servers and the pages of one server, through the real function."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from showrunner.connections.health import Health, HealthState, record_health
from showrunner.connections.models import (
    Connection,
    ConnectionKind,
    ExcludePath,
    Library,
    PathMapping,
)
from showrunner.connections.store import ConnectionStore
from showrunner.web.fields import kind_entry, previews_fields, settings_fields
from showrunner.wiring import EmbeddedHome
from tests.unit.web.conftest import Reader
from tests.unit.web.planted import connect_all
from tests.unit.web.test_page import HOSTILE, Elements

KEY = "a-key-that-nobody-may-see"
NOWHERE = "http://127.0.0.1:9"


def stored(home: EmbeddedHome, kind: ConnectionKind = ConnectionKind.PLEX, **more: Any) -> str:
    """A connection with a key, kept; its id."""
    sealed = home.secrets.seal(KEY)
    fields = {"id": f"{kind}-7", "name": "Attic", "url": NOWHERE, "sealed_secret": sealed, **more}
    ConnectionStore(home.documents).save(Connection(kind=kind, **fields))
    return str(fields["id"])


def inputs(text: str) -> dict[str, dict[str, Any]]:
    """The form's inputs by their name."""
    found = Elements(text).named("input")
    return {attributes["name"]: attributes for attributes in found if attributes.get("name")}


def everywhere(reader: Reader, server_id: str) -> Iterator[str]:
    """Every answer of the page that has to do with one server."""
    yield reader.get("/").text
    yield reader.get("/servers", {"path": "/movies/film.mkv"}).text
    yield reader.get("/fragments/servers/servers").text
    yield reader.get(f"/servers/{server_id}", {"done": "saved"}).text
    yield reader.get(f"/servers/{server_id}/readiness").text


def test_the_list_says_how_each_connection_is(reader: Reader, home: EmbeddedHome) -> None:
    """Kind, name, address, version, libraries, and its health in words with the reason."""
    connect_all(home)
    now = home.clock.now()
    record_health(home.documents, "plex-1", Health(checked_at=now))
    failed = Health(state=HealthState.KEY_REFUSED, error="Emby refused the key", checked_at=now)
    record_health(home.documents, "emby-1", failed)

    text = " ".join(Elements(reader.get("/servers").text).text.split())
    for words in (
        "4 connections",
        "Living room Plex answers",
        "Cabin Emby fails: key refused Emby refused the key",
        "Attic Jellyfin not asked yet",
        "Radarr Radarr switched off",
        "http://192.168.1.11:8096 · version 10.11.4",
        "Movies on",
    ):
        assert words in text


def test_an_empty_list_says_how_to_add_the_first_server(reader: Reader) -> None:
    """By a click for each kind of media server, or by a command."""
    page = reader.get("/servers").text

    assert "No server yet" in page
    for kind in ("plex", "jellyfin", "emby"):
        assert f'class="button" href="/servers/new?kind={kind}"' in page
    assert "showrunner connect plex" in page


def test_a_library_that_is_off_says_so(reader: Reader, home: EmbeddedHome) -> None:
    """In the list as a word, in the form as a box without its mark."""
    library = Library(native_id="1", name="Home videos", locations=["/h"], enabled=False)
    server_id = stored(home, libraries=[library])

    assert "Home videos off" in Elements(reader.get("/servers").text).text
    cells = Elements(reader.get(f"/servers/{server_id}").text).named("input")
    (box,) = [cell for cell in cells if cell.get("data-cell") == "enabled"]
    assert "checked" not in box


@pytest.mark.parametrize("kind", list(ConnectionKind))
def test_each_kind_has_a_form_with_every_setting_it_knows(reader: Reader, kind: str) -> None:
    """What the API takes for a kind can be set on the page."""
    page = reader.get("/servers/new", {"kind": kind})
    entry = kind_entry(ConnectionKind(kind))

    names = set(re.findall(r'(?:name|data-rows)="((?:settings|previews)\.\w+)"', page.text))
    wanted = {f"settings.{name}" for name in entry["settings"]["properties"]}
    assert page.status == 200
    assert wanted <= names
    assert ("previews.width" in names) is entry["media_server"]
    assert inputs(page.text)["url"]["value"] == (entry["default_url"] or "")


def test_a_kind_that_does_not_exist_gets_the_choice(reader: Reader) -> None:
    """An old or mistyped address is no dead end."""
    for query in ({}, {"kind": "betamax"}, {"kind": HOSTILE}):
        page = reader.get("/servers/new", query)
        assert page.status == 200
        assert page.text.count('href="/servers/new?kind=') == len(ConnectionKind)


def test_settings_become_the_fields_that_fit_them() -> None:
    """Numbers have their limits, choices their options, lists their commas."""
    plex = {one.name: one for one in settings_fields(kind_entry(ConnectionKind.PLEX), {})}
    days = plex["settings.sync_days_back"]
    assert (days.kind, days.minimum, days.maximum, days.is_whole) == ("number", 7, 3650, True)
    assert plex["settings.webhook_secret"].kind == "password"
    assert plex["settings.sync_strategy"].options == ["library-level", "path-level"]
    tvdb = settings_fields(kind_entry(ConnectionKind.TVDB), {"language_priority": ["eng", "deu"]})
    (languages,) = [one for one in tvdb if one.kind == "list"]
    assert languages.value == "eng, deu"
    assert previews_fields(kind_entry(ConnectionKind.TVDB), {}) == []


def test_the_form_shows_what_is_stored(reader: Reader, home: EmbeddedHome) -> None:
    """Mappings and exclusions as rows, settings as they are in force."""
    server_id = stored(
        home,
        path_mappings=[
            PathMapping(
                remote_prefix="/data", local_prefix="/media", webhook_prefixes=["/tv", "/a"]
            )
        ],
        excludes=[ExcludePath(value=".*sample.*", type="regex")],
        settings={"sync_days_back": 30},
        verify_tls=False,
    )
    page = reader.get(f"/servers/{server_id}").text

    shown = inputs(page)
    assert shown["url"]["value"] == NOWHERE
    assert shown["settings.sync_days_back"]["value"] == "30"
    assert shown["timeout_seconds"]["value"] == "10"
    assert "checked" not in shown["verify_tls"]
    assert 'data-cell="remote_prefix" value="/data"' in page
    assert 'data-cell="webhook_prefixes" value="/tv, /a"' in page
    assert 'data-cell="value" value=".*sample.*"' in page


def test_no_key_is_in_any_page(reader: Reader, home: EmbeddedHome) -> None:
    """Neither in clear nor sealed: a stored one shows as a mask that cannot be completed."""
    sealed = home.secrets.seal("the-webhook-secret")
    server_id = stored(home, settings={"webhook_secret": sealed})
    key = ConnectionStore(home.documents).get(server_id).sealed_secret or ""
    refused = Health(state=HealthState.KEY_REFUSED, error="refused", checked_at=home.clock.now())
    record_health(home.documents, server_id, refused)

    for text in everywhere(reader, server_id):
        assert len(text) > 500
        for secret in (KEY, key, sealed, "the-webhook-secret"):
            assert secret not in text
    shown = inputs(reader.get(f"/servers/{server_id}").text)
    for name in ("auth.token", "settings.webhook_secret"):
        field = shown[name]
        assert (field["type"], field["value"], field["autocomplete"]) == ("password", "****", "off")


def test_hostile_names_stay_text_on_every_server_page(reader: Reader, home: EmbeddedHome) -> None:
    """Names, addresses, versions, libraries, paths and errors come from outside."""
    server_id = stored(
        home,
        name=HOSTILE,
        version=HOSTILE,
        user_id=HOSTILE,
        libraries=[Library(native_id=HOSTILE, name=HOSTILE, locations=[HOSTILE])],
        path_mappings=[PathMapping(remote_prefix=HOSTILE, local_prefix=HOSTILE)],
        excludes=[ExcludePath(value=HOSTILE)],
    )
    bad = Health(state=HealthState.FAILING, error=HOSTILE, checked_at=home.clock.now())
    record_health(home.documents, server_id, bad)

    pages = [*everywhere(reader, server_id), reader.get("/servers", {"path": HOSTILE}).text]
    for page in pages:
        elements = Elements(page)
        assert HOSTILE in elements.text or HOSTILE in json.dumps(elements.found).replace('\\"', '"')
        for script in elements.named("script"):
            assert (script.get("src") or "").startswith("/assets/")
        assert all(image["src"].startswith("/assets/") for image in elements.named("img"))
        assert not [name for _, found in elements.found for name in found if name.startswith("on")]
        assert "style" not in {name for _, found in elements.found for name in found}


def test_the_owners_box_answers_step_by_step(reader: Reader, home: EmbeddedHome) -> None:
    """Without scripts: the question is in the address, the answer in the page and its fragment."""
    connect_all(home)
    path = "/movies/Sintel/Sintel.mkv"

    for address in ("/servers", "/fragments/servers/owners"):
        text = Elements(reader.get(address, {"path": path}).text).text
        assert "Owned by Cabin, Attic, Living room" in text
        assert f"Received {path}" in text
        assert f"Cabin: owner, library Movies holds {path}" in text
    page = reader.get("/servers", {"path": path}).text
    assert 'hx-get="/fragments/servers/owners?path=%2Fmovies%2FSintel%2FSintel.mkv"' in page


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/nowhere/film.mkv", "No server owns it"),
        ("film.mkv", "must be an absolute path"),
        ("/" + "x" * 5000, "over 4096 characters"),
    ],
)
def test_a_path_that_nobody_owns_gets_words(
    reader: Reader, home: EmbeddedHome, path: str, words: str
) -> None:
    """Which of the reasons it is: no owner, no path, no end."""
    connect_all(home)
    assert words in Elements(reader.get("/servers", {"path": path}).text).text


def test_a_server_that_is_away_is_not_ready_and_says_why(
    reader: Reader, home: EmbeddedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a piece for the page that shows it, and as a page of its own without scripts."""
    monkeypatch.setattr("showrunner.clients.http.FIRST_BACKOFF_SECONDS", 0)
    server_id = stored(home)
    piece = reader.get(f"/servers/{server_id}/readiness", hx_request="true").text
    whole = reader.get(f"/servers/{server_id}/readiness").text

    for text in (piece, whole):
        assert "not ready" in text
        assert "127.0.0.1:9" in text
    assert ("<html" in piece, "<html" in whole) == (False, True)


@pytest.mark.parametrize("path", ["/servers/gone-1", "/servers/gone-1/readiness"])
def test_a_removed_server_is_not_found(reader: Reader, path: str) -> None:
    """In words, with the status that says so."""
    assert reader.get(path).status == 404


@pytest.mark.parametrize("path", ["/servers", "/servers/new", "/servers/plex-7"])
def test_strangers_are_asked_to_sign_in(stranger: Reader, path: str) -> None:
    """And come back to where they wanted to go."""
    answer = stranger.get(path)
    assert (answer.status, answer.headers["Location"]) == (303, f"/login?next={path}")


def test_another_server_at_the_address_can_be_taken(reader: Reader, home: EmbeddedHome) -> None:
    """Only then: the button forgets which server it was."""
    server_id = stored(home)
    button = "Take the one that answers now"
    assert button not in reader.get(f"/servers/{server_id}").text
    other = Health(state=HealthState.OTHER_SERVER, error="other", checked_at=home.clock.now())
    record_health(home.documents, server_id, other)

    page = reader.get(f"/servers/{server_id}").text
    assert button in page
    sent = [one["data-body"] for one in Elements(page).named("button") if one.get("data-body")]
    assert sent == ['{"server_identity":null}']


def test_a_tautulli_chooses_among_the_plex_servers(reader: Reader, home: EmbeddedHome) -> None:
    """Nobody has to know an id."""
    stored(home)
    page = reader.get("/servers/new", {"kind": "tautulli"}).text

    assert re.search(
        r'name="settings.plex_connection_id".*?<option>plex-7</option>', page, re.DOTALL
    )
