"""What a sweep tells, and what its news makes the window work out, does not grow with the number of its slices."""

from __future__ import annotations

from proseg_gui.gui.jobs import QtJobs
from proseg_gui.gui.review import work
from proseg_gui.gui.review.work import TELL_EVERY_S, Work

from ..conftest import SETTLE_MS


def test_progress_is_told_now_and_then_and_at_the_end(qapp, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(work.time, "monotonic", lambda: now[0])
    jobs = QtJobs()
    told, one = [], Work(jobs)
    one.progressed.connect(told.append)
    for k in range(1, 101):  # a slice each twentieth of a second
        now[0] += 0.05
        one._sweep_progress(k / 100, f"measuring slice {k} of 100")
    assert told[0].text == "measuring slice 1 of 100" and told[-1].share == 1.0
    assert len(told) <= 2 + 100 * 0.05 / TELL_EVERY_S
    jobs.close()


def test_news_of_the_sweep_measure_the_contour_in_view_no_second_time(reviewed, qtbot, monkeypatch):
    measured = []
    monkeypatch.setattr(
        "proseg_gui.gui.review.display_link.longest_diameter_mm", lambda *_a: measured.append("mm") or 7.0
    )
    desk = reviewed.controller.desk
    desk.set_slice(desk.slice_index + 1)
    qtbot.waitUntil(lambda: measured == ["mm"], timeout=SETTLE_MS)
    for _ in range(3):
        desk._emit_summary()
    assert measured == ["mm"]
