"""
The way of a webhook up to the frame tasks, against the figures that it has to keep.

enqueue: a job of 100,000 files, and what the queue adds to each of its tasks.
cold: what each webhook function's start costs, beside pydantic and boto3 with one client.
steady: 200 deliveries a second for 30 s, each of a file of its own.
storm: 20,000 deliveries of one season pack, as fast as the server takes them.

Without a name all of them. The deliveries come from a process of their own over
connections that stay open, through the server that `./local/up` starts.
"""

import http.client
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from showrunner.batches.store import lines_of, open_batches
from showrunner.events.models import EventState, MediaEvent
from showrunner.events.store import EVENTS
from showrunner.harness.template import load_template
from showrunner.jobs.create import NewFile, NewJob, create_job
from showrunner.jobs.models import FileOutcome
from showrunner.jobs.steps import handle_jobs_message
from showrunner.jobs.store import list_jobs, start_file, update_file
from showrunner.ports.documents import each
from showrunner.wiring import EmbeddedHome
from tests.benchmarks.bench_cold_start import LOAD, PROJECT, cpu_ms
from tests.end_to_end.running import TOKEN, Running, showrunner_up, until

STEADY_RATE, STEADY_SECONDS = 200, 30
STORM_FILES = 20_000
ENQUEUED_FILES = 100_000
QUIET_SECONDS = 45
CONNECTIONS = 16

ACKNOWLEDGED_MS = 50
COLD_SHARE = 1.5
ENQUEUE_SECONDS, ENQUEUE_MB, TASK_MS = 60, 150, 20

BASE_LINE = "import pydantic, boto3; boto3.client('sqs', region_name='eu-central-1')"

SAMPLES = PROJECT / "tests" / "unit" / "webhooks"


def main() -> None:
    if sys.argv[1:2] == ["send"]:
        send_all(*sys.argv[2:])
        return
    parts: dict[str, Callable[[], bool]] = {
        "enqueue": enqueue,  # first: its memory is the most that this process ever took
        "cold": cold,
        "steady": steady,
        "storm": storm,
    }
    chosen = sys.argv[1:] or list(parts)
    results = [parts[name]() for name in chosen]
    sys.exit(0 if all(results) else 1)


def verdict(what: str, value: float, unit: str, limit: float) -> bool:
    is_good = value <= limit
    print(
        f"  {what:44} {value:9.2f} {unit:3} {'PASS' if is_good else 'FAIL'} (<= {limit:g} {unit})"
    )
    return is_good


def exactly(what: str, value: int, wanted: int) -> bool:
    print(f"  {what:44} {value:9} {'':3} {'PASS' if value == wanted else 'FAIL'} (= {wanted})")
    return value == wanted


# ---------------------------------------------------------------- deliveries


def steady() -> bool:
    print(f"steady: {STEADY_RATE} webhooks a second for {STEADY_SECONDS} s")
    count = STEADY_RATE * STEADY_SECONDS
    with server_up() as running:
        sent = send_from_elsewhere(running, "radarr", count, STEADY_RATE)
        results = [
            exactly("acknowledged", sent["acknowledged"], count),
            verdict("99 % acknowledged within", sent["p99_ms"], "ms", ACKNOWLEDGED_MS),
            verdict("sent over", sent["seconds"], "s", STEADY_SECONDS * 1.02),
        ]
        print(f"  half of them within {sent['p50_ms']:.1f} ms, the slowest {sent['max_ms']:.1f} ms")
        return all([*results, arrived(running, "radarr", count)])


def storm() -> bool:
    print(f"storm: {STORM_FILES} webhooks of one season pack")
    with server_up() as running:
        sent = send_from_elsewhere(running, "sonarr", STORM_FILES, 0)
        print(
            f"  {STORM_FILES / sent['seconds']:.0f} a second, half within {sent['p50_ms']:.1f} ms, "
            f"99 % within {sent['p99_ms']:.1f} ms"
        )
        results = [
            exactly("acknowledged", sent["acknowledged"], STORM_FILES),
            arrived(running, "sonarr", STORM_FILES),
        ]
        home = EmbeddedHome(running.data)
        began = time.monotonic()
        until(lambda: list_jobs(home.documents), "the batch became a job", within_seconds=300)
        seconds = time.monotonic() - began - QUIET_SECONDS
        jobs = list_jobs(home.documents)
        results += [exactly("jobs", len(jobs), 1)]
        results += [exactly("files of the job", jobs[0].total_items, STORM_FILES)]
        print(f"  the quiet period over, its job was made in {max(0, seconds):.1f} s")
        return all(results)


@contextmanager
def server_up() -> Iterator[Running]:
    environment = {"WEBHOOK_DELAY": str(QUIET_SECONDS), "LOG_LEVEL": "WARNING"}
    with (
        tempfile.TemporaryDirectory() as folder,
        showrunner_up(Path(folder), environment=environment) as running,
    ):
        yield running


def send_from_elsewhere(running: Running, sender: str, count: int, rate: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "send", running.address, sender, str(count), str(rate)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=os.environ, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def arrived(running: Running, source: str, count: int) -> bool:
    """Whether every delivery is one event and one file of one batch, once all are worked off."""
    home = EmbeddedHome(running.data)
    began = time.monotonic()
    until(
        lambda: home.queue("batches").depth().visible == 0 and not received(home),
        "every event joined a batch",
        within_seconds=300,
    )
    print(f"  the last one had joined its batch {time.monotonic() - began:.1f} s later")
    events = [MediaEvent.model_validate(d.body) for d in each(home.documents, EVENTS)]
    batches = [batch for batch in open_batches(home.documents) if batch.source == source]
    paths = [line.path for batch in batches for line in lines_of(home.documents, batch.id)]
    results = [
        exactly("events", len(events), count),
        exactly("files named by events", len({event.path for event in events}), count),
        exactly("batches", len(batches), 1),
        exactly("files in the batch", len(paths), count),
        exactly("distinct files in the batch", len(set(paths)), count),
        exactly("files that the batch counts", sum(b.file_count for b in batches), count),
    ]
    return all(results)


def received(home: EmbeddedHome) -> bool:
    return any(d.body["state"] == EventState.RECEIVED for d in each(home.documents, EVENTS))


# -------------------------------------------------------------- the sender


def send_all(address: str, sender: str, count: str, rate: str) -> None:
    """Deliver `count` payloads, `rate` a second (0: without a pause); print how it went."""
    numbers = iter(range(int(count)))
    guard = threading.Lock()
    began = time.perf_counter() + 0.2
    times_ms: list[float] = []
    body_of = BODIES[sender]()

    def work() -> None:
        connection = connected(address)
        while True:
            with guard:
                number = next(numbers, None)
            if number is None:
                connection.close()
                return
            body = body_of(number)
            if int(rate):
                time.sleep(max(0.0, began + number / int(rate) - time.perf_counter()))
            sent_at = time.perf_counter()
            if deliver(connection, sender, body):
                times_ms.append(1000 * (time.perf_counter() - sent_at))

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times_ms.sort()
    found = {
        "acknowledged": len(times_ms),
        "seconds": time.perf_counter() - began,
        "p50_ms": times_ms[len(times_ms) // 2],
        "p99_ms": times_ms[len(times_ms) * 99 // 100],
        "max_ms": times_ms[-1],
    }
    print(json.dumps(found))


def connected(address: str) -> http.client.HTTPConnection:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def deliver(connection: http.client.HTTPConnection, sender: str, body: bytes) -> bool:
    headers = {"Content-Type": "application/json", "X-Auth-Token": TOKEN}
    connection.request("POST", f"/api/v1/webhooks/{sender}", body, headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status == http.HTTPStatus.ACCEPTED


def films() -> Callable[[int], bytes]:
    """Radarr's imports, each of a film of its own."""
    sample = json.loads((SAMPLES / "radarr/payloads/download.json").read_text())

    def body_of(number: int) -> bytes:
        name = f"Film {number:05} (2021)"
        movie = sample["movie"] | {"id": number + 1, "title": name, "folderPath": f"/movies/{name}"}
        file = sample["movieFile"] | {"id": number + 1, "relativePath": f"{name}.mkv"}
        return json.dumps(sample | {"movie": movie, "movieFile": file}).encode()

    return body_of


def episodes() -> Callable[[int], bytes]:
    """Sonarr's imports of the episodes of one season."""
    sample = json.loads((SAMPLES / "sonarr/payloads/download.json").read_text())

    def body_of(number: int) -> bytes:
        place = {"id": number + 1, "relativePath": f"Season 01/S01E{number + 1:05}.mkv"}
        file = sample["episodeFile"] | place
        return json.dumps(sample | {"episodeFile": file}).encode()

    return body_of


BODIES = {"radarr": films, "sonarr": episodes}


# --------------------------------------------------------------- cold start


def cold() -> bool:
    print("cold: CPU to import a webhook function")
    base_ms = cpu_ms(BASE_LINE)
    print(f"  {'pydantic and boto3 with one client':44} {base_ms:9.0f} ms")
    results = []
    for function in load_template(PROJECT / "template.yaml").functions:
        if function.name.startswith("webhooks/"):
            spent_ms = cpu_ms(LOAD.format(source=str(function.source)))
            results.append(verdict(function.name, spent_ms / base_ms, "x", COLD_SHARE))
    return all(results)


# ------------------------------------------------------------------- enqueue


def enqueue() -> bool:
    print(f"enqueue: a job of {ENQUEUED_FILES} files")
    with tempfile.TemporaryDirectory() as folder:
        home = EmbeddedHome(Path(folder))
        before_mb = most_memory_mb()
        began = time.perf_counter()
        job_id = create_job(NewJob("A library", "manual", many_files()), home)
        written = time.perf_counter()
        consume_jobs(home)
        queued = time.perf_counter()
        after_mb = most_memory_mb()
        print(f"  lines written in {written - began:.1f} s, tasks sent in {queued - written:.1f} s")
        print(f"  memory {before_mb:.0f} MB before, {after_mb:.0f} MB at most")
        return all(
            [
                exactly("tasks", home.queue("frames").depth().visible, ENQUEUED_FILES),
                verdict("enqueued within", queued - began, "s", ENQUEUE_SECONDS),
                verdict("memory at most", after_mb, "MB", ENQUEUE_MB),
                verdict("queue overhead per task", task_ms(home, job_id), "ms", TASK_MS),
            ]
        )


def many_files() -> Iterator[NewFile]:
    for number in range(ENQUEUED_FILES):
        name = f"Film {number:06} (2021)"
        yield NewFile(path=f"/media/movies/{name}/{name}.mkv", title=name)


def consume_jobs(home: EmbeddedHome) -> None:
    queue = home.queue("jobs")
    while messages := queue.receive(max_messages=5, lease_seconds=360):
        for message in messages:
            handle_jobs_message(message.body, home)
            queue.finish(message)


def task_ms(home: EmbeddedHome, job_id: str, count: int = 500) -> float:
    """What it takes to receive a task, begin and finish its line, and finish the task."""
    queue = home.queue("frames")
    began = time.perf_counter()
    for _ in range(count):
        (message,) = queue.receive(lease_seconds=120)
        number = message.body["file_number"]
        start_file(home, job_id, number)
        update_file(home, job_id, number, outcome=FileOutcome.COMPLETED)
        queue.finish(message)
    return 1000 * (time.perf_counter() - began) / count


def most_memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    main()
