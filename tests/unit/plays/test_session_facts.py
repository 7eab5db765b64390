"""What a session says of connection and picture is kept with the play."""

from showrunner.clients.models import PlayState, Session
from showrunner.connections.models import Connection, ConnectionKind
from showrunner.plays.merge import play_of
from showrunner.plays.observations import of_session
from tests.fakes import FakeClock

ATTIC = Connection(id="attic", kind=ConnectionKind.PLEX, name="Attic", url="http://attic")


def session(**more: object) -> Session:
    facts = {"session_key": "7", "item_id": "42", "title": "Film", "media_type": "movie"}
    return Session.model_validate({**facts, "state": PlayState.PLAYING, **more})


def test_a_play_knows_whether_it_was_secure_and_how_fast_its_pictures_are() -> None:
    """Insecure is no less known than secure."""
    said = session(is_secure=False, source_frame_rate=23.976)
    play = play_of(of_session(ATTIC, said, FakeClock().now()))
    assert (play.player.is_secure, play.stream.source_frame_rate) == (False, 23.976)


def test_what_the_server_does_not_say_is_unknown() -> None:
    """Jellyfin and Emby do not tell of encryption."""
    play = play_of(of_session(ATTIC, session(), FakeClock().now()))
    assert (play.player.is_secure, play.stream.source_frame_rate) == (None, None)
