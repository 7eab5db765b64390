"""The functions of the analytics, as the HTTP API calls them, and all their questions."""

import inspect
import json
from typing import Any

from showrunner.access import set_access_token
from showrunner.entry.described import description_of
from showrunner.history.analytics.core.question import Question
from showrunner.people.accounts import note_accounts
from showrunner.people.directory import Directory
from showrunner.people.models import Account
from showrunner.wiring import EmbeddedHome, living_in
from tests.calls import REPOSITORY, http_event, load_entry
from tests.contract.analytics import slow

Answer = dict[str, Any]

FAMILIES = sorted(
    one.parent.name
    for one in (REPOSITORY / "functions" / "queries").glob("*/main.py")
    if "analytics.serving.routes" in one.read_text(encoding="utf-8")
)
ENTRIES = {family: load_entry(f"queries/{family}") for family in FAMILIES}


def _questions() -> dict[str, Question]:
    """By the end of their addresses, such as `lists/top`."""
    apps = [inspect.getclosurevars(entry).nonlocals["app"] for entry in ENTRIES.values()]
    routes = {route.path: route.func for app in apps for route in app._static_routes}
    return {
        path.removeprefix("/analytics/"): inspect.getclosurevars(route).nonlocals["question"]
        for path, route in routes.items()
        if description_of(route)
    }


QUESTIONS = _questions()
NOW = slow.utc("2026-12-20T12:06:30")

ABOUT_ONE = {
    "profiles/person": "people={person}",
    "profiles/title": "titles=Equal",
    "profiles/library": "libraries=Films",
}
"""Questions that are about one thing have to be told which."""

EARLY_RANGES = {"plays/year-in-review": "year=2020"}
"""Those of questions that have a range of their own."""


class World:
    """A home with the functions of the analytics, called as the HTTP API calls them."""

    def __init__(self, home: EmbeddedHome) -> None:
        self.home = home
        note_accounts(home.documents, "plex-1", [Account("1", "Anna")], home.clock.now())
        person = Directory.of(home.documents).person_of("plex-1", "1", None)
        assert person
        self.person_id = person.id
        self.headers = {"x-auth-token": set_access_token(home)}

    def needed(self, path: str) -> str:
        """The parameters without which there is no answer."""
        return ABOUT_ONE.get(path, "").format(person=self.person_id)

    def ask(self, path: str, query: str = "", **headers: str) -> Answer:
        """Header names are written with underscores."""
        given = self.headers | {name.replace("_", "-"): one for name, one in headers.items()}
        event = http_event(f"/api/v1/analytics/{path}", method="GET", headers=given)
        event |= {"rawQueryString": "&".join(filter(None, (self.needed(path), query)))}
        with living_in(self.home):
            found: Answer = ENTRIES[path.partition("/")[0]](event, None)
        return found

    def body(self, path: str, query: str = "") -> Any:
        answer = self.ask(path, query)
        assert answer["statusCode"] == 200, answer["body"]
        return json.loads(answer["body"])

    def refuses(self, path: str, query: str, said: str) -> None:
        """Fails unless the answer is a 400 that says so."""
        answer = self.ask(path, query)
        assert answer["statusCode"] == 400, (query, answer["body"])
        assert said in answer["body"]
