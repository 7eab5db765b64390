"""Templates: escaped by default, a forgotten name is an error."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aws_lambda_powertools.shared.cookies import Cookie
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from showrunner.entry.app import Response
from showrunner.plurals import count_of
from showrunner.web import timing_words, words
from showrunner.web.assets import asset_address, scripts_in

HTML = "text/html; charset=utf-8"
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'; object-src 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

ShowPage = Callable[[str, Mapping[str, Any]], Response[str]]
"""Shows a template with its own context to whoever is signed in."""

_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")


def page(
    template: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str | list[str]] | None = None,
    cookies: Sequence[Cookie] = (),
) -> Response[str]:
    """An answer of HTML that nobody keeps."""
    body = _templates().get_template(template).render(context)
    all_headers = {"Cache-Control": "no-store", **(headers or {})}
    return Response(status, HTML, body, headers=all_headers, cookies=list(cookies))


def redirect(
    address: str, cookies: Sequence[Cookie] = (), *, status: HTTPStatus = HTTPStatus.SEE_OTHER
) -> Response[str]:
    """Go on at `address`, with a GET unless `status` says otherwise."""
    headers = {"Location": address, "Cache-Control": "no-store"}
    return Response(int(status), HTML, "", headers=headers, cookies=list(cookies))


def own_address(event: Mapping[str, Any], *, is_https: bool) -> str:
    """How the reader reached this installation, `http://nas:8000`: to be copied into commands."""
    host = (event.get("headers") or {}).get("host", "")
    known = host if _HOST.fullmatch(host) else "localhost"
    return f"{'https' if is_https else 'http'}://{known}"


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(asset=asset_address, scripts_in=scripts_in)
    environment.filters["count_of"] = count_of
    for module, names in ((words, _FILTERS), (timing_words, _TIMING_FILTERS)):
        environment.filters.update({name: getattr(module, name) for name in names})
    return environment


_FILTERS = (
    "moment",
    "clock_time",
    "duration",
    "file_name",
    "server_name",
    "format_name",
    "decision_name",
    "picture_address",
    "kind_hint",
    "health_word",
    "health_tone",
    "as_json",
    "done_words",
    "source_name",
    "history_word",
    "action_words",
    "worker_words",
    "order_words",
    "priority_words",
    "seconds_words",
    "bit_rate",
    "alert_words",
    "reader_words",
    "reason_words",
)
_TIMING_FILTERS = ("every_minutes", "short_number", "hours_words", "cron_words")
