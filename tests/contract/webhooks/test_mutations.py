"""Ten thousand payloads that no sender sends: each is taken or refused, and none does harm."""

import json
import random
from collections import Counter
from pathlib import Path
from urllib.parse import urlencode

import pytest

from showrunner.events.store import COUNTS, EVENTS, FINGERPRINTS, MAX_WORDS, PERSON_EVENTS
from showrunner.ports.documents import each

MUTATIONS = 10_000
BOUNDARY = "x7f"
SAMPLES = sorted((Path(__file__).parents[2] / "unit" / "webhooks").glob("*/payloads/*.json"))

ODD = [
    None,
    True,
    0,
    -1,
    3.5,
    10**30,
    -(10**18),
    float("nan"),
    float("inf"),
    "",
    " ",
    "0",
    "-7.5",
    "1e400",
    "nan",
    "true",
    "\0",
    "\ud800",
    "../../etc/passwd",
    "{title}",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "x" * 5000,
    [],
    [None],
    [[[]]],
    {},
    {"": {}},
    {"id": {"id": {"id": []}}},
]


def deep(levels):
    found = []
    for _ in range(levels):
        found = [found]
    return found


def places(value, path=()):
    """Every place in a JSON value, as the keys and positions that lead there."""
    yield path
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for key, child in inner:
        yield from places(child, (*path, key))


class Sample:
    """One good payload, and where in it there is something to change."""

    def __init__(self, path):
        self.sender = path.parent.parent.name
        self._text = path.read_text(encoding="utf-8")
        self._places = [place for place in places(json.loads(self._text)) if place]

    def mutated(self, chance):
        """A copy with one to three places dropped, retyped, enlarged, nested or exchanged."""
        changed = json.loads(self._text)
        for _ in range(chance.randint(1, 3)):
            *way, last = chance.choice(self._places)
            parent = changed
            try:
                for key in way:
                    parent = parent[key]
                chance.choice([drop, retype, retype, enlarge, nest, exchange])(parent, last, chance)
            except (KeyError, IndexError, TypeError):  # an earlier change took the place away
                continue
        return changed


def drop(parent, key, _chance):
    del parent[key]


def retype(parent, key, chance):
    parent[key] = chance.choice(ODD)


def enlarge(parent, key, chance):
    value = parent[key]
    parent[key] = value * chance.choice([2, 30, 500]) if isinstance(value, str | list) else 10**15


def nest(parent, key, chance):
    parent[key] = chance.choice([[parent[key]], {"Path": parent[key]}, deep(100)])


def exchange(parent, key, chance):
    other = chance.choice(list(parent)) if isinstance(parent, dict) else 0
    parent[key], parent[other] = parent[other], parent[key]


def body_of(payload, chance):
    """The bytes of a payload and its content type: as JSON mostly, as a form, or cut off."""
    text = json.dumps(payload)
    way = chance.random()
    if way < 0.1:
        form = urlencode({name: str(value) for name, value in payload.items()}, errors="replace")
        return form, "application/x-www-form-urlencoded"
    if way < 0.25:
        name = chance.choice(["payload", "data", "other"])
        part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        return f"{part}--{BOUNDARY}--\r\n", f"multipart/form-data; boundary={BOUNDARY}"
    if way < 0.3:
        return text[: chance.randrange(len(text))], "application/json"
    return text, chance.choice(["application/json", "text/plain", ""])


@pytest.fixture
def _unsynced(home):
    """No power cut is feared here, and ten thousand syncs take their time."""
    home.database._connection().conn.execute("PRAGMA synchronous = OFF")


@pytest.mark.usefixtures("_unsynced")
def test_nothing_that_is_sent_does_harm(deliver, home, caplog):
    """Never a 5xx, never an error that nobody foresaw, and nothing stored but what was accepted."""
    chance = random.Random(5)
    samples = [Sample(path) for path in SAMPLES]
    statuses, accepted = Counter(), 0
    for _ in range(MUTATIONS):
        sample = chance.choice(samples)
        address = chance.choice(["incoming", sample.sender])
        address = "incoming" if address == "lidarr" else address
        body, content_type = body_of(sample.mutated(chance), chance)
        status, answer = deliver(address, body, headers={"content-type": content_type})
        statuses[int(status)] += 1
        accepted += len(answer.get("events", []))
        home.clock.advance(0.5)

    assert set(statuses) <= {200, 202, 400, 413}
    # The samples and the changes are worth it: much is taken, and much refused.
    assert min(statuses[200], statuses[202], statuses[400]) > MUTATIONS // 50
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    stored = sum(len(list(each(home.documents, name))) for name in (EVENTS, PERSON_EVENTS))
    assert stored <= accepted + statuses[200]
    assert len(list(each(home.documents, FINGERPRINTS))) == stored
    words = Counter(document.key.split(":")[0] for document in each(home.documents, COUNTS))
    assert max(words.values()) <= MAX_WORDS + 1


def test_a_payload_nested_without_end_is_refused(deliver, nothing_stored):
    """As deep as the parser takes it, wherever it is, and deeper."""
    for levels in (200, 900, 990, 1000, 5000, 100_000):
        nested = "[" * levels + "]" * levels
        for body in (nested, f'{{"eventType": {nested}}}', f'{{"file_path": {nested}}}'):
            assert deliver("incoming", body)[0] == 400
    assert nothing_stored()
