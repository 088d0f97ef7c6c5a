"""Work that is waited for: in time, or left to itself, and its thread used again."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from fixtures.aws.waiting import Waiting
from tests.patience import PATIENCE


def nothing() -> None:
    """Do nothing, in no time."""


def test_one_thread_does_what_comes_one_after_the_other() -> None:
    waiting, seen = Waiting(), set[int]()
    for _ in range(20):
        assert waiting.within(PATIENCE, lambda: seen.add(threading.get_ident()))
    assert len(seen) == 1
    assert threading.get_ident() not in seen


def test_who_comes_together_is_not_kept_waiting() -> None:
    waiting, together = Waiting(), threading.Barrier(8)

    def meet() -> None:
        together.wait(PATIENCE)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: waiting.within(PATIENCE, meet), range(8)))


def test_what_is_late_is_left_to_itself_and_its_thread_ends_with_it() -> None:
    waiting, let, threads = Waiting(idle_seconds=0.01), threading.Event(), list[threading.Thread]()

    def late() -> None:
        threads.append(threading.current_thread())
        let.wait(PATIENCE)

    assert not waiting.within(0.01, late)
    assert waiting.within(PATIENCE, nothing)  # another thread does what comes next
    assert threads[0].is_alive()
    let.set()
    threads[0].join(PATIENCE)
    assert not threads[0].is_alive()


def test_without_time_nothing_is_begun() -> None:
    begun: list[bool] = []
    assert not Waiting().within(0, lambda: begun.append(True))
    assert not Waiting().within(-1, lambda: begun.append(True))
    assert begun == []


def test_an_idle_thread_ends_and_whoever_comes_then_gets_another() -> None:
    waiting, threads = Waiting(idle_seconds=0.001), list[threading.Thread]()
    for _ in range(3):
        assert waiting.within(PATIENCE, lambda: threads.append(threading.current_thread()))
        threads[-1].join(PATIENCE)
        assert not threads[-1].is_alive()
    assert len(set(threads)) == 3


def test_no_work_is_lost_where_threads_end_as_they_are_taken() -> None:
    waiting, done = Waiting(idle_seconds=0.0001), list[int]()

    def work() -> None:
        done.append(threading.get_ident())
        time.sleep(0.0001)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda _: all(waiting.within(PATIENCE, work) for _ in range(200)), range(4)))
    assert len(done) == 800
