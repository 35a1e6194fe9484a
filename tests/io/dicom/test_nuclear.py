"""Nuclear medicine: reconstructed SPECT at its place, other kinds by name; pictures in colour are called so."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from proseg_gui.errors import UserError
from proseg_gui.io.open import SeveralSeries, find_inputs, open_study

N, ROWS, COLUMNS = 6, 9, 11
VALUES = (np.arange(N * ROWS * COLUMNS).reshape(N, ROWS, COLUMNS) * 3).astype(np.uint16)
FIRST = np.array([-20.0, -15.0, 50.0])
A = np.radians(25)
AXES = {
    "axial": (np.array([1.0, 0, 0]), np.array([0.0, 1, 0])),
    "feet first": (np.array([-1.0, 0, 0]), np.array([0.0, 1, 0])),
    "oblique": (np.array([np.cos(A), 0, -np.sin(A)]), np.array([0.0, 1, 0])),
}


@pytest.fixture
def spect(dicom_series, tmp_path):
    def write(axes="axial", step=-3.0, values=VALUES, kind="RECON TOMO", detectors=1, **tags):
        (path,) = dicom_series(
            tmp_path / "nm", values[:1], [[0, 0, 0]], Modality="NM", SOPClassUID="1.2.840.10008.5.1.4.1.1.20",
            ImageType=["ORIGINAL", "PRIMARY", kind, "EMISSION"], PixelSpacing=[2.0, 1.5], RescaleSlope=None,
            RescaleIntercept=None,
        )  # fmt: skip
        ds = pydicom.dcmread(path)
        del ds.ImagePositionPatient, ds.ImageOrientationPatient
        ds.NumberOfFrames, ds.SpacingBetweenSlices = len(values), step
        ds.DetectorInformationSequence = []
        for _ in range(detectors):
            item = Dataset()
            item.ImagePositionPatient = list(FIRST)
            item.ImageOrientationPatient = [f"{v:.12g}" for v in np.concatenate(AXES[axes])]
            ds.DetectorInformationSequence.append(item)
        ds.PixelData = np.ascontiguousarray(values).tobytes()
        for keyword, value in tags.items():
            if value is None:
                delattr(ds, keyword)
            else:
                setattr(ds, keyword, value)
        ds.save_as(path)
        return tmp_path / "nm"

    return write


def _check(study, axes, step, values=VALUES):
    """By PS3.3 C.8.4.15: the sign of the spacing says to which side of the first slice the others lie."""
    along_row, along_column = AXES[axes]
    k, row, column = np.indices(values.shape)
    at = FIRST + column[..., None] * 1.5 * along_row + row[..., None] * 2.0 * along_column
    at = at + k[..., None] * step * np.cross(along_row, along_column)
    index = study.geometry.world_to_index(at)
    whole = np.rint(index).astype(int)
    assert np.abs(index - whole).max() < 1e-6
    assert np.array_equal(study.image.array[tuple(np.moveaxis(whole, -1, 0))], values)


@pytest.mark.parametrize("step", [3.0, -3.0])
@pytest.mark.parametrize("axes", list(AXES))
def test_every_frame_is_at_its_place(axes, step, spect):
    study = open_study(spect(axes, step))
    _check(study, axes, step)
    assert study.image.modality == "NM" and study.image.dicom.frame_numbers


def test_the_slice_vector_orders_the_frames(spect):
    order = [3, 1, 6, 2, 5, 4]
    study = open_study(spect(values=VALUES[[k - 1 for k in order]], SliceVector=order))
    _check(study, "axial", -3.0)


def test_two_heads_at_one_place_and_energy_windows_apart(spect):
    both = np.concatenate([VALUES, VALUES[::-1]])
    folder = spect(values=both, detectors=2, SliceVector=[*range(1, 7)] * 2, EnergyWindowVector=[1] * 6 + [2] * 6)
    with pytest.raises(SeveralSeries, match=r"energy window 1.*energy window 2"):
        open_study(folder)
    _check(open_study(folder, pick=2), "axial", -3.0, VALUES[::-1])


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"kind": "WHOLE BODY"}, r"nuclear medicine \(NM\) image that is whole body; .*only reconstructed SPECT"),
        ({"kind": "TOMO"}, r"nuclear medicine \(NM\) image that is tomo"),
        ({"SpacingBetweenSlices": None}, "SpacingBetweenSlices"),
        ({"detectors": 0}, r"\(NM\) image without the tag ImagePositionPatient"),
        ({"SliceVector": [1, 2]}, "SliceVector.*malformed"),
    ],
)
def test_what_cannot_be_placed_is_refused_by_name(how, said, spect):
    with pytest.raises(UserError, match=said):
        open_study(spect(**how))


def test_detectors_at_several_places_are_refused(spect):
    folder = spect(detectors=2)
    ds = pydicom.dcmread(folder / "000.dcm")
    ds.DetectorInformationSequence[1].ImagePositionPatient = [0, 0, 0]
    ds.save_as(folder / "000.dcm")
    with pytest.raises(UserError, match="detectors lie at several places"):
        open_study(folder)


@pytest.mark.parametrize(
    ("modality", "sop_class", "said"),
    [
        ("US", "1.2.840.10008.5.1.4.1.1.6.1", "1 US colour image"),
        ("OT", "1.2.840.10008.5.1.4.1.1.7", "1 OT colour image"),
        ("XC", "1.2.840.10008.5.1.4.1.1.77.1.4", "1 XC colour image"),
        ("MR", "1.2.840.10008.5.1.4.1.1.7", "1 colour screen capture"),
    ],
)
def test_pictures_in_colour_are_called_so(modality, sop_class, said, dicom_series, tmp_path):
    (path,) = dicom_series(tmp_path / "us", VALUES[:1].astype(np.uint8), [[0, 0, 0]], Modality=modality,
                           SOPClassUID=sop_class, SamplesPerPixel=3, PlanarConfiguration=0,
                           PhotometricInterpretation="RGB", ImagePositionPatient=None)  # fmt: skip
    ds = pydicom.dcmread(path)
    ds.PixelData = b"\0" * (ROWS * COLUMNS * 3)
    ds.save_as(path)
    for what in (tmp_path / "us", path):
        with pytest.raises(UserError, match=said):
            find_inputs(what)
