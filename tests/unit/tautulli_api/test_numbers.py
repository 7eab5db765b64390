from showrunner.history.tautulli_api.numbers import is_made, number_of, numbered, row_number


def test_a_number_stays_for_ever() -> None:
    """Dashboards keep them in their settings: these must never change."""
    assert number_of("library", "plex-1", "Movies") == 1422565906
    assert row_number("20261121T102430000-0123456789ab") == 1542659480893219


def test_numbers_fit_where_tools_put_them() -> None:
    """31 bits, above Plex's own ids; rows 53 bits, which JavaScript keeps exact."""
    made = [number_of("library", "plex-1", f"Library {n}") for n in range(500)]
    assert all(1_100_000_000 <= one < 2**31 and is_made(str(one)) for one in made)
    assert all(0 < row_number(f"play {n}") < 2**53 for n in range(500))
    assert not any(map(is_made, ("18785", "", "12345678901", "a234567890", "²234567890")))


def test_of_two_that_share_a_number_the_first_keeps_it() -> None:
    """Names come in the order of their age: a newcomer changes nobody's number."""
    names = [(f"person {n}",) for n in range(2000)]
    before = numbered(names)
    assert len(set(before.values())) == len(names)
    assert numbered([*names, ("newcomer",)]).items() >= before.items()


def test_parts_are_told_apart_from_their_sum() -> None:
    assert number_of("ab", "c") != number_of("a", "bc")
