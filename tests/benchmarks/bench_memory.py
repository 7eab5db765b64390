"""Memory and CPU of the processes: idle for half a minute, and the worker after its first film."""

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.bench_end_to_end import connect_emby
from tests.benchmarks.films import film_1080p
from tests.end_to_end.running import Running, showrunner_up

IDLE_SECONDS = 30


def processes(running: Running) -> dict[str, int]:
    return {
        "supervisor": running.process.pid,
        "server": running.server_process_id(),
        "worker": running.worker_process_id(),
    }


def memory_mb(process_id: int, field: str) -> float:
    """`VmRSS` (now) or `VmHWM` (the most so far) of a process, in MB."""
    for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1000
    raise ValueError(field)


def cpu_seconds(process_id: int) -> float:
    facts = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(facts[11]) + int(facts[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    cache = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.gettempdir()) / "films"
    film = film_1080p(cache / "film.mkv", minutes=20)
    for output in film.parent.glob("*.bif"):
        output.unlink()
    with tempfile.TemporaryDirectory() as folder, showrunner_up(Path(folder)) as running:
        time.sleep(5)
        before = {name: cpu_seconds(number) for name, number in processes(running).items()}
        time.sleep(IDLE_SECONDS)
        print(f"{'idle':12} {'memory':>10} {'CPU':>8}")
        for name, number in processes(running).items():
            share = 100 * (cpu_seconds(number) - before[name]) / IDLE_SECONDS
            print(f"{name:12} {memory_mb(number, 'VmRSS'):7.0f} MB {share:6.1f} %")
        connect_emby(running, film.parent)
        job = running.post("/jobs", {"file_path": str(film)})
        running.finished_job(job["id"], within_seconds=300)
        print(
            f"worker, most during a film: {memory_mb(running.worker_process_id(), 'VmHWM'):.0f} MB"
        )


if __name__ == "__main__":
    main()
