"""Signs that an account is shared: streams at once elsewhere, many addresses, fast travels."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field

from showrunner.history.analytics.core.asked import Analytics, Asked
from showrunner.history.analytics.core.query import AnalyticsQuery
from showrunner.history.analytics.core.question import Question
from showrunner.history.analytics.people.geoip import (
    GeoIp,
    Place,
    distance_km,
    geoip,
    geoip_version,
)
from showrunner.history.analytics.people.sharing_answer import (
    NewPlayer,
    PersonSharing,
    SharingAnswer,
    Sign,
    SignKind,
    SignPlay,
)
from showrunner.history.analytics.people.sharing_signs import (
    NOTHING,
    Found,
    FoundSign,
    overlaps,
    travels,
)
from showrunner.history.analytics.people.sharing_sources import PlayerUse, Sources, sources


class SharingQuery(AnalyticsQuery):
    """
    `speed_kmh`: faster than that nobody travels; an airliner flies about 900 km/h.

    `limit` is the length of each list.
    """

    speed_kmh: Annotated[int, Field(ge=50, le=20_000)] = 900


_NOTE = (
    "These are signs, not proof: a family behind two connections, a phone that changes from "
    "WLAN to mobile data, or a VPN looks the same. Ask before you accuse."
)
_SIMULTANEOUS = (
    "Two streams at the same time from {one} and {other}. A sign, not proof: a VPN, or a phone "
    "on mobile data beside a television at home, looks the same."
)
_TRAVEL = (
    "From {one} to {other}, about {distance} km, within {minutes} minutes. A sign, not proof: a "
    "VPN or a wrong place in the GeoIP file looks the same."
)


def sharing(analytics: Analytics, query: SharingQuery) -> SharingAnswer:
    """
    The signs, with their evidence. Raises InvalidInputError that names the parameter, and
    SetupError for a GeoIP file that cannot be read.
    """
    asked = analytics.about(query)
    file, found = geoip(), sources(asked)
    places = _places(file, found)
    at_once = _simultaneous(asked, found, query.limit)
    moves = _travels(asked, places, query)
    servers = asked.servers()
    signs = [_sign(SignKind.SIMULTANEOUS, row, places, servers) for row in at_once.signs]
    signs += [_sign(SignKind.TRAVEL, row, places, servers) for row in moves.signs]
    signs.sort(key=lambda sign: sign.plays[1].began_at, reverse=True)
    return SharingAnswer(
        **asked.head(),
        signs=signs[: query.limit],
        simultaneous=at_once.counts.total(),
        travels=moves.counts.total(),
        people=_people(found, at_once.counts, moves.counts)[: query.limit],
        geoip_file=file.kind if file else None,
        note=_NOTE,
    )


def _remote(found: Mapping[str, Sources], least: int) -> set[str]:
    """The addresses of those who have so many: nobody else can have two."""
    of_some = (one.addresses for one in found.values() if len(one.addresses) >= least)
    return set().union(*of_some)


def _places(file: GeoIp | None, found: Mapping[str, Sources]) -> dict[str, Place]:
    if file is None:
        return {}
    looked_up = {address: file.place(address) for address in _remote(found, 1)}
    return {address: place for address, place in looked_up.items() if place}


def _simultaneous(asked: Asked, found: Mapping[str, Sources], limit: int) -> Found:
    addresses = _remote(found, 2)
    return overlaps(asked, addresses, limit) if addresses else NOTHING


def _travels(asked: Asked, places: Mapping[str, Place], query: SharingQuery) -> Found:
    located = {address: place for address, place in places.items() if place.position}
    if len(located) < 2:  # noqa: PLR2004 (a way has two ends)
        return NOTHING
    return travels(asked, located, query.speed_kmh, query.limit)


def _sign(
    kind: SignKind, row: FoundSign, places: Mapping[str, Place], servers: Mapping[str, str]
) -> Sign:
    one, other = (_play(play, places, servers) for play in (row.one, row.other))
    distance = _distance(one.place, other.place)
    is_travel = kind is SignKind.TRAVEL
    speed = round(distance * 3600 / row.seconds) if is_travel and distance and row.seconds else None
    wording = (_TRAVEL if is_travel else _SIMULTANEOUS).format(
        one=_where(one),
        other=_where(other),
        distance=round(distance or 0),
        minutes=row.seconds // 60,
    )
    return Sign(
        kind=kind,
        person_id=row.person_id,
        person=row.person_name,
        wording=wording,
        seconds=row.seconds,
        distance_km=None if distance is None else round(distance),
        speed_kmh=speed,
        plays=[one, other],
    )


def _distance(one: Place | None, other: Place | None) -> float | None:
    if one and other and one.position and other.position:
        return distance_km(one.position, other.position)
    return None


def _where(play: SignPlay) -> str:
    place = play.place
    names = [name for name in (place.city, place.country) if name] if place else []
    return f"{play.address} ({', '.join(names)})" if names else play.address


def _play(
    play: Mapping[str, Any], places: Mapping[str, Place], servers: Mapping[str, str]
) -> SignPlay:
    return SignPlay(
        play_id=play["id"],
        server_id=play["connection_id"],
        server=servers.get(play["connection_id"]),
        place=places.get(play["address"]),
        player=play["player_name"],
        began_at=_at(play["began_s"]),
        ended_at=_at(play["ended_s"]),
        **{name: play[name] for name in ("address", "platform", "media_type", "title")},
        **{name: play[name] for name in ("series_title", "season_number", "episode_number")},
    )


def _at(moment_s: int) -> datetime:
    return datetime.fromtimestamp(moment_s, UTC)


def _people(
    found: Mapping[str, Sources], at_once: Counter[str], moves: Counter[str]
) -> list[PersonSharing]:
    people = [
        PersonSharing(
            person_id=one.person_id,
            person=one.name,
            simultaneous=at_once[key],
            travels=moves[key],
            addresses=len(one.addresses),
            devices=len({player.device for player in one.players if player.device}),
            players=len(one.players),
            new_players=[_new_player(player) for player in one.new_players],
        )
        for key, one in found.items()
    ]
    return sorted(people, key=_order)


def _order(one: PersonSharing) -> tuple[Any, ...]:
    signs = one.simultaneous + one.travels
    return -signs, -one.addresses, -one.players, one.person or "", one.person_id or ""


def _new_player(player: PlayerUse) -> NewPlayer:
    return NewPlayer(
        name=player.name,
        device=player.device,
        platform=player.platform,
        first_played_at=_at(player.first_s),
        plays=player.plays,
    )


QUESTION = Question(
    "sharing",
    "Signs that an account is shared: streams at once elsewhere, new players, fast travels.",
    SharingQuery,
    SharingAnswer,
    sharing,
    also_from=geoip_version,
)
