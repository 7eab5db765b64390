import pytest

from showrunner.history.tautulli_api.words import full_title, in_words, number_or_text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 mins"),
        (59, "0 mins"),
        (60, "1 min"),
        (36_720, "10 hrs 12 mins"),
        (86_400, "1 day"),
        (42 * 86_400 + 5 * 3600 + 18 * 60, "42 days 5 hrs 18 mins"),
    ],
)
def test_sums_of_time_are_said_in_words(seconds: int, words: str) -> None:
    assert in_words(seconds) == words


def test_ids_are_numbers_where_servers_have_numbers() -> None:
    """Plex and Emby; Jellyfin's stay texts, and what JavaScript would round does too."""
    assert number_or_text("18785") == 18785
    assert number_or_text("e2bd9ab4") == "e2bd9ab4"
    assert number_or_text(None) == ""
    assert number_or_text("1" * 16) == "1" * 16


def test_a_title_says_what_it_belongs_to() -> None:
    assert full_title("episode", "Harbour", "Pilot") == "Harbour - Pilot"
    assert full_title("movie", None, "Film") == "Film"
    assert full_title("track", "The Band", None) == "The Band"
    assert full_title(None, None, None) == ""
