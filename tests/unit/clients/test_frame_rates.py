"""Frame rates as servers write them."""

from typing import Any

import pytest

from showrunner.clients.frame_rates import frame_rate
from tests.unit.clients.test_media_browser_sessions import ITEM, embys, jellyfins
from tests.unit.clients.test_plex_sessions import session_of


@pytest.mark.parametrize(
    ("said", "rate"),
    [
        ("24p", 24.0),
        ("60p", 60.0),
        ("50i", 50.0),
        ("NTSC", 29.97),
        ("PAL", 25.0),
        ("23.976", 23.976),
        (23.976, 23.976),
        (90_000.0, None),
        (0.0, None),
        (-24.0, None),
        ("variable", None),
        ("p", None),
        ("", None),
        (None, None),
    ],
)
def test_numbers_and_names_are_read(said: float | str | None, rate: float | None) -> None:
    """What is no frame rate is unknown."""
    assert frame_rate(said) == rate


def test_the_first_that_is_one_counts() -> None:
    """A number that cannot be true does not hide the name beside it."""
    assert frame_rate(0, "NTSC") == 29.97


@pytest.mark.parametrize(
    ("picture", "media", "rate"),
    [
        ({"frameRate": 23.976}, {"videoFrameRate": "24p"}, 23.976),
        ({}, {"videoFrameRate": "NTSC"}, 29.97),
        ({"frameRate": "soon"}, {"videoFrameRate": "60p"}, 60.0),
        ({}, {}, None),
    ],
)
def test_plex_says_it_of_the_picture_and_of_the_file(
    picture: dict[str, Any], media: dict[str, Any], rate: float | None
) -> None:
    """The picture's own number says more than the file's name for it."""
    streams = [{"streamType": 1, "codec": "hevc", **picture}]
    found = session_of(TranscodeSession=None, Media=[{**media, "Part": [{"Stream": streams}]}])

    assert found.source_frame_rate == rate


@pytest.mark.parametrize(
    ("picture", "rate"),
    [
        ({"AverageFrameRate": 23.976, "RealFrameRate": 120.0}, 23.976),
        ({"RealFrameRate": 25.0}, 25.0),
        ({"AverageFrameRate": 0, "RealFrameRate": 90000}, None),
    ],
)
def test_jellyfin_and_emby_say_it_of_the_picture(
    picture: dict[str, Any], rate: float | None
) -> None:
    """On average, for that is what is seen of a rate that varies."""
    item = {**ITEM, "MediaStreams": [{"Type": "Video", "Codec": "hevc", **picture}]}

    assert jellyfins(NowPlayingItem=item).source_frame_rate == rate
    assert embys(NowPlayingItem=item).source_frame_rate == rate
