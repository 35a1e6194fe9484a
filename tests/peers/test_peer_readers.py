"""Independent software reads our files back: exactly where it tests pixel centres, and without a DICOM error.

The peers live in environments of their own, made by ``docs/scripts/peer_readers.py --install`` in the folder that
PROSEG_GUI_PEERS names; they are never dependencies. plastimatch and dciodvfy are Debian packages.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from proseg_gui.io.contours.rtstruct_write import Roi, write_rtstruct
from proseg_gui.io.contours.seg_write import Segment, write_seg
from proseg_gui.volume import Mask

pytestmark = pytest.mark.heavy
SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "scripts" / "peer_readers.py"
ENVS = Path(os.environ.get("PROSEG_GUI_PEERS", "/nonexistent"))


@pytest.fixture(scope="module")
def peers():
    spec = importlib.util.spec_from_file_location("peer_readers", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


GRIDS = (
    "axial", "axial, 64 x 56, pixels not square", "oblique", "coronal", "sagittal", "gantry tilt", "a slice missing",
)  # fmt: skip


def errors_of(path: Path) -> list[str]:
    done = subprocess.run(["dciodvfy", "-new", str(path)], capture_output=True, text=True, check=False)
    return [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("Error")]


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="needs the Debian package dicom3tools")
@pytest.mark.parametrize("grid", GRIDS)
def test_dciodvfy_finds_no_error(peers, grid, tmp_path):
    geometry = peers.grids()[grid]
    for kind, shapes in peers.masks(geometry.shape).items():
        volume = peers.write_case(geometry, shapes, tmp_path / kind)
        masks = [(name, Mask(array, geometry)) for name, array in shapes.items()]
        rois = [Roi(f"{name} again", mask) for name, mask in masks]
        write_rtstruct(rois, volume, tmp_path / kind / "more.dcm", append_to=tmp_path / kind / "rt.dcm")
        values = masks[0][1].array.astype("float32") * 0.7
        write_seg([Segment("p", values)], volume, tmp_path / kind / "soft.dcm", "fractional")
        write_rtstruct(rois, volume, tmp_path / kind / "plain" / "rt.dcm", deidentified=True)
        write_seg([Segment(n, m) for n, m in masks], volume, tmp_path / kind / "plain" / "seg.dcm", deidentified=True)
        files = sorted(path for path in (tmp_path / kind).rglob("*.dcm") if path.is_file())
        assert len(files) >= 6 + 3 * geometry.shape[0]
        for path in [path for path in files if "0005" in path.name or not path.name[-5].isdigit()]:
            assert errors_of(path) == [], path


@pytest.mark.skipif(shutil.which("plastimatch") is None, reason="needs the Debian package plastimatch")
@pytest.mark.parametrize("grid", GRIDS)
def test_plastimatch_reads_every_voxel(peers, grid, tmp_path):
    geometry = peers.grids()[grid]
    shapes = peers.masks(geometry.shape)["organ-like"]
    volume = peers.write_case(geometry, shapes, tmp_path)
    failure = peers.read_by("plastimatch", ENVS, tmp_path, list(shapes))
    outcome = peers.compare(tmp_path / "plastimatch", volume, shapes, failure)
    if grid in ("gantry tilt", "a slice missing"):  # its grid has no place for these
        assert outcome.moved or outcome.failure
    else:
        assert str(outcome) == "exact"


@pytest.mark.parametrize(
    ("peer", "grid"),
    [("dcmrtstruct2nii", grid) for grid in ("axial", "oblique", "coronal", "sagittal")]
    + [(peer, grid) for peer in ("pydicom-seg", "dcmqi") for grid in GRIDS],
)
@pytest.mark.parametrize("kind", ["organ-like", "hard"])
def test_readers_by_pixel_centre_are_exact(peers, peer, grid, kind, tmp_path):
    if peer not in peers.present(ENVS):
        pytest.skip(f"{peer} is not installed below PROSEG_GUI_PEERS={ENVS}")
    geometry = peers.grids()[grid]
    shapes = peers.masks(geometry.shape)[kind]
    volume = peers.write_case(geometry, shapes, tmp_path)
    failure = peers.read_by(peer, ENVS, tmp_path, list(shapes))
    own_grid = " *" if grid in ("gantry tilt", "a slice missing") else ""  # every slice is right, at a place of its own
    assert str(peers.compare(tmp_path / peer, volume, shapes, failure)) == f"exact{own_grid}"


@pytest.mark.parametrize("peer", ["rt-utils", "platipy", "DicomRTTool"])
def test_readers_that_paint_the_outline_as_well_add_a_rim_only(peers, peer, tmp_path):
    if peer not in peers.present(ENVS):
        pytest.skip(f"{peer} is not installed below PROSEG_GUI_PEERS={ENVS}")
    geometry = peers.grids()["axial"]
    shapes = peers.masks(geometry.shape)["organ-like"]
    volume = peers.write_case(geometry, shapes, tmp_path)
    failure = peers.read_by(peer, ENVS, tmp_path, list(shapes))
    outcome = peers.compare(tmp_path / peer, volume, shapes, failure)
    assert not outcome.failure and outcome.lost == 0 and outcome.dice > 0.9
