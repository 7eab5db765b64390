"""Which plays a question is about. Every query of the history takes the same filters."""

# The SQL is put together from the model's own field names; values are always bound.

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from showrunner.clients.models import Decision

_COLUMNS = {
    "ids": "id",
    "servers": "connection_id",
    "server_kinds": "server_kind",
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
    "source_containers": "source_container",
    "delivered_video_codecs": "video_codec",
    "delivered_audio_codecs": "audio_codec",
    "containers": "container",
}


MOST_VALUES = 100
_BETWEEN = "\x1f"
"""A character that ids and names do not have."""

Values = Annotated[tuple[str, ...], Field(max_length=MOST_VALUES)]
Decisions = Annotated[tuple[Decision, ...], Field(max_length=MOST_VALUES)]
ServerKinds = Annotated[
    tuple[Literal["plex", "jellyfin", "emby"], ...], Field(max_length=MOST_VALUES)
]


class AccountFilter(BaseModel):
    """
    An account as plays name it; an id means nothing on another server.

    `id` "": plays that name nobody but this user name, whatever the case.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    connection_id: str
    id: str = ""
    name: str = ""


class Choices(BaseModel):
    """
    What a play can be chosen by, beside its time and its person.

    All that is given must hold; of several values one must, as the servers say them.
    `ids` are those of plays. `servers` are ids of connections. `server_kinds` are plex,
    jellyfin and emby. `libraries`, `titles`, `players`, `platforms` and `products` are
    names. `series` are names of shows, and of the artists of tracks. `media_types` are
    movie, episode, track. `decisions` are direct_play, direct_stream and transcode.
    `source_resolutions` (4k, 1080p), `video_codecs`, `audio_codecs` and
    `source_containers` are those of the file. `resolutions`, `delivered_video_codecs`,
    `delivered_audio_codecs` and `containers` are of what reached the player. `is_local`:
    within the server's network or not. `is_watched`: to the end or not. `search` is a part
    of the title or the series' title, whatever the case and accents. Unknown fields are
    refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ids: Values = ()
    servers: Values = ()
    server_kinds: ServerKinds = ()
    libraries: Values = ()
    media_types: Values = ()
    titles: Values = ()
    series: Values = ()
    players: Values = ()
    platforms: Values = ()
    products: Values = ()
    decisions: Decisions = ()
    source_resolutions: Values = ()
    resolutions: Values = ()
    video_codecs: Values = ()
    audio_codecs: Values = ()
    source_containers: Values = ()
    delivered_video_codecs: Values = ()
    delivered_audio_codecs: Values = ()
    containers: Values = ()
    is_local: bool | None = None
    is_watched: bool | None = None
    search: str = Field(default="", max_length=200)


class PlayFilters(Choices):
    """
    Which plays: those that pass all of it. Empty: all plays.

    `since` and `before` bound the start of the play, `before` excluded. `accounts` are
    those of the persons that are asked for (None: anybody's; empty: nobody's plays),
    `hidden_accounts` those whose plays are left out.
    """

    since: AwareDatetime | None = None
    before: AwareDatetime | None = None
    accounts: tuple[AccountFilter, ...] | None = None
    hidden_accounts: tuple[AccountFilter, ...] = ()

    def months(self, months: list[str]) -> list[str]:
        """Those of the given months (`2026-11`, UTC) in which such a play can have begun."""
        first = _month(self.since) if self.since else ""
        last = _month(self.before) if self.before else "9"
        return [month for month in months if first <= month <= last]


def condition(filters: PlayFilters) -> tuple[str, list[Any]]:
    """What follows WHERE, over the ledger's columns, and the values for its question marks."""
    terms: list[str] = ["true"]
    values: list[Any] = []
    for field, column in _COLUMNS.items():
        if wanted := [str(one) for one in getattr(filters, field)]:
            terms.append(_one_of(column, len(wanted)))
            values.append(wanted[0] if len(wanted) == 1 else wanted)
    for sign, moment in ((">=", filters.since), ("<", filters.before)):
        if moment:
            terms.append(f"started_at {sign} ?")
            values.append(utc(moment))
    for column in ("is_local", "is_watched"):
        if (flag := getattr(filters, column)) is not None:
            terms.append(f"{column} = ?")
            values.append(flag)
    for accounts, sign in ((filters.accounts, ""), (filters.hidden_accounts or None, "NOT ")):
        if accounts is not None:
            term, bound = _of_accounts(accounts)
            terms.append(f"{sign}coalesce({term}, false)" if sign else term)
            values += bound
    if filters.search:
        terms.append("contains(search_text, strip_accents(lower(?)))")
        values.append(filters.search)
    return " AND ".join(terms), values


def _month(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()[:7]  # strftime does not fill up the year 999


def utc(moment: datetime) -> datetime:
    """The moment as the ledger's TIMESTAMP columns hold it."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def _of_accounts(accounts: Sequence[AccountFilter]) -> tuple[str, list[Any]]:
    """By server and id. The ids alone come first: files know them, and most rows end there."""
    terms: list[str] = ["false"]
    values: list[Any] = []
    named = [one for one in accounts if one.id]
    if len(named) == 1:
        terms.append("(person_id = ? AND connection_id = ?)")
        values += [named[0].id, named[0].connection_id]
    elif named:
        pairs = [f"{one.connection_id}{_BETWEEN}{one.id}" for one in named]
        both = _one_of(f"connection_id || '{_BETWEEN}' || person_id", len(pairs))
        terms.append(f"(list_contains(?::VARCHAR[], person_id) AND {both})")
        values += [sorted({one.id for one in named}), pairs]
    if unnamed := [one for one in accounts if not one.id]:
        name = f"connection_id || '{_BETWEEN}' || lower(person_name)"
        terms.append(f"(person_id IS NULL AND list_contains(?::VARCHAR[], {name}))")
        values.append([f"{one.connection_id}{_BETWEEN}{one.name.lower()}" for one in unnamed])
    return (terms[1] if len(terms) == 2 else f"({' OR '.join(terms)})"), values  # noqa: PLR2004


def _one_of(column: str, count: int) -> str:
    # An equality skips files by their bloom filters; a list asked this way (unlike IN) is
    # looked up once for each entry of a file's dictionary, not for each row.
    return f"{column} = ?" if count == 1 else f"list_contains(?::VARCHAR[], {column})"
