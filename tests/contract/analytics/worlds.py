"""Plays for analytics: a short way to write one down, and generated histories of many."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from showrunner.clients.models import Decision
from showrunner.connections.models import ConnectionKind
from showrunner.plays.models import Part, Person, Play, PlayedItem, Player, PlayState, Stream

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    """`2026-03-29 01:30` on the clock on the wall, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def sitting(began: datetime, minutes: float | None, watched_minutes: float | None = None) -> Part:
    """`minutes` None: nobody knows when it ended, or how long it was watched."""
    if minutes is None:
        return Part(started_at=began)
    watched = round(60 * (minutes if watched_minutes is None else watched_minutes))
    return Part(
        started_at=began,
        stopped_at=began + timedelta(minutes=minutes),
        paused_seconds=round(60 * minutes) - watched,
        watched_seconds=watched,
    )


def movie(title: str | None, year: int | None = None, **ids: str) -> dict[str, Any]:
    return {"media_type": "movie", "title": title, "year": year, "provider_ids": ids}


def episode(series: str, season: int | None, number: int | None, title: str = "") -> dict[str, Any]:
    return {
        "media_type": "episode",
        "title": title or f"Episode {number}",
        "series_title": series,
        "season_number": season,
        "episode_number": number,
    }


ON_EMBY: dict[str, Any] = {"connection_id": "emby-1", "server_kind": "emby"}

_numbers = iter(range(1_000_000))


def play(*parts: Part, item: dict[str, Any] | None = None, person: str = "1", **facts: Any) -> Play:
    """A play of those sittings, by account `person` of `plex-1` unless `facts` say another."""
    watched = [one.watched_seconds for one in parts if one.watched_seconds is not None]
    paused = [one.paused_seconds for one in parts if one.paused_seconds is not None]
    stream = {name: facts.pop(name) for name in list(facts) if name in Stream.model_fields}
    player = {name: facts.pop(name) for name in list(facts) if name in Player.model_fields}
    began = parts[0].started_at
    return Play.model_validate(
        {
            "id": f"{began:%Y%m%dT%H%M%S}000-{next(_numbers):012x}",
            "connection_id": "plex-1",
            "server_kind": ConnectionKind.PLEX,
            "person": Person(id=person or None, name=f"account {person}" if person else None),
            "item": PlayedItem(**(item or movie("Film"))),
            "stream": Stream(**stream),
            "player": Player(**player),
            "state": PlayState.FINISHED,
            "started_at": began,
            "stopped_at": parts[-1].stopped_at,
            "watched_seconds": sum(watched) if watched else None,
            "paused_seconds": sum(paused) if paused else None,
            "parts": parts,
            "last_seen_at": parts[-1].stopped_at or parts[-1].started_at,
            **facts,
        }
    )


def generated(seed: int, count: int, since: datetime, days: int) -> list[Play]:
    """Plays as people make them: resumed, paused, cut short, unknown, at the same moments."""
    chance = random.Random(seed)
    return [_generated(chance, since, days) for _ in range(count)]


def _generated(chance: random.Random, since: datetime, days: int) -> Play:
    # Quarters of an hour make many begin when others end, and on the edges of hours.
    began = since + timedelta(minutes=15 * chance.randrange(96 * days))
    if chance.random() < 0.5:
        began += timedelta(seconds=chance.randrange(900))
    parts = [_sitting(chance, began)]
    while chance.random() < 0.25 and (end := parts[-1].stopped_at):
        parts.append(_sitting(chance, end + timedelta(seconds=chance.randrange(200_000))))
    server = chance.choice(("plex-1", "plex-1", "emby-1"))
    percent = chance.choice((None, *range(0, 101, 5)))
    return play(
        *parts,
        item=_item(chance),
        person=chance.choice(("1", "2", "3", "")) if server == "plex-1" else "9",
        connection_id=server,
        server_kind=ConnectionKind(server.partition("-")[0]),
        platform=chance.choice((None, "Android", "Roku", "tvOS")),
        decision=chance.choice((None, *Decision)),
        source_resolution=chance.choice((None, "4k", "1080p")),
        resolution=chance.choice((None, "1080p", "720p")),
        hdr=chance.choice((None, "SDR", "HDR10")),
        is_hardware=chance.choice((None, True, False)),
        percent=percent,
        is_watched=None if percent is None else percent >= 85,
    )


def _sitting(chance: random.Random, began: datetime) -> Part:
    if chance.random() < 0.05:
        return sitting(began, None)
    seconds = chance.choice((0, 14, 15, 119, 120, 900, 3600, chance.randrange(30_000)))
    part = sitting(began, seconds / 60, chance.choice((1, 0.7)) * seconds / 60)
    # Nobody saw the end, but it is known how long it was watched.
    return part.model_copy(update={"stopped_at": None}) if chance.random() < 0.05 else part


def _item(chance: random.Random) -> dict[str, Any]:
    number = chance.randrange(1, 4)
    return chance.choice(
        (
            movie(f"Film {number}", 2000 + number),
            movie("Equal", 1999 + number, imdb=f"tt{number}"),
            movie("Pinocchio", 2022, imdb=f"tt{number}"),
            episode(chance.choice(("Harbour", "Orchard")), chance.choice((1, 2)), number),
            {"media_type": "track", "title": f"Song {number}", "series_title": "The Band"},
        )
    )
