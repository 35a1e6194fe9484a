"""Cases become slices on the model's grid; batches are fixed by seed and step; missing is not empty."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from proseg_gui.bundle import normalise
from proseg_gui.errors import UserError
from proseg_gui.training.dataset import MAX_PATCH, Batches, TrainingCase, prepare_case
from proseg_gui.training.recipe import Recipe


def test_a_case_on_the_models_grid_is_the_normalised_image_and_the_masks(study, layout):
    case = prepare_case(study, layout)
    assert np.array_equal(case.image[:, 0].numpy(), normalise(study.image.array, layout.window))
    assert case.masks.shape == (3, 2, 1, 1, 24, 20) and case.observed.shape == (3, 2, 1)
    for r, reading in enumerate(study.readings[:3]):
        assert np.array_equal(case.masks[r, 0, 0].numpy(), reading.mask.array)


def test_missing_empty_and_second_readings_are_three_different_things(study, layout):
    part = replace(study, readings=study.readings[1:])  # rater1 is missing; rater3 has an empty second reading
    case = prepare_case(part, layout)
    assert case.observed[:, :, 0].tolist() == [[False, False], [True, False], [True, True]]
    assert case.masks[2, 1].sum() == 0


def test_a_case_without_any_mask_is_refused(study, layout):
    with pytest.raises(UserError, match="no rater has drawn anything"):
        prepare_case(replace(study, readings=()), layout)


def test_images_are_resampled_to_the_models_pixels(study, layout):
    coarse = prepare_case(study, replace(layout, spacing_mm=(2.0, 2.0)))
    assert coarse.image.shape == (1, 1, 12, 10) and coarse.masks.shape[-2:] == (12, 10)
    assert set(coarse.masks.unique().tolist()) == {0, 1}
    drawn = study.readings[2].mask.array.sum()
    assert abs(int(coarse.masks[2, 0].sum()) * 4 / drawn - 1) < 0.15


def batches(cases, **changes):
    return Batches(cases, replace(Recipe(), **changes), stride=4)


def test_a_batch_holds_all_raters_of_each_case(make_cases):
    batch = batches(make_cases(4), items=3)(0)
    assert batch.images.shape == (3, 1, 1, 24, 20) and batch.masks.shape == (3, 3, 2, 1, 1, 24, 20)
    second = [bool(o[2, 1, 0]) for o in batch.observed]
    assert second == [name in ("case1", "case3") for name in batch.names]
    assert batch.masks.dtype == torch.float32


def test_every_case_is_used_once_an_epoch(make_cases):
    draw = batches(make_cases(5), items=2)
    names = [name for step in range(5) for name in draw(step).names]
    assert sorted(names[:5]) == sorted(names[5:]) == [f"case{i}" for i in range(5)]
    assert names[:5] != names[5:]


def test_a_step_is_fixed_by_seed_and_number(make_cases):
    data = make_cases(4, shape=(9, 24, 20))
    results = []
    for earlier in (0, 3):
        draw = batches(data, volumes=2)
        for step in range(earlier):
            draw(step)
        torch.manual_seed(11)
        results.append(draw(5))
    assert results[0].names == results[1].names and torch.equal(results[0].images, results[1].images)


def test_slices_of_a_volume_are_taken_together_with_their_masks(make_cases):
    data = make_cases(2, shape=(9, 24, 20))
    for case in data:
        case.image[:] = torch.arange(9.0)[:, None, None, None]
        case.masks[:] = (torch.arange(9) % 2)[:, None, None]
    draw = batches(data, volumes=2, slices=3)
    gaps = set()
    for step in range(20):
        batch = draw(step)
        number = batch.images[:, :, 0, 0, 0]
        assert torch.equal(batch.masks[:, 0, 0, 0, :, 0, 0], number % 2)
        gaps |= {tuple(torch.diff(row).tolist()) for row in number}
    assert len(gaps) > 2 and all(a == b and 1 <= a <= 4 for a, b in gaps)


def test_slices_with_and_without_the_structure_are_seen(make_cases):
    data = make_cases(2, shape=(12, 24, 20))
    for case in data:
        case.masks[:, :, :, :9] = 0
        case.masks[:, :, :, 9:] = 1
    draw = batches(data, volumes=2, slices=1, items=2)
    filled = torch.cat([draw(step).masks.amax((1, 2, 3, 5, 6)).flatten() for step in range(60)])
    assert 0.65 < float(filled.mean()) < 0.95


def test_large_slices_are_cropped_where_the_structure_is_and_small_ones_padded():
    side = MAX_PATCH + 60
    masks = torch.zeros(1, 1, 1, 1, side, side, dtype=torch.uint8)
    masks[..., -20:, -20:] = 1
    large = TrainingCase("large", torch.zeros(1, 1, side, side), masks, torch.ones(1, 1, 1, dtype=torch.bool))
    small = TrainingCase("small", torch.full((1, 1, 30, 50), -1.0), masks[..., :30, :50], large.observed)
    draw = batches([large, small], items=2)
    hits = 0
    for step in range(30):
        batch = draw(step)
        assert batch.images.shape == (2, 1, 1, MAX_PATCH, MAX_PATCH)
        place = batch.names.index("small")
        assert (batch.images[place] == -1).all() and batch.masks[place].sum() == 0
        hits += int(batch.masks[1 - place].sum() > 0)
    assert hits > 15


def test_crops_come_first_then_whole_slices(make_cases):
    """Squares for the first part of the steps, cut out of the slices as they are."""
    data = make_cases(4, shape=(1, 64, 64))
    draw = batches(data, steps=10, crop=32, crop_share=0.7, crop_items=3, items=2)
    assert [draw(step).images.shape[0] for step in (0, 6, 7, 9)] == [3, 3, 2, 2]
    small = draw(0)
    assert small.images.shape[-2:] == small.masks.shape[-2:] == (32, 32)
    assert draw(7).images.shape[-2:] == (64, 64)
    for name, image in zip(small.names, small.images, strict=True):
        whole = next(case.image for case in data if case.name == name)
        squares = whole[0, 0].unfold(-2, 32, 1).unfold(-2, 32, 1)
        assert (squares == image[0, 0]).flatten(-2).all(-1).any()
