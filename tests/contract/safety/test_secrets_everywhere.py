"""
Secrets go in through every door, everything is made to fail, and every output is searched.

The outputs: answers of the API, the page, logs (as they are before any filter,
too), every file of the data folder but the key, messages of refusals, and how
models show themselves.
"""

import base64
import io
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import pytest
from click.testing import CliRunner

from showrunner.access import token_hash
from showrunner.browser_session import COOKIE, new_session
from showrunner.cli.connect import connect_command
from showrunner.cli.main import main
from showrunner.clients.models import ServerInfo
from showrunner.connections.api import ConnectionsApi
from showrunner.connections.check_all import check_all
from showrunner.connections.models import Connection
from showrunner.connections.seed_environment import environment_entries
from showrunner.connections.seeding import seed_connections
from showrunner.connections.shapes import Candidate, ConnectionChange, NewConnection
from showrunner.connections.sign_in_routes import Password, QuickConnect
from showrunner.connections.store import ConnectionStore
from showrunner.demo.serving import LoopbackServer
from showrunner.errors import SetupError, ShowrunnerError, UnreachableError
from showrunner.ports.secrets import Secrets
from showrunner.servers.sign_in import SignedIn
from showrunner.syncs.sessions import sync_sessions
from showrunner.wiring import EmbeddedHome
from tests.calls import http_event, load_entry
from tests.unit.api.conftest import Api
from tests.unit.api.servers import (
    EMBY_TOKEN,
    JELLYFIN_TOKEN,
    KEY,
    PASSWORD,
    PLEX_TOKEN,
    QUICK_SECRET,
    FakeMediaBrowser,
    FakePlex,
    FakePlexTv,
)

NOWHERE = "http://127.0.0.1:9"
WEBHOOK_SECRET = "planted-h00k-secret"
WRONG_KEY = "planted-wr0ng-key"
IN_ADDRESS = "planted-in-addr3ss"
IN_ENVIRONMENT = "planted-in-envir0nment"
IN_FILE = "planted-in-fi1e"
ON_COMMAND_LINE = "planted-0n-command-line"
MISPLACED = "planted-in-the-wr0ng-field"
SECRETS = (
    *(KEY, JELLYFIN_TOKEN, EMBY_TOKEN, PLEX_TOKEN, PASSWORD, QUICK_SECRET, WEBHOOK_SECRET),
    *(WRONG_KEY, IN_ADDRESS, IN_ENVIRONMENT, IN_FILE, ON_COMMAND_LINE, MISPLACED),
)


class Outputs:
    """Everything that came out, by where."""

    def __init__(self, home: EmbeddedHome, log: io.StringIO) -> None:
        self._home, self._log = home, log
        self._texts: dict[str, str] = {}

    def add(self, where: str, what: object) -> None:
        self._texts[f"{len(self._texts)} {where}"] = what if isinstance(what, str) else repr(what)

    def search(self) -> None:
        """Fails with the place of the first secret that is found."""
        self._texts["logs"] = self._log.getvalue()
        for file in self._home.folder.rglob("*"):
            if file.is_file() and file.name != "key":
                self._texts[f"file {file.name}"] = file.read_bytes().decode("latin-1")
        assert self._home.folder / "showrunner.db" in self._home.folder.iterdir()
        found = [
            f"{secret} in {where}"
            for where, text in self._texts.items()
            for secret in SECRETS
            if secret in text or base64.b64encode(secret.encode()).decode() in text
        ]
        assert found == []


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[io.StringIO]:
    """All that is logged, with tracebacks. (`caplog` forgets it before the test is torn down.)"""
    caplog.set_level(logging.DEBUG)
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    logging.getLogger().addHandler(handler)
    yield text
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def outputs(home: EmbeddedHome, log: io.StringIO) -> Iterator[Outputs]:
    """Filled by the test, searched when it is over."""
    filled = Outputs(home, log)
    yield filled
    filled.search()


Plant = Callable[[Outputs, EmbeddedHome], None]


class Told(Api):
    """The API, all of whose answers go to the outputs."""

    def __init__(self, home: EmbeddedHome, outputs: Outputs) -> None:
        super().__init__(home)
        self._outputs = outputs

    def answer(self, method: str, path: str, body: Any = "", /, **query: Any) -> dict[str, Any]:
        found = super().answer(method, path, body, **query)
        self._outputs.add(f"{method} {path}", json.dumps(found))
        return found


@pytest.fixture
def api(home: EmbeddedHome, outputs: Outputs) -> Told:
    return Told(home, outputs)


class Servers:
    """Every kind of server that a test talks to, running."""

    def __init__(self, running: ExitStack) -> None:
        self.plex, self.plex_tv = FakePlex(KEY, PLEX_TOKEN), FakePlexTv()
        self.jellyfin = FakeMediaBrowser("jellyfin", JELLYFIN_TOKEN)
        apps = (self.plex.app, self.plex_tv.app, self.jellyfin.app)
        emby = FakeMediaBrowser("emby", EMBY_TOKEN).app
        urls = [running.enter_context(LoopbackServer(app)).url for app in (*apps, emby)]
        self.plex_url, self.plex_tv_url, self.jellyfin_url, self.emby_url = urls


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Servers]:
    with ExitStack() as running:
        started = Servers(running)
        monkeypatch.setattr("showrunner.clients.http.FIRST_BACKOFF_SECONDS", 0.001)
        monkeypatch.setenv("SHOWRUNNER_PLEX_TV_URL", started.plex_tv_url)
        yield started


def ask_for_everything(api: Api) -> None:
    """Every address that shows or uses a connection."""
    for path in ("/servers", "/connections", "/libraries", "/connections/kinds", "/openapi.json"):
        api.call("GET", path)
    for one in api.call("GET", "/connections")[1]["connections"]:
        path = f"/servers/{one['id']}"
        api.call("GET", path)
        api.call("PUT", path, one)
        api.call("POST", "/servers/test-connection", one)
        for tail in ("test-connection", "refresh-libraries", "trickplay-fix-all"):
            api.call("POST", f"{path}/{tail}")
        for tail in ("install-plugin", "uninstall-plugin"):
            api.call("POST", f"{path}/{tail}")
        api.call("POST", f"{path}/health-check/apply", {})
        api.call("POST", f"{path}/vendor-extraction", {"enabled": False})
        for tail in (
            *("health-check", "previews-readiness", "vendor-extraction/status"),
            *("trickplay-readiness", "output-status?path=/data/x.mkv"),
        ):
            name, _, path_given = tail.partition("?path=")
            api.call("GET", f"{path}/{name}", "", **({"path": path_given} if path_given else {}))


def test_what_the_api_takes_never_comes_out(
    api: Told, servers: Servers, home: EmbeddedHome, outputs: Outputs
) -> None:
    """Added, changed, tried, asked for everything; once with all well, then in every trouble."""
    added = api.add_plex(servers.plex_url, settings={"webhook_secret": WEBHOOK_SECRET})
    ask_for_everything(api)
    for mode in ("html", "redirect", "error"):
        servers.plex.mode = mode
        ask_for_everything(api)
        outputs.add("health", check_all(home))
        outputs.add("sessions", sync_sessions(home))
    servers.plex.mode = ""
    path = f"/servers/{added['id']}"
    api.call("PATCH", path, {"auth": {"token": WRONG_KEY}})
    ask_for_everything(api)
    servers.plex.machine_id = "another"
    api.call("PATCH", path, {"auth": {"token": KEY}})
    api.call("PATCH", path, {"url": NOWHERE})
    ask_for_everything(api)
    outputs.add("repr", ConnectionStore(home.documents).list())


def test_what_a_sign_in_acquires_never_comes_out(
    api: Told, servers: Servers, home: EmbeddedHome
) -> None:
    """Passwords, PINs, Quick Connect: right, wrong, too early."""
    jellyfin, auth = servers.jellyfin_url, "/servers/auth"
    for kind, url in (("jellyfin", jellyfin), ("emby", servers.emby_url)):
        given = {"url": url, "username": "kim", "password": PASSWORD}
        _, signed_in = api.call("POST", f"{auth}/{kind}/password", given)
        key = {"access_token": signed_in["access_token"]}
        assert api.call("POST", "/servers", {"type": kind, "url": url, "auth": key})[0] == 201
        api.call("POST", f"{auth}/{kind}/password", given | {"password": WRONG_KEY})
        api.call("POST", f"{auth}/{kind}/password", given | {"url": NOWHERE})
        api.call("POST", f"{auth}/{kind}/password", given | {"password": {"a": PASSWORD}})
    _, begun = api.call("POST", f"{auth}/jellyfin/quick-connect/initiate", {"url": jellyfin})
    for approved in (False, True):
        servers.jellyfin.approved = approved
        for step in ("poll", "exchange"):
            api.call("POST", f"{auth}/jellyfin/quick-connect/{step}", {"secret": begun["secret"]})
    api.call("POST", f"{auth}/jellyfin/quick-connect/poll", {"secret": QUICK_SECRET})
    api.call("POST", "/plex/auth/pin")
    servers.plex_tv.confirmed = True
    _, status = api.call("GET", "/plex/auth/pin/12345")
    for token in (status["auth_token"], PLEX_TOKEN, WRONG_KEY):
        api.call("GET", "/plex/servers", token=token)
        api.call("POST", "/plex/test", {"url": servers.plex_url, "token": token})
        api.call("GET", "/plex/libraries", url=servers.plex_url, token=token)
        api.call("GET", "/plex/libraries", url=NOWHERE, token=token)
    ask_for_everything(api)


@pytest.mark.parametrize(
    "change",
    [
        {"url": f"http://kim:{IN_ADDRESS}@127.0.0.1:9"},
        {"url": f"http://{IN_ADDRESS}@127.0.0.1:9"},
        {"url": f"{NOWHERE}/?X-Plex-Token={IN_ADDRESS}"},
        {"url": f"{NOWHERE}#{IN_ADDRESS}"},
        {"url": [IN_ADDRESS]},
        {"auth": MISPLACED},
        {"auth": {"token": {"value": MISPLACED}}},
        {"auth": {"token": f"{MISPLACED}\nX-Other: 1"}},
        {"auth": {"token": f"sign-in:{MISPLACED}"}},
        {"auth": {"token": KEY, "method": MISPLACED}},
        {"settings": {"token": MISPLACED}},
        {"settings": {"webhook_secret": [MISPLACED]}},
        {"settings": {"sync_days_back": MISPLACED}},
        {"settings": MISPLACED},
        {"previews": {"width": MISPLACED}},
        {"timeout_seconds": MISPLACED},
        {"type": MISPLACED},
    ],
)
@pytest.mark.parametrize("path", ["/servers", "/servers/test-connection", "/connections"])
def test_what_is_refused_is_not_repeated(api: Told, change: dict[str, Any], path: str) -> None:
    """400 that names the field and nothing else."""
    body = {"type": "plex", "url": NOWHERE, "auth": {"token": KEY}, **change}

    assert api.call("POST", path, body)[0] == 400
    assert api.call("POST", path, json.dumps(body)[:-1])[0] == 400


def test_what_the_environment_and_files_hold_never_comes_out(
    api: Told, servers: Servers, home: EmbeddedHome, outputs: Outputs, tmp_path: Path
) -> None:
    """Taken, and refused for something else beside it."""
    file = tmp_path / "connections.yaml"
    environ = {
        "PLEX_URL": servers.plex_url,
        "PLEX_TOKEN": IN_ENVIRONMENT,
        "PLEX_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "PLEX_LIBRARIES": MISPLACED,
        "SHOWRUNNER_CONNECTIONS_FILE": str(file),
    }
    for text in (
        f"plex_servers: [{{url: '{NOWHERE}', token: {IN_FILE}, no_such: {MISPLACED}}}]",
        f"plex_servers: [{{url: 'http://kim:{IN_FILE}@x', token: {IN_FILE}}}]",
        f"plex_servers: [{{url: '{NOWHERE}', token: [{IN_FILE}]}}]",
        f"plex_servers: [{{url: '{NOWHERE}', token: {IN_FILE}",
        f"{IN_FILE}: {IN_FILE}: 1",
    ):
        file.write_text(text)
        with pytest.raises(SetupError) as refusal:
            seed_connections(home, environ)
        outputs.add("refusal", str(refusal.value))
        outputs.add("its traceback", "".join(traceback.format_exception(refusal.value)))
    file.write_text(f"jellyfin_servers: [{{url: '{NOWHERE}', api_key: {IN_FILE}}}]")
    assert len(seed_connections(home, environ)) == 2
    outputs.add("entries", list(environment_entries(environ)))
    outputs.add("health", check_all(home))
    ask_for_everything(api)


def test_what_a_command_is_given_never_comes_out(
    servers: Servers, home: EmbeddedHome, outputs: Outputs
) -> None:
    """The key comes from a variable or a hidden prompt; refused, unreachable, taken."""
    servers.plex.keys.add(ON_COMMAND_LINE)
    data = ["--data", str(home.folder)]
    runs: list[tuple[list[str], int]] = [
        (["plex", servers.plex_url, "--set", f"webhook_secret={WEBHOOK_SECRET}"], 0),
        (["plex", NOWHERE], 1),
        (["jellyfin", servers.jellyfin_url], 1),
        (["plex", f"http://kim:{IN_ADDRESS}@127.0.0.1:9"], 1),
        (["plex", servers.plex_url, "--set", f"token={MISPLACED}"], 1),
    ]
    for arguments, code in runs:
        done = CliRunner(env={"SHOWRUNNER_KEY": ON_COMMAND_LINE}).invoke(
            main, ["connect", *arguments, *data]
        )
        assert done.exit_code == code, done.output
        outputs.add(f"connect {arguments[0]}", done.output)
        if done.exception:
            outputs.add("exception", "".join(traceback.format_exception(done.exception)))
    done = CliRunner().invoke(
        connect_command, ["plex", servers.plex_url, *data], input=f"{ON_COMMAND_LINE}\n"
    )
    assert done.exit_code == 0, done.output
    outputs.add("prompt", done.output)


class Careless:
    """A client whose every failure holds the key, bare and in an address."""

    def __init__(self, error: type[Exception]) -> None:
        self._error = error

    def info(self) -> ServerInfo:
        raise self._error(f"failed over {KEY} at http://x/?api_key={KEY}&apikey={KEY}")

    def libraries(self) -> list[Any]:
        return []

    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


@pytest.mark.parametrize("error", [UnreachableError, ShowrunnerError, RuntimeError, ValueError])
def test_an_exception_that_holds_the_key_does_not_bring_it_out(
    home: EmbeddedHome, outputs: Outputs, error: type[Exception]
) -> None:
    """Neither in an answer nor in the health, nor in the log with its traceback."""

    def careless(_connection: Connection, _secrets: Secrets) -> Any:
        return Careless(error)

    api = ConnectionsApi(home, lambda _kind: True, careless)
    given = {"type": "plex", "url": NOWHERE, "auth": {"token": KEY}}
    added = api.add(NewConnection.model_validate(given))
    outputs.add("added", json.dumps(added))
    outputs.add("tested", json.dumps(api.test(added["id"])))
    outputs.add("tried", json.dumps(api.try_out(Candidate.model_validate(given))))
    outputs.add("schedule", check_all(home, careless))
    with pytest.raises(ShowrunnerError) as refusal:
        api.refresh(added["id"])
    outputs.add("refusal", json.dumps(refusal.value.as_body()))


def test_pages_and_models_show_no_secret(
    api: Told, servers: Servers, home: EmbeddedHome, outputs: Outputs
) -> None:
    """The page of a home with a connection in trouble; models as they print themselves."""
    servers.plex.mode = "error"
    api.add_plex(servers.plex_url, settings={"webhook_secret": WEBHOOK_SECRET})

    cookie = f"{COOKIE}={new_session(token_hash(home), home.clock.now())}"
    for path in ("/", "/fragments/connections", "/api/v1/docs"):
        entry = load_entry("api/openapi" if "docs" in path else "web")
        event = http_event(path, method="GET", cookies=[cookie])
        answer = entry(event, None)
        body = answer["body"] or ""
        is_base64 = answer["isBase64Encoded"]
        outputs.add(path, base64.b64decode(body).decode() if is_base64 else body)
        outputs.add(f"headers of {path}", json.dumps(answer["headers"]))
    given = {
        "type": "plex",
        "url": f"http://kim:{IN_ADDRESS}@x",
        "auth": {"token": KEY},
        "settings": {"webhook_secret": WEBHOOK_SECRET},
    }
    for model in (NewConnection, Candidate, ConnectionChange):
        outputs.add(model.__name__, model.model_validate(given))
    credentials = {"url": f"http://{IN_ADDRESS}@x", "username": "kim", "password": PASSWORD}
    outputs.add("Password", Password.model_validate(credentials))
    outputs.add("QuickConnect", QuickConnect.model_validate({"secret": QUICK_SECRET}))
    outputs.add("SignedIn", SignedIn(PLEX_TOKEN, "1", "kim"))
    outputs.add("connections", ConnectionStore(home.documents).list())


def _in_answer(found: Outputs, _home: EmbeddedHome) -> None:
    found.add("answer", f"x {KEY}")


def _in_log(_found: Outputs, _home: EmbeddedHome) -> None:
    logging.getLogger("x").warning("%s", KEY)


def _in_document(_found: Outputs, home: EmbeddedHome) -> None:
    home.documents.put("x", "x", {"key": KEY})


def _in_message(_found: Outputs, home: EmbeddedHome) -> None:
    home.queue("jobs").send({"key": KEY})


@pytest.mark.parametrize("plant", [_in_answer, _in_log, _in_document, _in_message])
def test_the_search_finds_what_is_there(home: EmbeddedHome, log: io.StringIO, plant: Plant) -> None:
    """A test of the tests: a secret in an answer, a log line, a document or a message is found."""
    found = Outputs(home, log)
    home.documents.put("y", "y", {})
    plant(found, home)
    with pytest.raises(AssertionError, match=KEY):
        found.search()
