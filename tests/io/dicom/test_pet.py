"""PET: SUV by body weight only with every tag that it needs, checked against the formula worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import PositronEmissionTomographyImageStorage

from proseg_gui.io.dicom.reading import read_series, scan_folder


def _tags(**changed):
    injection = Dataset()
    injection.RadionuclideTotalDose = 400e6
    injection.RadionuclideHalfLife = 6600.0
    injection.RadiopharmaceuticalStartTime = "090000"
    tags = {
        "Modality": "PT",
        "SOPClassUID": PositronEmissionTomographyImageStorage,
        "Units": "BQML",
        "CorrectedImage": ["ATTN", "DECY", "SCAT"],
        "DecayCorrection": "START",
        "SeriesDate": "20200102",
        "SeriesTime": "105000",
        "AcquisitionDate": "20200102",
        "AcquisitionTime": "105000.00",
        "PatientWeight": 80.0,
        "RadiopharmaceuticalInformationSequence": [injection],
        "WindowCenter": 1000,
        "WindowWidth": 2000,
    }
    return tags | changed, injection


def _read(folder):
    volume, notices = read_series(scan_folder(folder).series[0])
    return volume, " ".join(notices)


def test_suv_after_one_half_life_is_twice_that_of_the_injected_dose(tmp_path, dicom_series, along_z, ct_array):
    tags, _ = _tags()
    stored = np.abs(ct_array)
    dicom_series(tmp_path, stored, along_z(5), slice_tags=[{"RescaleSlope": k + 1.0} for k in range(5)], **tags)
    volume, notices = _read(tmp_path)
    factor = 80_000.0 / 200e6  # 6600 s from 09:00 to 10:50: half of the dose is left
    expected = stored * (np.arange(5) + 1.0)[:, None, None] * factor
    assert np.allclose(volume.array, expected, rtol=1e-6) and volume.unit == "SUVbw"
    assert "SUV by body weight" in notices and np.allclose(volume.window, (1000 * factor, 2000 * factor))


def test_admin_correction_needs_no_times(tmp_path, dicom_series, along_z, ct_array):
    tags, injection = _tags(DecayCorrection="ADMIN")
    del injection.RadiopharmaceuticalStartTime
    dicom_series(tmp_path, ct_array, along_z(5), **tags)
    volume, _ = _read(tmp_path)
    assert np.allclose(volume.array, ct_array * (80_000.0 / 400e6))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"PatientWeight": None}, "tag PatientWeight missing"),
        ({"DecayCorrection": None}, "tag DecayCorrection missing"),
        ({"DecayCorrection": "NONE"}, "DecayCorrection is NONE"),
        ({"CorrectedImage": ["ATTN"]}, "does not list DECY"),
        ({"RadiopharmaceuticalInformationSequence": None}, "tag RadiopharmaceuticalInformationSequence missing"),
        ({"SeriesTime": "120000"}, "SeriesTime is later than the acquisition"),
        ({"SeriesTime": "0850", "AcquisitionTime": "0850"}, "injection is later than the scan"),
        ({"SeriesTime": "noon"}, "malformed"),
        ({"PatientWeight": 0}, "not positive"),
    ],
)
def test_without_a_tag_values_stay_and_the_tag_is_named(tmp_path, dicom_series, along_z, ct_array, changed, said):
    tags, _ = _tags(**changed)
    dicom_series(tmp_path, ct_array, along_z(5), **tags)
    volume, notices = _read(tmp_path)
    assert np.array_equal(volume.array, ct_array) and volume.unit == "BQML"
    assert "No SUV" in notices and said in notices


def test_a_dose_without_its_amount_and_other_units(tmp_path, dicom_series, along_z, ct_array):
    tags, injection = _tags()
    del injection.RadionuclideTotalDose
    dicom_series(tmp_path / "a", ct_array, along_z(5), **tags)
    assert "tag RadionuclideTotalDose missing" in _read(tmp_path / "a")[1]
    tags, _ = _tags(Units="CNTS")
    dicom_series(tmp_path / "b", ct_array, along_z(5), **tags)
    volume, notices = _read(tmp_path / "b")
    assert "the values are in CNTS" in notices and volume.unit == "CNTS"
    tags, _ = _tags(Units="GML")
    dicom_series(tmp_path / "c", ct_array, along_z(5), **tags)
    volume, _ = _read(tmp_path / "c")
    assert volume.unit == "SUVbw" and np.array_equal(volume.array, ct_array)
