import time

import pytest

from showrunner.connections.patterns import MAX_TEXT_LENGTH, check_pattern, matches


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (r".*\.iso$", "/mnt/a.iso", True),
        (r".*\.iso$", "/mnt/a.iso.mkv", False),
        (r"\.iso", "/mnt/a.iso", False),
        (r".*/(Extras|Trailers)/.*\.(mkv|mp4)", "/mnt/film/Extras/x.mkv", True),
        (r"/mnt/tv/[^/]+/Season \d{2}/.*", "/mnt/tv/Show/Season 01/e.mkv", True),
        (r"(?i).*sample.*", "/mnt/a/SAMPLE.mkv", True),
        (r"(?:\d{4}-)?x", "2020-x", True),
    ],
)
def test_the_whole_path_is_matched(pattern: str, text: str, expected: bool) -> None:
    """As the reference document says; the usual patterns are taken."""
    check_pattern(pattern)
    assert matches(pattern, text) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+b",
        "(a|a)*b",
        "(a*)*",
        "(?:a?){30}b",
        "a?" * 30 + "b",
        "(a|aa)" * 30 + "b",
        ".*.*.*.*b",
        r"(a)\1",
        "(?=a)b",
        "(?<!a)b",
        "(",
        "[",
        "a" * 301,
    ],
)
def test_a_pattern_that_could_hang_is_refused(pattern: str) -> None:
    """With words, and at once."""
    began = time.thread_time()
    with pytest.raises(ValueError, match="pattern"):
        check_pattern(pattern)
    assert time.thread_time() - began < 1


@pytest.mark.parametrize("pattern", [".*a.*a.*b", r".*/(x|y)/.*\.(m|n)"])
def test_the_slowest_that_is_taken_ends(pattern: str) -> None:
    """On a long path that nearly matches."""
    check_pattern(pattern)
    began = time.thread_time()
    assert not matches(pattern, "a" * 300)
    assert time.thread_time() - began < 2


def test_a_longer_path_matches_nothing() -> None:
    """The bound on the time holds for texts up to the limit."""
    assert matches(".*", "a" * MAX_TEXT_LENGTH)
    assert not matches(".*", "a" * (MAX_TEXT_LENGTH + 1))
