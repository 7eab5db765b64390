"""
The real template in an emulated cloud, and our real worker at home.

By default the cloud is MiniStack, made for this run. What it does otherwise than
AWS, and what this test therefore cannot show:

- functions and layers run in MiniStack's own Python on this machine, whatever
  `Runtime` says: the layers are built for that Python, with the same script and
  list of packages as for Lambda's;
- timeouts and memory sizes are not enforced, nor is the throttling of the API;
- the routes of the HTTP API, an OpenAPI body that MiniStack skips, are added by
  API calls from the same template.

IAM it does enforce: what a function's policies leave out fails here too (only
sending batches asks for a permission that AWS does not have, and the policy
that shuts the bucket to plain HTTP is left out). With
AWS_ENDPOINT_URL or LOCALSTACK_HOST set the test deploys there instead, with
layers for Lambda's own Python; servers of this machine that functions should
reach are then left out.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from showrunner.adapters.aws.session import forget_clients
from showrunner.connections.models import Connection, ConnectionKind, Library
from showrunner.connections.store import ConnectionStore
from showrunner.demo.accounts import Accounts
from showrunner.demo.emby import EmulatedEmby
from showrunner.demo.library import Title, encode
from showrunner.demo.playing import Room, Viewer
from showrunner.demo.serving import LoopbackServer
from showrunner.demo.shelf import Shelf
from showrunner.previews.bif import read_bif
from showrunner.settings import seed_settings
from showrunner.wiring import AwsHome
from tests.end_to_end import ministack
from tests.end_to_end.deployment import (
    ROOT,
    Account,
    Deployment,
    build_layers,
    deploy,
    given_endpoint,
)

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(600)]

TOKEN = "the-access-token-of-this-test"
SECRET = "the-webhook-secret-of-this-test"
EMBY_KEY = "0123456789abcdef0123456789abcdef"
FILM = Title("The Paper Lighthouse", 2019, seconds=40)

only_on_ministack = pytest.mark.skipif(
    given_endpoint() is not None,
    reason="other emulators enforce no IAM and cannot reach this machine's loopback",
)


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    layers = tmp_path_factory.mktemp("layers")
    given = given_endpoint()
    build_layers(layers, for_this_machine=given is None)
    hashes = {
        "WebAuthTokenSha256": hashlib.sha256(TOKEN.encode()).hexdigest(),
        "WebhookSecretSha256": hashlib.sha256(SECRET.encode()).hexdigest(),
    }
    with nullcontext(given) if given else ministack.running() as endpoint:
        account = Account(
            endpoint,
            os.environ.get("AWS_ACCESS_KEY_ID", "test"),
            os.environ.get("AWS_SECRET_ACCESS_KEY", "test"),
        )
        adapt = (lambda _template: None) if given else ministack.adapt
        deployed = deploy(account, layers, hashes, adapt)
        deployed.add_routes_that_were_left_out()
        yield deployed


@pytest.fixture(scope="module")
def cloud(deployment: Deployment) -> Iterator[AwsHome]:
    """The home in the cloud, as its owner reaches it: settings as a first start seeds them."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in deployment.account.environment.items():
            environment.setenv(name, value)
        forget_clients()
        home = AwsHome(deployment.worker_environment)
        seed_settings(home.documents, {"WEBHOOK_DELAY": "10"})
        yield home
        forget_clients()


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of 40 s in the library at home."""
    path = tmp_path_factory.mktemp("media") / FILM.relative_path
    encode(FILM, path)
    return path


@pytest.fixture(scope="module")
def emby(cloud: AwsHome, video: Path) -> Iterator[Connection]:
    """The Emby server at home, connected: its key lies sealed in the cloud."""
    root = video.parents[2]
    shelf = Shelf(root, str(root))
    shelf.start()
    viewer = Viewer(1, "Ada", "TV", "Emby Web", "Linux", "192.0.2.7", starts_at_ms=0)
    room = Room(shelf, [viewer], lambda: 0.0)
    accounts = Accounts(EMBY_KEY, "a password")
    server = EmulatedEmby(shelf, room, accounts=accounts, machine_id="0" * 32)
    with LoopbackServer(server.app) as listening:
        connection = Connection(
            id="emby-1",
            kind=ConnectionKind.EMBY,
            name="Living room",
            url=listening.url,
            sealed_secret=cloud.secrets.seal(EMBY_KEY),
            libraries=[
                Library(native_id="1", name="Movies", type="movie", locations=[f"{root}/movies"])
            ],
        )
        ConnectionStore(cloud.documents).save(connection)
        yield connection
    shelf.stop()


@pytest.fixture(scope="module")
def worker_account(deployment: Deployment) -> Account:
    return deployment.new_worker_account()


@pytest.fixture
def caller(deployment: Deployment) -> Iterator[httpx.Client]:
    """Somebody who knows the access token."""
    with httpx.Client(headers={"X-Auth-Token": TOKEN}, timeout=60) as client:
        client.base_url = httpx.URL(f"{deployment.api}/")
        yield client


def radarr_download(video: Path) -> dict[str, Any]:
    """What Radarr posts after an import, down to the fields that matter here."""
    return {
        "eventType": "Download",
        "instanceName": "Radarr",
        "isUpgrade": False,
        "downloadId": "A4BD2C",
        "movie": {
            "id": 7,
            "title": FILM.name,
            "year": FILM.year,
            "tmdbId": 730041,
            "folderPath": str(video.parent),
        },
        "movieFile": {
            "id": 12,
            "relativePath": video.name,
            "path": str(video),
            "size": video.stat().st_size,
        },
    }


def test_a_webhook_to_the_cloud_ends_as_previews_beside_the_video_at_home(
    deployment: Deployment,
    cloud: AwsHome,
    emby: Connection,
    video: Path,
    worker_account: Account,
    caller: httpx.Client,
) -> None:
    """Webhook, event, batch, job, frame task, our worker, previews, picture on the API."""
    posted = httpx.post(
        f"{deployment.api}/api/v1/webhooks/radarr",
        json=radarr_download(video),
        headers={"X-Auth-Token": SECRET},
        timeout=60,
    )
    assert posted.status_code == 202, posted.text
    (event_id,) = posted.json()["events"]
    assert event_id in [event["id"] for event in caller.get("api/v1/events").json()["events"]]

    frames = cloud.queue("frames")
    deployment.wait_for(lambda: frames.depth().visible == 1)
    (job,) = caller.get("api/v1/jobs").json()["jobs"]
    assert job["status"] == "pending"

    with _worker(deployment, worker_account) as worker:
        job_url = f"api/v1/jobs/{job['id']}"
        deployment.wait_for(lambda: caller.get(job_url).json()["progress"] == 100)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=40) == 0

    bif = video.with_name(f"{video.stem}-320-10.bif")
    assert read_bif(bif).count == FILM.seconds // 10
    assert caller.get(job_url).json()["status"] == "completed"
    (file,) = caller.get(f"{job_url}/files").json()["files"]
    (output,) = file["outputs"]
    assert (output["outcome"], output["message"]) == ("published", None)
    picture = caller.get(f"api/v1/previews/pictures/{output['picture']}")
    assert picture.content.startswith(b"\xff\xd8"), picture.text
    depth = frames.depth()
    assert (depth.visible, depth.in_flight, depth.dead) == (0, 0, 0)


@contextmanager
def _worker(deployment: Deployment, account: Account) -> Iterator[subprocess.Popen[bytes]]:
    """Our frame worker as a process, with the environment file of its owner and no more."""
    environment = {"PATH": os.environ["PATH"]} | account.environment
    process = subprocess.Popen(
        [sys.executable, ROOT / "functions" / "frames" / "main.py"],
        env=environment | deployment.worker_environment,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@only_on_ministack
def test_a_worker_may_do_its_work_and_nothing_else(
    deployment: Deployment, worker_account: Account
) -> None:
    """Keys stolen from a worker open no way to post events or to read the code."""
    queues = worker_account.client("sqs")
    environment = deployment.worker_environment
    queues.get_queue_attributes(QueueUrl=environment["SHOWRUNNER_QUEUE_FRAMES"])
    with pytest.raises(ClientError, match="AccessDenied"):
        queues.send_message(QueueUrl=environment["SHOWRUNNER_QUEUE_BATCHES"], MessageBody="{}")
    with pytest.raises(ClientError, match="AccessDenied"):
        worker_account.client("lambda").list_functions()


@only_on_ministack
def test_the_scheduled_sync_opens_keys_and_stores_what_plays(
    deployment: Deployment, emby: Connection, caller: httpx.Client
) -> None:
    """The function that the schedule fires opens the sealed key and asks the server."""
    result = deployment.invoke("SyncsSessionsFunction", {"source": "aws.scheduler"})
    assert result == {"servers": 1, "sessions": 1, "errors": {}}
    (session,) = caller.get("api/v1/activity").json()["sessions"]
    assert session["connection_name"] == emby.name


def test_only_health_and_the_way_in_are_open_to_everybody(deployment: Deployment) -> None:
    """Without a token there is a sign of life and a sign-in form; the rest is refused."""
    health = httpx.get(f"{deployment.api}/health", timeout=60)
    assert health.json()["status"] == "ok"
    login = httpx.get(f"{deployment.api}/login", timeout=60)
    assert "<form" in login.text, login.text
    for path in ("jobs", "activity", "events"):
        answer = httpx.get(f"{deployment.api}/api/v1/{path}", timeout=60)
        assert (answer.status_code, answer.json()["error"]) == (401, "UNAUTHORIZED")
    for name in ("incoming", "radarr", "sonarr", "custom"):
        answer = httpx.post(f"{deployment.api}/api/webhooks/{name}", content=b"{}", timeout=60)
        assert (answer.status_code, answer.json()["error"]) == (401, "UNAUTHORIZED")


@pytest.mark.parametrize("name", ["incoming", "radarr", "sonarr", "custom"])
def test_a_body_that_is_no_json_leaves_nothing_behind(
    name: str, deployment: Deployment, caller: httpx.Client
) -> None:
    """Every webhook function answers 400 and stores no event."""
    before = caller.get("api/v1/events").json()
    answer = caller.put(f"api/v1/webhooks/{name}", content=b"{not json")
    assert answer.status_code == 400, answer.text
    assert json.loads(answer.text)["error"] == "VALIDATION_ERROR"
    assert caller.get("api/v1/events").json() == before
