"""Small DICOM series and rasterisers made without the code under test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, EnhancedCTImageStorage, ExplicitVRLittleEndian, MRImageStorage, generate_uid


def _dicom_slice(stored: np.ndarray, tags: dict[str, Any]) -> Dataset:
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID = MRImageStorage if tags.get("Modality") == "MR" else CTImageStorage
    ds.SOPInstanceUID = generate_uid()
    ds.Modality = "CT"
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = "1.2.3", "1.2.3.4", "1.2.3.5"
    ds.PatientName, ds.PatientID, ds.PatientBirthDate, ds.PatientSex = "Secret^Name", "PID-7", "19700101", "F"
    ds.StudyDate, ds.StudyTime, ds.StudyID, ds.AccessionNumber = "20200102", "101112", "S1", "ACC1"
    ds.SeriesDescription, ds.SeriesNumber = "thorax", 3
    ds.PixelSpacing, ds.SliceThickness = [1.0, 1.0], 2.5
    ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    ds.Rows, ds.Columns = stored.shape
    bits = stored.dtype.itemsize * 8
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = bits, bits, bits - 1
    ds.PixelRepresentation = int(stored.dtype.kind == "i")
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.RescaleSlope, ds.RescaleIntercept = 1, 0
    ds.PixelData = np.ascontiguousarray(stored).astype(stored.dtype.newbyteorder("<")).tobytes()
    ds["PixelData"].VR = "OW"
    for keyword, value in tags.items():
        if value is not None:
            setattr(ds, keyword, value)
        elif keyword in ds:
            delattr(ds, keyword)
    ds.file_meta.MediaStorageSOPClassUID = ds.get("SOPClassUID", CTImageStorage)
    ds.file_meta.MediaStorageSOPInstanceUID = ds.get("SOPInstanceUID", "1.2")
    return ds


SeriesWriter = Callable[..., list[Path]]


@pytest.fixture
def dicom_series() -> SeriesWriter:
    """A writer of classic single-frame series.

    ``write(folder, array, positions, names=None, slice_tags=None, **tags)`` puts ``array[k]`` at ``positions[k]``
    into ``names[k]``; ``slice_tags[k]`` override ``tags`` for one slice; a value of ``None`` removes the tag.
    """

    def write(
        folder: Path,
        array: np.ndarray,
        positions: Sequence[Sequence[float]],
        names: Sequence[str] | None = None,
        slice_tags: Sequence[dict[str, Any]] | None = None,
        **tags: Any,
    ) -> list[Path]:
        folder.mkdir(parents=True, exist_ok=True)
        paths = []
        for k, stored in enumerate(array):
            own = {"ImagePositionPatient": list(positions[k]), "InstanceNumber": k + 1, **tags}
            own |= slice_tags[k] if slice_tags else {}
            path = folder / (names[k] if names else f"{k:03d}.dcm")
            _dicom_slice(stored, own).save_as(path, enforce_file_format=True)
            paths.append(path)
        return paths

    return write


@pytest.fixture
def along_z() -> Callable[..., list[list[float]]]:
    """Positions ``(x, y, z0 + k step)``."""

    def positions(n: int, step: float = 2.5, start: Sequence[float] = (-10.0, -20.0, 30.0)) -> list[list[float]]:
        return [[start[0], start[1], start[2] + k * step] for k in range(n)]

    return positions


@pytest.fixture
def ct_array() -> np.ndarray:
    """``(5, 6, 7)`` int16, every value different."""
    return (np.arange(5 * 6 * 7).reshape(5, 6, 7) * 7 - 700).astype(np.int16)


@pytest.fixture
def naive_fill() -> Callable[[list[np.ndarray], tuple[int, int]], np.ndarray]:
    """Even-odd ray casting, edge by edge, over all pixel centres: slow, plain, and not the code under test."""

    def fill(polygons: list[np.ndarray], shape: tuple[int, int]) -> np.ndarray:
        y, x = np.mgrid[: shape[0], : shape[1]].astype(float)
        inside = np.zeros(shape, bool)
        for polygon in polygons:
            for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
                if y0 == y1:
                    continue
                crosses = (y0 > y) != (y1 > y)
                inside ^= crosses & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
        return inside

    return fill


@pytest.fixture
def hard_masks() -> dict[str, np.ndarray]:
    """``(4, 12, 15)`` masks that are known to go wrong in contour writers."""
    shape = (4, 12, 15)

    def empty() -> np.ndarray:
        return np.zeros(shape, bool)

    masks = {name: empty() for name in ("block", "one voxel", "border", "hole", "nested", "corners", "lines", "gap")}
    masks["block"][1:3, 3:8, 4:11] = True
    masks["one voxel"][2, 5, 6] = True
    masks["border"][:, 0:3, 0:4] = True
    masks["border"][:, -2:, -5:] = True
    masks["hole"][1:3, 2:10, 2:12] = True
    masks["hole"][1:3, 4:6, 4:6] = False
    masks["hole"][1:3, 7, 8] = False
    masks["nested"][1, 1:11, 1:14] = True
    masks["nested"][1, 2:10, 2:13] = False
    masks["nested"][1, 4:8, 4:11] = True
    masks["nested"][1, 5:7, 5:10] = False
    masks["nested"][1, 6, 7] = True
    masks["corners"][0, ::2, ::2] = True
    masks["corners"][0, 1::2, 1::2] = True
    masks["corners"][1, 2:5, 2:5] = masks["corners"][1, 5:8, 5:8] = True
    masks["corners"][2] = True
    masks["corners"][2, 3, 3] = masks["corners"][2, 4, 4] = masks["corners"][2, 5, 3] = False
    masks["lines"][0, 6, :] = masks["lines"][1, :, 7] = True
    masks["gap"][0, 2:5, 2:5] = masks["gap"][3, 2:5, 2:5] = True
    masks["full"], masks["empty"] = np.ones(shape, bool), empty()
    masks["noise"] = np.random.default_rng(5).random(shape) < 0.5
    return masks


@pytest.fixture
def enhanced_file() -> Callable[..., Path]:
    """A writer of one enhanced multi-frame CT or MR file.

    ``write(path, array, positions, frame_groups=None, shared=None, **tags)``: frame ``k`` holds ``array[k]`` at
    ``positions[k]``; ``frame_groups[k]`` and ``shared`` map functional groups to their tags.
    """

    def sequence(groups: dict[str, dict[str, Any]]) -> Dataset:
        item = Dataset()
        for name, values in groups.items():
            part = Dataset()
            for keyword, value in values.items():
                setattr(part, keyword, value)
            setattr(item, name, [part])
        return item

    def write(
        path: Path,
        array: np.ndarray,
        positions: Sequence[Sequence[float]],
        frame_groups: Sequence[dict[str, Any]] | None = None,
        shared: dict[str, Any] | None = None,
        **tags: Any,
    ) -> Path:
        flat = ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness")
        flat += ("RescaleSlope", "RescaleIntercept")
        own = dict.fromkeys(flat) | {"SOPClassUID": EnhancedCTImageStorage} | tags
        ds = _dicom_slice(array[0], {**own, "NumberOfFrames": len(array)})
        groups = {
            "PlaneOrientationSequence": {"ImageOrientationPatient": [1, 0, 0, 0, 1, 0]},
            "PixelMeasuresSequence": {"PixelSpacing": [1.5, 1.0], "SliceThickness": 2.5},
        }
        ds.SharedFunctionalGroupsSequence = [sequence({**groups, **(shared or {})})]
        ds.PerFrameFunctionalGroupsSequence = [
            sequence(
                {
                    "PlanePositionSequence": {"ImagePositionPatient": list(position)},
                    "FrameContentSequence": {"StackID": "1", "InStackPositionNumber": k + 1},
                    **(frame_groups[k] if frame_groups else {}),
                }
            )
            for k, position in enumerate(positions)
        ]
        ds.PixelData = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()
        path.parent.mkdir(parents=True, exist_ok=True)
        ds.save_as(path, enforce_file_format=True)
        return path

    return write
