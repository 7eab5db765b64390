"""Who may ask, how answers are wrapped, what is refused."""

import json
import logging

import pytest

from showrunner.access import set_access_token
from showrunner.history.tautulli_api.commands import COMMANDS
from tests.calls import http_event
from tests.contract.tautulli_api.tool import ANNA_NUMBER, Tool

NEEDS = {
    "get_user": {"user_id": ANNA_NUMBER},
    "get_user_watch_time_stats": {"user_id": ANNA_NUMBER},
    "get_user_player_stats": {"user_id": ANNA_NUMBER},
    "get_item_watch_time_stats": {"rating_key": 101},
    "get_item_user_stats": {"rating_key": 101},
}
OF_A_LIBRARY = {"get_library", "get_library_watch_time_stats", "get_library_user_stats"}


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_answers_in_the_envelope(tool: Tool, command: str) -> None:
    """Result, a null message and data, whatever the command."""
    needs = dict(NEEDS.get(command, {}))
    if command in OF_A_LIBRARY:
        needs["section_id"] = tool.ask("get_library_names")[0]["section_id"]
    assert tool.ask(command, **needs) is not None


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_key_may_be_in_the_address_a_form_or_a_header(tool: Tool, method: str) -> None:
    """As the tools send it, and as everywhere else in Showrunner."""
    token = set_access_token(tool.home)
    form = {"content-type": "application/x-www-form-urlencoded"}
    requests = [
        http_event("/api/v2", method=method, query={"apikey": token, "cmd": "status"}),
        http_event("/api/v2", f"apikey={token}&cmd=status", headers=form),
        http_event("/api/v2", method=method, query={"cmd": "status"}, headers={"x-api-key": token}),
        http_event(
            "/api/v2",
            method=method,
            query={"cmd": "status"},
            headers={"authorization": f"Bearer {token}"},
        ),
    ]
    for event in requests:
        assert tool.send(event)["statusCode"] == 200


@pytest.mark.parametrize("given", [{}, {"apikey": ""}, {"apikey": "wrong-key-0815"}])
def test_without_the_right_key_nothing_is_told(
    tool: Tool, given: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """401 in the shape that tools read; what was sent is neither logged nor said."""
    event = http_event("/api/v2", method="GET", query={"cmd": "get_users", **given})
    with caplog.at_level(logging.DEBUG):
        answer = tool.send(event)
    response = json.loads(answer["body"])["response"]
    assert (answer["statusCode"], response["result"], response["data"]) == (401, "error", {})
    assert "apikey" in response["message"]
    assert "0815" not in answer["body"] + caplog.text


def test_who_guesses_keys_is_slowed_down(tool: Tool) -> None:
    """The right key is let in even then: others may share the address."""
    keys = [*(f"guess {number}" for number in range(25)), set_access_token(tool.home)]
    codes = []
    for key in keys:
        event = http_event("/api/v2", method="GET", query={"cmd": "status", "apikey": key})
        event["requestContext"]["http"]["sourceIp"] = "192.0.2.7"
        codes.append(tool.send(event)["statusCode"])
    assert (codes[0], codes[-2], codes[-1]) == (401, 429, 200)


def test_an_unknown_command_is_named_with_those_that_there_are(tool: Tool) -> None:
    message = tool.refused("delete_history")
    assert "'delete_history'" in message
    assert "get_activity" in message
    assert "cmd" in tool.refused("")


@pytest.mark.parametrize(
    ("command", "name", "value"),
    [
        ("get_history", "length", "many"),
        ("get_history", "order_column", "shoe size"),
        ("get_history", "start_date", "yesterday"),
        ("get_history", "transcode_decision", "maybe"),
        ("get_history", "user", "Nobody"),
        ("get_history", "user_id", "12"),
        ("get_history", "section_id", "12"),
        ("get_home_stats", "stat_id", "top_shoes"),
        ("get_home_stats", "stats_type", "shoes"),
        ("get_plays_by_date", "y_axis", "shoes"),
        ("get_plays_by_date", "time_range", "0"),
        ("get_user", "user_id", ""),
        ("get_library", "section_id", ""),
        ("get_item_watch_time_stats", "rating_key", "1' OR '1'='1"),
        ("get_user_watch_time_stats", "user_id", "x"),
        ("get_recently_added", "media_type", "shoes"),
        ("get_users_table", "order_column", "shoes"),
        ("get_activity", "out_type", "xml"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(
    tool: Tool, command: str, name: str, value: str
) -> None:
    assert f"Field {name}: " in tool.refused(command, **{name: value})


def test_no_browser_or_proxy_keeps_an_answer(tool: Tool) -> None:
    """The address has the key in it."""
    query = {"apikey": set_access_token(tool.home), "cmd": "status"}
    answer = tool.send(http_event("/api/v2", method="GET", query=query))
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert answer["headers"]["Referrer-Policy"] == "no-referrer"
