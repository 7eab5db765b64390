"""Routes that say their parameters and answers in models: how these look in OpenAPI."""

import json
from enum import StrEnum
from typing import Annotated, Any

import jsonschema
from pydantic import BaseModel, Field

from showrunner.entry.described import Described
from showrunner.openapi.models import Models
from showrunner.openapi.words import words_about


class Colour(StrEnum):
    """Of the paint."""

    RED = "red"
    BLUE = "blue"


class Base(BaseModel):
    """`names` are those of people. What is not said is anything."""

    names: Annotated[tuple[str, ...], Field(max_length=3)] = ()
    size: int
    when: str = ""


class Asked(Base):
    """`colour`: which; never both. `size` in metres."""

    colour: Colour = Colour.RED
    day: str | None = None
    """A date, as `2026-11-21`."""


class Line(BaseModel):
    """`width` in metres; None: nobody measured it."""

    key: str = Field(exclude=True)
    width: float | None


class Found(BaseModel):
    lines: list[Line]


ONE = Described(Asked, Found, refused=("when",), tables=("lines", "summary"))
OTHER = Described(Base)
MODELS = Models([ONE, OTHER])


def parameters(route: Described) -> dict[str, Any]:
    found = MODELS.operation(route, {})["parameters"]
    return {one["name"]: one for one in found if "name" in one}


def references(route: Described) -> list[str]:
    found = MODELS.operation(route, {})["parameters"]
    return [one["$ref"] for one in found if "$ref" in one]


def test_what_a_docstring_says_of_a_field_is_told_with_it() -> None:
    """Whole sentences that name it, those of the base first; or what stands below it."""
    assert words_about(Asked, "names") == "`names` are those of people."
    assert words_about(Asked, "colour") == "`colour`: which; never both."
    assert words_about(Asked, "size") == "`size` in metres."
    assert words_about(Asked, "day") == "A date, as `2026-11-21`."
    assert words_about(Found, "lines") == ""


def test_a_parameter_has_its_type_its_bounds_and_its_choices() -> None:
    """What may be None is left out of the address; several values are repeated."""
    found = parameters(ONE)
    assert found["day"]["schema"] == {"type": "string"}
    assert (found["size"]["required"], found["day"]["required"]) == (True, False)
    assert found["colour"]["schema"] == {"$ref": "#/components/schemas/Colour", "default": "red"}
    assert MODELS.schemas["Colour"]["enum"] == ["red", "blue"]
    names = MODELS.shared["names"]
    assert names["schema"] == {"type": "array", "items": {"type": "string"}, "maxItems": 3}
    assert (names["style"], names["explode"]) == ("form", True)


def test_parameters_of_several_routes_are_described_once() -> None:
    """Another meaning under the same name is not shared."""
    assert "#/components/parameters/names" in references(ONE)
    assert references(OTHER) == ["#/components/parameters/names"]
    assert parameters(OTHER)["size"].get("description") is None


def test_what_a_route_refuses_is_no_parameter_of_it() -> None:
    """Though the model that reads its parameters knows it."""
    assert "when" in parameters(OTHER)
    assert "when" not in parameters(ONE)


def test_answers_with_tables_can_be_had_as_csv() -> None:
    """With the table's name as a choice, and 304 for who knows the answer."""
    operation = MODELS.operation(ONE, {"401": {}})
    assert sorted(operation["responses"]) == ["200", "304", "401"]
    assert sorted(operation["responses"]["200"]["content"]) == ["application/json", "text/csv"]
    assert parameters(ONE)["table"]["schema"]["enum"] == ["lines", "summary"]
    assert "responses" not in MODELS.operation(OTHER, {})


def test_an_answer_is_described_as_it_is_sent() -> None:
    """Fields that are not sent are not in it; what it says of itself is."""
    schema = MODELS.schemas["Line"]
    assert schema["required"] == ["width"]
    assert schema["properties"]["width"]["description"] == Line.__doc__
    sent = json.loads(Found(lines=[Line(key="1", width=None)]).model_dump_json())
    root = {"$ref": "#/components/schemas/Found", "components": {"schemas": MODELS.schemas}}
    jsonschema.Draft202012Validator(root).validate(sent)


class Walls(BaseModel):
    class Line(BaseModel):
        height: int

    line: Line


def test_models_of_one_name_are_told_apart() -> None:
    """By the names of what they are in, where they are not the same."""
    schemas = Models([ONE, Described(Base, Walls)]).schemas
    assert sorted(schemas) == ["Colour", "Found", "TestDescribedRoutesLine", "Walls", "WallsLine"]
    line = schemas["Walls"]["properties"]["line"]
    assert line["$ref"] == "#/components/schemas/WallsLine"
    taken = Models([ONE], ["Line", "Other"]).schemas
    assert taken["Found"]["properties"]["lines"]["items"]["$ref"].endswith("/AnsweredLine")
    assert "Line" not in taken
