"""Several threads work; what comes out is in order, bounded and clean."""

import threading

import pytest

from showrunner.previews.crew import Crew


def nothing():
    pass


@pytest.mark.parametrize("threads", [1, 4])
def test_results_come_in_the_order_of_the_jobs(threads):
    """Even when the first job is the last to finish."""
    others_are_done = threading.Event()

    def work(job):
        if job == 0 and threads > 1:
            others_are_done.wait(5)
        yield from (job, job + 0.5)
        if job == 3:
            others_are_done.set()

    results = Crew(threads, nothing).results(range(6), work)

    assert list(results) == [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5]


def test_what_is_not_taken_is_bounded():
    """Jobs are not begun long before their results are wanted."""
    begun = []

    def work(job):
        begun.append(job)
        yield job

    results = Crew(2, nothing).results(range(1000), work)
    next(results)
    results.close()

    assert len(begun) <= 4


def test_an_error_in_a_thread_is_raised_in_its_place():
    """After the results before it."""

    def work(job):
        if job == 2:
            raise ValueError("job 2")
        yield job

    results = Crew(2, nothing).results(range(5), work)

    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ValueError, match="job 2"):
        next(results)


def test_no_thread_is_left_behind():
    """Whoever stops taking stops the work, also inside a job that gives ever more."""

    def work(job):
        while True:
            yield job

    results = Crew(3, nothing).results(range(5), work)
    next(results)
    results.close()

    assert not [thread for thread in threading.enumerate() if thread.name.startswith("frames")]


def test_waiting_can_be_stopped():
    """`check` is asked while a slow job is waited for."""
    is_waiting = threading.Event()

    def work(job):
        is_waiting.wait(5)
        yield job

    def check():
        is_waiting.set()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        next(Crew(2, check).results(range(2), work))
