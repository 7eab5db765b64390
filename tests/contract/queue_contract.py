import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from showrunner.errors import InvalidInputError, LeaseLostError
from showrunner.ports.clock import Clock
from showrunner.ports.queues import Message, Queue, QueueDepth

#: Deliveries before a message is set aside, on the queue that every test gets.
MAX_RECEIVES = 2


class QueueContract:
    #: The shortest lease and delay that the adapter can tell from none.
    short_seconds = 1.0
    #: True where a message that died of its leases has no reason (SQS moves it itself).
    dies_without_a_reason = False
    #: True where messages may come in another order than they fell due (SQS).
    may_change_order = False
    #: True where a failed message waiting for its retry counts as in flight (SQS).
    a_retry_counts_as_in_flight = False

    @pytest.fixture
    def elapse(self) -> Callable[[float], None]:
        """Lets so many seconds pass for the queue."""
        raise NotImplementedError

    @pytest.fixture
    def queue_clock(self) -> Clock:
        """The clock that the queue goes by."""
        raise NotImplementedError

    def test_a_message_arrives(self, queue: Queue, queue_clock: Clock) -> None:
        """What was sent is received once, with its id, time and count, and is then held."""
        body = {"text": "Amélie 🎬", "path": "/tv/\udce9.mkv", "n": [1, 0.1, None], "nul": "\x00"}
        before = queue_clock.now() - timedelta(seconds=2)
        message_id = queue.send(body)
        (message,) = queue.receive()

        assert message.body == body
        assert (message.message_id, message.receive_count) == (message_id, 1)
        assert message.sent_at.tzinfo is UTC
        assert before <= message.sent_at <= queue_clock.now() + timedelta(seconds=2)
        assert list(queue.receive()) == []

    def test_an_empty_queue_gives_nothing(self, queue: Queue) -> None:
        """Nothing sent, nothing received, nothing counted."""
        assert list(queue.receive(max_messages=10)) == []
        assert queue.depth() == QueueDepth(visible=0, in_flight=0, delayed=0, dead=0)

    def test_first_in_first_out(self, queue: Queue) -> None:
        """Messages come in the order in which they fell due."""
        for number in range(5):
            queue.send({"n": number})
        numbers = [message.body["n"] for message in _all(queue)]

        assert (sorted(numbers) if self.may_change_order else numbers) == list(range(5))

    def test_send_all_sends_all(self, queue: Queue) -> None:
        """Any number of messages is sent, in batches where the service wants them."""
        queue.send_all([])
        queue.send_all([{"n": number} for number in range(23)])

        assert sorted(message.body["n"] for message in _all(queue)) == list(range(23))

    def test_send_all_takes_large_messages(self, queue: Queue) -> None:
        """Messages that together exceed one request of the service still arrive."""
        queue.send_all([{"n": number, "x": "a" * 200_000} for number in range(4)])

        assert sorted(message.body["n"] for message in _all(queue)) == list(range(4))

    def test_a_receive_gives_at_most_what_was_asked_for(self, queue: Queue) -> None:
        """`max_messages` bounds a receive."""
        queue.send_all([{"n": number} for number in range(5)])

        assert len(queue.receive(max_messages=2)) <= 2
        assert queue.depth().visible >= 3

    def test_a_delayed_message_waits(self, queue: Queue, elapse: Callable[[float], None]) -> None:
        """A message is not received before its delay is over."""
        queue.send({"n": 1}, delay_seconds=self.short_seconds)
        depth, early = queue.depth(), list(queue.receive())
        elapse(self.short_seconds)

        assert early == []
        assert depth == QueueDepth(visible=0, in_flight=0, delayed=1, dead=0)
        assert len(queue.receive()) == 1

    def test_a_receive_waits_for_the_first(self, queue: Queue) -> None:
        """A receive that may wait gets a message that falls due meanwhile."""
        queue.send({"n": 1}, delay_seconds=self.short_seconds)

        assert len(queue.receive(wait_seconds=self.short_seconds + 2)) == 1

    def test_a_receive_stops_waiting(self, queue: Queue, queue_clock: Clock) -> None:
        """With nothing to receive, a receive ends when its wait does."""
        began = queue_clock.now()
        messages = queue.receive(wait_seconds=1)

        assert list(messages) == []
        assert timedelta(seconds=0.9) <= queue_clock.now() - began < timedelta(seconds=4)

    def test_an_unfinished_message_comes_back(
        self, queue: Queue, elapse: Callable[[float], None]
    ) -> None:
        """A lease that runs out gives the message to the next, with another receipt."""
        queue.send({"n": 1})
        (first,) = queue.receive(lease_seconds=self.short_seconds)
        elapse(self.short_seconds)
        (second,) = queue.receive()

        assert (second.message_id, second.body) == (first.message_id, first.body)
        assert second.receipt != first.receipt
        assert second.receive_count == 2

    def test_an_extended_lease_holds(self, queue: Queue, elapse: Callable[[float], None]) -> None:
        """An extension counts from the moment it is asked for."""
        queue.send({"n": 1})
        (message,) = queue.receive(lease_seconds=self.short_seconds)
        queue.extend(message, self.short_seconds + 60)
        elapse(self.short_seconds)

        assert list(queue.receive()) == []
        queue.finish(message)

    def test_a_finished_message_is_gone(self, queue: Queue) -> None:
        """Finishing removes the message; it is nowhere afterwards."""
        queue.send({"n": 1})
        (message,) = queue.receive()
        queue.finish(message)

        assert queue.depth() == QueueDepth(visible=0, in_flight=0, delayed=0, dead=0)
        with pytest.raises(LeaseLostError):
            queue.extend(message, 60)

    def test_many_are_finished_together(self, queue: Queue) -> None:
        """They are gone, and what was not named is not."""
        queue.send_all([{"n": number} for number in range(3)])
        mine: list[Message] = []
        while len(mine) < 3:  # a short poll of SQS may give fewer
            mine += queue.receive(max_messages=3)

        assert list(queue.finish_all(mine[:2])) == []
        depth = queue.depth()
        assert (depth.visible, depth.in_flight) == (0, 1)
        queue.finish(mine[2])

    def test_a_late_finish_still_counts(
        self, queue: Queue, elapse: Callable[[float], None]
    ) -> None:
        """Work that ends after its lease, before anybody else began, need not be done again."""
        queue.send({"n": 1})
        (message,) = queue.receive(lease_seconds=self.short_seconds)
        elapse(self.short_seconds)
        queue.finish(message)

        assert list(queue.receive()) == []

    def test_a_failed_message_is_due_again(
        self, queue: Queue, elapse: Callable[[float], None]
    ) -> None:
        """A failure gives the message back after the time asked for, counting the delivery."""
        queue.send({"n": 1})
        (message,) = queue.receive()
        queue.fail(message, "no route to host", retry_after_seconds=self.short_seconds)
        depth, early = queue.depth(), list(queue.receive())
        elapse(self.short_seconds)
        (again,) = queue.receive()

        assert early == []
        assert depth.in_flight == (1 if self.a_retry_counts_as_in_flight else 0)
        assert depth.delayed == (0 if self.a_retry_counts_as_in_flight else 1)
        assert again.receive_count == 2

    def test_a_failed_message_may_be_due_at_once(self, queue: Queue) -> None:
        """Without a time, a failed message is received right away."""
        queue.send({"n": 1})
        (message,) = queue.receive()
        queue.fail(message, "try another worker")

        assert len(queue.receive()) == 1

    def test_a_message_that_fails_too_often_is_set_aside(
        self, queue: Queue, queue_clock: Clock
    ) -> None:
        """The failure of the last allowed delivery makes a dead letter with that reason."""
        message_id = queue.send({"n": 1})
        for reason in ("first", "no video stream in /tv/ä.mkv\x00" + "x" * 5000):
            (message,) = queue.receive()
            queue.fail(message, reason)
        (letter,) = queue.dead_letters()

        assert list(queue.receive()) == []
        assert (letter.message_id, letter.body) == (message_id, {"n": 1})
        assert letter.reason is not None
        assert letter.reason.startswith("no video stream in /tv/ä.mkv?xxx")
        assert letter.died_at is not None
        assert abs(letter.died_at - queue_clock.now()) < timedelta(seconds=10)

    def test_a_message_that_kills_its_workers_is_set_aside(
        self, queue: Queue, elapse: Callable[[float], None]
    ) -> None:
        """A message whose lease ran out as often as it may be delivered is not delivered again."""
        queue.send({"n": 1})
        for _ in range(MAX_RECEIVES):
            assert len(queue.receive(lease_seconds=self.short_seconds)) == 1
            elapse(self.short_seconds)

        assert list(queue.receive()) == []
        (letter,) = queue.dead_letters()
        assert letter.body == {"n": 1}
        if self.dies_without_a_reason:
            assert (letter.reason, letter.died_at) == (None, None)
        else:
            assert letter.reason == "its lease ran out 2 times: the worker died or hung"

    def test_a_buried_message_is_set_aside_at_once(self, queue: Queue) -> None:
        """Burying needs no further delivery."""
        queue.send({"n": 1})
        (message,) = queue.receive()
        queue.bury(message, "")

        assert queue.depth() == QueueDepth(visible=0, in_flight=0, delayed=0, dead=1)
        assert [letter.reason for letter in queue.dead_letters()] == ["no reason given"]

    def test_looking_at_dead_letters_changes_nothing(self, queue: Queue) -> None:
        """Each look finds all of them, at most as many as asked for."""
        self._bury(queue, 12)

        for _ in range(2):
            letters = queue.dead_letters()
            assert sorted(letter.body["n"] for letter in letters) == list(range(12))
        assert len(queue.dead_letters(limit=3)) == 3
        assert queue.depth().dead == 12

    def test_a_redriven_message_starts_afresh(self, queue: Queue) -> None:
        """A redrive gives dead letters all their deliveries again, at most as many as asked for."""
        self._bury(queue, 3)

        counts = [queue.redrive(limit=2), queue.redrive()]

        messages = _all(queue)
        assert counts == [2, 1]
        assert sorted(message.body["n"] for message in messages) == [0, 1, 2]
        assert {message.receive_count for message in messages} == {1}
        assert list(queue.dead_letters()) == []

    def _bury(self, queue: Queue, count: int) -> None:
        queue.send_all([{"n": number} for number in range(count)])
        for message in _all(queue):
            queue.bury(message, "hopeless")

    def test_depth_counts_each_message_once(self, queue: Queue) -> None:
        """Waiting, held, delayed and dead messages are told apart."""
        queue.send_all([{"n": number} for number in range(6)])
        queue.send({"n": 6}, delay_seconds=900)
        held = [*queue.receive(), *queue.receive(), *queue.receive()]
        queue.bury(held[0], "hopeless")

        assert queue.depth() == QueueDepth(visible=3, in_flight=2, delayed=1, dead=1)

    @pytest.mark.parametrize("body", [{"x": float("nan")}, {"x": b"x"}, {"x": "a" * 260_000}])
    def test_what_cannot_be_carried_is_refused(self, queue: Queue, body: dict[str, Any]) -> None:
        """No part of a batch is sent when one of its messages is not JSON or too large."""
        for send in (lambda: queue.send(body), lambda: queue.send_all([{"n": 1}, body])):
            with pytest.raises(InvalidInputError):
                send()

        assert queue.depth().visible == 0

    def test_times_and_counts_out_of_range_are_refused(self, queue: Queue) -> None:
        """Every home keeps the same bounds."""
        queue.send({"n": 1})
        (message,) = queue.receive()
        calls: list[Callable[[], Any]] = [
            lambda: queue.send({}, delay_seconds=901),
            lambda: queue.send({}, delay_seconds=-1),
            lambda: queue.send_all([{}], delay_seconds=901),
            lambda: queue.receive(max_messages=0),
            lambda: queue.receive(max_messages=11),
            lambda: queue.receive(lease_seconds=0),
            lambda: queue.receive(lease_seconds=43_201),
            lambda: queue.extend(message, 0),
            lambda: queue.fail(message, "x", retry_after_seconds=43_201),
        ]
        for call in calls:
            with pytest.raises(InvalidInputError):
                call()

    def test_eight_workers_never_hold_the_same_message(self, queue: Queue) -> None:
        """Of competing workers each message goes to one, and all are done."""
        queue.send_all([{"n": number} for number in range(120)])

        def work(_: int) -> list[int]:
            done: list[int] = []
            while messages := queue.receive(max_messages=3):
                for message in messages:
                    done.append(message.body["n"])
                    queue.finish(message)
            return done

        with ThreadPoolExecutor(8) as threads:
            done = [number for numbers in threads.map(work, range(8)) for number in numbers]

        assert sorted(done) == list(range(120))
        assert queue.depth() == QueueDepth(visible=0, in_flight=0, delayed=0, dead=0)


class StrictReceiptsContract:
    """For adapters that notice every outdated receipt; SQS takes most of them silently."""

    def test_of_many_the_lost_ones_are_told(
        self, queue: Queue, elapse: Callable[[float], None]
    ) -> None:
        """What somebody else holds by now stays theirs; the others are gone all the same."""
        queue.send_all([{"n": 0}, {"n": 1}])
        mine = list(queue.receive(max_messages=2, lease_seconds=1))
        queue.extend(mine[0], 60)
        elapse(1)
        (theirs,) = queue.receive(lease_seconds=60)

        lost = queue.finish_all(mine)

        assert [message.message_id for message in lost] == [theirs.message_id]
        depth = queue.depth()
        assert (depth.visible, depth.in_flight) == (0, 1)

    def test_who_lost_the_lease_cannot_settle_the_message(
        self, queue: Queue, elapse: Callable[[float], None]
    ) -> None:
        """Once another worker holds the message, the first can do nothing to it."""
        queue.send({"n": 1})
        (lost,) = queue.receive(lease_seconds=1)
        elapse(1)
        (held,) = queue.receive()

        attempts: list[Callable[[], None]] = [
            lambda: queue.finish(lost),
            lambda: queue.extend(lost, 60),
            lambda: queue.fail(lost, "late"),
            lambda: queue.bury(lost, "late"),
        ]
        for attempt in attempts:
            with pytest.raises(LeaseLostError):
                attempt()
        queue.finish(held)
        with pytest.raises(LeaseLostError):
            queue.finish(held)


class RealTime:
    """The clock of a service that nobody can turn: time passes by waiting."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        # A little more: the service's clock may tick differently.
        time.sleep(seconds + 0.1)


def _all(queue: Queue) -> Sequence[Message]:
    messages: list[Message] = []
    while found := queue.receive(max_messages=10):
        messages += found
    return messages
