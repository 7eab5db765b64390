import logging
import re
from typing import Any

MASK = "****"

_SENSITIVE = r"[\w.-]*(?:token|api[_-]?key|apikey|secret|passw(?:or)?d|authorization|cookie)[\w.-]*"
_SENSITIVE_FIELD = re.compile(rf"^{_SENSITIVE}$", re.IGNORECASE)
_PATTERNS = (
    # `X-Plex-Token=abc`, `"api_key": "abc"`, `Authorization: Bearer abc`
    re.compile(
        rf"(?i)((?:['\"]?){_SENSITIVE}(?:['\"]?)\s*[=:]\s*(?:(?:bearer|basic)\s+)?['\"]?)"
        r"([^\s'\"&,;}\])]+)"
    ),
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)([\w.~+/=-]{6,})"),
    re.compile(r"(\w+://[^\s/:@]*:)([^\s/@]+)(?=@)"),
)


def redact_text(text: str) -> str:
    """`text` with the values of tokens, keys and passwords masked, also inside addresses."""
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\1{MASK}", text)
    return text


def redact(value: Any) -> Any:
    """A copy of JSON-like data with every secret masked, by name of the field and inside texts."""
    if isinstance(value, dict):
        return {key: _redact_field(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [redact(inner) for inner in value]
    return redact_text(value) if isinstance(value, str) else value


def _redact_field(name: str, value: Any) -> Any:
    is_secret = _SENSITIVE_FIELD.match(name) and isinstance(value, str) and value
    return MASK if is_secret else redact(value)


class RedactingFilter(logging.Filter):
    """Masks secrets in a record's finished message, whatever its arguments were."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact_text(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = redact_text(logging.Formatter().formatException(record.exc_info))
        return True


def configure_logging(level: str = "INFO") -> None:
    """Log lines to stderr, redacted; libraries that print addresses stay quiet."""
    handler = logging.StreamHandler()
    handler.addFilter(RedactingFilter())
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "botocore", "waitress", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
