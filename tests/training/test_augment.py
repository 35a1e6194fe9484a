"""Augmentation: image and masks move alike, masks stay binary, nothing happens when nothing is allowed."""

from __future__ import annotations

from dataclasses import fields, replace

import torch

from proseg_gui.training.augment import Augmentation, augment, examples, stronger

STILL = Augmentation(rotation_deg=0, scale=0, shift=0, gain=0, offset=0, curve=0, noise=0, warp=0)


def disc(height=40, width=30, items=3, slices=2):
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    mask = (((y - 18) ** 2 + (x - 12) ** 2) < 80).float()
    images = (mask * 1.6 - 0.8).expand(items, slices, 1, -1, -1).clone()
    return images, mask.expand(items, 2, slices, -1, -1).clone()


def test_nothing_allowed_changes_nothing():
    images, masks = disc()
    moved, kept = augment(images, masks, STILL)
    assert torch.allclose(moved, images, atol=1e-5) and torch.equal(kept, masks)


def test_image_and_masks_move_alike_and_masks_stay_binary():
    torch.manual_seed(0)
    images, masks = disc()
    moved, kept = augment(images, masks, Augmentation(gain=0, offset=0, curve=0, noise=0, flip_x=True, flip_y=True))
    assert set(kept.unique().tolist()) == {0.0, 1.0}
    assert not torch.equal(kept, masks)
    drawn = (moved[:, :, 0] > 0).float()
    overlap = (drawn * kept[:, 0]).sum() / torch.maximum(drawn, kept[:, 0]).sum()
    assert overlap > 0.97


def test_slices_of_an_item_move_together_and_items_do_not():
    torch.manual_seed(1)
    images, masks = disc()
    _, kept = augment(images, masks, Augmentation())
    assert torch.equal(kept[:, :, 0], kept[:, :, 1])
    assert not torch.equal(kept[0], kept[1])


def test_flips_follow_what_is_allowed():
    torch.manual_seed(2)
    images, masks = disc(items=40)
    mirrored = {"x": masks[0].flip(-1), "y": masks[0].flip(-2)}
    for axis, how in (("x", {"flip_x": True}), ("y", {"flip_y": True})):
        still = dict.fromkeys(("rotation_deg", "scale", "shift", "gain", "offset", "curve", "noise", "warp"), 0)
        _, kept = augment(images, masks, Augmentation(**still, **how))
        seen = [torch.equal(k, mirrored[axis]) for k in kept]
        assert 8 < sum(seen) < 32
        assert all(torch.equal(k, masks[0]) for k, flipped in zip(kept, seen, strict=True) if not flipped)


def test_rotation_keeps_areas_on_images_that_are_not_square():
    torch.manual_seed(3)
    images, masks = disc(height=60, width=36, items=20)
    _, kept = augment(images, masks, Augmentation(rotation_deg=20, scale=0, shift=0, warp=0))
    areas, before = kept[:, 0, 0].sum((1, 2)), masks[0, 0, 0].sum()
    assert (areas / before - 1).abs().max() < 0.03


def test_the_seed_fixes_everything():
    images, masks = disc()
    results = []
    for _ in range(2):
        torch.manual_seed(9)
        results.append(augment(images, masks, Augmentation(flip_x=True)))
    assert torch.equal(results[0][0], results[1][0]) and torch.equal(results[0][1], results[1][1])


def test_examples_are_what_training_would_see_and_disturb_no_draws():
    images, masks = disc()
    torch.manual_seed(3)
    expected = augment(images[:1, :1].expand(4, -1, -1, -1, -1), masks[:1, :, :1].expand(4, -1, -1, -1, -1),
                       Augmentation())  # fmt: skip
    state = torch.get_rng_state()
    found = examples(images[0, 0], masks[0, :, 0], Augmentation(), 4, 3)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(found[0], expected[0][:, 0]) and torch.equal(found[1], expected[1][:, :, 0])
    other, _ = examples(images[0, 0], masks[0, :, 0], Augmentation(), 4, 4)
    assert not torch.equal(other, found[0])


def test_blurred_and_coarse_images_keep_their_masks_and_lose_detail():
    torch.manual_seed(3)
    images, masks = disc()
    noisy = 0.5 * images + 0.1 * torch.randn(images.shape)

    def detail(x):
        return float((x[..., 1:] - x[..., :-1]).square().mean())

    for change in ({"blur": 1.0}, {"low_resolution": 1.0}):
        moved, kept = augment(noisy, masks, replace(STILL, **change))
        assert torch.equal(kept, masks) and detail(moved) < 0.9 * detail(noisy), change
        assert abs(float(moved.mean() - noisy.mean())) < 0.02
    some = torch.cat([augment(noisy, masks, replace(STILL, blur=0.3))[0] for _ in range(20)])
    changed = [not torch.allclose(item, noisy[i % 3], atol=1e-5) for i, item in enumerate(some)]
    assert 0.1 < sum(changed) / len(changed) < 0.5


def test_stronger_variation_is_stronger_in_everything_but_flips_and_scanners():
    usual = Augmentation(flip_x=True)
    found = stronger(usual)
    assert (found.flip_x, found.flip_y) == (True, False)
    grown = [f.name for f in fields(usual) if f.name not in ("flip_x", "flip_y", "scanner")]
    assert all(getattr(found, name) > getattr(usual, name) for name in grown) and found.scanner == usual.scanner
