"""A CT series of a few slices and structure sets on it that are written item by item, as other makers write them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pydicom
import pytest
from pydicom.dataelem import DataElement

from proseg_gui.io.contours.rtstruct_write import Roi, write_rtstruct
from proseg_gui.io.dicom.write import write_series
from proseg_gui.io.open import open_study
from proseg_gui.volume import Geometry, Mask, Volume

SHAPE = (5, 12, 14)
GRID = Geometry(SHAPE, [10.0, 20.0, 30.0], (2.5, 2.0, 3.0), np.eye(3))


@pytest.fixture
def ct(tmp_path):
    """The series as a Volume, from its files in ``tmp_path/ct``."""
    values = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)
    write_series(Volume(values, GRID, modality="CT"), tmp_path / "ct", patient={"PatientID": "P1"})
    return open_study(tmp_path / "ct").image


def ring(k: float, x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
    """``(4, 3)`` LPS mm around the pixels ``x0..x1``, ``y0..y1`` of slice ``k``."""
    corners = [(x0 - 0.5, y0 - 0.5), (x1 + 0.5, y0 - 0.5), (x1 + 0.5, y1 + 0.5), (x0 - 0.5, y1 + 0.5)]
    return GRID.index_to_world([(k, y, x) for x, y in corners])


def box(k: int, x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
    """The mask that :func:`ring` stands for."""
    mask = np.zeros(SHAPE, dtype=bool)
    mask[k, y0 : y1 + 1, x0 : x1 + 1] = True
    return mask


def contour(points, kind: str | None = "CLOSED_PLANAR", text: str | None = None, said: int | None = None):
    """One contour item; ``text`` is its ContourData as it stands, ``said`` its NumberOfContourPoints."""
    item = pydicom.Dataset()
    if kind is not None:
        item.ContourGeometricType = kind
    item.NumberOfContourPoints = len(points) if said is None else said
    if text is None:
        item.ContourData = [f"{v:.4f}" for v in np.asarray(points).ravel()]
    else:
        item[0x30060050] = DataElement(0x30060050, "ST", text)
    return item


@pytest.fixture
def structure_set(ct):
    """``structure_set(path, listed, drawn, **tags)``: (number, name) pairs, and (number, [contours]) pairs."""

    def build(path: Path, listed, drawn, **tags):
        write_rtstruct([Roi("a", Mask(np.zeros(SHAPE, bool), GRID))], ct, path)
        ds = pydicom.dcmread(path)
        pattern = ds.StructureSetROISequence[0]
        ds.StructureSetROISequence, ds.ROIContourSequence, ds.RTROIObservationsSequence = [], [], []
        for number, name in listed:
            item = pydicom.Dataset()
            item.ReferencedFrameOfReferenceUID = pattern.ReferencedFrameOfReferenceUID
            item.ROIName = name
            if number is not None:
                item[0x30060022] = DataElement(0x30060022, "SH", str(number))
            ds.StructureSetROISequence.append(item)
        for number, contours in drawn:
            item = pydicom.Dataset()
            if number is not None:
                item[0x30060084] = DataElement(0x30060084, "SH", str(number))
            if contours:
                item.ContourSequence = contours
            ds.ROIContourSequence.append(item)
        for keyword, value in tags.items():
            setattr(ds, keyword, value)
        ds.save_as(path)
        return path

    return build


@pytest.fixture
def parts():
    """The functions above, for tests."""
    return SimpleNamespace(ring=ring, box=box, contour=contour, GRID=GRID, SHAPE=SHAPE)
