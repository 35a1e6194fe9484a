"""Work comes back on the GUI thread, and a cancelled job's result never arrives, not even when it is on its way."""

from __future__ import annotations

import threading
import time

import pytest
from PySide6.QtCore import QCoreApplication, QThread

from proseg_gui.gui.jobs import QtJobs


@pytest.fixture
def jobs(qapp):
    found = QtJobs()
    yield found
    found.close()


def test_results_and_progress_come_on_the_gui_thread(qtbot, jobs) -> None:
    threads, results, steps = [], [], []

    def work(_token, progress):
        threads.append(QThread.currentThread())
        progress(0.5, "half")
        return 7

    def done(value) -> None:
        threads.append(QThread.currentThread())
        results.append(value)

    jobs.start("a", work, title="t", done=done, failed=pytest.fail, progress=lambda share, text: steps.append(text))
    qtbot.waitUntil(lambda: bool(results))
    gui = QCoreApplication.instance().thread()
    assert results == [7]
    assert steps == ["half"]
    assert threads[1] is gui
    assert threads[0] is not gui


def test_cancelling_stops_what_was_posted(qtbot, jobs) -> None:
    results, ended = [], []
    posted = threading.Event()

    def work(token, _progress):
        jobs.post(token, results.append, "posted")
        posted.set()
        return "returned"

    job = jobs.start("a", work, title="t", done=results.append, failed=pytest.fail, ended=lambda: ended.append(1))
    assert posted.wait(5)
    job.cancel()  # before the event loop had a turn
    qtbot.waitUntil(lambda: bool(ended))
    assert results == []


def test_errors_reach_the_owner(qtbot, jobs) -> None:
    errors = []

    def work(_token, _progress):
        raise ValueError("broken")

    jobs.start("a", work, title="t", done=pytest.fail, failed=errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert str(errors[0]) == "broken"


def test_the_newest_request_wins_over_a_result_on_its_way(qtbot, jobs) -> None:
    results, ready = [], threading.Event()
    jobs.start("a", lambda _t, _p: "old", title="t", done=results.append, failed=pytest.fail)
    jobs.start("b", lambda _t, _p: ready.set(), title="t", done=lambda _v: None, failed=pytest.fail)
    ready.wait(5)
    time.sleep(0.05)  # lane a has long finished; its result waits for the event loop, which had no turn yet
    jobs.start("a", lambda _t, _p: "new", title="t", done=results.append, failed=pytest.fail, latest=True)
    qtbot.waitUntil(lambda: "new" in results)
    assert results == ["new"]
    qtbot.waitUntil(lambda: not jobs.busy("a"))


def test_what_is_asked_for_after_the_end_is_not_done_and_is_no_fault(qtbot) -> None:
    found = QtJobs()
    found.close()
    told: list[str] = []
    job = found.start("a", lambda _token, _progress: told.append("work"), title="t", done=pytest.fail,
                      failed=pytest.fail, ended=lambda: told.append("ended"))  # fmt: skip
    assert job.token.cancelled and not found.busy("a")
    qtbot.wait(50)
    assert told == []
