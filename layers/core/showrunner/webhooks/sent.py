"""
What payloads of all senders have in common.

Senders mean well and differ: a number comes as a text, an id as a number, a
missing value as an empty text. Such facts are read as what they mean; a list
or an object where a fact belongs is refused, with the field's name.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from showrunner.events.models import EventKind, Report
from showrunner.webhooks.paths import is_absolute

Payload = Mapping[str, Any]
EventsFrom = Callable[[Payload], list[Report]]

EventName = Annotated[str, Field(min_length=1, max_length=100)]

_GREATEST = 2**53
"""Larger numbers are no longer exact in JSON, and no size or time is that large."""

NOT_ABSOLUTE = PydanticCustomError(
    "absolute_path", "Send an absolute path, as in /media/film.mkv or D:\\media\\film.mkv"
)
"""Any other path counts from a folder that only its sender knows."""

_FRACTION = re.compile(r"(\.\d{6})\d+")
_EARLIEST_YEAR, _LATEST_YEAR = 1971, 9000


class Sent(BaseModel):
    """
    Part of a payload.

    A null is a missing field. Texts over 4096 characters are refused: no path or
    title is longer.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, str_max_length=4096)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if value is not None}

    @field_validator("*")
    @classmethod
    def _without_nul(cls, value: Any) -> Any:
        """No file system takes it, and it would only be noticed in the frame worker."""
        if isinstance(value, str) and "\0" in value:
            raise PydanticCustomError("nul", "A NUL character is not allowed")
        return value


def _text(value: Any) -> Any:
    """Ids come as numbers from some versions; an empty text means none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return None if value == "" else value


def _number(value: Any) -> Any:
    return None if value == "" else value


def _whole(value: Any) -> Any:
    """`"42"`, `42.0` and `"42.7"` are 42."""
    if isinstance(value, str):
        value = float(value) if value.strip() else None
    if isinstance(value, float):
        return int(value) if abs(value) < _GREATEST else _GREATEST + 1
    return value


def _moment(value: Any) -> datetime | None:
    """
    An aware UTC time of ISO 8601 or of seconds since 1970.

    None for what is neither and for the year 1, which means never. Jellyfin and
    Emby write up to seven digits of fractions; a time without a zone is UTC.
    """
    try:
        found = _parsed_moment(value)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found and _EARLIEST_YEAR <= found.year < _LATEST_YEAR else None


def _parsed_moment(value: Any) -> datetime | None:
    if isinstance(value, str) and not value.strip().isdigit():
        found = datetime.fromisoformat(_FRACTION.sub(r"\1", value.strip()))
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    if isinstance(value, int | str) and not isinstance(value, bool):
        return datetime.fromtimestamp(int(value), UTC)
    return None


Text = Annotated[str | None, BeforeValidator(_text)]
Whole = Annotated[
    Annotated[int, Field(ge=-_GREATEST, le=_GREATEST)] | None, BeforeValidator(_whole)
]
Number = Annotated[Annotated[float, Field(allow_inf_nan=False)] | None, BeforeValidator(_number)]
Flag = Annotated[bool | None, BeforeValidator(_number)]
Moment = Annotated[datetime | None, BeforeValidator(_moment)]


def missing(*field: str) -> ValidationError:
    """The refusal of a payload without `field`, as pydantic makes it for required fields."""
    return ValidationError.from_exception_data(
        "payload", [{"type": "missing", "loc": field, "input": None}]
    )


def absolute(path: str, *field: str) -> str:
    """`path`, when it is an absolute one; else a ValidationError that names `field`."""
    if is_absolute(path):
        return path
    raise ValidationError.from_exception_data(
        "payload", [{"type": NOT_ABSOLUTE, "loc": field, "input": None}]
    )


def known_ids(**ids: int | str | None) -> dict[str, str]:
    """Those ids that are set; 0 and an empty text mean "none" to all senders."""
    return {name: str(value) for name, value in ids.items() if value}


def episode_marker(season_number: int | None, episode_number: int | None) -> str:
    """`S02E05`; empty when one of the numbers is not known."""
    if season_number is None or episode_number is None:
        return ""
    return f"S{season_number:02}E{episode_number:02}"


def label_of(
    title: str | None,
    *,
    series: str | None = None,
    season_number: int | None = None,
    episode_number: int | None = None,
    year: int | None = None,
) -> str:
    """`NCIS S18E10 Watchdog`, `Inception (2010)`, or what of it is known."""
    if series and series != title:
        marker = episode_marker(season_number, episode_number)
        return " ".join(part for part in (series, marker, title) if part)
    return f"{title} ({year})" if title and year else title or ""


def positive_ms(milliseconds: int | None) -> int | None:
    """A time in a film; None for the -1 and less by which senders say that they do not know."""
    return milliseconds if milliseconds is not None and milliseconds >= 0 else None


def ms_of_ticks(ticks: int | None) -> int | None:
    """Milliseconds of Jellyfin's and Emby's ticks of 100 ns."""
    return None if ticks is None else positive_ms(ticks // 10_000)


def usable_path(path: str | None) -> str | None:
    """`path` when it is an absolute one, which alone can be mapped; else None."""
    return path if path and is_absolute(path) else None


def counted(source: str, word: str, known: Iterable[str]) -> Report:
    """A report that is only counted: noted when the word is among the `known` ones."""
    return Report(EventKind.NOTED if word in known else EventKind.UNKNOWN, source, word)
