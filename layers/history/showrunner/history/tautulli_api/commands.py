"""Which commands there are, and the envelope that every answer has."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from showrunner.connections.refusals import wrong_field
from showrunner.errors import ShowrunnerError
from showrunner.history.analytics.core.settled import asked_again
from showrunner.history.tautulli_api import (
    about,
    activity,
    cross,
    graphs,
    history,
    home_stats,
    libraries,
    people,
    recently,
    watch_time,
)
from showrunner.history.tautulli_api.asking import Asking
from showrunner.history.tautulli_api.parameters import Parameters
from showrunner.wiring import Home

Command = Callable[[Asking], Any]

_COMMANDS: tuple[Command, ...] = (
    *(about.get_server_info, about.get_servers_info, about.get_server_identity),
    *(about.get_server_friendly_name, about.get_server_id, about.get_tautulli_info),
    *(about.status, about.server_status),
    *(activity.get_activity, history.get_history, home_stats.get_home_stats),
    *(graphs.get_plays_by_date, graphs.get_plays_by_dayofweek, graphs.get_plays_by_hourofday),
    *(graphs.get_plays_by_stream_type, graphs.get_plays_per_month),
    graphs.get_concurrent_streams_by_stream_type,
    *(cross.get_plays_by_source_resolution, cross.get_plays_by_stream_resolution),
    *(cross.get_plays_by_top_10_platforms, cross.get_plays_by_top_10_users),
    *(cross.get_stream_type_by_top_10_platforms, cross.get_stream_type_by_top_10_users),
    *(people.get_users, people.get_user_names, people.get_user, people.get_users_table),
    people.get_user_player_stats,
    *(libraries.get_libraries, libraries.get_library, libraries.get_library_names),
    *(libraries.get_libraries_table, recently.get_recently_added),
    *(watch_time.get_user_watch_time_stats, watch_time.get_library_watch_time_stats),
    *(watch_time.get_item_watch_time_stats, watch_time.get_item_user_stats),
    watch_time.get_library_user_stats,
)
COMMANDS: Mapping[str, Command] = {command.__name__: command for command in _COMMANDS}
"""By the name that `cmd` gives."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Replied:
    """`body` is JSON: the envelope with the data, or with what was wrong."""

    status: int
    body: str


def replied(home: Home, parameters: Parameters) -> Replied:
    """The answer to one request, whatever becomes of it; 400 for what nobody can mean."""
    try:
        command = _command(parameters)
        data = asked_again(lambda: command(Asking(home, parameters)))
    except ShowrunnerError as error:
        return Replied(int(error.http_status), _written("error", error.message, {}))
    except Exception:
        # As everywhere, but in the shape that these tools read; the address has the key.
        logger.exception("The Tautulli-shaped API failed")
        message = "Showrunner failed; see its log."
        return Replied(HTTPStatus.INTERNAL_SERVER_ERROR, _written("error", message, {}))
    return Replied(HTTPStatus.OK, _written("success", None, data))


def envelope(result: str, message: str | None, data: Any) -> dict[str, Any]:
    return {"response": {"result": result, "message": message, "data": data}}


def _command(parameters: Parameters) -> Command:
    parameters.choice("out_type", ("json",), "json")
    name = parameters.text("cmd")
    if not name:
        raise wrong_field("cmd", f"is missing; there are {', '.join(sorted(COMMANDS))}")
    if name not in COMMANDS:
        known = ", ".join(sorted(COMMANDS))
        raise wrong_field("cmd", f"{name[:60]!r} is no command here; there are {known}")
    return COMMANDS[name]


def _written(result: str, message: str | None, data: Any) -> str:
    return json.dumps(envelope(result, message, data), ensure_ascii=False)
