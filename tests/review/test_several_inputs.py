"""Several images opened together: cases of a worklist, or channels of one scan."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk

from proseg_gui.io.open import Candidate
from proseg_gui.jobs import no_progress
from proseg_gui.review.inputs import as_channels, one_a_patient, openable


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
    assert study.notices, "that one was resampled is said"


def test_one_series_of_each_patient_is_a_list_of_cases() -> None:
    def of(*groups: str) -> list[Candidate]:
        return [Candidate("series", Path("x"), "CT", group=group) for group in groups]

    assert one_a_patient(of("Patient 1 / study 2020-01-01", "Patient 2 / study 2020-01-01"))
    assert not one_a_patient(of("Patient 1 / study 2020-01-01", "Patient 1 / study 2021-01-01"))
    assert not one_a_patient(of("Patient 1 / study 2020-01-01"))
    assert not one_a_patient(of("", ""))
