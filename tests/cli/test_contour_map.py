"""Who drew what, on the command line: --map, --map-out, names that differ, and the same result as the window."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from proseg_gui.cli import main
from proseg_gui.io.base.names import file_name
from proseg_gui.io.contours.naming_map import read_map
from proseg_gui.io.contours.reading import read_drawn
from proseg_gui.io.contours.rtstruct_read import read_rtstruct
from proseg_gui.io.contours.rtstruct_write import Roi, write_rtstruct
from proseg_gui.io.contours.seg_write import Segment, write_seg
from proseg_gui.io.dataset import load_case, read_dataset
from proseg_gui.io.dicom.write import write_series
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.io.open import open_study
from proseg_gui.volume import Geometry, Mask, Volume

SHAPE = (5, 9, 11)
GRID = Geometry(SHAPE, [10.0, 20.0, 30.0], (2.5, 2.0, 3.0), np.eye(3))
VALUES = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)


def _mask(seed):
    return Mask(np.random.default_rng(seed).random(SHAPE) < 0.5, GRID)


@pytest.fixture
def scan(tmp_path):
    """A CT series in ``ct``; returns what writes a structure set of named regions beside it."""
    volume = write_series(Volume(VALUES, GRID, modality="CT"), tmp_path / "ct")

    def write(name, *regions, seed=0):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        write_rtstruct([Roi(region, _mask(seed + n)) for n, region in enumerate(regions)], volume, path)
        return str(path)

    write.folder, write.ct, write.volume = tmp_path, str(tmp_path / "ct"), volume
    return write


def _drawn(case):
    """{(rater, structure): voxels} of an imported case."""
    study = load_case(read_dataset(case.parent).cases[0])
    return {(r.rater, r.structure): r.mask.array for r in study.readings}


def _notes(capsys):
    said = capsys.readouterr()
    return [line.removeprefix("note: ") for line in said.out.splitlines() if line.startswith("note: ")], said.err


def test_our_export_of_five_regions_comes_back_as_five_raters_everywhere(scan, capsys):
    names = ["current", "rater_ann", "rater_bob", "consensus", "consensus_style"]
    file, out = scan("rtstruct.dcm", *names), scan.folder / "data" / "case"
    assert main(["import-contours", scan.ct, file, "--out", str(out)]) == 0
    expected = {(r, "structure"): n for n, r in enumerate(["current", "ann", "bob", "consensus", "consensus style"])}
    found = _drawn(out)
    assert found.keys() == expected.keys()
    assert all(np.array_equal(found[key], _mask(n).array) for key, n in expected.items())
    assert any("export of this program" in note for note in _notes(capsys)[0])
    write_seg([Segment(name, _mask(n)) for n, name in enumerate(names)], scan.volume, scan.folder / "seg.dcm")
    window = read_drawn([scan.folder / "seg.dcm"], open_study(scan.ct).image, [])
    assert {(row.rater, row.structure) for row in window.proposed().rows} == expected.keys()


KINDS = {
    "one set": [("rs.dcm", "GTV", "Cord")],
    "two of one name": [("a/rs.dcm", "GTV"), ("b/rs.dcm", "GTV")],
    "two names": [("ann.dcm", "GTV a"), ("bob.dcm", "GTV b")],
    "ours": [("x.dcm", "rater_ann", "rater_bob")],
    "hostile names": [("x.dcm", "GTV/1", "GTV_1", "GTV|1", "..", "PTV", "ptv", "肿瘤靶区", "dr@2")],
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_window_and_the_command_line_say_the_same(scan, capsys, kind):
    files = [scan(name, *regions, seed=10 * n) for n, (name, *regions) in enumerate(KINDS[kind])]
    assert main(["import-contours", scan.ct, *files, "--out", str(scan.folder / "data" / "case")]) == 0
    notes, _ = _notes(capsys)
    study = open_study(scan.ct, contours=False)
    said: list[str] = []
    drawn = read_drawn([scan.folder / name for name, *_ in KINDS[kind]], study.image, said)
    table = drawn.proposed(study)
    shown = drawn.readings(table.rows)
    assert [note for note in notes if note not in study.notices] == [*said, *table.notices]
    files_out = sorted((scan.folder / "data" / "case" / "masks").rglob("*.nii.gz"))
    assert len({str(path).casefold() for path in files_out}) == len(shown)
    written = {}
    for path in files_out:
        side_car = json.loads(path.with_name(path.name[:-7] + ".json").read_text())
        key = (side_car["provenance"]["rater"], side_car["labels"]["1"])
        written[key] = np.asarray(nib.load(path).dataobj).T.astype(bool)
    assert written.keys() == {(r.rater, r.structure) for r in shown}, "the true names are in the side-car"
    assert all(np.array_equal(written[r.rater, r.structure], r.mask.array) for r in shown)


def test_a_second_rater_comes_to_the_same_folders(scan):
    for rater, seed in (("ann", 0), ("bob", 10)):
        file = scan(f"{rater}.dcm", "GTV/1", "PTV", seed=seed)
        assert main(["import-contours", scan.ct, file, "--out", str(scan.folder / "data" / "case")]) == 0
    folders = sorted((scan.folder / "data" / "case" / "masks").iterdir())
    assert len(folders) == 2 and all(len(list(folder.glob("*.nii.gz"))) == 2 for folder in folders)


def test_a_map_is_written_changed_and_decides(scan, capsys):
    file, out = scan("rs.dcm", "GTV ann", "GTV bob", "Body"), scan.folder / "data" / "case"
    for name in ("map.csv", "map.json"):
        assert main(["import-contours", scan.ct, file, "--map-out", str(scan.folder / name)]) == 0
    assert not out.exists() and "wrote" in capsys.readouterr().out
    rows = list(csv.DictReader((scan.folder / "map.csv").open()))
    assert rows == [{**row, "take": "yes"} for row in json.loads((scan.folder / "map.json").read_text())["rows"]]
    assert [row["region"] for row in rows] == ["GTV ann", "GTV bob", "Body"] and rows[0]["file"] == file
    for row, rater in zip(rows, ("ann", "bob", ""), strict=True):
        row.update(rater=rater, structure="GTV", file="rs.dcm", take="yes" if rater else "no")
    with (scan.folder / "map.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    command = ["import-contours", scan.ct, file, "--map", str(scan.folder / "map.csv"), "--out", str(out)]
    assert main(command) == 0
    found = _drawn(out)
    assert found.keys() == {("ann", "GTV"), ("bob", "GTV")}
    assert np.array_equal(found["bob", "GTV"], _mask(1).array)
    (scan.folder / "few.csv").write_text("region,structure\nGTV ann,GTV\n")
    assert main([*command[:3], "--map", str(scan.folder / "few.csv"), "--out", str(scan.folder / "few" / "case")]) == 0
    assert _drawn(scan.folder / "few" / "case").keys() == {("rs", "GTV")}
    assert "The map does not name 'GTV bob' of rs.dcm, 'Body' of rs.dcm: left out." in _notes(capsys)[0]


def test_the_guide_s_maps_are_maps(scan):
    guide = (Path(__file__).parents[2] / "docs" / "user-guide" / "command-line.md").read_text(encoding="utf-8")
    section = guide.partition("## import-contours")[2].partition("\n## ")[0]
    found = []
    for kind in ("csv", "json"):
        (block,) = re.findall(f"```{kind}\n(.*?)```", section, re.DOTALL)
        path = scan.folder / f"guide.{kind}"
        path.write_text(block)
        found.append([(row.region, row.rater, row.take) for row in read_map(path)])
    assert found[0] == [("GTV ann", "ann", True), ("GTV bob", "bob", True), ("Body", "", False)]
    assert found[1] == [found[0][0], found[0][2]]
    file, out = scan("rs.dcm", "GTV ann", "GTV bob", "Body"), scan.folder / "data" / "case"
    assert main(["import-contours", scan.ct, file, "--map", str(scan.folder / "guide.csv"), "--out", str(out)]) == 0
    assert _drawn(out).keys() == {("ann", "GTV"), ("bob", "GTV")}
    files = (Path(__file__).parents[2] / "docs" / "files.md").read_text(encoding="utf-8")
    assert f"`GTV/1` is `{file_name('GTV/1')}`" in files


def test_export_takes_a_map(scan, capsys):
    sets = [scan("ann.dcm", "GTV", "Cord"), scan("bob.dcm", "GTV", "Cord", seed=10)]
    write_nifti(_mask(5), GRID, scan.folder / "carl.nii.gz")
    masks = [part for file in (*sets, str(scan.folder / "carl.nii.gz")) for part in ("--mask", file)]
    (scan.folder / "m.json").write_text(json.dumps([{"region": "GTV"}, {"region": "carl", "structure": "GTV"}]))
    command = ["export", "--image", scan.ct, *masks, "--map", str(scan.folder / "m.json"), "--format", "rtstruct"]
    assert main([*command, "--out", str(scan.folder / "out.dcm")]) == 0
    assert "'Cord' of ann.dcm" in _notes(capsys)[0][-1]
    written = {mask.name: mask.array for mask in read_rtstruct(scan.folder / "out.dcm", open_study(scan.ct).image)}
    seeds = {"rater_ann": 0, "rater_bob": 10, "rater_carl": 5}
    assert written.keys() == seeds.keys()
    assert all(np.array_equal(written[name], _mask(seed).array) for name, seed in seeds.items())
    assert main([*command, "--name", "x", "--out", str(scan.folder / "o.dcm")]) == 2
    assert "Leave out --name" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--rater", "x", "--rater", "x", "--out", "o"], "would both be the drawing of 'GTV' by 'x'"),
        (["--out", "o", "--map", "none.csv"], "cannot be read"),
        (["--out", "o", "--map-out", "m.csv"], "one of --out and --map-out"),
        ([], "one of --out and --map-out"),
    ],
)
def test_what_cannot_be_told_apart_is_refused_before_anything_is_written(scan, capsys, monkeypatch, options, said):
    files = [scan("a/rs.dcm", "GTV"), scan("b/rs.dcm", "GTV")]
    (scan.folder / "here").mkdir()
    monkeypatch.chdir(scan.folder / "here")
    assert main(["import-contours", scan.ct, *files, *options]) == 2
    err = capsys.readouterr().err
    assert said in err and err.count("\n") == 1 and not list((scan.folder / "here").iterdir())


def test_masks_that_do_not_meet_are_structures_of_their_own(scan, capsys):
    for n, name in enumerate(("liver", "spleen")):
        array = np.zeros(SHAPE, bool)
        array[2, 2 * n : 2 * n + 2, 1:4] = True
        write_nifti(Mask(array, GRID), GRID, scan.folder / "organs" / f"{name}.nii.gz")
        (scan.folder / "organs" / f"{name}.json").unlink()
    files = [str(scan.folder / "organs" / f"{name}.nii.gz") for name in ("liver", "spleen")]
    assert main(["import-contours", scan.ct, *files, "--out", str(scan.folder / "data" / "case")]) == 0
    assert _drawn(scan.folder / "data" / "case").keys() == {("organs", "liver"), ("organs", "spleen")}
    assert any("'liver' and 'spleen' do not overlap anywhere" in note for note in _notes(capsys)[0])


def test_an_all_zero_file_is_drawn_and_empty_and_said(scan, capsys):
    write_nifti(_mask(1), GRID, scan.folder / "ann.nii.gz")
    write_nifti(Mask(np.zeros(SHAPE, bool), GRID), GRID, scan.folder / "bob.nii.gz")
    files = [str(scan.folder / f"{name}.nii.gz") for name in ("ann", "bob")]
    assert main(["import-contours", scan.ct, *files, "--out", str(scan.folder / "data" / "case")]) == 0
    found = _drawn(scan.folder / "data" / "case")
    assert {rater for rater, _ in found} == {"ann", "bob"} and len({s for _, s in found}) == 1
    assert "bob.nii.gz: It is empty: taken as looked at, and nothing drawn." in _notes(capsys)[0]
