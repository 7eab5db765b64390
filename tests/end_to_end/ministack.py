"""
MiniStack, an emulator of AWS that needs neither Docker nor an account.

It pins botocore, so it lives in an environment of its own, `build/ministack`.
"""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from tests.end_to_end.deployment import ROOT

FOLDER = ROOT / "build" / "ministack"
PROGRAM = Path(__file__).with_name("programs") / "run_ministack.py"
REQUIREMENTS = (
    "ministack>=1.5.33",
    "aws-sam-translator>=1.100",  # what its CloudFormation expands SAM with
    "boto3",  # Lambda's Python has it, so that no layer brings it
    "cryptography",  # for its KMS
)


@contextmanager
def running() -> Iterator[str]:
    """
    The endpoint of a fresh MiniStack on loopback, which ends with the block.

    It enforces IAM: a function may do what its role allows, and no more.
    """
    python = _installed()
    port = _free_port()
    endpoint = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="ministack-") as folder:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "TMPDIR": folder,
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "S3_DATA_DIR": f"{folder}/s3",
            "STATE_DIR": f"{folder}/state",
            "AUTH": "true",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        log = Path(folder, "log")
        with log.open("wb") as output:
            # Its functions are processes too: all end together, in a group of their own,
            # as soon as nobody holds the pipe any more, even if the test run was killed.
            process = subprocess.Popen(
                [
                    "/bin/sh",
                    "-c",
                    '("$0" "$1"; kill 0) & read -r _; kill -9 0',
                    python,
                    PROGRAM,
                ],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            _wait_until_ready(endpoint, process, log)
            yield endpoint
        finally:
            _end(process)


def adapt(template: dict[str, Any]) -> None:
    """
    Allow batches wherever single messages are allowed, and buckets without TLS.

    AWS knows no permission for batches (SQS Developer Guide, "Amazon SQS batch
    actions"); MiniStack asks for one. On loopback it speaks plain HTTP.
    """
    del template["Resources"]["BucketPolicy"]
    for resource in template["Resources"].values():
        if resource["Type"] != "AWS::IAM::ManagedPolicy":
            continue
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]:
            allowed = statement["Action"]
            actions = allowed if isinstance(allowed, list) else [allowed]
            if "sqs:SendMessage" in actions:
                statement["Action"] = [*actions, "sqs:SendMessageBatch"]


def _installed() -> Path:
    """The Python of MiniStack's environment, made on the first call: seconds with uv, else 20 s."""
    FOLDER.parent.mkdir(parents=True, exist_ok=True)
    python = FOLDER / "bin" / "python"
    stamp = FOLDER / "installed"
    wanted = "\n".join((sys.version, *REQUIREMENTS))
    with FOLDER.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes may want it at once
        if not (stamp.is_file() and stamp.read_text() == wanted):
            for command in _installation(python):
                subprocess.run(command, check=True)
            stamp.write_text(wanted)
    return python


def _installation(python: Path) -> Iterator[Sequence[str | Path]]:
    """Its commands, with the uv that `./local/test` put beside this Python, or else with pip."""
    make = (sys.executable, "-m", "venv", "--clear")
    uv = Path(sys.executable).with_name("uv")
    if uv.exists():
        yield (*make, "--without-pip", FOLDER)
        yield (uv, "pip", "install", "--quiet", "--python", python, *REQUIREMENTS)
    else:
        yield (*make, FOLDER)
        pip = (python, "-m", "pip", "--disable-pip-version-check")
        yield (*pip, "install", "--quiet", *REQUIREMENTS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(endpoint: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{endpoint}/_ministack/health", verify=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError(f"MiniStack did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let go of the pipe and wait until the last process of the group is gone."""
    process.communicate()
    deadline = time.monotonic() + 10
    while _is_alive(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _is_alive(group: int) -> bool:
    """Dead ones that nobody buries, as in a container without an init, count as gone."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _parent, found = stat.read_text().rpartition(")")[2].split()[:3]
            if int(found) == group and state != "Z":
                return True
    return False
