"""
From a clean clone to the first finished preview: `./local/up --demo`, install and run apart.

The clone, its virtual environment and its data lie in a temporary folder.
"""

import os
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from tests.end_to_end.running import free_port

PROJECT = Path(__file__).parents[2]
WITHIN_SECONDS = 300


def start(clone: Path, data: Path) -> dict[str, float]:
    """Seconds from the command to each thing that it says."""
    marks = {
        "installed": r"frame worker",
        "server ready": r"^Showrunner +http",
        "demo servers ready": r"Demo Sonarr is connected",
        "webhook": r"webhook: radarr",
        "job": r"INFO +job ",
        "finished": r"^Demo .*: completed",
    }
    command = ["./local/up", "--demo", "--data", str(data), "--port", str(free_port())]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    began, seen = time.monotonic(), dict[str, float]()
    with subprocess.Popen(
        command,
        cwd=clone,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        for line in process.stdout:
            for name, pattern in marks.items():
                if name not in seen and re.search(pattern, line):
                    seen[name] = time.monotonic() - began
            if "finished" in seen or time.monotonic() - began > WITHIN_SECONDS:
                break
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
    return seen


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        clone, data = Path(folder) / "showrunner", Path(folder) / "data"
        subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(clone)], check=True)
        for name in ("first start", "second start"):
            print(name)
            for what, seconds in start(clone, data).items():
                print(f"  {what:20} {seconds:6.1f} s")


if __name__ == "__main__":
    main()
