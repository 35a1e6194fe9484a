"""Several images opened together: cases of a worklist, or channels of one scan."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from proseg_gui.io.open import Candidate
from proseg_gui.jobs import no_progress
from proseg_gui.review.inputs import (
    as_channels,
    can_be_channels,
    candidate_of,
    item_of,
    likely_channels,
    one_a_patient,
    openable,
)
from proseg_gui.review.keeper import item_of as kept_item
from proseg_gui.review.keeper import plain_item


def _image(path: Path, value: int, spacing: float = 1.0) -> Path:
    image = sitk.GetImageFromArray(np.full((4, 8, 8), value, np.int16))
    image.SetSpacing((spacing, spacing, 3.0))
    sitk.WriteImage(image, str(path))
    return path


def test_two_files_become_channels_on_the_first_ones_grid(tmp_path) -> None:
    paths = [_image(tmp_path / "a.nii.gz", 10), _image(tmp_path / "b.nii.gz", 20, spacing=1.2)]
    study = as_channels(openable(paths, no_progress, None), no_progress, None)
    assert len(study.channels) == 2
    first, second = study.channels.values()
    assert first.geometry == second.geometry and int(second.array[2, 4, 4]) == 20
    assert list(study.channels) == ["a", "b"]
    assert study.notices, "that one was resampled is said"


def test_images_on_one_grid_are_likely_channels(tmp_path) -> None:
    a, b, c = (_image(tmp_path / name, 1, size) for name, size in (("a.nii", 1.0), ("b.nii.gz", 1.0), ("c.nii", 1.5)))
    assert likely_channels(openable([a, b], no_progress, None))
    assert not likely_channels(openable([a, c], no_progress, None))
    assert can_be_channels(openable([a, c], no_progress, None))
    (tmp_path / "there").mkdir()
    elsewhere = _image(tmp_path / "there" / "d.nii", 1)
    assert not can_be_channels(openable([a, elsewhere], no_progress, None)), "most likely another patient"
    b.write_bytes(b"\x5c\x01" + bytes(400))
    assert not likely_channels([replace(openable([a], no_progress, None)[0], path=path) for path in (a, b)])


def test_channels_are_found_again(tmp_path) -> None:
    paths = [_image(tmp_path / "a.nii.gz", 10), _image(tmp_path / "b.nii.gz", 20)]
    item = item_of(*openable(paths, no_progress, None))
    again = kept_item(json.loads(json.dumps(plain_item(item))))
    assert again == item and again.key != item_of(openable(paths[:1], no_progress, None)[0]).key
    found = [candidate_of(one, no_progress, None) for one in (again, *again.others)]
    assert list(as_channels(found, no_progress, None).channels) == ["a", "b"]


def test_a_folder_of_nifti_folders_is_a_list_of_cases(tmp_path) -> None:
    for name in ("p1", "p2"):
        (tmp_path / name).mkdir()
        _image(tmp_path / name / "image.nii.gz", 1)
    found = openable([tmp_path], no_progress, None)
    assert [(one.kind, one.path.name) for one in found] == [("case", "p1"), ("case", "p2")]
    for name in ("t1", "t2"):
        (tmp_path / "q").mkdir(exist_ok=True)
        _image(tmp_path / "q" / f"{name}.nii.gz", 1)
    assert [one.path.name for one in openable([tmp_path / "q"], no_progress, None)] == ["t1.nii.gz", "t2.nii.gz"]


def test_one_series_of_each_patient_is_a_list_of_cases() -> None:
    def of(*groups: str) -> list[Candidate]:
        return [Candidate("series", Path("x"), "CT", group=group) for group in groups]

    assert one_a_patient(of("Patient 1 / study 2020-01-01", "Patient 2 / study 2020-01-01"))
    assert not one_a_patient(of("Patient 1 / study 2020-01-01", "Patient 1 / study 2021-01-01"))
    assert not one_a_patient(of("Patient 1 / study 2020-01-01"))
    assert not one_a_patient(of("", ""))
