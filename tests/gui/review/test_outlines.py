"""What no slider moves is traced once, however often it is looked at anew."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from proseg_gui.gui.review import outlines
from proseg_gui.gui.review.outlines import Outlines
from proseg_gui.planes import Plane, PlaneGrid
from proseg_gui.review.edits import Bricks
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
    mask[:, 4:9, 4:9] = True
    readings = (Reading("anna", "lesion", Mask(mask, GEOMETRY)),)
    study = Study("case", {"MR": Volume(np.zeros(SHAPE, np.float32), GEOMETRY)}, ("lesion",), readings)
    bricks = Bricks.of(mask)
    shapes = SimpleNamespace(names=("lesion",), kept=lambda number: bricks)
    return SimpleNamespace(study=study, review=None, shapes=shapes)


@pytest.fixture
def traces(monkeypatch) -> list[str]:
    """Grows by a word with each trace."""
    done: list[str] = []
    for name in ("trace", "trace_flat", "trace_plane"):
        real = getattr(outlines, name)
        monkeypatch.setattr(outlines, name, lambda *given, real=real, name=name: done.append(name) or real(*given))
    return done


EVERYTHING = ViewState(
    settings=Settings(show_thin=True), raters_shown=frozenset(f"rater{n}" for n in range(7)), masks_shown={"anna"}
)


def shown(all_of: Outlines, spread: Spread | None, view: ViewState, k: int = 1) -> list:
    where = (view, Plane(0, k), GRID)
    return [*all_of.spread(spread, view), *all_of.given(*where), *all_of.stays(*where)]


def test_window_opacity_and_zoom_trace_nothing_and_give_the_same_layers(desk, traces):
    kept, spread = Outlines(desk), spread_of()
    first = shown(kept, spread, EVERYTHING)
    assert len(first) == 10 + 7 + 3 + 1 + 1
    assert len(traces) == len(first)
    other = replace(EVERYTHING, window=(1.0, 2.0), settings=replace(EVERYTHING.settings, heat_opacity=0.2))
    assert all(a is b for a, b in zip(first, shown(kept, spread, other), strict=True))
    assert len(traces) == len(first)


def test_only_what_is_new_is_traced(desk, traces):
    kept, spread = Outlines(desk), spread_of()
    count = len(shown(kept, spread, EVERYTHING))
    fewer = replace(EVERYTHING, raters_shown=frozenset({"rater2"}))
    assert len(shown(kept, spread, fewer)) == count - 6
    assert len(traces) == count
    shown(kept, spread, EVERYTHING)
    assert len(traces) == count + 6
    wider = replace(EVERYTHING, settings=replace(EVERYTHING.settings, line_width=4.0, outer_level=0.2))
    layers = shown(kept, spread, wider)
    assert len(traces) == count + 7  # the level; a width needs no trace
    assert layers[-1].width == 4.0


def test_another_spread_and_another_plane_are_traced_anew(desk, traces):
    kept = Outlines(desk)
    small, large = (shown(kept, spread_of(size), EVERYTHING)[0].path.boundingRect().width() for size in (4.0, 8.0))
    assert large > small + 6
    before = len(traces)
    shown(kept, None, EVERYTHING, k=2)
    assert len(traces) == before + 2


def test_a_new_array_never_gets_the_outline_of_one_that_is_gone(desk):
    kept = Outlines(desk)
    for size in np.linspace(3.0, 9.0, 25):  # freed arrays of one size come back at the same address
        rater = replace(EVERYTHING, settings=Settings(show_bounds=False), raters_shown=frozenset({"rater0"}))
        (layer,) = kept.spread(spread_of(size), rater)
        assert layer.path.boundingRect().width() == pytest.approx(2 * size, abs=0.3)
