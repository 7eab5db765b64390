import logging
import os
import re
from typing import Any

MASK = "****"

_WORDS = r"token|api[_-]?key|secret|passw(?:or)?d|authorization|cookie|signature|showrunner_session"
# Atomic, and only from the start of a word: linear time whatever is thrown at it.
_NAME = rf"(?<![\w.-])(?>[\w.-]*?(?:{_WORDS})[\w.-]*)"
_QUOTE = r"\\*['\"]"
_SENSITIVE_FIELD = re.compile(_NAME, re.IGNORECASE)
_PATTERNS = (
    # A cookie header holds several secrets: all of the line, or of what is quoted.
    re.compile(
        rf"(?i)((?<![\w-])(?:set-)?cookie(?:{_QUOTE})?\s*[=:]\s*(?:{_QUOTE})?)[^'\"\r\n\\]+"
    ),
    # `"api_key": "two words"`
    re.compile(rf"(?i)({_NAME}(?:{_QUOTE})?\s*[=:]\s*({_QUOTE}))(?:(?!\2)(?:\\.|.))+"),
    # `X-Plex-Token=abc`, `Authorization: Bearer abc`
    re.compile(rf"(?i)({_NAME}(?:{_QUOTE})?\s*[=:]\s*(?:(?:bearer|basic)\s+)?)[^\s'\"&,;}}\])]+"),
    # the same inside an address that is itself part of an address
    re.compile(rf"(?i)({_NAME}%3d)(?:(?!%26)[^\s'\"&,;}}\])])+"),
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)[\w.~+/=-]{6,}"),
    re.compile(r"(://[^\s/:@]*:)[^\s/?#]+(?=@)"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
"""Tabs stay."""


def redact_text(text: str) -> str:
    """`text` with the values of tokens, keys and passwords masked, also inside addresses."""
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<1>{MASK}", text)
    return text


def redact(value: Any) -> Any:
    """A copy of JSON-like data with every secret masked, by name of the field and inside texts."""
    if isinstance(value, dict):
        return {key: _redact_field(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [redact(inner) for inner in value]
    return redact_text(value) if isinstance(value, str) else value


def _redact_field(name: str, value: Any) -> Any:
    return _masked(value) if _SENSITIVE_FIELD.fullmatch(name) else redact(value)


def _masked(value: Any) -> Any:
    """Counts, flags, empty texts and None stay: they say whether there is a secret, not which."""
    if isinstance(value, dict):
        return {key: _masked(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(inner) for inner in value]
    return MASK if isinstance(value, str | bytes) and value else value


class RedactingFilter(logging.Filter):
    """Masks secrets in a record's finished message and traceback, whatever its arguments were."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):  # arguments that do not fit: a bug, not a crash
            message = f"{record.msg} {record.args}"
        record.msg, record.args = redact_text(_in_one_piece(message)), None
        if record.exc_info or record.exc_text:
            record.exc_text = redact_text(record.exc_text or _traceback_of(record))
        return True


def _in_one_piece(message: str) -> str:
    """Titles and paths come from outside: none shall write a log line or colour of its own."""
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], message)


def _traceback_of(record: logging.LogRecord) -> str:
    return logging.Formatter().formatException(record.exc_info) if record.exc_info else ""


def configure_logging(level: str = "INFO") -> None:
    """Log lines to stderr, redacted; libraries that print addresses stay quiet."""
    handler = logging.StreamHandler()
    handler.addFilter(RedactingFilter())
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    _quieten_libraries()


def configure_lambda_logging() -> None:
    """Inside Lambda: the same redaction on the runtime's own handler. Elsewhere: nothing."""
    if "AWS_LAMBDA_FUNCTION_NAME" not in os.environ:
        return
    root = logging.getLogger()
    root.setLevel(os.environ.get("LOG_LEVEL", "INFO"))
    for handler in root.handlers:
        handler.addFilter(RedactingFilter())
    _quieten_libraries()


def _quieten_libraries() -> None:
    for noisy in ("httpx", "httpcore", "botocore", "waitress", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
