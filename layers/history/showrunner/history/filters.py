"""Which plays a question is about. Every query of the history takes the same filters."""

# The SQL is put together from the model's own field names; values are always bound.

from datetime import UTC, datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

_COLUMNS = {
    "ids": "id",
    "servers": "connection_id",
    "server_kinds": "server_kind",
    "people": "person_id",
    "libraries": "library",
    "media_types": "media_type",
    "titles": "title",
    "series": "series_title",
    "players": "player_name",
    "platforms": "platform",
    "products": "product",
    "decisions": "decision",
    "source_resolutions": "source_resolution",
    "resolutions": "resolution",
    "video_codecs": "source_video_codec",
    "audio_codecs": "source_audio_codec",
}


class PlayFilters(BaseModel):
    """
    All that is given must hold; of several values one must. Empty: all plays.

    `since` and `before` bound the start of the play, `before` excluded. `people` are
    account ids as their servers say them. `search` is a part of the title or the
    series' title, whatever the case and accents. Unknown fields are refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: AwareDatetime | None = None
    before: AwareDatetime | None = None
    ids: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    server_kinds: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    media_types: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    players: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    source_resolutions: tuple[str, ...] = ()
    resolutions: tuple[str, ...] = ()
    video_codecs: tuple[str, ...] = ()
    audio_codecs: tuple[str, ...] = ()
    is_local: bool | None = None
    is_watched: bool | None = None
    search: str = Field(default="", max_length=200)

    def months(self, months: list[str]) -> list[str]:
        """Those of the given months (`2026-11`, UTC) in which such a play can have begun."""
        first = f"{self.since.astimezone(UTC):%Y-%m}" if self.since else ""
        last = f"{self.before.astimezone(UTC):%Y-%m}" if self.before else "9"
        return [month for month in months if first <= month <= last]


def condition(filters: PlayFilters) -> tuple[str, list[Any]]:
    """What follows WHERE, over the ledger's columns, and the values for its question marks."""
    terms, values = ["true"], []
    for field, column in _COLUMNS.items():
        if wanted := getattr(filters, field):
            terms.append(_one_of(column, len(wanted)))
            values.append(wanted[0] if len(wanted) == 1 else list(wanted))
    for sign, moment in ((">=", filters.since), ("<", filters.before)):
        if moment:
            terms.append(f"started_at {sign} ?")
            values.append(utc(moment))
    for column in ("is_local", "is_watched"):
        if (flag := getattr(filters, column)) is not None:
            terms.append(f"{column} = ?")
            values.append(flag)
    if filters.search:
        terms.append("contains(search_text, strip_accents(lower(?)))")
        values.append(filters.search)
    return " AND ".join(terms), values


def utc(moment: datetime) -> datetime:
    """The moment as the ledger's TIMESTAMP columns hold it."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def _one_of(column: str, count: int) -> str:
    # An equality skips files by their bloom filters; a list asked this way (unlike IN) is
    # looked up once for each entry of a file's dictionary, not for each row.
    return f"{column} = ?" if count == 1 else f"list_contains(?::VARCHAR[], {column})"
