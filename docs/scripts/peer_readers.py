"""Read our RTSTRUCT and SEG files by other people's software, each in an environment of its own, and compare voxels.

    python docs/scripts/peer_readers.py --install ENVS     # a virtual environment for each peer, from PyPI
    python docs/scripts/peer_readers.py ENVS               # the table of docs/export-exactness.md

plastimatch is used where it is on the PATH (Debian package). Nothing of this is ever a dependency of proseg-gui.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from proseg_gui.errors import UserError
from proseg_gui.io.contours.rtstruct_write import Roi, write_rtstruct
from proseg_gui.io.contours.seg_write import Segment, write_seg
from proseg_gui.io.dicom.write import write_series
from proseg_gui.io.images.reading import read_image, read_mask
from proseg_gui.volume import Geometry, Mask, Volume

WORKER = Path(__file__).with_name("peer_worker.py")
PEERS = ("plastimatch", "rt-utils", "platipy", "dcmrtstruct2nii", "DicomRTTool", "mirp")
SEG_PEERS = ("pydicom-seg", "dcmqi")
EXTRA = {
    "platipy": ["setuptools<81"],
    "dcmrtstruct2nii": ["pydicom<3"],
    "pydicom-seg": ["pydicom<3", "numpy<2"],
    "dcmqi": ["numpy"],
}
"""What a peer needs but does not say."""
SHAPE = (12, 64, 64)
LIMIT_S = 300


@dataclass(frozen=True)
class Outcome:
    """What a peer made of one file: worst Dice, voxels that differ over all masks, masks lost, or why it failed.

    ``moved``: its grid is another one, so that its slices were compared with ours by their order or height.
    """

    dice: float = 0.0
    differing: int = 0
    lost: int = 0
    moved: bool = False
    failure: str = ""

    def __str__(self) -> str:
        if self.failure:
            return f"fails: {self.failure}"
        mark = " *" if self.moved else ""
        if self.differing == 0 and self.lost == 0:
            return f"exact{mark}"
        lost = f", {self.lost} lost" if self.lost else ""
        return f"{self.dice:.3f} ({self.differing}{lost}){mark}"


def grids() -> dict[str, Geometry]:
    """The geometries that DICOM series come in."""
    turned = Rotation.from_euler("xyz", [20, -35, 50], degrees=True).as_matrix()
    coronal = np.array([[1.0, 0, 0], [0, 0, 1.0], [0, -1.0, 0]])
    sagittal = np.array([[0, 0, -1.0], [1.0, 0, 0], [0, -1.0, 0]])
    tilted = np.array([[1.0, 0, 0], [0, 1.0, np.sin(0.25)], [0, 0, np.cos(0.25)]])
    steps = np.cumsum([0.0, *([2.5] * 5), 5.0, *([2.5] * 5)])
    places = np.array([-30.0, -40.0, 10.0]) + steps[:, None] * np.array([0.0, 0.0, 1.0])
    return {
        "axial": Geometry(SHAPE, [-30.0, -40.0, 10.0], (2.5, 1.0, 1.0), np.eye(3)),
        "axial, 64 x 56, pixels not square": Geometry((12, 64, 56), [-30.5, -40.25, 10.0], (2.5, 0.8, 1.3), np.eye(3)),
        "oblique": Geometry(SHAPE, [12.3, -45.6, 78.9], (2.5, 0.9, 0.9), turned),
        "coronal": Geometry(SHAPE, [-30.0, 20.0, 60.0], (2.5, 1.0, 1.0), coronal),
        "sagittal": Geometry(SHAPE, [20.0, -30.0, 60.0], (2.5, 1.0, 1.0), sagittal),
        "gantry tilt": Geometry(SHAPE, [-30.0, -40.0, 10.0], (2.5, 1.0, 1.0), tilted),
        "a slice missing": Geometry(SHAPE, places[0], (30.0 / 11, 1.0, 1.0), np.eye(3), places),
    }


def masks(shape: tuple[int, int, int]) -> dict[str, dict[str, np.ndarray]]:
    """Shapes as organs have them, and shapes that are known to go wrong in contour writers."""
    z, y, x = np.mgrid[: shape[0], : shape[1], : shape[2]].astype(float)

    def ball(cz: float, cy: float, cx: float, r: float) -> np.ndarray:
        return ((z - cz) * 2.2) ** 2 + (y - cy) ** 2 + (x - cx) ** 2 < r**2

    smooth = {
        "ball": ball(6, 30, 28, 12),
        "shell": ball(6, 32, 28, 18) & ~ball(6, 32, 28, 9),
        "twins": ball(5, 20, 16, 8) | ball(7, 45, 40, 9),
    }
    empty = np.zeros(shape, bool)
    names = ("voxel", "border", "holes", "corners", "line", "noise")
    hard = {name: empty.copy() for name in names}
    hard["voxel"][5, 30, 20] = True
    hard["border"][:, :6, :7] = hard["border"][:, -4:, -9:] = True
    hard["holes"][3:9, 8:56, 8:48] = True
    hard["holes"][3:9, 12:30, 12:30] = hard["holes"][3:9, 40, 20] = hard["holes"][3:9, 44:50, 33:41] = False
    hard["holes"][3:9, 18:24, 18:24] = True
    hard["corners"][4, 10:30:2, 10:30:2] = hard["corners"][4, 11:30:2, 11:30:2] = True
    hard["line"][5, 33, :], hard["line"][7, :, 20] = True, True
    hard["noise"][:, 10:40, 10:40] = np.random.default_rng(5).random((shape[0], 30, 30)) < 0.5
    return {"organ-like": smooth, "hard": hard}


def write_case(grid: Geometry, shapes: dict[str, np.ndarray], folder: Path) -> Volume:
    """The series, ``rt.dcm`` and ``seg.dcm`` of one grid."""
    values = np.random.default_rng(0).integers(-200, 200, grid.shape).astype(np.int16)
    volume = write_series(Volume(values, grid, modality="CT"), folder / "series")
    named = [(name, Mask(array, grid, name)) for name, array in shapes.items()]
    write_rtstruct([Roi(name, mask) for name, mask in named], volume, folder / "rt.dcm")
    write_seg([Segment(name, mask) for name, mask in named], volume, folder / "seg.dcm")
    return volume


def read_by(peer: str, envs: Path, folder: Path, names: list[str]) -> str:
    """Have ``peer`` read the case into ``folder/<peer>``; returns why that failed, or nothing."""
    out = folder / peer
    out.mkdir()
    if peer == "plastimatch":
        command = ["plastimatch", "convert", "--input", str(folder / "rt.dcm"), "--output-prefix", str(out)]
        command += ["--referenced-ct", str(folder / "series"), "--prefix-format", "nii.gz"]
    else:
        python = envs / peer / "bin" / "python"
        command = [str(python), str(WORKER), peer, str(folder), str(out), json.dumps(names)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        return f"took more than {LIMIT_S} s"
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    return "" if done.returncode == 0 else (lines[-1].strip() if lines else f"exit code {done.returncode}")[:80]


def compare(out: Path, volume: Volume, shapes: dict[str, np.ndarray], failure: str) -> Outcome:
    """The peer's masks against ours, matched by voxel position (by SOP Instance UID where it keeps those)."""
    if failure:
        return Outcome(failure=failure)
    worst, differing, lost, moved = 1.0, 0, 0, False
    for name, ours in shapes.items():
        try:
            theirs, elsewhere = _found(out, name, volume)
        except UserError as error:
            return Outcome(failure=error.what)
        moved |= elsewhere
        if theirs is None:
            lost, worst = lost + 1, 0.0
            continue
        if theirs.shape != ours.shape:
            return Outcome(failure=f"{' x '.join(map(str, theirs.shape))} voxels instead of ours")
        differing += int(np.count_nonzero(theirs != ours))
        worst = min(worst, 2.0 * np.count_nonzero(theirs & ours) / max(int(theirs.sum() + ours.sum()), 1))
    return Outcome(worst, differing, lost, moved)


def _found(out: Path, name: str, volume: Volume) -> tuple[np.ndarray | None, bool]:
    """The peer's mask in our order of slices, and whether its grid is another one than ours."""
    array = out / f"{name}.npy"
    if (out / "uids.json").exists() and not array.exists():
        return None, False
    if array.exists():  # with the slices' SOP Instance UIDs beside it
        assert volume.dicom is not None
        order = json.loads((out / "uids.json").read_text())
        stack = np.load(array)
        return np.stack([stack[order.index(uid)] for uid in volume.dicom.sop_instance_uids]), False
    files = [path for path in out.rglob("*.nii.gz") if path.name.lower().split(".")[0].endswith(name)]
    if not files:
        return None, False
    try:
        return read_mask(files[0], volume.geometry).array, False
    except UserError as error:
        theirs, _ = read_image(files[0])
        at = theirs.geometry.world_to_index(volume.geometry.slice_origins())
        if (np.abs(at - np.rint(at)) < 0.05).all() and not np.rint(at)[:, 1:].any():
            return theirs.array[np.rint(at[:, 0]).astype(int)] > 0, True  # it filled a gap with slices
        if theirs.array.shape == volume.geometry.shape:
            return theirs.array > 0, True  # it straightened the tilt
        raise error


def table(envs: Path, progress: bool = False) -> dict[str, dict[str, dict[str, Outcome]]]:
    """Kind of mask -> grid -> peer -> outcome, for every peer that is there."""
    found: dict[str, dict[str, dict[str, Outcome]]] = {}
    for label, grid in grids().items():
        for kind, shapes in masks(grid.shape).items():
            with tempfile.TemporaryDirectory() as hidden:
                folder = Path(hidden)
                volume = write_case(grid, shapes, folder)
                for peer in present(envs):
                    failure = read_by(peer, envs, folder, list(shapes))
                    outcome = compare(folder / peer, volume, shapes, failure)
                    found.setdefault(kind, {}).setdefault(label, {})[peer] = outcome
                    if progress:
                        print(f"{kind:10} | {label:31} | {peer:15} | {outcome}", flush=True)
    return found


def present(envs: Path) -> list[str]:
    """The peers that can be run here."""
    own = [peer for peer in (*PEERS[1:], *SEG_PEERS) if (envs / peer / "bin" / "python").exists()]
    return ([PEERS[0]] if shutil.which(PEERS[0]) else []) + own


def install(envs: Path) -> None:
    """A virtual environment with one peer each; one that PyPI cannot install here is said and left out."""
    for peer in (*PEERS[1:], *SEG_PEERS):
        subprocess.run([sys.executable, "-m", "venv", str(envs / peer)], check=True)
        python = str(envs / peer / "bin" / "python")
        command = [python, "-m", "pip", "install", "-q", peer, *EXTRA.get(peer, [])]
        if subprocess.run(command, check=False).returncode:
            shutil.rmtree(envs / peer)
            print(f"{peer} cannot be installed here")


def main() -> None:
    """Install the peers, or print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("envs", type=Path, help="folder of the peers' environments, outside the repository")
    parser.add_argument("--install", action="store_true")
    arguments = parser.parse_args()
    if arguments.install:
        install(arguments.envs)
        return
    for kind, rows in table(arguments.envs, progress=True).items():
        peers = list(next(iter(rows.values())))
        print(f"\n{kind}\n\n| series | {' | '.join(peers)} |\n|{' --- |' * (len(peers) + 1)}")
        for label, outcomes in rows.items():
            print(f"| {label} | {' | '.join(str(outcomes[peer]) for peer in peers)} |")


if __name__ == "__main__":
    main()
