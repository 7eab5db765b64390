from showrunner.jobs.queues import ERRANDS
from showrunner.live.stop import STOP_SESSION, stop_session
from showrunner.previews.worker.errands import ErrandRunner
from showrunner.wiring import EmbeddedHome
from tests.unit.live.builders import FakeServer, connect, look, session


def runner(home: EmbeddedHome, server: FakeServer) -> ErrandRunner:
    return ErrandRunner(
        "errands-0",
        home,
        30,
        lambda: False,
        make_client=lambda _: server,  # type: ignore[arg-type,return-value]
    )


def test_the_errand_thread_ends_sessions(home: EmbeddedHome) -> None:
    """Its message is settled with the answer written down."""
    look(home, connect(home), session())
    server = FakeServer([session()])
    assert stop_session(home, "attic", "7", None)[1] == 202
    assert runner(home, server).run_one(0)

    assert [key for key, _ in server.stopped] == ["7"]
    assert home.queue(ERRANDS).depth().in_flight == 0
    assert stop_session(home, "attic", "7", None) == ({"stopped": True}, 200)


def test_an_errand_of_no_request_is_over(home: EmbeddedHome) -> None:
    """A dead letter that is redriven after days stops nobody."""
    facts = {"request_id": "x", "connection_id": "attic", "session_key": "7"}
    home.queue(ERRANDS).send({"kind": STOP_SESSION, **facts})
    server = FakeServer([session()])
    assert runner(home, server).run_one(0)
    depth = home.queue(ERRANDS).depth()
    assert (server.asked, depth.visible, depth.in_flight, depth.dead) == (0, 0, 0, 0)
