r"""
What Jellyfin's webhook plugin says, in our words.

Fields: the plugin's own (`jellyfin-plugin-webhook`, `DataObjectHelpers.cs`). Its
Generic destination sends one flat object, as plain text unless the admin adds a
header; Generic Form sends every value as a text. No path is in it, so the item
is looked up. With all properties switched on, quotes in titles come as `\"`.
"""

from typing import Annotated, Any

from pydantic import AliasGenerator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_pascal

from showrunner.clients.models import Decision
from showrunner.events.models import EventItem, EventKind, Playback, Report
from showrunner.webhooks.item_types import is_one_item, item_type_of, may_have_previews
from showrunner.webhooks.sent import (
    EventName,
    Flag,
    Moment,
    Number,
    Payload,
    Sent,
    Text,
    Whole,
    counted,
    episode_marker,
    known_ids,
    label_of,
    missing,
    ms_of_ticks,
    usable_path,
)

_SOURCE = "jellyfin"
_PLAYBACK = {
    "PlaybackStart": EventKind.PLAYED,
    "PlaybackProgress": EventKind.PROGRESSED,
    "PlaybackStop": EventKind.STOPPED,
}
_NOTED = frozenset(
    {
        "AuthenticationFailure",
        "AuthenticationSuccess",
        "Generic",
        "PendingRestart",
        "PluginInstallationCancelled",
        "PluginInstallationFailed",
        "PluginInstalled",
        "PluginInstalling",
        "PluginUninstalled",
        "PluginUpdated",
        "SessionStart",
        "SubtitleDownloadFailure",
        "TaskCompleted",
        "UserCreated",
        "UserDeleted",
        "UserLockedOut",
        "UserPasswordChanged",
        "UserUpdated",
    }
)
DECISIONS = {
    "directplay": Decision.DIRECT_PLAY,
    "directstream": Decision.DIRECT_STREAM,
    "transcode": Decision.TRANSCODE,
}
"""By Jellyfin's and Emby's `PlayMethod`, in small letters."""

TEMPLATE = """{
  "NotificationType": "{{NotificationType}}",
  "ServerId": "{{ServerId}}",
  "UtcTimestamp": "{{UtcTimestamp}}",
  "ItemId": "{{ItemId}}",
  "ItemType": "{{ItemType}}",
  "Name": "{{json_encode Name}}",
  "SeriesName": "{{json_encode SeriesName}}",
  "SeriesId": "{{SeriesId}}",
  "SeasonNumber": "{{SeasonNumber}}",
  "EpisodeNumber": "{{EpisodeNumber}}",
  "Year": "{{Year}}",
  "Provider_imdb": "{{Provider_imdb}}",
  "Provider_tmdb": "{{Provider_tmdb}}",
  "Provider_tvdb": "{{Provider_tvdb}}",
  "RunTimeTicks": "{{RunTimeTicks}}",
  "PlaybackPositionTicks": "{{PlaybackPositionTicks}}",
  "IsPaused": "{{IsPaused}}",
  "PlayMethod": "{{PlayMethod}}",
  "PlayedToCompletion": "{{PlayedToCompletion}}",
  "SaveReason": "{{SaveReason}}",
  "Played": "{{Played}}",
  "Rating": "{{Rating}}",
  "NotificationUsername": "{{json_encode NotificationUsername}}",
  "UserId": "{{UserId}}",
  "Id": "{{Id}}",
  "DeviceId": "{{DeviceId}}",
  "DeviceName": "{{json_encode DeviceName}}",
  "ClientName": "{{json_encode ClientName}}",
  "RemoteEndPoint": "{{RemoteEndPoint}}"
}"""
"""For those who do not tick "Send All Properties": all that is read here, and no more."""


class _Event(Sent):
    model_config = ConfigDict(alias_generator=AliasGenerator(validation_alias=to_pascal))

    notification_type: EventName
    server_id: Text = None
    item_id: Text = None
    item_type: Text = None
    name: Text = None
    path: Text = None
    series_name: Text = None
    series_id: Text = None
    season_number: Whole = None
    episode_number: Whole = None
    year: Whole = None
    provider_imdb: Annotated[Text, Field(validation_alias="Provider_imdb")] = None
    provider_tmdb: Annotated[Text, Field(validation_alias="Provider_tmdb")] = None
    provider_tvdb: Annotated[Text, Field(validation_alias="Provider_tvdb")] = None
    run_time_ticks: Whole = None
    playback_position_ticks: Whole = None
    is_paused: Flag = None
    play_method: Text = None
    played_to_completion: Flag = None
    save_reason: Text = None
    played: Flag = None
    rating: Number = None
    notification_username: Text = None
    username: Text = None
    user_id: Text = None
    id: Text = None
    device_id: Text = None
    device_name: Text = None
    client_name: Text = None
    client: Text = None
    remote_end_point: Text = None
    utc_timestamp: Moment = None
    timestamp: Moment = None

    @model_validator(mode="before")
    @classmethod
    def _without_escaped_quotes(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {
            name: value.replace('\\"', '"') if isinstance(value, str) else value
            for name, value in data.items()
        }

    @property
    def label(self) -> str:
        return label_of(
            self.name,
            series=self.series_name,
            season_number=self.season_number,
            episode_number=self.episode_number,
            year=self.year if item_type_of(self.item_type) == "movie" else None,
        )

    @property
    def item(self) -> EventItem:
        return EventItem(
            title=self.name,
            series_title=self.series_name,
            season_number=self.season_number,
            episode_number=self.episode_number,
            year=self.year,
        )

    @property
    def item_ids(self) -> dict[str, str]:
        return known_ids(
            jellyfin_item_id=self.item_id,
            jellyfin_series_id=self.series_id,
            imdb=self.provider_imdb,
            tmdb=self.provider_tmdb,
            tvdb=self.provider_tvdb,
            episodes=episode_marker(self.season_number, self.episode_number),
        )

    def report(self, kind: EventKind, **more: Any) -> Report:
        return Report(
            kind,
            _SOURCE,
            self.notification_type,
            title=self.label,
            item_ids=self.item_ids,
            server_id=self.server_id,
            server_item_id=self.item_id,
            item_type=item_type_of(self.item_type),
            item=self.item if kind.is_of_a_play else None,
            happened_at=self.utc_timestamp or self.timestamp,
            **more,
        )

    def noted(self) -> Report:
        return Report(EventKind.NOTED, _SOURCE, self.notification_type)


def events_from(payload: Payload) -> list[Report]:
    """One report; raises pydantic's ValidationError when it is no notification."""
    sent = _Event.model_validate(payload)
    kind = sent.notification_type
    if kind.lower() == "test":
        return [Report(EventKind.TEST, _SOURCE, kind)]
    if kind in ("ItemAdded", "ItemDeleted"):
        return [_changed(sent)]
    if kind == "UserDataSaved":
        return [_user_data(sent)]
    if kind in _PLAYBACK:
        return [_played(sent, _PLAYBACK[kind])]
    return [counted(_SOURCE, kind, _NOTED)]


def _changed(sent: _Event) -> Report:
    """A deleted item without a path is gone for us, too: nobody can say which file it was."""
    path = usable_path(sent.path)
    if not may_have_previews(item_type_of(sent.item_type)):
        return sent.noted()
    if sent.notification_type == "ItemDeleted":
        return sent.report(EventKind.DELETED, path=path) if path else sent.noted()
    if not (path or sent.item_id):
        raise missing("ItemId")
    is_file = is_one_item(item_type_of(sent.item_type))
    return sent.report(EventKind.ADDED, path=path if is_file else None)


def _played(sent: _Event, kind: EventKind) -> Report:
    """Pause and resume come as progress whose `IsPaused` has changed; so they stay progress."""
    session = sent.id or sent.device_id
    return sent.report(
        kind,
        person_id=sent.user_id,
        person_name=sent.notification_username or sent.username,
        identity=(session or "", str(sent.playback_position_ticks or "")),
        playback=Playback(
            session_key=session,
            position_ms=ms_of_ticks(sent.playback_position_ticks),
            duration_ms=ms_of_ticks(sent.run_time_ticks),
            is_paused=sent.is_paused,
            played_to_completion=sent.played_to_completion,
            player_name=sent.device_name,
            player_id=sent.device_id,
            product=sent.client_name or sent.client,
            address=sent.remote_end_point,
            decision=DECISIONS.get((sent.play_method or "").lower()),
        ),
    )


def _user_data(sent: _Event) -> Report:
    """Only what somebody did by hand: the rest repeats the start, progress and end of plays."""
    kind = None
    if sent.save_reason == "TogglePlayed" and sent.played is not None:
        kind = EventKind.MARKED_PLAYED if sent.played else EventKind.MARKED_UNPLAYED
    elif sent.save_reason == "UpdateUserRating" and sent.rating is not None:
        kind = EventKind.RATED
    if kind is None:
        return sent.noted()
    return sent.report(
        kind,
        person_id=sent.user_id,
        person_name=sent.notification_username or sent.username,
        rating=sent.rating if kind is EventKind.RATED else None,
        identity=(str(sent.rating),) if kind is EventKind.RATED else (),
    )
