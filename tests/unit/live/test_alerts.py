from typing import Any

from showrunner.clients.models import Session
from showrunner.connections.models import Connection
from showrunner.live.alerts import (
    KEPT_FOR,
    Alert,
    AlertKind,
    active_alerts,
    clear_left,
    list_alerts,
)
from showrunner.wiring import EmbeddedHome
from tests.fakes import FakeClock
from tests.unit.live.builders import WATCHED, connect, look, session, transcoded


def alerts(home: EmbeddedHome) -> list[Alert]:
    return list_alerts(home.documents, limit=50, after=None)


def slow(minute: float, **facts: Any) -> Session:
    return transcoded(60 * minute, transcode={"speed": 0.7}, **facts)


def make_slow(home: EmbeddedHome, clock: FakeClock, connection: Connection, looks: int = 3) -> None:
    for number in range(looks):
        look(home, connection, slow(number / 6))
        clock.advance(10)


def test_a_slow_stream_raises_one_alert(home: EmbeddedHome, clock: FakeClock) -> None:
    """However long it lasts; it says whose, what and how slow."""
    attic = connect(home, settings=WATCHED)
    make_slow(home, clock, attic, looks=2)
    assert alerts(home) == []
    make_slow(home, clock, attic, looks=5)

    (alert,) = alerts(home)
    assert (alert.kind, alert.connection_name, alert.session_key, alert.person, alert.title) == (
        AlertKind.TRANSCODE_SLOW,
        "Attic",
        "7",
        "Mika",
        "Sintel",
    )
    assert (alert.values, alert.cleared_at) == ({"speed": 0.7}, None)
    assert active_alerts(home.documents) == [alert]


def test_it_is_cleared_once_when_the_stream_keeps_up(home: EmbeddedHome, clock: FakeClock) -> None:
    """A new slowness is another alert."""
    attic = connect(home, settings=WATCHED)
    make_slow(home, clock, attic)
    cleared_at = clock.now()
    for _ in range(2):
        look(home, attic, transcoded(90))
        clock.advance(10)
    (alert,) = alerts(home)
    assert (alert.cleared_at, active_alerts(home.documents)) == (cleared_at, [])

    make_slow(home, clock, attic)
    assert [one.cleared_at for one in alerts(home)] == [None, cleared_at]


def test_an_alert_goes_with_its_session(home: EmbeddedHome, clock: FakeClock) -> None:
    attic = connect(home, settings=WATCHED)
    make_slow(home, clock, attic)
    look(home, attic)
    assert active_alerts(home.documents) == []


def test_what_nobody_asks_after_any_more_is_cleared(home: EmbeddedHome, clock: FakeClock) -> None:
    """The server went away, or was removed: minutes later the session is shown no more."""
    make_slow(home, clock, connect(home, settings=WATCHED))
    clear_left(home.documents, clock.now())
    assert len(active_alerts(home.documents)) == 1
    clock.advance(200)
    clear_left(home.documents, clock.now())
    assert (active_alerts(home.documents), alerts(home)[0].cleared_at) == ([], clock.now())


def test_an_item_that_follows_on_the_same_player_begins_anew(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """Jellyfin names a session by its player, whatever that plays."""
    attic = connect(home, settings=WATCHED)
    make_slow(home, clock, attic, looks=2)
    look(home, attic, slow(0, item_id="52"))
    assert alerts(home) == []


def test_a_buffer_alert_lasts_until_the_buffer_is_healthy(
    home: EmbeddedHome, clock: FakeClock
) -> None:
    """Risky is not over: it would be raised and cleared all the time."""
    attic = connect(home, settings=WATCHED)
    found = []
    for number, ahead_seconds in enumerate((20, 9, 3, 10, 14, 16)):
        look(home, attic, transcoded(60 + 10 * number, ahead_seconds))
        clock.advance(10)
        found.append([one.cleared_at is None for one in alerts(home)])
    assert found == [[], [True], [True], [True], [True], [False]]
    values = alerts(home)[0].values
    assert (values["state"], values["buffered_seconds"], values["drain_rate"]) == ("risky", 9, 1.1)


def test_nobody_is_alarmed_who_did_not_ask_for_it(home: EmbeddedHome, clock: FakeClock) -> None:
    """Monitoring is off unless switched on; switched off, it clears what lasts."""
    make_slow(home, clock, connect(home))
    assert alerts(home) == []
    make_slow(home, clock, connect(home, settings=WATCHED))
    make_slow(home, clock, connect(home), looks=1)
    assert active_alerts(home.documents) == []


def test_alerts_are_kept_for_three_months(home: EmbeddedHome, clock: FakeClock) -> None:
    attic = connect(home, settings=WATCHED)
    make_slow(home, clock, attic)
    look(home, attic, session())
    clock.advance(KEPT_FOR.total_seconds() - 60)
    assert len(alerts(home)) == 1
    clock.advance(120)
    assert alerts(home) == []
