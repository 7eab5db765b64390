"""The Grafana dashboard asks for what there is, in words that Prometheus takes."""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from showrunner.wiring import EmbeddedHome
from tests.contract.metrics.promql import labels_of
from tests.contract.metrics.scraping import parsed, scrape

FOLDER = Path(__file__).parents[3] / "infra" / "grafana"
DASHBOARD = json.loads((FOLDER / "showrunner.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
TARGETS = [target for panel in PANELS for target in panel["targets"]]


@pytest.fixture
def known(busy: EmbeddedHome) -> dict[str, set[str]]:
    """Every metric with its labels."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, labels in parsed(scrape(busy)):
        found[name] |= {label for label, _ in labels}
    return found


def test_every_metric_and_label_that_is_asked_for_is_told(known: dict[str, set[str]]) -> None:
    """Also the labels that legends show."""
    for target in TARGETS:
        for metric, labels in labels_of(target["expr"]).items():
            shown = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
            assert labels | shown <= known[metric], target


def test_every_metric_is_drawn_and_explained(known: dict[str, set[str]]) -> None:
    """Nobody tells what nobody sees."""
    drawn = {metric for target in TARGETS for metric in labels_of(target["expr"])}
    assert drawn == set(known)
    readme = (FOLDER / "README.md").read_text()
    assert [name for name in known if f"`{name}`" not in readme] == []


def test_it_can_be_imported_anywhere() -> None:
    """Every panel asks the chosen Prometheus; ids and places are its own."""
    chosen = {"type": "prometheus", "uid": "${datasource}"}
    assert all(one["datasource"] == chosen for one in [*PANELS, *TARGETS])
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    cells = [cell for panel in DASHBOARD["panels"] for cell in _cells(panel["gridPos"])]
    assert len(set(cells)) == len(cells)
    assert all(column < 24 for column, _ in cells)
    names = [one["name"] for one in DASHBOARD["templating"]["list"]]
    assert names == ["datasource", "server"]


def _cells(place: dict[str, int]) -> Any:
    return [
        (place["x"] + column, place["y"] + row)
        for column in range(place["w"])
        for row in range(place["h"])
    ]


@pytest.mark.parametrize("text", ["sum(a", "a b", "rate(a)", 'a{b="c"', "sum by (a b) (c)", "+ a"])
def test_what_prometheus_would_not_take_is_noticed(text: str) -> None:
    """The reader of these tests is no rubber stamp."""
    with pytest.raises(AssertionError):
        labels_of(text)
