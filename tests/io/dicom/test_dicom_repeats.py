"""Several images at one place in a series: taken apart by tags or by order, offered as a choice, or refused."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.errors import UserError
from proseg_gui.io.dicom.reading import read_series, scan_folder
from proseg_gui.io.open import SeveralSeries, open_study

TIMES, N = 3, 5


@pytest.fixture
def four_d(dicom_series, along_z, ct_array, tmp_path):
    """A writer of TIMES volumes, ``ct_array + t``, at the same places, shuffled; ``tags(t, k)`` are a slice's own."""

    def write(tags, times=TIMES, leave_out=()):
        made = [(t, k) for t in range(times) for k in range(N) if (t, k) not in leave_out]
        order = np.random.default_rng(3).permutation(len(made))
        places = along_z(N)
        dicom_series(
            tmp_path / "scan",
            np.stack([ct_array[k] + t for t, k in (made[i] for i in order)]),
            [places[k] for _, k in (made[i] for i in order)],
            slice_tags=[{"InstanceNumber": None, **tags(*made[i])} for i in order],
        )
        return tmp_path / "scan"

    return write


ORDERS = {
    "numbered volume by volume": lambda t, k: {"InstanceNumber": 1 + t * N + k},
    "numbered backwards in space": lambda t, k: {"InstanceNumber": 1 + t * N + (N - 1 - k)},
    "numbered place by place": lambda t, k: {"InstanceNumber": 1 + k * TIMES + t},
    "numbered in interleaved order": lambda t, k: {"InstanceNumber": t * N + [0, 3, 1, 4, 2][k]},
    "a time for each slice": lambda t, k: {"AcquisitionTime": f"1011{10 + 7 * t + k}.5"},
    "times that go past midnight": lambda t, k: {
        "AcquisitionDate": f"2020010{1 + (t > 0)}",
        "AcquisitionTime": f"{(235950 if t == 0 else 10 * t) + k:06d}",
    },
    "a time for each pair of slices": lambda t, k: {"ContentTime": f"1011{10 + 7 * t + k // 2}"},
    "an acquisition for each slice": lambda t, k: {"AcquisitionNumber": 1 + t * N + k},
    "numbers and times that agree": lambda t, k: {
        "InstanceNumber": 1 + k * TIMES + t,
        "AcquisitionTime": f"1011{10 + 7 * t + k}",
    },
    "the same number everywhere beside times": lambda t, k: {
        "InstanceNumber": 1,
        "AcquisitionTime": f"1011{10 + 7 * t + k}",
    },
}


@pytest.mark.parametrize("tags", ORDERS.values(), ids=ORDERS)
def test_an_order_that_leaves_one_reading_makes_volumes(tags, four_d, ct_array):
    listed = scan_folder(four_d(tags))
    assert [info.part for info in listed.series] == [f"volume {t + 1} of {TIMES}" for t in range(TIMES)]
    for t, info in enumerate(listed.series):
        volume, notices = read_series(info)
        assert np.array_equal(volume.array, ct_array + t)
        assert f"this is volume {t + 1} of 3." in notices[0] and "3 images at every position" in notices[0]


UNCLEAR = {
    "nothing that orders": (lambda t, k: {}, "no tag says which images belong together"),
    "numbers without a pattern": (
        lambda t, k: {"InstanceNumber": int(np.random.default_rng(9).permutation(TIMES * N)[t * N + k])},
        "no tag says which images belong together",
    ),
    "two images with one number at one place": (
        lambda t, k: {"InstanceNumber": 1 + min(t, 1) * N + k},
        "no tag says which images belong together",
    ),
    "one time for the end of a volume and the start of the next": (
        lambda t, k: {"AcquisitionTime": f"1011{10 + (t * N + k) // 3}"},
        "no tag says which images belong together",
    ),
    "numbers and times that contradict each other": (
        lambda t, k: {"InstanceNumber": 1 + t * N + k, "AcquisitionTime": f"1011{10 + ((t + k % 2) % TIMES) * N + k}"},
        "AcquisitionTime and InstanceNumber contradict each other",
    ),
}


@pytest.mark.parametrize(("tags", "said"), UNCLEAR.values(), ids=UNCLEAR)
def test_what_can_be_read_in_two_ways_is_refused(tags, said, four_d):
    with pytest.raises(UserError, match=f"several acquisitions: 10 slice positions occur more than once.*{said}"):
        open_study(four_d(tags))


def test_positions_that_occur_a_different_number_of_times_are_refused(four_d):
    folder = four_d(lambda t, k: {"InstanceNumber": 1 + t * N + k}, leave_out={(1, 4), (2, 2)})
    with pytest.raises(UserError, match="and not every position equally often"):
        open_study(folder)


def test_images_beside_each_other_are_not_stacked(four_d, along_z):
    aside = [[x + 30.0, y, z] for x, y, z in along_z(N)]
    folder = four_d(lambda t, k: {"InstanceNumber": t * N + k} | ({"ImagePositionPatient": aside[k]} if t else {}), 2)
    with pytest.raises(UserError, match="do not lie on top of each other"):
        open_study(folder)


def test_a_dynamic_scan_that_was_stopped_keeps_its_whole_volumes(four_d, ct_array):
    folder = four_d(lambda t, k: {"TemporalPositionIdentifier": t + 1}, leave_out={(2, 3), (2, 4)})
    listed = scan_folder(folder)
    assert [(info.part, info.n_slices) for info in listed.series] == [
        ("TemporalPositionIdentifier 1", 5), ("TemporalPositionIdentifier 2", 5), ("TemporalPositionIdentifier 3", 3),
    ]  # fmt: skip
    assert np.array_equal(read_series(listed.series[2])[0].array, ct_array[:3] + 2)


def test_numbers_that_part_the_scan_lengthwise_do_not_make_volumes_of_crumbs(four_d):
    with pytest.raises(UserError, match="several acquisitions"):
        open_study(four_d(lambda t, k: {"AcquisitionNumber": 1 + (t * N + 2 * k) % 7}))


def test_two_tags_together_or_a_tag_and_an_order(four_d, ct_array):
    def tags(t, k):
        return {"EchoTime": 10 + 70 * (t % 2), "FlipAngle": 5 + 10 * (t // 2), "Modality": "MR"}

    found = {info.part: info for info in scan_folder(four_d(tags, 4)).series}
    assert list(found) == [f"echo time {e}, FlipAngle {a}" for e in (10, 80) for a in (5, 15)]
    assert np.array_equal(read_series(found["echo time 80, FlipAngle 5"])[0].array, ct_array + 1)


def test_directions_of_one_b_value_are_volumes_in_order(four_d, ct_array):
    def tags(t, k):
        return {"DiffusionBValue": 1000 * (t > 0), "InstanceNumber": 1 + t * N + k, "Modality": "MR"}

    series = scan_folder(four_d(tags, 13)).series
    names = ["b value 0", *(f"b value 1000, volume {t} of 12" for t in range(1, 13))]
    assert [info.part for info in series] == names
    assert all(np.array_equal(read_series(info)[0].array, ct_array + t) for t, info in enumerate(series))


def test_one_slice_over_time_is_a_choice_of_pictures(dicom_series, along_z, ct_array, tmp_path):
    dicom_series(tmp_path, ct_array, along_z(1) * N)
    assert [info.part for info in scan_folder(tmp_path).series] == [f"volume {k + 1} of 5" for k in range(N)]
    assert np.array_equal(open_study(tmp_path, pick=4).image.array, ct_array[3:4])


def test_frames_of_an_enhanced_file_are_in_order(enhanced_file, along_z, ct_array, tmp_path):
    path = enhanced_file(tmp_path / "e.dcm", np.concatenate([ct_array, ct_array + 1]), along_z(N) * 2)
    assert np.array_equal(open_study(path, pick=2).image.array, ct_array + 1)


def test_the_choice_by_number(four_d, ct_array):
    folder = four_d(lambda t, k: {"InstanceNumber": t * N + k})
    with pytest.raises(SeveralSeries, match=r"holds 3 images \(1: CT thorax, volume 1 of 3, .*number with --series"):
        open_study(folder)
    assert np.array_equal(open_study(folder, pick=3).image.array, ct_array + 2)
    for number in (0, 4, -1):
        with pytest.raises(UserError, match=rf"no series {number}\. Choose one of 1 to 3"):
            open_study(folder, pick=number)


def test_a_number_for_the_only_image(dicom_series, along_z, ct_array, tmp_path):
    dicom_series(tmp_path, ct_array, along_z(N))
    assert np.array_equal(open_study(tmp_path, pick=1).image.array, ct_array)
    with pytest.raises(UserError, match=r"it holds one image\. Leave out --series"):
        open_study(tmp_path, pick=2)
