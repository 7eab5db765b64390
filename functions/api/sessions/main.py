"""What plays now on all servers, its alerts, and ending it."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import BaseModel, ConfigDict, StringConstraints

from showrunner.access import check_token
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.live import api
from showrunner.wiring import home

app = HttpApp(validates=True)

Text = Annotated[str | None, Query(max_length=500)]
Message = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]


class StopRequest(BaseModel):
    """`message` is shown to whoever watches, where the player can show one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    message: Message | None = None


@app.get("/sessions")
def sessions(server: Text = None) -> dict[str, Any]:
    """What plays, with its streams, their health, and how each server is read."""
    return api.sessions_answer(home(), server)


@app.get("/sessions/alerts")
def alerts(
    active: Annotated[bool, Query()] = False,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    after: Text = None,
) -> dict[str, Any]:
    """Alerts of streams in trouble, newest first; `active`: all that last."""
    return api.alerts_answer(home(), active=active, limit=limit, after=after)


@app.post("/sessions/<connection_id>/<session_key>/stop")
def stop(
    connection_id: str,
    session_key: str,
    request: Annotated[StopRequest | None, Body()] = None,
) -> tuple[dict[str, Any], int]:
    """End a session: 200 when it is ended, 202 while no worker has answered yet."""
    message = request.message if request else None
    return api.stop_answer(home(), connection_id, session_key, message)


@app.post("/sessions/.+/stop", include_in_schema=False)
def stop_by_odd_key() -> tuple[dict[str, Any], int]:
    """As above, for a key with a slash in it, which has arrived as one."""
    path = app.current_event.path.partition("/sessions/")[2].removesuffix("/stop")
    connection_id, _, session_key = path.partition("/")
    request = StopRequest.model_validate_json(app.current_event.decoded_body or "{}")
    return api.stop_answer(home(), connection_id, session_key, request.message)


handle_sessions_api = http_entry("sessions_api", app, check_token)
