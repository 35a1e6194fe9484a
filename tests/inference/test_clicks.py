"""Clicks to candidates: weighed by agreement, fixed by their seed, and wearing off across slices."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from proseg_gui.errors import UserError
from proseg_gui.inference.clicks import MOST, candidates, pointed
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.pointing import Click, Clicks, clicks_of
from proseg_gui.networks.registry import METHODS, build

KINDS = [name for name, kind in METHODS.items() if kind.capabilities.clicks]


@pytest.fixture(params=KINDS)
def engine(request, make):
    torch.manual_seed(4)
    method = build(request.param, {"n_raters": 3, "widths": (4, 8), "features": 4, "hidden": 4}).eval()
    return Engine(make.bundle(method, kind=request.param), make.noise(), device="cpu")


def at(engine, k, y, x):
    return tuple(engine.geometry.index_to_world((k, y, x)).tolist())


def test_candidates_have_shares_and_are_the_same_for_the_same_clicks(engine):
    clicks = Clicks((Click(at(engine, 1, 9, 7)), Click(at(engine, 1, 3, 3), False)))
    found, again = candidates(engine, clicks), candidates(engine, clicks)
    assert 1 <= len(found.points) <= MOST and found.shares.sum() == pytest.approx(1.0) and found.k == 1
    assert (np.diff(found.shares) <= 0).all() and found.points == again.points
    assert len({point["tau"] for point in found.points}) == 1
    assert found.points[0]["tau"] == pointed(engine, clicks)["tau"]


def test_draws_that_disagree_with_a_click_lose_their_weight(engine):
    """The same place said to be in, and out: the probability there, weighed by the shares, follows."""
    place = None
    plain = engine.method.draw(None, 32, torch.Generator().manual_seed(0))
    p = np.stack([engine.probability(1, {n: tuple(v[i].tolist()) for n, v in plain.items()})[0] for i in range(32)])
    y, x = np.unravel_index(p.std(0).argmax(), p.shape[1:])
    place = at(engine, 1, int(y), int(x))
    means = []
    for inside in (True, False):
        found = candidates(engine, Clicks((Click(place, inside),) * 3))
        drawn = [engine.probability(1, {**found.points[0], "eps": point["eps"], "tau": plain["tau"][0].tolist()})[0]
                 for point in found.points]  # fmt: skip
        means.append(float(found.shares @ np.array([d[y, x] for d in drawn])))
    assert means[0] > means[1]


def test_nothing_pointed_at_and_places_outside_are_refused(engine):
    with pytest.raises(UserError, match="nothing was pointed at"):
        candidates(engine, Clicks())
    with pytest.raises(UserError, match="outside of what the model looks at"):
        candidates(engine, Clicks((Click((1e4, 0.0, 0.0)),)))


def test_a_box_alone_has_candidates_on_its_slice(engine):
    found = candidates(engine, Clicks(box=(at(engine, 0, 2, 2), at(engine, 0, 9, 8))))
    assert found.k == 0 and found.shares.sum() == pytest.approx(1.0)


def test_a_click_wears_off_across_slices(engine):
    far = 1e3
    clicks = Clicks((Click(at(engine, 0, 5, 5)),))
    told, plain = pointed(engine, clicks), engine.method.consensus_style()
    features = engine.lattice(0, 1, (0, 0)).features
    with torch.no_grad():
        tau = torch.tensor(told["tau"])
        moved = engine.method.at_height(features, far)
        here = engine.method.decode(features, {**plain, "tau": tau}) - engine.method.decode(features, plain)
        there = engine.method.decode(moved, {**plain, "tau": tau}) - engine.method.decode(moved, plain)
    assert here.abs().max() > 1e-3 and there.abs().max() < 1e-5


def test_a_method_without_says_so(make):
    other = next(name for name, kind in METHODS.items() if not kind.capabilities.clicks)
    method = build(other, {"n_raters": 3, "widths": (4, 8), "features": 4, "hidden": 4}).eval()
    engine = Engine(make.bundle(method, kind=other), make.noise(), device="cpu")
    with pytest.raises(UserError, match="takes no clicks"):
        candidates(engine, Clicks((Click(at(engine, 0, 5, 5)),)))


def test_clicks_are_kept_as_plain_values():
    clicks = Clicks((Click((1.0, 2.0, 3.0)), Click((4.0, 5.0, 6.0), False)), ((0.0, 0.0, 0.0), (1.0, 1.0, 0.0)))
    assert clicks_of(clicks.as_dict()) == clicks and clicks.words == "by 1 click in and 1 click out and a box"
    assert Clicks().empty and not clicks.empty
