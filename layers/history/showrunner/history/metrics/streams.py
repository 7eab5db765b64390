"""What plays now, as numbers."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from showrunner.activity import PlayingSession
from showrunner.history.metrics.exposition import Metric, gauge
from showrunner.live.alerts import Alert, AlertKind

_MEDIA_TYPES = frozenset({"movie", "episode", "track", "video", "music_video", "live", "photo"})
"""Servers have more words; none of them shall make series without end."""

UNKNOWN = "unknown"


def stream_metrics(
    playing: Sequence[PlayingSession], alerts: Sequence[Alert], names: Mapping[str, str]
) -> Iterator[Metric]:
    yield _streams(playing, names)
    yield _bandwidth(playing, names)
    yield _transcodes(playing, names)
    open_alerts = Counter(alert.kind for alert in alerts)
    yield gauge(
        "showrunner_stream_alerts",
        "Alerts of streams in trouble that last: a low buffer, a transcode that is too slow.",
        [({"kind": kind.value}, open_alerts[kind]) for kind in AlertKind],
    )


def media_type(said: str | None) -> str:
    return said if said in _MEDIA_TYPES else "other" if said else UNKNOWN


def _streams(playing: Sequence[PlayingSession], names: Mapping[str, str]) -> Metric:
    count = Counter(
        (
            _server(one, names),
            one.decision.value if one.decision else UNKNOWN,
            media_type(one.media_type),
            _location(one),
        )
        for one in playing
    )
    labels = ("server", "decision", "media_type", "location")
    return gauge(
        "showrunner_streams",
        "Streams that play or pause now.",
        [(dict(zip(labels, key, strict=True)), number) for key, number in sorted(count.items())],
    )


def _bandwidth(playing: Sequence[PlayingSession], names: Mapping[str, str]) -> Metric:
    bits: Counter[tuple[str, str]] = Counter()
    for one in playing:
        bits[_server(one, names), _location(one)] += 1000 * (one.bandwidth_kbps or 0)
    return gauge(
        "showrunner_stream_bandwidth_bits_per_second",
        "What servers set aside for the streams of now.",
        [
            ({"server": server, "location": location}, number)
            for (server, location), number in sorted(bits.items())
        ],
    )


def _transcodes(playing: Sequence[PlayingSession], names: Mapping[str, str]) -> Metric:
    count = Counter((_server(one, names), _encoder(one)) for one in playing if one.transcode)
    return gauge(
        "showrunner_transcodes",
        "Streams that are re-encoded now, by a graphics chip (hardware) or not.",
        [
            ({"server": server, "encoder": encoder}, number)
            for (server, encoder), number in sorted(count.items())
        ],
    )


def _server(playing: PlayingSession, names: Mapping[str, str]) -> str:
    return names.get(playing.connection_id, playing.connection_name)


def _location(playing: PlayingSession) -> str:
    return UNKNOWN if playing.is_local is None else "local" if playing.is_local else "remote"


def _encoder(playing: PlayingSession) -> str:
    if playing.is_hardware is None:
        return UNKNOWN
    return "hardware" if playing.is_hardware else "software"
