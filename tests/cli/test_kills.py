"""Commands that are killed: their output is there whole, or not at all, and the next run clears up and does the work.

Each is killed at some of its steps on the disk. ``pytest -m heavy tests/cli/test_kills.py`` does it at every one, and
kills the program itself, ``python -m proseg_gui``, at random moments (``KILLS=n``: n times each).
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
import pytest
import torch

from proseg_gui.bundle import Card, save_bundle
from proseg_gui.cli import main
from proseg_gui.io.base.leftovers import is_hidden_name
from proseg_gui.io.case_write import write_case
from proseg_gui.io.contours.rtstruct_write import Roi, write_rtstruct
from proseg_gui.io.dicom.write import write_series
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.io.open import open_study
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.review.document import Document
from proseg_gui.review.edits import Bricks
from proseg_gui.review.project import check, complete, open_project
from proseg_gui.volume import Geometry, Mask, Study, Volume

sys.path.insert(0, str(Path(__file__).parents[1]))
from killing import killed_at, steps_of

sys.path.pop(0)

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

ROOT = Path(__file__).parents[2]
SHAPE, GRID = (3, 20, 25), Geometry.plain((3, 20, 25), (2.0, 1.0, 1.0))


def _mask(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random(SHAPE) < 0.5


@pytest.fixture(scope="module")
def given(tmp_path_factory) -> Path:
    """What the commands read: a bundle, a scan as NIfTI and as DICOM, masks, contours, evidence, a project."""
    root = tmp_path_factory.mktemp("given")
    torch.manual_seed(3)
    method = ProSeg(2, 1, widths=(4, 4), features=4, hidden=4, modes=2, tau_dims=4)
    card = Card(
        kind=method.kind, name="model", version="1.0", architecture=method.architecture(), raters=("ann", "bob"),
        structures=("lesion",), channels=("image",), modality="CT", spacing_mm=(1.0, 1.0),
        window={"kind": "percentile", "low": 1, "high": 99}, field_of_view={"kind": "whole"},
    )  # fmt: skip
    save_bundle(root / "model", card, method)
    values = np.random.default_rng(0).normal(0, 60, SHAPE)
    write_nifti(values.astype(np.float32), GRID, root / "scan.nii.gz")
    series = write_series(Volume(np.rint(values).astype(np.int16), GRID, modality="CT"), root / "ct")
    for seed, name in enumerate(("ann", "bob")):
        write_nifti(_mask(seed).astype(np.uint8), GRID, root / f"{name}.nii.gz")
        write_rtstruct([Roi("GTV", Mask(_mask(seed), GRID))], series, root / f"{name}.dcm")
    words = np.zeros(SHAPE, np.uint8)
    words[1, 4:8, 4:8], words[1, 12:15, 15:20] = 1, 2
    write_nifti(words, GRID, root / "evidence.nii.gz")
    project = open_project(root / "work.project", create=True)
    for number in range(2):
        folder = root / "scans" / f"case{number}"
        write_case(Study(folder.name, {"image": Volume((values + number).astype(np.float32), GRID)}), folder)
        case = project.case_for(complete(open_study(folder)), name=folder.name, path=folder)
        document = Document(SHAPE, person="kay")
        document.accept("lesion", Bricks.of(_mask(number)), how="by hand")
        for gesture in document.history:
            project.append(case, gesture)
    project.close()
    return root


TWO_MASKS = "--mask ann.nii.gz --name a --mask bob.nii.gz --name b"
COMMANDS = {
    "predict": ("predict scan.nii.gz --model model --rater all --samples 2 --uncertainty --quiet --out {}", "out"),
    "predict dicom": ("predict ct --model model --rater ann --format rtstruct --quiet --out {}", "out"),
    "export nifti": (f"export --image ct {TWO_MASKS} --format nifti --out {{}}", "out"),
    "export seg": ("export --image ct --mask ann.nii.gz --name a --format seg --code lesion --out {}", "out.dcm"),
    "import-contours": ("import-contours ct ann.dcm bob.dcm --out {}", "case"),
    "project export": ("project export work.project --out {}", "out"),
    "condition": ("condition scan.nii.gz --model model --evidence evidence.nii.gz --seed 1 --out {}", "out"),
}  # fmt: skip


def _arguments(given: Path, command: str, out: Path) -> list[str]:
    words = COMMANDS[command][0].split()
    return [str(out) if word == "{}" else str(given / word) if (given / word).exists() else word for word in words]


def _content(path: Path) -> object:
    """What a file says, without the times and the numbers that are new with each run."""
    if path.name.endswith(".nii.gz"):
        return nib.load(path).get_fdata().tobytes()
    if path.suffix == ".json":
        return sorted(json.loads(path.read_text()))
    if path.suffix == ".dcm":
        found = pydicom.dcmread(path)
        return found.get("PixelData"), len(found.get("ROIContourSequence", ()))
    return path.read_bytes()


def _whole(out: Path) -> dict[str, object]:
    files = [out] if out.is_file() else sorted(path for path in out.rglob("*") if path.is_file())
    return {path.relative_to(out.parent).as_posix(): _content(path) for path in files if not is_hidden_name(path.name)}


def _remove(out: Path) -> None:
    shutil.rmtree(out) if out.is_dir() else out.unlink()


def _hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if is_hidden_name(path.name)]


def _check(out: Path, wanted: dict[str, object]) -> bool:
    """Whether the output is there after a kill; nothing but that or a part with a known name may be."""
    left = sorted(path.name for path in out.parent.iterdir() if not is_hidden_name(path.name))
    assert left in ([], [out.name]), left
    if not left:
        return False
    assert _whole(out) == wanted, sorted(set(wanted) - set(_whole(out)))
    _remove(out)
    return True


@pytest.fixture
def reference(given, tmp_path, request) -> dict[str, object]:
    """The output of a run that nothing disturbs."""
    out = tmp_path / "undisturbed" / COMMANDS[request.node.callspec.params["command"]][1]
    assert main(_arguments(given, request.node.callspec.params["command"], out)) == 0
    found = _whole(out)
    assert found
    return found


def _killed_at(given: Path, folder: Path, command: str, reference: dict[str, object], least: int | None) -> None:
    """Kill at ``least`` steps or a few more, the last ones among them, where things get their names; or at all."""
    out = folder / COMMANDS[command][1]

    def run() -> None:
        assert main(_arguments(given, command, out)) == 0

    count = steps_of(folder, run)
    assert _check(out, reference)
    chosen = range(count)
    if least is not None:
        chosen = sorted({*range(0, count, max(1, count // least)), *range(max(0, count - least), count)})
    for step in chosen:
        assert killed_at(step, folder, run)
        _check(out, reference)
    run()
    assert _check(out, reference)
    assert _hidden(folder) == [], "the next run clears up"


@pytest.mark.parametrize("command", COMMANDS)
def test_killed_at_some_steps_on_the_disk_leaves_the_whole_output_or_none(given, tmp_path, command, reference) -> None:
    (tmp_path / "work").mkdir()
    _killed_at(given, tmp_path / "work", command, reference, 2)


@pytest.mark.heavy
@pytest.mark.parametrize("command", COMMANDS)
def test_killed_at_every_step_on_the_disk_leaves_the_whole_output_or_none(given, tmp_path, command, reference) -> None:
    (tmp_path / "work").mkdir()
    _killed_at(given, tmp_path / "work", command, reference, None)


class Killed:
    """The program itself, started and killed at random."""

    def __init__(self, given: Path, folder: Path) -> None:
        self.given, self.folder = given, folder
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}

    def start(self, command: str, out: Path) -> subprocess.Popen:
        arguments = [sys.executable, "-m", "proseg_gui", *_arguments(self.given, command, out)]
        return subprocess.Popen(arguments, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def whole_run(self, command: str, out: Path) -> float:
        begun = time.monotonic()
        process = self.start(command, out)
        _, errors = process.communicate()
        assert process.returncode == 0, errors
        return time.monotonic() - begun


@pytest.mark.heavy
@pytest.mark.parametrize("command", COMMANDS)
def test_the_program_killed_at_random_moments(given, tmp_path, command, reference, capsys) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    out, program, rng = folder / COMMANDS[command][1], Killed(given, folder), random.Random(command)
    took = program.whole_run(command, out)
    assert _check(out, reference)
    seen = {"kills": 0, "ended before": 0, "output there": 0, "parts left": 0}
    while seen["kills"] < int(os.environ.get("KILLS", "20")):
        process = program.start(command, out)
        # Mostly in the last part, where it writes; before that it imports.
        time.sleep(took * rng.choice((rng.uniform(0.0, 1.0), rng.triangular(0.6, 1.1, 0.95))))
        process.send_signal(signal.SIGKILL)
        _, errors = process.communicate()
        assert process.returncode in (0, -signal.SIGKILL), errors
        seen["kills" if process.returncode else "ended before"] += 1
        seen["parts left"] += bool(_hidden(folder))
        seen["output there"] += _check(out, reference)
    program.whole_run(command, out)
    assert _check(out, reference)
    assert _hidden(folder) == [], "the next run clears up"
    project = open_project(given / "work.project", write=False)
    assert check.problems(project) == []
    project.close()
    with capsys.disabled():
        sys.stderr.write(f"\n{command}: {json.dumps(seen)}\n")
