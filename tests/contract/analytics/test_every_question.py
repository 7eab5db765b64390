"""What holds for every question: its answers, tables, tags, refusals, in all kinds of histories."""

import csv
import io
import json
from collections.abc import Callable

import jsonschema
import pytest

from showrunner.history.analytics.core.asked import Analytics
from showrunner.history.analytics.serving.csv_form import as_csv
from showrunner.history.analytics.serving.tables import tables_of
from showrunner.history.home import ledger_of
from showrunner.plays.models import Play
from showrunner.wiring import EmbeddedHome
from tests.contract.analytics import slow
from tests.contract.analytics.addressed import EARLY_RANGES, NOW, QUESTIONS, World
from tests.contract.analytics.worlds import generated, movie, play, sitting
from tests.fakes import FakeClock

MakeWorld = Callable[..., World]

every_question = pytest.mark.parametrize("path", QUESTIONS)


@pytest.fixture(scope="module")
def make_world(tmp_path_factory: pytest.TempPathFactory) -> MakeWorld:
    def made(*plays: Play) -> World:
        folder = tmp_path_factory.mktemp("world") / "home"
        folder.mkdir()
        home = EmbeddedHome(folder, FakeClock(NOW))
        if plays:
            ledger_of(home).write(plays)
        return World(home)

    return made


@pytest.fixture(scope="module")
def empty(make_world: MakeWorld) -> World:
    """Nobody ever played anything."""
    return make_world()


@pytest.fixture(scope="module")
def poor(make_world: MakeWorld) -> World:
    """One play, of which hardly anything is known."""
    one = sitting(slow.utc("2026-11-30T20:00"), None)
    return make_world(play(one, item=movie(None), person=""))


@pytest.fixture(scope="module")
def world(make_world: MakeWorld) -> World:
    """Hundreds of plays of many kinds."""
    return make_world(*generated(11, 300, slow.utc("2026-09-01"), 100))


@every_question
def test_an_answer_is_what_its_description_says(
    empty: World, poor: World, world: World, path: str
) -> None:
    """Every field is there, of its type, also when there is nothing to tell."""
    schema = QUESTIONS[path].answer.model_json_schema(mode="serialization")
    check = jsonschema.Draft202012Validator(schema)
    early = EARLY_RANGES.get(path, "since=2020-01-01&before=2020-02-01")
    nothing = EARLY_RANGES.get(path, "before=2020-01-01")  # begins and ends at once
    for where, query in ((empty, ""), (poor, ""), (world, early), (world, nothing)):
        body = where.body(path, query)
        check.validate(body)
        assert body["took_ms"] > 0


@every_question
def test_every_table_of_an_answer_is_a_whole_csv(world: World, path: str) -> None:
    """As many cells in each row as in the line of headers, none of which is there twice."""
    question = QUESTIONS[path]
    answer = question.answered(Analytics(world.home), f"{world.needed(path)}&limit=3")
    schema = question.answer.model_json_schema(mode="serialization")
    jsonschema.validate(json.loads(answer.model_dump_json()), schema)
    for name, table in tables_of(question.answer).items():
        headers, *rows = csv.reader(io.StringIO(as_csv(answer, table)))
        assert len(set(headers)) == len(headers) > 0, name
        assert {len(row) for row in rows} <= {len(headers)}, name


@every_question
def test_what_nobody_knows_is_refused_by_name(world: World, path: str) -> None:
    """Its own parameters and the shared ones; and nobody gets in without a key."""
    for query, said in (("colour=red", "colour"), ("days=0", "days"), ("after=x", "after")):
        world.refuses(path, query, said)
    assert world.ask(path, x_auth_token="wrong")["statusCode"] == 401
