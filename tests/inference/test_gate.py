import threading

import pytest

from proseg_gui.errors import Cancelled
from proseg_gui.inference.gate import Gate
from proseg_gui.jobs import CancelToken


def passes(gate, token=None):
    """Let another thread pass; says whether it came through at once, and the thread."""
    through = threading.Event()

    def go():
        try:
            gate.pass_through(token)
        except Cancelled:
            return
        through.set()

    thread = threading.Thread(target=go)
    thread.start()
    return through, thread


def test_an_open_gate_stops_nobody():
    through, thread = passes(Gate())
    thread.join(10)
    assert through.is_set()


def test_a_held_gate_stops_others_until_the_last_release():
    gate = Gate()
    gate.hold()
    gate.hold()
    through, thread = passes(gate)
    gate.pass_through(None)
    gate.release()
    assert not through.wait(0.1)
    gate.release()
    thread.join(10)
    assert through.is_set()


def test_two_holders_do_not_stop_each_other():
    gate, met = Gate(), threading.Barrier(2)

    def holder():
        gate.hold()
        met.wait(10)
        gate.pass_through(None)
        gate.release()

    threads = [threading.Thread(target=holder) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
    through, thread = passes(gate)
    thread.join(10)
    assert through.is_set()


def test_a_cancel_ends_the_wait():
    gate, token = Gate(), CancelToken()
    gate.hold()
    through, thread = passes(gate, token)
    token.cancel()
    thread.join(10)
    gate.release()
    assert not thread.is_alive()
    assert not through.is_set()
    with pytest.raises(Cancelled):
        gate.pass_through(token)


def test_a_busy_hand_stops_only_what_gives_way_from_press_to_release():
    gate, came = Gate(), threading.Event()

    def sweep():
        with gate.giving_way():
            gate.pass_through(None)
            came.set()

    gate.keep_free(True)
    thread = threading.Thread(target=sweep)
    thread.start()
    passes(gate)[1].join(10)  # another lane is not stopped
    gate.hold()
    gate.release()  # a frame of the drag, drawn
    assert not came.wait(0.1)
    gate.keep_free(False)
    thread.join(10)
    assert came.is_set()


def test_a_cancel_ends_the_wait_for_the_hand_and_later_work_of_the_thread_does_not_give_way():
    gate, token = Gate(), CancelToken()
    gate.keep_free(True)
    ended: list[str] = []

    def work():
        try:
            with gate.giving_way():
                gate.pass_through(token)
        except Cancelled:
            ended.append("cancelled")
        gate.pass_through(None)
        ended.append("through")

    thread = threading.Thread(target=work)
    thread.start()
    token.cancel()
    thread.join(10)
    assert ended == ["cancelled", "through"]
