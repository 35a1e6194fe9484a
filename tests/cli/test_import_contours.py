"""The import-contours command: a dataset case from RTSTRUCT, label maps and LIDC files, read back as one."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest

from proseg_gui.cli import main
from proseg_gui.io.contours.rtstruct_write import Roi, write_rtstruct
from proseg_gui.io.dataset import load_case, read_dataset
from proseg_gui.io.dicom.write import write_series
from proseg_gui.volume import Geometry, Mask, Volume

SHAPE = (5, 9, 11)
GRID = Geometry(SHAPE, [10.0, 20.0, 30.0], (2.5, 2.0, 3.0), np.eye(3))
VALUES = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)


def _mask(seed):
    return np.random.default_rng(seed).random(SHAPE) < 0.5


@pytest.fixture
def scan(tmp_path):
    """A CT series in ``ct`` with the structure sets ``ann.dcm`` and ``bob.dcm`` of GTV beside it."""
    volume = write_series(Volume(VALUES, GRID, modality="CT"), tmp_path / "ct")
    for seed, rater in enumerate(("ann", "bob")):
        write_rtstruct([Roi("GTV", Mask(_mask(seed), GRID))], volume, tmp_path / f"{rater}.dcm")
    return tmp_path


def test_a_case_comes_out_that_trains(scan, capsys):
    out = scan / "data" / "case_1"
    code = main(["import-contours", str(scan / "ct"), str(scan / "ann.dcm"), str(scan / "bob.dcm"), "--out", str(out)])
    assert code == 0 and "wrote" in capsys.readouterr().out
    dataset = read_dataset(scan / "data")
    study = load_case(dataset.cases[0])
    assert dataset.raters == ("ann", "bob") and study.structures == ("GTV",)
    assert np.array_equal(study.image.array, VALUES) and study.image.geometry.same_grid(GRID)
    for seed, reading in enumerate(study.readings):
        assert np.array_equal(reading.mask.array, _mask(seed))


def test_raters_can_be_named_and_come_one_by_one(scan, capsys):
    out = scan / "data" / "case_1"
    nib.save(nib.Nifti1Image(_mask(7).astype(np.uint8).transpose(2, 1, 0), GRID.ras_affine()), scan / "GTV.nii.gz")
    for file, rater in (("ann.dcm", "A"), ("GTV.nii.gz", "B")):
        command = ["import-contours", str(scan / "ct"), str(scan / file), "--rater", rater, "--out", str(out)]
        assert main(command) == 0
    assert main(command) == 2, "B exists already"
    assert "exists already" in capsys.readouterr().err
    assert main([*command, "--overwrite"]) == 0
    study = load_case(read_dataset(scan / "data").cases[0])
    assert [(r.rater, r.structure) for r in study.readings] == [("A", "GTV"), ("B", "GTV")]
    assert np.array_equal(study.readings[1].mask.array, _mask(7))
    other = write_series(Volume(VALUES + 1, GRID, modality="CT"), scan / "other")
    assert other is not None
    nib.save(nib.Nifti1Image(_mask(7).astype(np.uint8).transpose(2, 1, 0), GRID.ras_affine()), scan / "c.nii.gz")
    assert main(["import-contours", str(scan / "other"), str(scan / "c.nii.gz"), "--out", str(out)]) == 2
    assert "another image already" in capsys.readouterr().err


def test_tilted_slices_are_kept_or_straightened_on_request(tmp_path, capsys):
    angle = np.radians(15)
    direction = np.eye(3)
    direction[:, 2] = [0, np.sin(angle), np.cos(angle)]
    grid = Geometry((10, 20, 24), [0, 0, 0], (3.0, 1.0, 1.0), direction)
    z, y, x = np.moveaxis(grid.index_to_world(np.moveaxis(np.indices(grid.shape), 0, -1)), -1, 0)[::-1]
    values = np.rint(10 * x + 3 * y + z).astype(np.int16)
    volume = write_series(Volume(values, grid, modality="CT"), tmp_path / "ct")
    ball = (x - 12) ** 2 + (y - 14) ** 2 + (z - 14) ** 2 < 49
    write_rtstruct([Roi("ball", Mask(ball, grid))], volume, tmp_path / "a.dcm")
    start = ["import-contours", str(tmp_path / "ct"), str(tmp_path / "a.dcm"), "--out"]
    assert main([*start, str(tmp_path / "kept" / "c")]) == 0
    study = load_case(read_dataset(tmp_path / "kept").cases[0])
    assert study.geometry.same_grid(grid) and np.array_equal(study.readings[0].mask.array, ball)
    assert main([*start, str(tmp_path / "even" / "c"), "--straighten"]) == 0
    assert "resampled to an even, upright grid" in capsys.readouterr().out
    study = load_case(read_dataset(tmp_path / "even").cases[0])
    assert not study.geometry.is_sheared
    array = study.readings[0].mask.array
    at = study.geometry.index_to_world(np.argwhere(array))
    assert np.abs(at.mean(axis=0) - (12, 14, 14)).max() < 0.3, "the ball stays where it was"
    assert abs(study.readings[0].mask.volume_ml / (ball.sum() * grid.voxel_volume_ml) - 1) < 0.05
    inside = study.geometry.index_to_world(np.argwhere(array))
    seen = study.image.array[array]
    assert np.abs(seen - inside @ (10, 3, 1)).max() < 1.0, "a linear image stays linear"


def test_a_drawing_that_straightening_loses_is_left_out_and_not_empty(tmp_path, capsys):
    origins = np.array([[0.0, 0.0, z] for z in (0, 3, 6, 7.5, 9, 12, 15, 18, 21, 24)])
    grid = Geometry((10, 12, 12), origins[0], (3.0, 1.0, 1.0), np.eye(3), origins)
    volume = write_series(Volume(np.zeros(grid.shape, np.int16), grid, modality="CT"), tmp_path / "ct")
    specks = []
    for k in range(10):
        array = np.zeros(grid.shape, bool)
        array[k, 5, 5] = True
        specks.append(Roi(f"s{k}", Mask(array, grid)))
    write_rtstruct(specks, volume, tmp_path / "b.dcm")
    out = tmp_path / "specks"
    command = ["import-contours", str(tmp_path / "ct"), str(tmp_path / "b.dcm"), "--straighten", "--out", str(out)]
    assert main(command) == 0
    said = capsys.readouterr().out
    kept = {path.parent.name: nib.load(path).get_fdata().any() for path in out.glob("masks/*/b.nii.gz")}
    lost = {roi.name for roi in specks} - kept.keys()
    assert kept and lost and all(kept.values())
    assert all(f"drawing of {name!r} is smaller than a voxel of the new grid: left out." in said for name in lost)


@pytest.mark.parametrize("share", [0.6, 0.8, 0.95])
def test_a_structure_set_that_is_cut_short_is_one_line_and_leaves_nothing(scan, capsys, share):
    whole = (scan / "ann.dcm").read_bytes()
    (scan / "ann.dcm").write_bytes(whole[: int(share * len(whole))])
    command = ["import-contours", str(scan / "ct"), str(scan / "ann.dcm"), "--out", str(scan / "o")]
    assert main(command) == 2
    err = capsys.readouterr().err
    assert "ann.dcm: the structure set is cut short" in err and err.count("\n") == 1 and not (scan / "o").exists()


def test_lidc_becomes_one_case_a_nodule(scan, capsys):
    import pydicom

    slices = map(pydicom.dcmread, (scan / "ct").iterdir())
    uids = {float(ds.ImagePositionPatient[2]): ds.SOPInstanceUID for ds in slices}
    ring = [(3, 2), (7, 2), (7, 6), (3, 6)]
    marks = "".join(f"<edgeMap><xCoord>{x}</xCoord><yCoord>{y}</yCoord></edgeMap>" for x, y in ring)
    roi = f"<roi><imageSOP_UID>{uids[35.0]}</imageSOP_UID><inclusion>TRUE</inclusion>{marks}</roi>"
    session = f"<readingSession><unblindedReadNodule>{roi}</unblindedReadNodule></readingSession>"
    (scan / "l.xml").write_text(f"<LidcReadMessage>{session}{session}</LidcReadMessage>")
    assert main(["import-contours", str(scan / "ct"), str(scan / "l.xml"), "--out", str(scan / "lidc")]) == 0
    dataset = read_dataset(scan / "lidc")
    assert dataset.case_names == ("nodule_1",) and dataset.raters == ("reader_1", "reader_2")
    study = load_case(dataset.cases[0])
    assert study.structures == ("nodule",) and study.readings[0].mask.array.sum() == 9
    assert main(["import-contours", str(scan / "ct"), str(scan / "l.xml"), "--rater", "x", "--out", "y"]) == 2
    assert "brings its own readers" in capsys.readouterr().err


def test_contours_of_another_image_are_one_line(scan, capsys, tmp_path):
    write_series(Volume(VALUES, GRID, modality="CT"), scan / "strange")
    code = main(["import-contours", str(scan / "strange"), str(scan / "ann.dcm"), "--out", str(scan / "o")])
    err = capsys.readouterr().err
    assert code == 2 and "belongs to the study" in err and len(err.strip().splitlines()) == 1
    assert not (scan / "o").exists()
    twice = ["--rater", "a", "--rater", "b"]
    code = main(["import-contours", str(scan / "ct"), str(scan / "ann.dcm"), *twice, "--out", "o"])
    assert code == 2 and "Give one --rater for each file" in capsys.readouterr().err


def test_a_label_map_of_another_grid_is_taken_when_asked_for_and_the_case_says_so(scan, tmp_path, capsys):
    affine = GRID.ras_affine()
    affine[0, 3] += 1.5
    labels = np.random.default_rng(3).integers(0, 3, SHAPE).astype(np.int16)
    nib.save(nib.Nifti1Image(labels.T.copy(), affine), tmp_path / "lab.nii.gz")
    out = tmp_path / "data" / "c"
    ask = ["import-contours", str(scan / "ct"), str(tmp_path / "lab.nii.gz"), "--rater", "ann", "--out", str(out)]
    assert main(ask) == 2 and not out.exists()
    assert "--accept-grid" in capsys.readouterr().err
    assert main([*ask, "--accept-grid"]) == 0
    for label in (1, 2):
        folder = out / "masks" / f"label {label}"
        assert np.array_equal(np.asarray(nib.load(folder / "ann.nii.gz").dataobj).T > 0, labels == label)
        assert "grid accepted by the user: was off by 1.5 mm (0.5 voxels)" in (folder / "ann.json").read_text()
