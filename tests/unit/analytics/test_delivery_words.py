"""What the words of servers for pictures, sound and delivery mean."""

import pytest

from showrunner.history.analytics.streams.counts import delivered
from showrunner.history.analytics.streams.frame_rates import family
from showrunner.history.analytics.streams.quality_score import points
from showrunner.history.analytics.streams.resolutions import Change, change
from showrunner.history.analytics.streams.subtitles import is_image


@pytest.mark.parametrize(
    ("rate", "name"),
    [
        (23.976, "24"),
        (23.98, "24"),
        (24.048, "24"),
        (23.9, "other"),
        (29.97, "30"),
        (59.94, "60"),
        (119.88, "120"),
        (12.5, "other"),
        (None, None),
    ],
)
def test_rates_that_differ_by_one_in_a_thousand_are_one_family(
    rate: float | None, name: str | None
) -> None:
    """Many servers say no more than `24p`."""
    assert family(rate) == name


@pytest.mark.parametrize(
    ("source", "reached", "what"),
    [
        ("4k", "1080p", Change.DOWNSCALED),
        ("720p", "1080p", Change.UPSCALED),
        ("1080i", "1080p", Change.SAME),
        ("2k", "1440p", Change.SAME),
        ("480p", "sd", Change.DOWNSCALED),
        ("curved", "curved", Change.SAME),
        ("curved", "1080p", Change.UNKNOWN),
        (None, None, Change.UNKNOWN),
    ],
)
def test_resolutions_are_compared_by_their_lines(
    source: str | None, reached: str | None, what: Change
) -> None:
    """Words that say no number can only be equal."""
    assert change(source, reached) is what


def test_what_is_played_as_it_is_arrives_as_it_is() -> None:
    """Unless the server says otherwise; of the rest nobody knows."""
    assert delivered("4k", None, "direct_play") == "4k"
    assert delivered("4k", "1080p", "direct_play") == "1080p"
    assert delivered("4k", None, "transcode") is None


@pytest.mark.parametrize(
    ("codec", "is_one"),
    [("pgs", True), ("PGSSUB", True), ("dvd_subtitle", True), ("ass", False), (None, None)],
)
def test_subtitles_that_are_pictures_are_known_by_any_name(
    codec: str | None, is_one: bool | None
) -> None:
    """Of Plex, Jellyfin, Emby and ffmpeg."""
    assert is_image(codec) is is_one


def test_nothing_known_is_no_score() -> None:
    """What is unknown takes nothing off what is known."""
    assert points(None, None, None, None) is None
    assert points(0.01, None, None, None) == 95
