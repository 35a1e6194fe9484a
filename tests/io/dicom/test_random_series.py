"""Random series and random masks, read, exported in every format, and read back by arithmetic of this file only.

``pytest -m heavy tests/io/test_random_series.py``. pydicom and nibabel take the files apart; where a pixel lies,
whether its centre is inside a contour and which slice a frame belongs to is worked out here, from the series' own tags.
The seed of a series is in the message of whatever fails: ``check(seed, folder)`` makes it again.
"""

from __future__ import annotations

from dataclasses import dataclass

import nibabel as nib
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, MRImageStorage, generate_uid

from proseg_gui.errors import UserError
from proseg_gui.io.contours.reading import read_masks
from proseg_gui.io.export import export_masks
from proseg_gui.io.open import open_study
from proseg_gui.volume import Mask

pytestmark = pytest.mark.heavy
SERIES_A_TEST = 50
AXIAL = np.array([[1.0, 0, 0], [0, 1, 0]])
CORONAL, SAGITTAL = np.array([[1.0, 0, 0], [0, 0, -1]]), np.array([[0, 1.0, 0], [0, 0, -1]])


@dataclass
class Scan:
    """What was written, slice by slice along the normal: tags as numbers, and stored values."""

    rows: np.ndarray  # (3,) direction of growing column index
    columns: np.ndarray  # (3,) direction of growing row index
    spacing: tuple[float, float]  # between rows, between columns
    places: np.ndarray  # (n, 3)
    values: np.ndarray  # (n, rows, columns)
    uids: list[str]
    tolerance_mm: float  # one unit of the last digit of the positions: even steps cannot be rounded evenly


def text(value: float, digits: int) -> str:
    """``value`` as a scanner writes it: with so many significant digits, in at most 16 characters."""
    return f"{float(f'{value:.{digits}g}'):.10f}".rstrip("0").rstrip(".")[:16]


def make_scan(rng: np.random.Generator, folder) -> Scan:
    n, height, width = int(rng.integers(1, 9)), int(rng.integers(8, 40)), int(rng.integers(8, 40))
    scale = 10.0 ** rng.uniform(-0.5, 0.6) if rng.random() < 0.9 else 10.0 ** rng.uniform(-2.0, -1.0)
    spacing = (round(scale, 5), round(scale * (1.0 if rng.random() < 0.5 else rng.uniform(0.5, 2.0)), 5))
    plane = [AXIAL, CORONAL, SAGITTAL, None][rng.integers(4)]
    if plane is None:
        plane = np.linalg.qr(rng.normal(size=(3, 3)))[0][:2]
    if rng.random() < 0.2:
        plane = plane[::-1]  # the normal points the other way
    if rng.random() < 0.2:
        plane = plane * np.array([[-1.0], [1.0]])  # prone, or read out the other way
    digits = int(rng.choice([6, 8, 14]))
    cosines = [text(value, max(digits, 7)) for value in plane.ravel()]
    rows, columns = np.array([float(value) for value in cosines]).reshape(2, 3)
    rows, columns = rows / np.linalg.norm(rows), columns / np.linalg.norm(columns)
    normal = np.cross(rows, columns)
    step = scale * rng.uniform(0.8, 4.0)
    heights = step * np.arange(n)
    if n > 2 and rng.random() < 0.25:
        heights = np.cumsum(step * rng.choice([1.0, 1.0, 1.0, 2.0, 1.3], n))
    lean = rng.normal(size=2) * (rng.random() < 0.25) * 0.3
    start = rng.uniform(-300, 300, 3) * min(1.0, scale * 3)
    places = start + heights[:, None] * (normal + lean[0] * rows + lean[1] * columns)
    written = [[text(value, digits) for value in place] for place in places]
    places = np.array([[float(value) for value in place] for place in written])
    modality = str(rng.choice(["CT", "MR"]))
    signed = bool(rng.random() < 0.5)
    kind = np.int16 if signed else np.uint16
    values = rng.integers(-1000 if signed else 0, 3000, (n, height, width)).astype(kind)
    uids = [generate_uid() for _ in range(n)]
    study = [generate_uid() for _ in range(3)]
    folder.mkdir()
    for number, k in enumerate(rng.permutation(n)):
        ds = Dataset()
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.SOPClassUID = MRImageStorage if modality == "MR" else CTImageStorage
        ds.SOPInstanceUID, ds.Modality = uids[k], modality
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = study
        ds.PatientName, ds.PatientID, ds.StudyDate, ds.StudyTime = "R^S", "7", "20200102", "101112"
        ds.InstanceNumber = int(rng.integers(1, 999))
        ds.PixelSpacing, ds.SliceThickness = [f"{value:.5f}" for value in spacing], text(step, 6)
        ds.ImageOrientationPatient, ds.ImagePositionPatient = cosines, written[k]
        ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.PhotometricInterpretation = height, width, 1, "MONOCHROME2"
        ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, int(signed)
        ds.RescaleSlope, ds.RescaleIntercept = 1, 0
        ds.PixelData = values[k].tobytes()
        ds["PixelData"].VR = "OW"
        ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPClassUID, uids[k]
        ds.save_as(folder / f"{number:03d}.dcm", enforce_file_format=True)
    rounding = max(10.0 ** (np.floor(np.log10(max(abs(v), 1e-9))) + 1 - digits) for v in places.ravel())
    return Scan(rows, columns, spacing, places, values, uids, float(rounding))


def make_masks(rng: np.random.Generator, shape: tuple[int, int, int]) -> dict[str, np.ndarray]:
    """Blobs with holes and islands, noise, crumbs, and what touches the border; one may be empty."""
    z, y, x = np.mgrid[: shape[0], : shape[1], : shape[2]].astype(float)
    blob = np.zeros(shape, bool)
    for add in (True, True, False, True):
        centre = rng.uniform(-2, np.array(shape) + 2)
        size = rng.uniform(1.0, np.array([3.0, shape[1] / 2, shape[2] / 2]))
        inside = sum(((a - c) / s) ** 2 for a, c, s in zip((z, y, x), centre, size, strict=True)) < 1
        blob = blob | inside if add else blob & ~inside
    noise = rng.random(shape) < rng.uniform(0.1, 0.9)
    crumbs = rng.random(shape) < 0.03
    border = np.ones(shape, bool)
    border[:, 1:-1, 1:-1] = rng.random() < 0.3
    return {"blob": blob, "noise": noise, "crumbs": crumbs, "border": border}


def inside(points: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Even-odd rule at every pixel centre for a closed polygon ``(n, 2)`` of (column, row)."""
    found = np.zeros(shape, bool)
    centres = np.arange(shape[1], dtype=float)
    for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        low, high = sorted((y0, y1))
        for row in range(max(0, int(np.ceil(low))), min(shape[0] - 1, int(np.floor(high))) + 1):
            if low <= row < high:
                found[row] ^= centres < x0 + (row - y0) * (x1 - x0) / (y1 - y0)
    return found


def masks_of_rtstruct(path, scan: Scan) -> dict[str, np.ndarray]:
    ds = pydicom.dcmread(path)
    names = {int(item.ROINumber): str(item.ROIName) for item in ds.StructureSetROISequence}
    shape = scan.values.shape
    found = {name: np.zeros(shape, bool) for name in names.values()}
    normal = np.cross(scan.rows, scan.columns)
    for item in ds.ROIContourSequence:
        for contour in item.get("ContourSequence", []):
            assert contour.ContourGeometricType == "CLOSED_PLANAR"
            assert all(len(value) <= 16 for value in map(str, contour.ContourData))
            k = scan.uids.index(contour.ContourImageSequence[0].ReferencedSOPInstanceUID)
            away = np.array(contour.ContourData, float).reshape(-1, 3) - scan.places[k]
            off = np.abs(away @ normal).max()
            assert off <= max(np.sqrt(3) * scan.tolerance_mm, 1e-6), f"contour {off} mm off its slice's plane"
            points = np.stack([away @ scan.rows / scan.spacing[1], away @ scan.columns / scan.spacing[0]], axis=1)
            found[names[int(item.ReferencedROINumber)]][k] ^= inside(points, shape[1:])
    return found


def masks_of_seg(path, scan: Scan) -> dict[str, np.ndarray]:
    ds = pydicom.dcmread(path)
    names = {int(item.SegmentNumber): str(item.SegmentLabel) for item in ds.SegmentSequence}
    found = {name: np.zeros(scan.values.shape, bool) for name in names.values()}
    rows, columns = int(ds.Rows), int(ds.Columns)
    assert (rows, columns) == scan.values.shape[1:]
    count = int(ds.NumberOfFrames)
    bits = np.unpackbits(np.frombuffer(ds.PixelData, np.uint8), bitorder="little")[: count * rows * columns]
    shared = ds.SharedFunctionalGroupsSequence[0]
    spacing = np.array(shared.PixelMeasuresSequence[0].PixelSpacing, float)
    assert np.abs(spacing - scan.spacing).max() <= 1e-6
    for frame, group in zip(bits.reshape(count, rows, columns), ds.PerFrameFunctionalGroupsSequence, strict=True):
        place = np.array(group.PlanePositionSequence[0].ImagePositionPatient, float)
        orientation = (group if "PlaneOrientationSequence" in group else shared).PlaneOrientationSequence[0]
        turned = np.array(orientation.ImageOrientationPatient, float).reshape(2, 3)
        assert np.abs(turned - [scan.rows, scan.columns]).max() <= 1e-6
        k = int(np.linalg.norm(scan.places - place, axis=1).argmin())
        off = np.abs(scan.places[k] - place).max()
        assert off <= max(scan.tolerance_mm, 1e-6), f"frame {off} mm off its slice"
        source = group.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
        assert source == scan.uids[k]
        name = names[int(group.SegmentIdentificationSequence[0].ReferencedSegmentNumber)]
        assert not (found[name][k] & frame.astype(bool)).any()
        found[name][k] |= frame.astype(bool)
    return found


def mask_of_nifti(path, scan: Scan, even: bool) -> np.ndarray:
    image = nib.load(path)
    stored = np.asarray(image.dataobj)
    assert stored.dtype == np.uint8 and set(np.unique(stored)) <= {0, 1}
    n, height, width = scan.values.shape
    assert stored.shape == (width, height, n)
    if even:  # an uneven series has no affine; first and last slice are where they are
        corners = np.array([[i, j, k] for i in (0, width - 1) for j in (0, height - 1) for k in range(n)], float)
    else:
        corners = np.array([[i, j, k] for i in (0, width - 1) for j in (0, height - 1) for k in (0, n - 1)], float)
    world = corners @ image.affine[:3, :3].T + image.affine[:3, 3]
    i, j, k = corners.T
    want = (
        scan.places[k.astype(int)]
        + np.outer(i * scan.spacing[1], scan.rows)
        + np.outer(j * scan.spacing[0], scan.columns)
    )
    off = np.abs(world * [-1, -1, 1] - want).max()
    assert off <= 1e-3 + scan.tolerance_mm, f"NIfTI corner {off} mm off"
    return stored.transpose(2, 1, 0).astype(bool)


def check(seed: int, folder) -> None:
    """One series with its masks, through everything."""
    rng = np.random.default_rng(seed)
    scan = make_scan(rng, folder / "series")
    study = open_study(folder / "series")
    volume = study.image
    assert np.array_equal(volume.array, scan.values), "voxels"
    assert volume.dicom.sop_instance_uids == tuple(scan.uids), "order"
    off = np.abs(volume.geometry.slice_origins() - scan.places).max()
    assert off <= max(scan.tolerance_mm, 1e-9), f"slices {off} mm off"
    masks = make_masks(rng, scan.values.shape)
    named = [(name, Mask(array, volume.geometry)) for name, array in masks.items()]
    export_masks(study, named, "rtstruct", folder / "rt.dcm")
    for name, array in masks_of_rtstruct(folder / "rt.dcm", scan).items():
        assert np.array_equal(array, masks[name]), f"RTSTRUCT, {name}: {np.count_nonzero(array != masks[name])} differ"
    full = [(name, mask) for name, mask in named if mask.array.any()]
    export_masks(study, full, "seg", folder / "seg.dcm")
    for name, array in masks_of_seg(folder / "seg.dcm", scan).items():
        assert np.array_equal(array, masks[name]), f"SEG, {name}: {np.count_nonzero(array != masks[name])} differ"
    export_masks(study, named, "nifti", folder / "nifti")
    for name, array in masks.items():
        stored = mask_of_nifti(folder / "nifti" / f"{name}.nii.gz", scan, volume.geometry.is_even)
        assert np.array_equal(stored, array), f"NIfTI, {name}: {np.count_nonzero(stored != array)} differ"
    for path in (folder / "rt.dcm", folder / "seg.dcm", folder / "nifti" / "blob.nii.gz"):
        for mask in read_masks(path, volume, []):
            assert np.array_equal(mask.array, masks[mask.name]), f"our reader, {path.name}, {mask.name}"


@pytest.mark.parametrize("first", range(0, 400, SERIES_A_TEST))
def test_every_voxel_of_random_series_comes_back(first, tmp_path):
    failures = []
    for seed in range(first, first + SERIES_A_TEST):
        (tmp_path / str(seed)).mkdir()
        try:
            check(seed, tmp_path / str(seed))
        except (AssertionError, UserError) as error:
            failures.append(f"{seed}: {type(error).__name__} {error}"[:300])
    assert failures == []
