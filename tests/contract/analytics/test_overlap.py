"""What two have in common, counted by hand."""

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.people.overlap import OverlapAnswer, OverlapQuery, overlap
from tests.contract.analytics.conftest import Know
from tests.contract.analytics.worlds import ON_EMBY, at, episode, movie, play, sitting

EVENING = at("2026-11-03 20:00")


def ask(analytics: Analytics, query: str = "") -> OverlapAnswer:
    return overlap(analytics, OverlapQuery.read(query))


def known(know: Know) -> Analytics:
    half = sitting(EVENING, 30)
    films, shows = {"library": "Films"}, {"library": "Shows"}
    dune = {**movie("Dune", 2021), **films}
    return know(
        play(half, item={**movie("The Thing", 1982), **films}, person="1"),
        play(half, item={**movie("The Thing", 2011), **films}, person="2"),
        play(half, item=dune, person="1"),
        play(half, item=dune, person="2"),
        play(half, item=dune, person="2"),
        play(half, item={**episode("Harbour", 1, 1), **shows}, person="2"),
        # Anna on the other server, where she is another account: another episode, one show.
        play(half, item={**episode("Harbour", 1, 2), **films}, person="9", **ON_EMBY),
        play(half, item=movie("Solaris", 1972), person="3"),
        play(half, item=dune, person=""),
        play(half, item=movie(None), person="2"),
    )


def test_people_share_titles(know: Know, people: dict[str, str]) -> None:
    """
    Equal titles of two years are two, a show is one; accounts of one person count together.
    """
    answer = ask(known(know))
    assert answer.count == 1
    (pair,) = answer.pairs
    assert {pair.first.id, pair.second.id} == {people["Anna"], people["Bert"]}
    assert (pair.first.size, pair.second.size, pair.shared, pair.jaccard) == (3, 3, 2, 0.5)
    assert [(one.name, one.kind, one.year) for one in pair.examples] == [
        ("Dune", "movies", 2021),
        ("Harbour", "shows", None),
    ]
    assert [(one.name, one.size) for one in answer.parties] == [
        ("Anna", 3),
        ("Bert", 3),
        ("account 3", 1),
    ]
    assert [one.data for one in answer.chart.series] == [[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]]
    # One names nobody, one no title.
    assert answer.unnamed_plays == 2


def test_libraries_share_people(know: Know, people: dict[str, str]) -> None:
    """Libraries of one name are told apart by their servers, and the charts say so."""
    answer = ask(known(know), "of=libraries&order=shared")
    assert answer.chart.categories == ["Films (Attic)", "Films (Cellar)", "Shows (Attic)"]
    assert [one.data for one in answer.chart.series] == [[1, 0.5, 0.5], [0.5, 1, 0], [0.5, 0, 1]]
    first = answer.pairs[0]
    assert (first.first.name, first.first.server, first.first.size) == ("Films", "Attic", 2)
    assert (first.second.server, first.shared) == ("Cellar", 1)
    assert [(one.name, one.id) for one in first.examples] == [("Anna", people["Anna"])]


def test_servers_share_people(know: Know, people: dict[str, str]) -> None:
    """Somebody with an account on each is one of both."""
    answer = ask(known(know), "of=servers")
    assert [(one.name, one.id, one.size) for one in answer.parties] == [
        ("Attic", "plex-1", 3),
        ("Cellar", "emby-1", 1),
    ]
    (pair,) = answer.pairs
    assert (pair.shared, pair.jaccard) == (1, 0.3333)
    assert pair.examples[0].id == people["Anna"]
