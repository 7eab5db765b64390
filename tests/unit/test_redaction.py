import io
import json
import logging
import time

import pytest

from showrunner.redaction import MASK, RedactingFilter, redact, redact_text

PLANTED = "s3cr3t-Va1ue"


@pytest.mark.parametrize(
    "text",
    [
        f"GET http://plex:32400/library?X-Plex-Token={PLANTED}&type=1",
        f"GET http://tautulli/api/v2?apikey={PLANTED}",
        f"GET http://sonarr/api/v3/series?api_key={PLANTED}#top",
        f"POST /api/v1/webhooks/radarr?token={PLANTED}",
        f"http://plex/photo?url=%2Fx%3FX-Plex-Token%3D{PLANTED}%26width%3D10",
        f"http://admin:{PLANTED}@radarr.local:7878/",
        f"http://admin:p@{PLANTED}@radarr.local:7878/",
        f"https://bucket/blob?X-Amz-Signature={PLANTED}",
        f"X-Api-Key: {PLANTED}",
        f"x-emby-token: {PLANTED}\r\naccept: */*",
        f"Authorization: Bearer {PLANTED}",
        f"Authorization: Basic {PLANTED}",
        f'Authorization: MediaBrowser Client="Showrunner", Token="{PLANTED}"',
        f"Cookie: theme=dark; showrunner_session=1.2.{PLANTED}; other={PLANTED}",
        f"Set-Cookie: showrunner_session={PLANTED}; HttpOnly",
        f"sent bearer {PLANTED} to it",
        f"{{'X-Plex-Token': '{PLANTED}', 'Accept': 'application/json'}}",
        f'{{"password": "two words {PLANTED}"}}',
        f'{{"password": "a \\" quote {PLANTED}"}}',
        json.dumps({"body": json.dumps({"api_key": f"a b {PLANTED}"})}),
        f"client_secret = {PLANTED}",
        f"token=ab%2F{PLANTED}",
        f"WEB_AUTH_TOKEN={PLANTED} ./local/up",
    ],
)
def test_a_secret_in_a_text_is_masked(text):
    """Whatever way a secret is written into a text, its value is gone and the mask says so."""
    redacted = redact_text(text)

    assert PLANTED not in redacted
    assert MASK in redacted


@pytest.mark.parametrize(
    "text",
    [
        "radarr answered 200 in 31 ms: http://radarr:7878/api/v3/system/status?page=2",
        "/media/films/The Secretary (2002)/The Secretary.mkv",
        "batch 20261121T102430123-9f86d081884c: 3 files",
    ],
)
def test_a_text_without_secrets_stays(text):
    """What holds no secret is left as it was."""
    assert redact_text(text) == text


def test_what_surrounds_a_secret_stays():
    """Only the value goes: the address it stood in can still be recognised."""
    redacted = redact_text(f"http://plex:32400/identity?X-Plex-Token={PLANTED}&page=2")

    assert redacted == f"http://plex:32400/identity?X-Plex-Token={MASK}&page=2"


def test_fields_are_masked_by_name_at_any_depth():
    """A field that is called like a secret loses its value, in lists and objects too."""
    data = {
        "url": f"http://x?token={PLANTED}",
        "headers": {"X-Api-Key": PLANTED, "Accept": "application/json"},
        "servers": [{"sealed_secret": PLANTED, "name": "Living room"}],
        "webhook_tokens": [PLANTED, PLANTED],
        "secrets": {"plex": PLANTED},
        "raw_password": PLANTED.encode(),
        "notes": (f"password={PLANTED}", 7),
    }

    redacted = redact(data)

    assert PLANTED not in repr(redacted)
    assert redacted["headers"]["Accept"] == "application/json"
    assert redacted["servers"][0]["name"] == "Living room"
    assert redacted["notes"][1] == 7


def test_whether_a_secret_is_set_stays_visible():
    """None, an empty text, a flag and a count tell nothing of the secret and stay."""
    data = {"token": None, "password": "", "has_secret": True, "token_count": 3}

    assert redact(data) == data


def test_redaction_leaves_the_data_itself_alone():
    """A copy is masked: who still needs the secret keeps it."""
    data = {"headers": {"X-Api-Key": PLANTED}}

    redact(data)

    assert data == {"headers": {"X-Api-Key": PLANTED}}


def test_a_hostile_text_takes_linear_time():
    """A long word, or one that repeats a sensitive name, does not stall the log."""
    started = time.perf_counter()

    for text in ("a" * 200_000, "token" * 40_000, "token.-" * 30_000 + "!", "://" * 60_000):
        redact_text(text)

    assert time.perf_counter() - started < 5


@pytest.fixture
def log():
    """A logger that writes redacted lines into a text."""
    handler = logging.StreamHandler(io.StringIO())
    handler.addFilter(RedactingFilter())
    logger = logging.Logger("planted")  # noqa: LOG001 - one that no other test sees
    logger.addHandler(handler)
    return logger, handler.stream.getvalue


def test_a_log_line_is_masked_whatever_its_arguments_are(log):
    """Secrets in arguments that are no strings (a dict, an address object) are masked too."""
    logger, written = log

    logger.info("calling %s with %s", f"http://x?apikey={PLANTED}", {"X-Api-Key": PLANTED})

    assert PLANTED not in written()
    assert written().startswith("calling http://x?apikey=****")


def test_what_is_logged_stays_in_its_line(log):
    """A title with a line break or a terminal's escape code writes no line of its own."""
    logger, written = log

    logger.info("added: %s", "Dune\n12:00:00 INFO    all is well\x1b[31m\u2028é\t")

    assert written() == "added: Dune\\n12:00:00 INFO    all is well\\x1b[31m\\u2028é\t\n"


def test_a_traceback_is_masked(log):
    """A secret in an exception, or in the one that caused it, does not reach the log."""
    logger, written = log

    try:
        try:
            raise ValueError(f"http://x?token={PLANTED}")  # noqa: TRY301
        except ValueError as error:
            raise RuntimeError(f"password: {PLANTED}") from error
    except RuntimeError:
        logger.exception("failed")

    assert PLANTED not in written()
    assert "RuntimeError" in written()
    assert "ValueError" in written()


def test_a_traceback_that_another_handler_formatted_is_masked(log):
    """logging keeps a formatted traceback on the record: it is masked even then."""
    logger, written = log
    early = logging.StreamHandler(io.StringIO())
    logger.handlers.insert(0, early)

    try:
        raise ValueError(f"token={PLANTED}")  # noqa: TRY301
    except ValueError:
        logger.exception("failed")

    assert PLANTED in early.stream.getvalue()
    assert PLANTED not in written()


def test_a_log_call_with_wrong_arguments_does_not_crash_its_caller(log):
    """A placeholder without a fitting argument is still one (redacted) line."""
    logger, written = log

    logger.info("%d files, token=%s", "three", PLANTED)

    assert "three" in written()
