"""Who may ask: the access token, also where Tautulli's tools put their key."""

from collections.abc import Mapping
from typing import Any

from showrunner.access import check_token, matches, token_hash
from showrunner.callers import caller_address
from showrunner.errors import UnauthorizedError
from showrunner.history.tautulli_api.commands import envelope
from showrunner.history.tautulli_api.parameters import Parameters
from showrunner.rate_limit import count_guesses
from showrunner.wiring import Home

Event = Mapping[str, Any]


class WrongKeyError(UnauthorizedError):
    """In the shape that the tools read."""

    def as_body(self) -> dict[str, Any]:
        return envelope("error", self.message, {})


def check_api_key(event: Event, home: Home) -> None:
    """
    Lets in who sends the access token as `apikey` or X-API-Key, or as everywhere else.

    Raises WrongKeyError (401), or LimitedError (429) after too many wrong ones.
    """
    given = _given(event)
    known = token_hash(home)
    if any(matches(one, known) for one in given):
        return
    try:
        check_token(event, home)
    except UnauthorizedError:
        count_guesses(home, caller_address(event), given)
        raise WrongKeyError(
            "Invalid apikey: send Showrunner's access token as apikey." if given else _MISSING
        ) from None


_MISSING = "Parameter apikey is required: send Showrunner's access token."


def _given(event: Event) -> list[str]:
    headers = event.get("headers") or {}
    found = [Parameters.of(event).text("apikey", longest=10_000), headers.get("x-api-key", "")]
    return [one for one in found if one]
