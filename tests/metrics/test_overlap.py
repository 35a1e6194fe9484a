from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.metrics import overlap
from proseg_gui.metrics.overlap import (
    MaskSet,
    MaskSetBuilder,
    binarise,
    dice,
    dice_matrix,
    frequency,
    intersections,
    iou,
    iou_matrix,
)


@pytest.fixture
def random_masks() -> np.ndarray:
    return np.random.default_rng(0).random((5, 3, 7, 11)) < np.array([0.1, 0.3, 0.5, 0.0, 0.9])[:, None, None, None]


def test_one_half_is_background() -> None:
    assert binarise([0.5, 0.5000001, 0.4]).tolist() == [False, True, False]


def test_empty_masks_agree_and_one_empty_does_not() -> None:
    empty, full = np.zeros((2, 3), bool), np.ones((2, 3), bool)
    assert (dice(empty, empty), iou(empty, empty)) == (1.0, 1.0)
    assert (dice(empty, full), iou(full, empty)) == (0.0, 0.0)


def test_known_pair() -> None:
    a, b = np.zeros(10, bool), np.zeros(10, bool)
    a[:4], b[2:8] = True, True
    assert dice(a, b) == pytest.approx(2 * 2 / 10)
    assert iou(a, b) == pytest.approx(2 / 8)


def test_matrices_equal_plain_counting(random_masks: np.ndarray) -> None:
    a, b = MaskSet.of(random_masks), MaskSet.of(random_masks[:3])
    shared = intersections(a, b)
    dices, ious = dice_matrix(a, b), iou_matrix(a, b)
    for i, one in enumerate(random_masks):
        for j, other in enumerate(random_masks[:3]):
            both, either = int((one & other).sum()), int((one | other).sum())
            assert shared[i, j] == both
            assert dices[i, j] == pytest.approx(2 * both / (one.sum() + other.sum()))
            assert ious[i, j] == pytest.approx(both / either)


def test_counting_in_chunks_changes_nothing(random_masks: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = intersections(MaskSet.of(random_masks), MaskSet.of(random_masks))
    monkeypatch.setattr(overlap, "CHUNK_BYTES", 3)
    assert (intersections(MaskSet.of(random_masks), MaskSet.of(random_masks)) == whole).all()


def test_frequency_is_the_mean_mask(random_masks: np.ndarray) -> None:
    assert frequency(list(random_masks)) == pytest.approx(random_masks.mean(0))


def test_a_generator_is_packed_one_by_one(random_masks: np.ndarray) -> None:
    packed = MaskSet.of(mask for mask in random_masks)
    assert len(packed) == 5
    assert packed.sizes.tolist() == random_masks.sum((1, 2, 3)).tolist()
    assert packed.bits.nbytes == 5 * 77  # a byte holds up to eight slices
    for index, mask in enumerate(random_masks):
        assert (packed.mask(index) == mask).all()


def test_volumes_given_slice_by_slice_are_the_same_set() -> None:
    volumes = np.random.default_rng(5).random((3, 11, 4, 5))
    builder = MaskSetBuilder(3, (11, 4, 5))
    for k in reversed(range(11)):
        for index in range(3):
            builder.add(index, k, volumes[index, k])
    built, whole = builder.build(), MaskSet.of(volumes)
    assert (built.bits == whole.bits).all() and (built.sizes == whole.sizes).all()
    assert (builder.slice_sizes == (volumes > 0.5).sum((2, 3))).all()


def test_shapes_must_agree() -> None:
    with pytest.raises(ValueError, match="one shape"):
        MaskSet.of([np.zeros(3, bool), np.zeros(4, bool)])
    with pytest.raises(ValueError, match="different shapes"):
        dice(np.zeros(3, bool), np.zeros(4, bool))
    with pytest.raises(ValueError, match="at least one"):
        MaskSet.of([])
