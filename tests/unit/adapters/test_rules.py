import errno
import os
import socket
from pathlib import Path

import pytest

from showrunner.adapters.atomic_files import os_errors, write_unfinished
from showrunner.adapters.document_rules import after_prefix
from showrunner.adapters.queue_rules import reason_text
from showrunner.errors import SetupError, ShowrunnerError, TryLaterError


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("", None),
        ("a", "b"),
        ("a/", "a0"),
        ("a\U0010ffff", "b"),
        ("\U0010ffff", None),
        ("\ud7ff", "\ue000"),
    ],
)
def test_the_text_after_a_prefix_is_the_next_possible(prefix: str, expected: str | None) -> None:
    """Nothing that starts with the prefix lies behind it, and it is a text that can be stored."""
    assert after_prefix(prefix) == expected


def test_a_reason_is_always_sendable() -> None:
    """Control characters and broken Unicode are replaced, length is bounded, never empty."""
    assert reason_text("a\x00b\udce9\nc") == "a?b?\nc"
    assert len(reason_text("x" * 5000)) == 1000
    assert reason_text("") == "no reason given"


@pytest.mark.parametrize(
    ("number", "ours"),
    [(errno.ENOSPC, TryLaterError), (errno.EACCES, SetupError), (errno.EROFS, SetupError)],
)
def test_a_file_systems_refusal_names_the_path(
    number: int, ours: type[ShowrunnerError], tmp_path: Path
) -> None:
    """A full disk is for later, a missing right is for the owner; both say where."""
    with pytest.raises(ours, match=str(tmp_path)) as raised, os_errors(tmp_path):
        raise OSError(number, os.strerror(number))
    assert type(raised.value) is ours


def test_a_write_that_fails_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk refuses the data, the unfinished file goes too."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space"):
        write_unfinished(tmp_path, b"data")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.invalid"])
def test_unit_tests_reach_nothing_outside(host: str) -> None:
    """The guard of all unit tests stops a connection before it leaves this machine."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as connection, pytest.raises(pytest.fail.Exception, match="fake"):
        connection.connect((host, 80))
