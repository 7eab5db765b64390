"""What the question about shared accounts answers."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from showrunner.history.analytics.core.answers import Answer
from showrunner.history.analytics.people.geoip import Place


class SignKind(StrEnum):
    """`simultaneous`: at two addresses at once. `travel`: from place to place too fast."""

    SIMULTANEOUS = "simultaneous"
    TRAVEL = "travel"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class SignPlay(_Frozen):
    """A play that is evidence; of a resumed one its last sitting. `place` None: unknown."""

    play_id: str
    server_id: str
    server: str | None
    address: str
    place: Place | None
    player: str | None
    platform: str | None
    media_type: str | None
    title: str | None
    series_title: str | None
    season_number: int | None
    episode_number: int | None
    began_at: datetime
    ended_at: datetime


class Sign(_Frozen):
    """
    `wording` says what was seen, and what else can be the reason: no sign is a proof.

    `seconds` is how long both plays ran at once, or what lay between them. `distance_km` is
    between the places, `speed_kmh` what that way would have taken (None: no time at all,
    or no travel).
    """

    kind: SignKind
    person_id: str | None
    person: str | None
    wording: str
    seconds: int
    distance_km: int | None
    speed_kmh: int | None
    plays: list[SignPlay]


class NewPlayer(_Frozen):
    """A player that the person first used in the range, having used others before it."""

    name: str | None
    device: str | None
    platform: str | None
    first_played_at: datetime
    plays: int


class PersonSharing(_Frozen):
    """
    What a person played with. `addresses` are different ones that are not local or private;
    `devices` kinds of device by their names, `players` single ones.
    """

    person_id: str | None
    person: str | None
    simultaneous: int
    travels: int
    addresses: int
    devices: int
    players: int
    new_players: list[NewPlayer]


class SharingAnswer(Answer):
    """
    Of plays that began in the range; those that name no person or address say nothing.

    `signs` are the newest of `simultaneous` and `travels`; `people` those with most signs,
    then addresses. `geoip_file` None: no GeoIP file is configured (SHOWRUNNER_GEOIP_FILE),
    so nobody knows places and travels. `note` is for those who read the numbers.
    """

    signs: list[Sign]
    simultaneous: int
    travels: int
    people: list[PersonSharing]
    geoip_file: str | None
    note: str
