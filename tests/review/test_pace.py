"""When something is worked out again that costs more the more is known."""

from __future__ import annotations

from itertools import pairwise

from proseg_gui.review.pace import Growing


def test_it_is_due_after_a_while_and_then_ever_less_often():
    now = [100.0]
    due = Growing(lambda: now[0], 2.0)
    times = []
    for step in range(600):
        now[0] = 100.0 + 0.1 * step
        if due():
            times.append(now[0] - 100.0)
    assert times[0] == 2.0 and len(times) == 9  # 2, 3, 4.5 ... 51.3 s
    assert all(1.5 <= later / earlier < 1.6 for earlier, later in pairwise(times))


def test_it_begins_anew_with_the_next_sweep():
    now = [0.0]
    due = Growing(lambda: now[0], 2.0)
    now[0] = 50.0
    assert due() and not due()
    due.begin()
    assert not due()
    now[0] = 52.0
    assert due()
