"""Siemens mosaics: every tile at its place, computed by hand; what does not say its place is refused by name."""

from __future__ import annotations

import struct

import numpy as np
import pydicom
import pytest
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian, RLELossless

from proseg_gui.errors import UserError
from proseg_gui.io.export import export_masks
from proseg_gui.io.open import SeveralSeries, find_inputs, open_study
from proseg_gui.volume import Mask

COUNT, ROWS, COLUMNS, SIDE = 7, 20, 24, 3  # two of the nine tiles stay black
DX, DY, STEP = 1.5, 2.0, 3.5
VALUES = (np.arange(COUNT * ROWS * COLUMNS).reshape(COUNT, ROWS, COLUMNS) % 4001 + 1).astype(np.uint16)
PLAIN = (np.array([1.0, 0, 0]), np.array([0.0, 1, 0]))
A, B = np.radians(20), np.radians(-35)
OBLIQUE = (
    np.array([np.cos(A), np.sin(A), 0.0]),
    np.array([-np.sin(A) * np.cos(B), np.cos(A) * np.cos(B), np.sin(B)]),
)
CORNER = np.array([-31.25, 17.5, 42.0])
"""Where the first slice's first voxel is."""


def _csa(entries, newer=True):
    """A CSA header with ``{name: values}``, in one of its two versions."""
    out = (b"SV10\4\3\2\1" if newer else b"") + struct.pack("<II", len(entries), 77)
    for name, values in entries.items():
        items = list(values) + [""] * (6 - len(values))
        out += name.encode().ljust(64, b"\0") + struct.pack("<i4siii", len(values), b"FD", 3, len(items), 77)
        for item in items:
            text = item.encode() + b"\0" if item else b""
            # the older version counts from the first entry's number of items
            counts = (len(text), len(text), 77, len(text)) if newer else (len(text) + 6, 77, 0, 0)
            out += struct.pack("<4i", *counts) + text.ljust((len(text) + 3) // 4 * 4, b"\0")
    return out


@pytest.fixture
def mosaic(dicom_series, tmp_path):
    """A writer of mosaics of VALUES; keywords change or remove what they hold."""

    def write(
        axes=PLAIN, side_of_normal=1, newer=True, private=True, image_type="MOSAIC", csa=None, values=VALUES, **tags
    ):
        along_row, along_column = axes
        full = np.zeros((SIDE * ROWS, SIDE * COLUMNS), values.dtype)
        for k, one in enumerate(values):
            full[k // SIDE * ROWS :, k % SIDE * COLUMNS :][:ROWS, :COLUMNS] = one
        # Siemens: the corner of the whole picture as if it were centred on the first slice
        corner = CORNER - along_row * DX * (SIDE * COLUMNS - COLUMNS) / 2 - along_column * DY * (SIDE * ROWS - ROWS) / 2
        given = {
            "Modality": "MR", "ImageType": ["ORIGINAL", "PRIMARY", "M", "ND", image_type], "PixelSpacing": [DY, DX],
            "ImageOrientationPatient": [f"{v:.12g}" for v in (*along_row, *along_column)], "SpacingBetweenSlices": STEP,
            "RescaleSlope": None, "RescaleIntercept": None,
        } | tags  # fmt: skip
        folder = tmp_path / "mr"
        number = len(list(folder.glob("*.dcm"))) if folder.exists() else 0
        (path,) = dicom_series(folder, full[None], [[f"{v:.12g}" for v in corner]], [f"{number}.dcm"], **given)
        ds = pydicom.dcmread(path)
        if private:
            ds.private_block(0x0019, "SIEMENS MR HEADER", create=True).add_new(0x0A, "US", COUNT)
        if csa is None:
            normal = np.cross(*axes) * side_of_normal
            csa = {"EchoLinePosition": ["64"], "NumberOfImagesInMosaic": [f"{COUNT}"], "SliceMeasurementDuration": [],
                   "SliceNormalVector": [f"{v:.8f}" for v in normal], "ProtocolSliceNumber": ["0"]}  # fmt: skip
        if csa:
            block = ds.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
            block.add_new(0x10, "OB", _csa(csa, newer))
        ds.save_as(path, enforce_file_format=True)
        return path

    return write


def _check(study, axes, side, values=VALUES):
    """Every voxel of every slice is where the scanner had it, by the definition of the tags."""
    k, row, column = np.indices(values.shape)
    normal = np.cross(*axes) * side
    at = CORNER + column[..., None] * DX * axes[0] + row[..., None] * DY * axes[1] + k[..., None] * STEP * normal
    index = study.geometry.world_to_index(at)
    whole = np.rint(index).astype(int)
    assert np.abs(index - whole).max() < 1e-6
    assert np.array_equal(study.image.array[tuple(np.moveaxis(whole, -1, 0))], values)
    assert study.geometry.shape == values.shape and not study.geometry.is_sheared
    assert study.geometry.spacing_mm == pytest.approx((STEP, DY, DX))


@pytest.mark.parametrize("newer", [True, False])
@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("axes", [PLAIN, OBLIQUE])
def test_every_tile_is_at_its_place(axes, side, newer, mosaic, tmp_path):
    mosaic(axes, side, newer)
    study = open_study(tmp_path / "mr")
    _check(study, axes, side)
    assert study.notices == ("A Siemens mosaic was unfolded: its 7 tiles were put at their places as slices.",)


@pytest.mark.parametrize("syntax", [RLELossless, ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_other_syntaxes(syntax, mosaic, tmp_path):
    path = mosaic(OBLIQUE)
    ds = pydicom.dcmread(path)
    if syntax.is_encapsulated:
        ds.compress(syntax, generate_instance_uid=False)
    elif syntax == ExplicitVRBigEndian:
        ds.PixelData = ds.pixel_array.astype(">u2").tobytes()
    ds.file_meta.TransferSyntaxUID = syntax
    pydicom.filewriter.dcmwrite(
        path, ds, implicit_vr=syntax.is_implicit_VR, little_endian=syntax.is_little_endian, overwrite=True
    )
    _check(open_study(tmp_path / "mr"), OBLIQUE, 1)


@pytest.mark.parametrize("how", [{"private": False}, {"csa": {"SliceNormalVector": ["0", "0", "1"]}}])
def test_the_number_of_tiles_may_stand_in_either_place(how, mosaic, tmp_path):
    mosaic(**how)
    _check(open_study(tmp_path / "mr"), PLAIN, 1)


def test_a_time_series_of_mosaics_is_a_choice_of_its_volumes(mosaic, tmp_path):
    mosaic(AcquisitionNumber=1)
    mosaic(AcquisitionNumber=2, values=VALUES[:, ::-1].copy())
    with pytest.raises(SeveralSeries) as several:
        open_study(tmp_path / "mr")
    assert [c.series.n_slices for c in several.value.candidates] == [7, 7]
    _check(open_study(tmp_path / "mr", pick=2), PLAIN, 1, VALUES[:, ::-1])


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"csa": {}}, "7 slices in one picture.*SliceNormalVector is missing"),
        ({"csa": {}, "private": False}, "does not say how many slices"),
        ({"csa": {"SliceNormalVector": ["0", "1", "0"]}}, "contradicts its orientation"),
        ({"csa": {"SliceNormalVector": ["0", "0", "1"], "ProtocolSliceNumber": ["6"]}}, "numbered backwards"),
        ({"SpacingBetweenSlices": None}, "SpacingBetweenSlices is missing"),
        ({"image_type": "NORM"}, "its ImageType does not say so"),
        ({"image_type": "NORM", "private": False}, "its ImageType does not say so"),
        ({"csa": {"SliceNormalVector": ["0", "x", "1"]}}, "SliceNormalVector is missing"),
    ],
)
def test_a_mosaic_that_cannot_be_placed_is_refused_by_name(how, said, mosaic, tmp_path):
    mosaic(**how)
    with pytest.raises(UserError, match=f"this is a Siemens mosaic.*{said}") as error:
        open_study(tmp_path / "mr")
    assert error.value.path == tmp_path / "mr" / "0.dcm" and "dcm2niix" in error.value.remedy


def test_tiles_must_part_the_picture(mosaic, tmp_path):
    path = mosaic()
    ds = pydicom.dcmread(path)
    ds.Rows -= 1
    ds.PixelData = ds.PixelData[: ds.Rows * ds.Columns * 2]
    ds.save_as(path)
    with pytest.raises(UserError, match=r"mosaic.*72 x 59 pixels do not part into 3 x 3 tiles"):
        open_study(tmp_path / "mr")


def test_a_damaged_csa_header_is_a_refusal(mosaic, tmp_path):
    path = mosaic()
    content = bytearray(path.read_bytes())
    at = content.index(b"SliceNormalVector\0")
    for where in (at + 64, at + 76, at + 84, at + 88):  # numbers of values and items, lengths
        damaged = content.copy()
        damaged[where : where + 4] = b"\xff\xff\xff\x7f"
        path.write_bytes(damaged)
        try:
            _check(open_study(tmp_path / "mr"), PLAIN, 1)
        except UserError as error:
            assert "SliceNormalVector" in str(error)


def test_slices_taken_apart_by_others_that_kept_private_tags_open_as_they_are(dicom_series, along_z, tmp_path):
    paths = dicom_series(
        tmp_path,
        VALUES[:3],
        along_z(3),
        Modality="MR",
        AcquisitionMatrix=[24, 0, 0, 20],
        ImageType=["ORIGINAL", "PRIMARY"],
    )
    for path in paths:
        ds = pydicom.dcmread(path)
        ds.private_block(0x0019, "SIEMENS MR HEADER", create=True).add_new(0x0A, "US", COUNT)
        ds.save_as(path)
    assert np.array_equal(open_study(tmp_path).image.array, VALUES[:3])


def test_the_grid_of_united_imaging_is_refused_by_name(dicom_series, along_z, tmp_path):
    (path,) = dicom_series(tmp_path, VALUES[:1], along_z(1), Modality="MR")
    ds = pydicom.dcmread(path)
    ds.private_block(0x0065, "Image Private Header", create=True).add_new(0x50, "DS", "25")
    ds.save_as(path)
    with pytest.raises(UserError, match=r"United Imaging mosaic .25 slices in one picture"):
        open_study(tmp_path)


def test_exports_refer_to_the_patient_and_to_no_slice_of_the_mosaic(mosaic, tmp_path):
    mosaic()
    study = open_study(tmp_path / "mr")
    assert study.image.dicom is None and study.image.origin.patient["PatientID"] == "PID-7"
    drawn = Mask(study.image.array > 2000, study.geometry)
    (path,) = export_masks(study, [("a", drawn)], "rtstruct", tmp_path / "out" / "rs.dcm")
    written = pydicom.dcmread(path)
    assert written.PatientID == "PID-7" and study.image.origin.sop_instance_uids[0] not in str(written)


def test_a_mosaic_among_other_series_does_not_keep_them_from_opening(mosaic, dicom_series, along_z, ct_array, tmp_path):
    mosaic(csa={})
    dicom_series(tmp_path / "mr" / "ct", ct_array, along_z(5), SeriesInstanceUID="1.2.9")
    found = find_inputs(tmp_path / "mr")
    assert [("mosaic" in c.problem) for c in found] == [False, True]
