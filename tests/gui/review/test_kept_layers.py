"""What no slider moves is traced once, however often it is looked at anew."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from proseg_gui.gui.review import outlines
from proseg_gui.gui.review.kept_layers import MOST, KeptLayers
from proseg_gui.gui.review.outlines import Outlines
from proseg_gui.gui.views.contours import trace
from proseg_gui.planes import Plane, PlaneGrid
from proseg_gui.review.colours import structure_colour
from proseg_gui.review.state import PARTS, Spread, ViewState
from proseg_gui.settings import Settings
from proseg_gui.volume import Geometry, Mask, Reading, Study, Volume

SHAPE = (3, 24, 24)
GEOMETRY = Geometry.plain(SHAPE)
GRID = PlaneGrid.of(GEOMETRY, 0)


def disc(radius: float) -> np.ndarray:
    y, x = np.mgrid[:24, :24]
    return np.clip(radius - np.hypot(y - 12, x - 12) + 0.5, 0, 1).astype(np.float32)


def spread_of(size: float = 6.0) -> Spread:
    raters = {f"rater{n}": disc(size + n / 4) for n in range(7)}
    thin = tuple(disc(size + n / 8) for n in range(10))
    return Spread(1, 0, disc(size), raters, thin, {part: disc(1) for part in PARTS})


@pytest.fixture
def desk() -> SimpleNamespace:
    mask = np.zeros(SHAPE, bool)
    mask[1:, 4:9, 4:9] = True
    readings = (Reading("anna", "lesion", Mask(mask, GEOMETRY)),)
    study = Study("case", {"MR": Volume(np.zeros(SHAPE, np.float32), GEOMETRY)}, ("lesion",), readings)
    drafts = SimpleNamespace(colour=structure_colour)
    return SimpleNamespace(study=study, review=None, structures=(), modelled=(), drafts=drafts)


@pytest.fixture
def traces(monkeypatch) -> list[str]:
    """Grows by a word with each trace."""
    done: list[str] = []
    for name in ("trace", "trace_plane"):
        real = getattr(outlines, name)
        monkeypatch.setattr(outlines, name, lambda *given, real=real, name=name: done.append(name) or real(*given))
    return done


EVERYTHING = ViewState(
    settings=Settings(show_thin=True),
    raters_shown=frozenset(f"rater{n}" for n in range(7)),
    masks_shown=frozenset({"anna"}),
)


def shown(drawn: Outlines, spread: Spread | None, view: ViewState, k: int = 1) -> list:
    return [*drawn.given(Plane(0, k), GRID, view), *drawn.spread(spread, view)]


def test_window_opacity_and_zoom_trace_nothing_and_give_the_same_layers(desk, traces):
    drawn, spread = Outlines(desk), spread_of()
    first = shown(drawn, spread, EVERYTHING)
    assert len(first) == 10 + 7 + 3 + 1 == len(traces)
    other = replace(EVERYTHING, window=(1.0, 2.0), settings=replace(EVERYTHING.settings, heat_opacity=0.2))
    assert all(a is b for a, b in zip(first, shown(drawn, spread, other), strict=True))
    assert len(traces) == len(first)


def test_a_rater_that_is_hidden_and_shown_again_needs_no_trace_and_another_level_one(desk, traces):
    drawn, spread = Outlines(desk), spread_of()
    count = len(shown(drawn, spread, EVERYTHING))
    assert len(shown(drawn, spread, replace(EVERYTHING, raters_shown=frozenset({"rater2"})))) == count - 6
    shown(drawn, spread, EVERYTHING)
    assert len(traces) == count
    shown(drawn, spread, replace(EVERYTHING, settings=replace(EVERYTHING.settings, outer_level=0.2)))
    assert len(traces) == count + 1


def test_another_spread_and_another_plane_are_traced_anew(desk, traces):
    drawn = Outlines(desk)
    small, large = (shown(drawn, spread_of(size), EVERYTHING)[1].path.boundingRect().width() for size in (4.0, 8.0))
    assert large > small + 6
    before = len(traces)
    assert shown(drawn, None, EVERYTHING, k=0) == []  # nothing was given there
    assert len(shown(drawn, None, EVERYTHING, k=2)) == 1
    assert len(traces) == before + 2


def test_a_new_array_never_gets_the_outline_of_one_that_is_gone(qapp):
    kept = KeptLayers()
    for size in np.linspace(3.0, 9.0, 40):  # freed arrays of one size come back at the same address
        p = disc(size)
        layer = kept.layer(p, "", partial(trace, p), "#ffffff", 2.0)
        assert layer.path.boundingRect().width() == pytest.approx(2 * size, abs=0.3)
        assert layer is kept.layer(p, "", partial(trace, p), "#ffffff", 2.0)
        assert layer is not kept.layer(p, "", partial(trace, p), "#ff0000", 2.0)


def test_what_is_kept_is_bounded_and_does_not_hold_what_it_outlines(qapp):
    import weakref

    kept, p = KeptLayers(), disc(5.0)
    held = weakref.ref(p)
    for level in range(2 * MOST):
        kept.layer(p, level, lambda p=p: trace(p), "#ffffff", 2.0)
    assert len(kept._paths) == len(kept._layers) == MOST
    del p
    assert held() is None
