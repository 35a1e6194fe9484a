"""The chips of the header: what they say, and how often they are laid out."""

from __future__ import annotations


def test_levels_that_are_dragged_are_written_at_a_pace_and_the_last_ones_stand(reviewed, qtbot, monkeypatch):
    header, laid_out = reviewed.header, []
    qtbot.waitUntil(lambda: not header._levels_soon.isActive())
    fit = header.fit
    monkeypatch.setattr(header, "fit", lambda room: (laid_out.append(1), fit(room)))
    for step in range(30):
        reviewed.controller.display.set_window(40.0 + step, 200.0)
    assert laid_out == [1] and "40 / 200" in header._window.text()
    qtbot.waitUntil(lambda: "69 / 200" in header._window.text())
    assert len(laid_out) == 2
    header.fit(header._room)
    assert "69 / 200" in header._window.text()
