"""The job runner: newest wins, cancelled work says nothing, errors reach the owner, threads end."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace

import pytest

from proseg_gui.errors import Cancelled
from proseg_gui.jobs import CancelToken, Job, JobRunner


@pytest.fixture
def runner():
    found = JobRunner()
    yield found
    found.close()


class Owner:
    """Collects what a job reports."""

    def __init__(self) -> None:
        self.done: list[object] = []
        self.failed: list[BaseException] = []
        self.steps: list[float] = []
        self.ended = threading.Event()

    def job(self, work) -> Job:
        return Job(
            work, "test", self.done.append, self.failed.append, lambda share, _text: self.steps.append(share),
            self.ended.set,
        )  # fmt: skip


def test_result_and_progress_reach_the_owner(runner) -> None:
    owner = Owner()

    def work(_token, progress):
        progress(0.5, "half")
        return 42

    runner.submit("a", owner.job(work))
    assert owner.ended.wait(5)
    assert (owner.done, owner.steps, owner.failed) == ([42], [0.5], [])


def test_an_error_reaches_the_owner_and_the_lane_goes_on(runner) -> None:
    first, second = Owner(), Owner()

    def broken(_token, _progress):
        raise ZeroDivisionError

    runner.submit("a", first.job(broken))
    runner.submit("a", second.job(lambda _t, _p: "fine"))
    assert second.ended.wait(5)
    assert isinstance(first.failed[0], ZeroDivisionError)
    assert second.done == ["fine"]


def test_the_newest_request_wins(runner) -> None:
    owners = [Owner() for _ in range(4)]
    started, go = threading.Event(), threading.Event()

    def slow(token, _progress):
        started.set()
        go.wait(5)
        token.check()
        return "old"

    runner.submit("a", owners[0].job(slow), latest=True)
    assert started.wait(5)
    for number in (1, 2, 3):
        runner.submit("a", owners[number].job(lambda _t, _p, n=number: n), latest=True)
    go.set()
    assert owners[3].ended.wait(5)
    assert [owner.done for owner in owners] == [[], [], [], [3]]
    assert all(owner.ended.wait(5) and not owner.failed for owner in owners)


def test_a_result_that_comes_after_the_cancel_is_dropped(runner) -> None:
    owner, started, go = Owner(), threading.Event(), threading.Event()

    def stubborn(_token, progress):
        started.set()
        go.wait(5)
        progress(0.9, "late")
        return "late"

    job = runner.submit("a", owner.job(stubborn))
    assert started.wait(5)
    job.cancel()
    assert not runner.busy("a")
    go.set()
    assert owner.ended.wait(5)
    assert (owner.done, owner.failed, owner.steps) == ([], [], [])


def test_lanes_do_not_wait_for_each_other(runner) -> None:
    slow, quick, go = Owner(), Owner(), threading.Event()
    runner.submit("slow", slow.job(lambda _t, _p: go.wait(5)))
    runner.submit("quick", quick.job(lambda _t, _p: 1))
    assert quick.ended.wait(5)
    assert not slow.done
    go.set()
    assert slow.ended.wait(5)


def test_close_ends_every_thread_and_takes_no_more() -> None:
    runner, owner = JobRunner(), Owner()
    begun = threading.Event()

    def until_cancelled(token, _progress):
        begun.set()
        while not token.cancelled:
            threading.Event().wait(0.005)
        token.check()

    runner.submit("a", owner.job(until_cancelled))
    assert begun.wait(5)
    runner.close()
    assert not any(thread.name == "job-a" for thread in threading.enumerate())
    with pytest.raises(RuntimeError):
        runner.submit("a", owner.job(until_cancelled))


def test_token_raises_once_cancelled() -> None:
    token = CancelToken()
    token.check()
    token.cancel()
    with pytest.raises(Cancelled):
        token.check()


def test_the_log_of_a_cancelled_job_names_no_file(runner, caplog):
    caplog.set_level(logging.DEBUG)
    begun = threading.Event()

    def work(token, _progress):
        begun.set()
        while not token.cancelled:
            time.sleep(0.005)
        raise ValueError("no number: 'ZQDOE'")

    owner = Owner()
    runner.submit("a", replace(owner.job(work), title="Opening ZQDOE"))
    assert begun.wait(10)
    runner.cancel("a")
    assert owner.ended.wait(10)
    assert "ValueError" in caplog.text and "ZQDOE" not in caplog.text
