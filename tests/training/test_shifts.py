"""Scanner shifts: nothing at strength 0, more with strength, the same for the same numbers, in place."""

from __future__ import annotations

import pytest
import torch

from proseg_gui.training.augment import Augmentation, augment
from proseg_gui.training.recipe import Recipe, with_options
from proseg_gui.training.shifts import SHIFTS, STRENGTHS, restyled


def image(channels=2):
    y, x = torch.meshgrid(torch.linspace(-1, 1, 40), torch.linspace(-1, 1, 32), indexing="ij")
    disc = (y.square() + x.square() < 0.4).float()
    return torch.stack([disc * 1.2 - 0.7 + 0.2 * y] * channels)[None].repeat(3, 1, 1, 1)


def test_there_are_six_at_three_strengths():
    assert len(SHIFTS) == 6 and len(STRENGTHS) == 3


@pytest.mark.parametrize("name", SHIFTS)
def test_strength_is_how_much_changes_and_none_changes_nothing(name):
    before = image()
    still = SHIFTS[name](before, 0.0, torch.Generator().manual_seed(1))
    assert torch.allclose(still, before, atol=1e-5)
    found = [SHIFTS[name](before, by, torch.Generator().manual_seed(1)) for by in STRENGTHS]
    assert all(changed.shape == before.shape and changed.isfinite().all() for changed in found)
    away = [float((changed - before).abs().mean()) for changed in found]
    assert 0.005 < away[0] < away[1] < away[2] < 0.5
    again = SHIFTS[name](before, STRENGTHS[1], torch.Generator().manual_seed(1))
    assert torch.equal(again, found[1])


@pytest.mark.parametrize("name", SHIFTS)
def test_what_is_shown_stays_where_it_is(name):
    before = image(1)
    changed = SHIFTS[name](before, 3.0, torch.Generator().manual_seed(2))
    inside, outside = before[0, 0] > -0.2, before[0, 0] < -0.3
    assert float(changed[0, 0][inside].mean()) > float(changed[0, 0][outside].mean()) + 0.2
    weight = (changed - changed.amin((-2, -1), keepdim=True)).mean((0, 1))
    middle = (weight.sum(1) @ torch.linspace(-1, 1, 40)) / weight.sum()
    assert abs(float(middle)) < 0.15


def test_noise_is_everywhere_and_speckle_where_it_is_bright():
    dark = torch.full((1, 1, 50, 50), -1.0)
    seen = {name: SHIFTS[name](dark, 2.0, torch.Generator().manual_seed(0)).std() for name in ("noise", "speckle")}
    assert seen["noise"] > 0.1 and seen["speckle"] == 0.0


def test_a_share_of_items_is_changed_and_told_how():
    torch.manual_seed(0)
    items = image()[:1].expand(200, 2, -1, -1)[:, :, None].contiguous()  # two slices of one channel
    changed, kinds = restyled(items, 0.5)
    assert torch.equal(changed[kinds == 0], items[kinds == 0])
    assert 70 < int((kinds > 0).sum()) < 130 and set(kinds.tolist()) == set(range(len(SHIFTS) + 1))
    for kind, name in enumerate(SHIFTS, 1):
        chosen = kinds == kind
        assert not torch.equal(changed[chosen], items[chosen])
        alike = [torch.equal(item[0], item[1]) for item in changed[chosen]]
        assert all(alike) == (name not in ("noise", "speckle"))


def test_no_item_is_no_change():
    none = torch.zeros(0, 1, 1, 8, 8)
    changed, kinds = restyled(none)
    assert changed.shape == none.shape and kinds.shape == (0,)


def test_any_model_can_be_trained_with_them():
    recipe = with_options(Recipe(), ["scanner-variation"])
    assert recipe.augmentation.scanner > 0 and "scanner" in recipe.as_dict()["augmentation"]
    assert "scanner" not in Recipe().as_dict()["augmentation"]
    torch.manual_seed(0)
    images, masks = image(1)[:, None], torch.zeros(3, 1, 1, 40, 32)
    found = []
    for share in (0.0, 1.0):
        torch.manual_seed(4)
        found.append(augment(images, masks, Augmentation(noise=0.0, scanner=share))[0])
    assert not any(torch.equal(a, b) for a, b in zip(*found, strict=True))
