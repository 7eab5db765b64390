import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from showrunner.errors import NotFoundError
from showrunner.previews.fingerprint import OutputFingerprint, SourceFingerprint, settled

WRITTEN = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
FILE = SourceFingerprint(100, int(WRITTEN.timestamp()) * 10**9)
GROWN = SourceFingerprint(200, FILE.modified_at_ns)


def test_a_source_is_its_size_and_its_modification_time(tmp_path):
    """Both are taken from the file as it is now, the time to the nanosecond."""
    path = tmp_path / "Dune.mkv"
    path.write_bytes(b"12345")
    os.utime(path, ns=(1, 1_763_700_000_123_456_789))

    assert SourceFingerprint(5, 1_763_700_000_123_456_789) == SourceFingerprint.of(path)


@pytest.mark.parametrize("missing", ["Dune.mkv", "file/Dune.mkv"])
def test_a_missing_source_is_named(tmp_path, missing):
    """A path that leads nowhere is refused with the path in the message."""
    (tmp_path / "file").touch()

    with pytest.raises(NotFoundError, match=r"Dune\.mkv does not exist"):
        SourceFingerprint.of(tmp_path / missing)


def test_an_output_fingerprint_survives_json():
    """What is stored as JSON comes back equal, and matches."""
    fingerprint = OutputFingerprint(FILE, 10, 320, 4)
    stored = json.loads(json.dumps(fingerprint.as_json()))

    assert fingerprint == OutputFingerprint.from_json(stored)
    assert fingerprint.matches(stored)


@pytest.mark.parametrize(
    "other",
    [
        OutputFingerprint(GROWN, 10, 320, 4),
        OutputFingerprint(FILE, 5, 320, 4),
        OutputFingerprint(FILE, 10, 640, 4),
        OutputFingerprint(FILE, 10, 320, 2),
        OutputFingerprint(FILE, 10, 320, 4, engine_version=0),
    ],
)
def test_every_part_of_an_output_fingerprint_counts(other):
    """A change of source, interval, width, quality or engine is no match."""
    assert not OutputFingerprint(FILE, 10, 320, 4).matches(other.as_json())


@pytest.mark.parametrize("stored", [{}, {"source": 1}, {"source": {}, "width": 3}, {"count": 4}])
def test_an_unknown_shape_is_no_fingerprint(stored):
    """JSON of another program or an older version is None, not an error."""
    assert OutputFingerprint.from_json(stored) is None


@pytest.mark.parametrize(
    ("previous", "current", "age_seconds", "expected"),
    [
        (None, FILE, 30, True),
        (None, FILE, 29, False),
        (None, FILE, -3600, False),
        (FILE, FILE, 1, True),
        (FILE, GROWN, 1, False),
        (FILE, FILE, -3600, True),
    ],
)
def test_a_file_is_settled_when_old_or_unchanged(previous, current, age_seconds, expected):
    """Quiet for long enough, or the same at two looks; a clock ahead does not block for ever."""
    now = WRITTEN + timedelta(seconds=age_seconds)

    assert expected == settled(previous, current, now, quiet_seconds=30)
