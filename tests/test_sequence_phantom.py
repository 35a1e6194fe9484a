"""Heads in four sequences: deterministic, and T1c alone shows where the enhancing part lies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from proseg_gui.phantom.raters import STYLES
from proseg_gui.phantom.sequences import NOISE, RATERS, SEQUENCES, SequencePhantom, sequence_phantoms


@pytest.fixture(scope="module")
def heads():
    return list(sequence_phantoms(6))


def test_the_same_seed_gives_the_same_head_bit_by_bit():
    one, again = SequencePhantom(3).study(), SequencePhantom(3).study()
    assert tuple(one.channels) == tuple(SEQUENCES) == ("FLAIR", "T1", "T1c", "T2")
    for name in SEQUENCES:
        assert np.array_equal(one.channels[name].array, again.channels[name].array)
    assert all(np.array_equal(a.mask.array, b.mask.array) for a, b in zip(one.readings, again.readings, strict=True))
    other = SequencePhantom(4).volume("T1").array
    assert not np.array_equal(one.channels["T1"].array, other)


def test_a_sequence_does_not_depend_on_which_others_are_rendered():
    alone = SequencePhantom(2).volume("T2").array
    assert np.array_equal(alone, SequencePhantom(2).study().channels["T2"].array)


def elsewhere(head):
    """The same head, with the enhancing part on the other side of the body."""
    lesion, other = head.lesion, SequencePhantom(head.seed)
    moved = replace(lesion.lobe, centre_mm=2.0 * lesion.body.centre_mm - lesion.lobe.centre_mm)
    other.__dict__["lesion"] = replace(lesion, lobe=moved)
    return other


def test_only_t1c_shows_the_enhancing_part(heads):
    """Where it lies changes no voxel of the other sequences, and T1c by many times its noise."""
    for head in heads:
        other = elsewhere(head)
        for name in ("FLAIR", "T1", "T2"):
            assert np.array_equal(head.volume(name).array, other.volume(name).array)
        change = head.volume("T1c").array.astype(float) - other.volume("T1c").array
        assert change[(head.depths.lobe > 2.0) & (other.depths.lobe < -3.0)].mean() > 10 * NOISE


def test_the_enhancing_part_lies_in_any_direction():
    angles = []
    for head in sequence_phantoms(60):
        x, y, _ = head.lesion.lobe.centre_mm - head.lesion.body.centre_mm
        angles.append(np.arctan2(y, x))
    counts, _ = np.histogram(angles, 4, (-np.pi, np.pi))
    assert counts.min() >= 7


def test_one_rater_never_takes_it_and_the_others_mostly_do(heads):
    taken = {name: [] for name in RATERS}
    for head in heads:
        part = (head.depths.lobe > 1.0) & (head.depths.body < -3.0)
        for reading in head.study(readings=4).readings:
            taken[reading.rater].append(float(reading.mask.array[part].mean()))
    assert not STYLES["no_lobe"].draws_lobe
    assert max(taken["no_lobe"]) < 0.2
    assert all(np.mean(taken[name]) > 0.5 for name in RATERS if name != "no_lobe")
