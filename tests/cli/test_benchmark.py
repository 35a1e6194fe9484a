"""``proseg-gui benchmark`` on a tiny data set: files, table, refusals."""

from __future__ import annotations

import pytest

from proseg_gui.cli import main
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.phantom import make_phantom


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "phantoms"
    for seed in range(4):
        study = make_phantom(seed, (3, 32, 32), (8.0, 9.0, 9.0), readings=1)
        case = path / f"case{seed}"
        write_nifti(study.image.array, study.geometry, case / "image.nii.gz")
        for r in study.readings:
            write_nifti(r.mask, study.geometry, case / "masks" / f"{r.rater}.nii.gz")
    return path


def test_runs_and_tables_are_written_and_kept(folder, tmp_path, capsys):
    command = ["benchmark", str(folder), "--out", str(tmp_path / "b"), "--methods", "majority,proseg", "--seeds", "1",
               "--folds", "2", "--steps", "2", "--side", "16", "--window=-160,240", "--modality", "CT",
               "--name", "phantoms"]  # fmt: skip
    assert main(command) == 0
    text = capsys.readouterr().out
    assert "phantoms-16px-2steps-proseg-fold1-seed0: 2 steps" in text and "| majority mask |" in text
    assert len(list((tmp_path / "b" / "runs").iterdir())) == 4
    table = (tmp_path / "b" / "tables.md").read_text()
    assert "| ProSeg coherent |" in table and "2-fold cross-validation" in table
    assert main(command) == 0
    assert capsys.readouterr().out.count("there already") == 4
    assert (tmp_path / "b" / "tables.md").read_text() == table


@pytest.mark.parametrize(("more", "said"), [
    (["--methods", "nnunet"], "there is no method 'nnunet'"),
    (["--methods", ","], "there is no method ''"),
    (["--folds", "0"], "--folds 0 is too few"),
    (["--folds", "3"], "4 patients are too few for 3 folds"),
    (["--folds", "1"], "split.json"),
    (["--steps", "1"], "--steps 1 is too few"),
    (["--seconds", "-1"], "is negative"),
    (["--window", "5"], "is not LOW,HIGH"),
    (["--seconds", "5", "--device", "cuda"], "equal processor seconds are not measured on cuda"),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused_in_one_line(folder, tmp_path, capsys, more, said):
    assert main(["benchmark", str(folder), "--out", str(tmp_path / "b"), *more]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert not (tmp_path / "b").exists()
