"""What labels call connections, and whether these answer."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from showrunner.connections.health import Health
from showrunner.connections.models import Connection
from showrunner.history.metrics.exposition import Metric, gauge


def label_names(connections: Iterable[Connection]) -> dict[str, str]:
    """By id; two of one name are told apart by a part of their ids."""
    known = list(connections)
    count = Counter(one.name for one in known)
    return {one.id: one.name if count[one.name] == 1 else f"{one.name} ({one.id})" for one in known}


def connection_metrics(
    connections: Sequence[Connection], names: Mapping[str, str], healths: Mapping[str, Health]
) -> Iterator[Metric]:
    """Of those that are enabled and were asked at least once."""
    asked = [(one, healths[one.id]) for one in connections if one.enabled and one.id in healths]
    labels = [{"connection": names[one.id], "kind": one.kind.value} for one, _ in asked]
    yield gauge(
        "showrunner_connection_up",
        "1 when the connection answered as it should when it was last asked, else 0.",
        [(said, int(health.is_ok)) for said, (_, health) in zip(labels, asked, strict=True)],
    )
    yield gauge(
        "showrunner_connection_checked_timestamp_seconds",
        "When the connection was last asked, in seconds since 1970.",
        [
            (said, round(health.checked_at.timestamp()))
            for said, (_, health) in zip(labels, asked, strict=True)
        ],
    )
