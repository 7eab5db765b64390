import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from showrunner.harness import supervisor
from showrunner.harness.supervisor import Child, ChildSpec, Supervisor

SLEEP = "import time; time.sleep(60)"


def spec(code: str, name: str = "child") -> ChildSpec:
    return ChildSpec(name, [sys.executable, "-c", code], dict(os.environ))


def until(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_child_that_was_killed_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """kill -9 is no reason to stay down."""
    monkeypatch.setattr(supervisor, "FIRST_RESTART_SECONDS", 0.0)
    child = Child(spec(SLEEP))
    child.start()
    first = child.process_id
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until(lambda: not child.is_running)
    child.revive()
    assert child.is_running
    assert child.process_id != first
    child.terminate()
    child.wait(time.monotonic() + 5)


def test_a_child_that_keeps_dying_is_not_started_without_end() -> None:
    """It waits longer each time; half a second at first."""
    child = Child(spec("raise SystemExit(3)"))
    child.start()
    until(lambda: not child.is_running)
    ended = child.process_id
    child.revive()
    assert child.process_id == ended


def test_a_child_that_does_not_stop_is_killed() -> None:
    """At the deadline, whatever it thinks of SIGTERM."""
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True)"
    child = Child(spec(f"{deaf}\n{SLEEP}"))
    child.start()
    time.sleep(0.3)
    child.terminate()
    child.wait(time.monotonic() + 0.3)
    assert not child.is_running


def test_changed_code_restarts_what_runs_it_and_nothing_else(tmp_path: Path) -> None:
    """`--reload`: the demo's servers keep their addresses."""
    code = tmp_path / "code.py"
    code.write_text("")
    reloaded = spec(SLEEP, "server")
    kept = ChildSpec("demo", reloaded.command, reloaded.environment, is_reloaded=False)
    running = Supervisor([reloaded, kept], [tmp_path])
    running.start()
    before = running.process_ids
    assert not running.reload_if_changed()

    os.utime(code, (1, 1))
    assert running.reload_if_changed()

    after = running.process_ids
    running.stop()
    assert after["server"] != before["server"]
    assert after["demo"] == before["demo"]
