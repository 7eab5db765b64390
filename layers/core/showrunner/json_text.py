"""Reading JSON that others wrote."""

import json
from typing import Any


def parse_json(data: str | bytes) -> Any:
    """
    As `json.loads`, but every text in it can be written down.

    JSON may hold half a character, where a program cut a text in two: "?" takes its place.
    Raises ValueError for what is no JSON, and for what is nested too deeply to be read.
    """
    text = data if isinstance(data, str) else data.decode(json.detect_encoding(data))
    try:
        found = json.loads(text)
    except RecursionError as error:
        raise ValueError("It is nested too deeply.") from error
    if "\\ud" not in text and "\\uD" not in text:
        return found
    return json.loads(json.dumps(found, ensure_ascii=False).encode(errors="replace"))
