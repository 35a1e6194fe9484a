"""Each term of the loss against values worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch

from proseg_gui.training import losses


def logit(p):
    return torch.logit(torch.tensor(p, dtype=torch.float32))


def test_min_max_distance_by_hand():
    p, q = torch.tensor([[0.2, 0.9, 0.0]]), torch.tensor([[0.5, 0.4, 0.0]])
    # min = .2 + .4, max = .5 + .9
    assert float(losses.pairwise_distance(p, q, smooth=1.0)) == pytest.approx(1 - 1.6 / 2.4)
    assert float(losses.pairwise_distance(p, p, smooth=1.0)) == pytest.approx(0.0, abs=1e-6)  # also for soft p
    empty = torch.zeros(1, 3)
    assert float(losses.pairwise_distance(empty, empty)) == 0.0
    assert float(losses.pairwise_distance(p, empty, smooth=1.0)) == pytest.approx(1 - 1 / 2.1)


def test_distance_to_a_mask_is_the_same_distance():
    p, y = torch.rand(2, 5, 30), (torch.rand(2, 4, 30) > 0.5).float()
    assert torch.allclose(losses.mask_distance(p, y, 0.5), losses.pairwise_distance(p, y, 0.5), atol=1e-5)


def test_segmentation_by_hand():
    logits = logit([0.8, 0.4]).view(1, 1, 1, 2)
    masks = torch.tensor([1.0, 0.0]).view(1, 1, 1, 1, 2)
    bce = -(math.log(0.8) + math.log(0.6)) / 2
    dice = 1 - (2 * 0.8 + 1) / (1.2 + 1 + 1)
    found = losses.segmentation_loss(logits, masks, torch.ones(1, 1, 1, 1, dtype=torch.bool))
    assert float(found) == pytest.approx(bce + dice, abs=1e-6)


def test_sample_bce_by_hand():
    logits = logit([[0.8, 0.4], [0.5, 0.5]]).view(1, 1, 2, 1, 2)  # two samples of one rater
    masks = torch.tensor([[1.0, 0.0], [1.0, 1.0]]).view(1, 1, 2, 1, 2)  # two readings: mean 1, 0.5
    first = -(math.log(0.8) + 0.5 * math.log(0.4) + 0.5 * math.log(0.6)) / 2
    found = losses.sample_bce(logits, masks, torch.ones(1, 1, 2, 1, dtype=torch.bool))
    assert float(found) == pytest.approx((first + math.log(2)) / 2, abs=1e-6)


def test_dirichlet_kl_by_hand():
    assert float(losses.dirichlet_kl(torch.ones(3, 8))) == pytest.approx(0.0, abs=1e-5)
    # Dir(2, 1) has density 2 x: KL to uniform = integral of 2x log(2x) = log 2 - 1/2
    assert float(losses.dirichlet_kl(torch.tensor([[2.0, 1.0]]))) == pytest.approx(math.log(2) - 0.5, abs=1e-5)


def worked_energy():
    """One slice of 4 pixels, two raters with one binary mask each, two binary samples each, so that d = 1 - IoU."""
    a, b, d = [1.0, 1, 0, 0], [1.0, 1, 1, 0], [0.0, 1, 0, 0]
    samples = torch.tensor([[a, b], [d, d]]).view(1, 2, 2, 1, 4)
    masks = torch.tensor([a, d]).view(1, 2, 1, 1, 4)
    return samples, masks


def test_energies_by_hand():
    samples, masks = worked_energy()
    observed = torch.ones(1, 2, 1, 1, dtype=torch.bool)
    rater, population = losses.energy_losses(samples, masks, observed, smooth=1e-6)
    # d(A,B) = 1/3, d(A,D) = 1/2, d(B,D) = 2/3. Rater 0: mean(0, 1/3) - 1/2 * 1/3 = 0; rater 1: 0.
    assert float(rater) == pytest.approx(0.0, abs=1e-5)
    cross = (0 + 1 / 2 + 1 / 3 + 2 / 3 + 1 / 2 + 0 + 1 / 2 + 0) / 8
    among_samples = 2 * (1 / 3 + 1 / 2 + 1 / 2 + 2 / 3 + 2 / 3 + 0) / 12  # unequal pairs only: 4 x 3 of them
    among_masks = 2 * (1 / 2) / 4
    assert float(population) == pytest.approx(2 * cross - among_samples - among_masks, abs=1e-5)


def test_population_is_ged2_of_the_metrics_once_pairs_with_itself_are_counted():
    from proseg_gui.metrics.multirater import ged2

    generator = torch.Generator().manual_seed(0)
    samples = (torch.rand(1, 3, 4, 1, 50, generator=generator) > 0.5).float()
    masks = (torch.rand(1, 3, 1, 1, 50, generator=generator) > 0.5).float()
    _, population = losses.energy_losses(samples, masks, torch.ones(1, 3, 1, 1, dtype=torch.bool), smooth=1e-6)
    flat = samples.view(12, 50)
    y, p = masks.view(3, 50).bool().numpy()[:, None, None], flat.bool().numpy()[:, None, None]
    spread = float(losses.pairwise_distance(flat, flat, 1e-6).sum())
    unbiased = spread / (12 * 11) - spread / 12**2  # what leaving out i = i' adds to the samples' own term
    assert float(population) == pytest.approx(ged2(list(y), list(p)).value - unbiased, abs=1e-4)


def test_a_missing_rater_adds_no_loss_and_no_gradient():
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(2, 3, 4, 1, 20, generator=generator).requires_grad_()
    masks = (torch.rand(2, 3, 2, 1, 20, generator=generator) > 0.5).float()
    observed = torch.ones(2, 3, 2, 1, dtype=torch.bool)
    observed[:, 1] = False
    without = [0, 2]

    def terms(x, y, seen):
        p = torch.sigmoid(x)
        return [*losses.energy_losses(p, y, seen), losses.sample_bce(x, y, seen),
                losses.segmentation_loss(x[:, :, 0], y, seen)]  # fmt: skip

    full = terms(logits, masks, observed)
    part = terms(logits[:, without], masks[:, without], observed[:, without])
    for a, b in zip(full, part, strict=True):
        assert a.item() == pytest.approx(b.item(), abs=1e-5)
    sum(full).backward()
    assert logits.grad[:, 1].abs().max() == 0 and logits.grad[:, without].abs().max() > 0
    changed = masks.clone()
    changed[:, 1] = 1 - changed[:, 1]
    assert [t.item() for t in terms(logits, changed, observed)] == [t.item() for t in full]


def test_a_missing_reading_does_not_dilute_the_other():
    generator = torch.Generator().manual_seed(2)
    samples = torch.rand(1, 2, 3, 1, 20, generator=generator)
    masks = (torch.rand(1, 2, 2, 1, 20, generator=generator) > 0.5).float()
    observed = torch.ones(1, 2, 2, 1, dtype=torch.bool)
    observed[:, :, 1] = False
    both = losses.energy_losses(samples, masks, observed)
    single = losses.energy_losses(samples, masks[:, :, :1], observed[:, :, :1])
    assert [float(x) for x in both] == pytest.approx([float(x) for x in single], abs=1e-6)


def test_no_mask_at_all_gives_zero_not_nan():
    observed = torch.zeros(1, 2, 1, 1, dtype=torch.bool)
    samples, masks = worked_energy()
    rater, population = losses.energy_losses(samples, masks, observed)
    assert float(rater) == 0.0 and float(population) == 0.0
    assert float(losses.segmentation_loss(torch.zeros(1, 2, 1, 4), masks, observed)) == 0.0


def test_true_variety_beats_one_blurred_map():
    """A lobe that half of the readings include: the energy must prefer drawing it in half of the samples."""
    base, lobe = torch.tensor([1.0] * 6 + [0.0] * 4), torch.tensor([1.0] * 10)
    masks = torch.stack([base, lobe]).view(1, 1, 2, 1, 10)
    observed = torch.ones(1, 1, 2, 1, dtype=torch.bool)
    varied = torch.stack([base, lobe]).view(1, 1, 2, 1, 10)
    blurred = ((base + lobe) / 2).expand(2, -1).view(1, 1, 2, 1, 10)
    good, bad = (losses.energy_losses(p, masks, observed, smooth=1e-6) for p in (varied, blurred))
    assert good[0] < bad[0] - 0.05 and good[1] < bad[1] - 0.05
