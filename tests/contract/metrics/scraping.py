"""Prometheus' text format as a parser reads it: names, labels, values."""

import re
from collections.abc import Iterator

from showrunner.access import set_access_token
from showrunner.wiring import EmbeddedHome, living_in
from tests.calls import http_event, load_entry
from tests.contract.tautulli_api.tool import plays

Sample = tuple[str, frozenset[tuple[str, str]]]

_LINE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?[0-9.e+-]+)")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')
ENTRY = load_entry("queries/metrics")
PLAYS = plays()


def scrape(home: EmbeddedHome) -> str:
    """What the function answers to Prometheus."""
    headers = {"authorization": f"Bearer {set_access_token(home)}"}
    with living_in(home):
        answer = ENTRY(http_event("/metrics", method="GET", headers=headers), None)
    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return str(answer["body"])


def parsed(text: str) -> dict[Sample, float]:
    """Every sample, none told twice; fails for what is no line of the format."""
    found: dict[Sample, float] = {}
    kinds: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in kinds, f"{name} is declared twice"
            kinds[name] = kind
        elif not line.startswith("# HELP "):
            name, labels, value = _sample(line)
            assert (name, labels) not in found, f"{line} is told twice"
            assert (kinds[name] == "counter") == name.endswith("_total"), line
            found[name, labels] = value
    return found


def _sample(line: str) -> tuple[str, frozenset[tuple[str, str]], float]:
    match = _LINE.fullmatch(line)
    assert match, line
    name, labels, value = match.groups()
    return name, frozenset(_labels(labels or "")), float(value)


def _labels(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        match = _LABEL.match(text, at)
        assert match, text
        yield match[1], match[2]
        at = match.end()


def value(samples: dict[Sample, float], name: str, **labels: str) -> float:
    return samples[name, frozenset(labels.items())]
