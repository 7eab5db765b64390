"""The page of analytics: its sections and filters, and the questions that its scripts ask."""

import json
import re
from pathlib import Path

import showrunner.web.assets
from showrunner.connections.models import ConnectionKind
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.people.api import PeopleApi, PersonChange
from showrunner.web.rooms import analytics
from showrunner.wiring import EmbeddedHome
from tests.calls import REPOSITORY
from tests.unit.live.builders import connect
from tests.unit.web.conftest import Reader
from tests.unit.web.test_page import HOSTILE, Elements, assert_harmless
from tests.unit.web.test_plays_room import note, people

SCRIPTS = Path(showrunner.web.assets.__file__).parent / "static" / "analytics"


def page(reader: Reader, **query: str) -> str:
    answer = reader.get("/analytics", query)
    assert answer.status == 200
    return answer.text


def choices(text: str, name: str) -> list[str]:
    """The values that can be ticked of a filter."""
    boxes = Elements(text).named("input")
    return [one["value"] for one in boxes if one.get("name") == name]


def test_the_page_asks_what_the_questions_know() -> None:
    """Its filters are theirs, by the same names: a link can be made of either."""
    assert set(analytics.FILTERS) <= set(AnalyticsQuery.model_fields)


def test_every_question_of_the_scripts_is_answered() -> None:
    """At the address by which they ask."""
    index = json.loads((REPOSITORY / "functions/queries/plays/index.json").read_text())
    known = {one["address"].removeprefix("/api/v1/analytics/") for one in index["questions"]}
    families = "|".join({one.partition("/")[0] for one in known})
    texts = [path.read_text() for path in SCRIPTS.glob("*.js")]
    asked = {one for text in texts for one in re.findall(rf'"((?:{families})/[a-z-]+)"', text)}
    assert len(asked) > 20
    assert asked - known == set()


def test_there_is_a_script_for_each_section() -> None:
    """A tab without one would show the first section instead."""
    script = (SCRIPTS / "analytics.js").read_text()
    (sections,) = re.findall(r"const SECTIONS = \{ (.*) \};", script)
    assert sections.split(", ") == [name for name, _ in analytics.SECTIONS]


def test_a_section_has_an_address(reader: Reader) -> None:
    """It is marked among the tabs, and the range is kept in the links to the others."""
    for section, word in analytics.SECTIONS:
        text = page(reader, section=section, days="90")
        tabs = re.findall(r'<a href="([^"]*)" data-section="[^"]*"( aria-current="page")?>', text)
        assert [bool(current) for _, current in tabs].count(True) == 1
        assert f'aria-current="page">{word}<' in text
        assert all("days=90" in address for address, _ in tabs)


def test_servers_libraries_and_people_can_be_chosen(reader: Reader, home: EmbeddedHome) -> None:
    """But for hidden people, unless the address asks for them."""
    connect(home, "attic", kind=ConnectionKind.EMBY)
    note(home, "attic", "Zoe", "Ghost")
    known = people(home)
    PeopleApi(home).change(known["Ghost"], PersonChange(hidden=True))
    text = page(reader)
    assert choices(text, "servers") == ["attic"]
    assert choices(text, "people") == [known["Zoe"]]
    both = page(reader, people=f"{known['Ghost']},{known['Zoe']}")
    assert set(choices(both, "people")) == set(known.values())
    assert choices(text, "decisions") == ["direct_play", "direct_stream", "transcode"]


def test_hostile_names_stay_text(reader: Reader, home: EmbeddedHome) -> None:
    """Of servers and people, and in the address."""
    connect(home, name=HOSTILE)
    note(home, "attic", HOSTILE)
    text = page(reader, **dict.fromkeys([*analytics.FILTERS, "section", "days"], HOSTILE))
    assert HOSTILE in Elements(text).text
    assert_harmless(text)


def test_the_page_needs_a_sign_in_and_comes_back_to_the_question(stranger: Reader) -> None:
    """The filters are not lost on the way."""
    answer = stranger.get("/analytics", {"days": "90"})
    assert answer.status == 303
    assert answer.headers["Location"] == "/login?next=/analytics%3Fdays%3D90"
