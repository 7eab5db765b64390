"""How long something must have been watched to count: the owner's to set."""

import pytest

from showrunner.errors import InvalidInputError
from showrunner.history.analytics.core.rules import Counting
from showrunner.settings import Settings, change_settings, load_settings, seed_settings
from showrunner.wiring import EmbeddedHome


def test_the_owner_sets_what_counts(home: EmbeddedHome) -> None:
    """From the environment on the first start, then as any setting; 0: however short."""
    assert Counting.of(Settings()) == Counting()
    seed_settings(home.documents, {"LEAST_VIDEO_SECONDS": "60", "LEAST_TRACK_SECONDS": "0"})
    seeded = Counting.of(load_settings(home.documents))
    assert seeded == Counting(least_video_seconds=60, least_track_seconds=0)
    changed = Counting.of(change_settings(home.documents, {"least_track_seconds": 30}))
    assert changed == Counting(least_video_seconds=60, least_track_seconds=30)
    assert len({one.version for one in (Counting(), seeded, changed)}) == 3


@pytest.mark.parametrize("name", ["least_video_seconds", "least_track_seconds"])
@pytest.mark.parametrize("seconds", [-1, 3601, "long"])
def test_nobody_hides_the_whole_history_by_a_slip(
    home: EmbeddedHome, name: str, seconds: object
) -> None:
    """At most an hour; the refusal names the setting."""
    with pytest.raises(InvalidInputError, match=name):
        change_settings(home.documents, {name: seconds})
