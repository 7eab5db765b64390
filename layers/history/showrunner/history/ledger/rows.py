"""A play as a row of the ledger, and back."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from math import isfinite
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from showrunner.errors import InvalidInputError
from showrunner.history.ledger.columns import PLAIN, PROVIDERS, READ_TYPES
from showrunner.plays.models import Part, Play

_LARGEST_NUMBER = 2**63 - 1
_JSON_COLUMNS = "'ordinal': 'BIGINT', " + ", ".join(
    f"'{name}': '{kind}'" for name, kind in READ_TYPES.items()
)


@contextmanager
def as_rows(plays: Iterable[Play], folder: Path) -> Iterator[str]:
    """
    SQL that stands for the plays as rows, while this lasts: `ordinal` is their order.

    Raises InvalidInputError for a play that is open, or holds a number no column takes.
    """
    with NamedTemporaryFile(
        # Half a character must not keep all other plays out.
        "w",
        dir=folder,
        suffix=".json",
        encoding="utf-8",
        errors="replace",
    ) as file:
        _write_rows(plays, file)
        file.flush()
        name = file.name.replace("'", "''")
        yield f"read_json('{name}', format = 'newline_delimited', columns = {{{_JSON_COLUMNS}}})"


def _write_rows(plays: Iterable[Play], file: IO[str]) -> None:
    for ordinal, play in enumerate(plays):
        row = {"ordinal": ordinal, **row_of(play)}
        file.write(json.dumps(row, ensure_ascii=False) + "\n")


def row_of(play: Play) -> dict[str, Any]:
    """The columns of a finished play; times as text in UTC. Raises InvalidInputError."""
    if play.is_open:
        raise InvalidInputError(
            f"Play {play.id} is still open: the ledger takes it once it is finished."
        )
    row: dict[str, Any] = {}
    for name, _, group, field in PLAIN:
        value = getattr(getattr(play, group) if group else play, field)
        row[name] = _plain(value, play, field)
    row |= {f"{provider}_id": play.item.provider_ids.get(provider) for provider in PROVIDERS}
    row["sources"] = json.dumps(play.sources, sort_keys=True) if play.sources else None
    row["players"] = json.dumps(play.players, ensure_ascii=False) if play.players else None
    row["told_by"] = ",".join(play.told_by) or None
    row["parts"] = [_part_row(part, play) for part in play.parts] if _says_more(play) else None
    return row


def play_of(row: Mapping[str, Any]) -> Play:
    """The play of a row as DuckDB gives it: finished, without timeline and marks of the move."""
    facts: dict[str, Any] = {"state": "finished", "person": {}, "item": {}, "player": {}}
    facts["stream"] = {}
    for name, _, group, field in PLAIN:
        (facts[group] if group else facts)[field] = _aware(row[name])
    ids = {provider: row[f"{provider}_id"] for provider in PROVIDERS}
    facts["item"]["provider_ids"] = {name: value for name, value in ids.items() if value}
    facts["sources"] = json.loads(row["sources"] or "{}")
    facts["players"] = json.loads(row["players"] or "[]")
    facts["told_by"] = row["told_by"].split(",") if row["told_by"] else ()
    facts["parts"] = [
        {field: _aware(value) for field, value in part.items()} for part in row["parts"] or ()
    ] or [_only_part(facts)]
    return Play.model_validate(facts)


def _says_more(play: Play) -> bool:
    """Most plays are one sitting, which the play's own columns say already."""
    return play.parts != (Part(**_only_part(play.__dict__)),)


def _only_part(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {field: facts[field] for field in Part.model_fields}


def _part_row(part: Part, play: Play) -> dict[str, Any]:
    return {field: _plain(value, play, field) for field, value in part}


def _plain(value: Any, play: Play, field: str) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, int) and abs(value) > _LARGEST_NUMBER:
        raise InvalidInputError(f"Play {play.id}: {field} is too large a number to be true.")
    if isinstance(value, float) and not isfinite(value):
        raise InvalidInputError(f"Play {play.id}: {field} is no number.")
    return value


def _aware(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
