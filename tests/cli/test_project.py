"""``proseg-gui project``, and ``train`` and ``evaluate`` with a project where a data set stands."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from proseg_gui.bundle import read_card
from proseg_gui.cli import main
from proseg_gui.io.case_write import write_case
from proseg_gui.io.dataset import read_dataset
from proseg_gui.io.open import open_study
from proseg_gui.review.document import Document
from proseg_gui.review.edits import Bricks, code
from proseg_gui.review.project import complete, open_project
from proseg_gui.volume import Geometry, Study, Volume

SHAPE = (1, 16, 16)


def _disc(radius: float) -> np.ndarray:
    y, x = np.mgrid[:16, :16]
    return (np.hypot(y - 8, x - 8) < radius)[None]


@pytest.fixture
def made(tmp_path) -> Path:
    """A project with three accepted cases of two readers, the first case also drawn on, and one fresh case."""
    rng = np.random.default_rng(0)
    project = open_project(tmp_path / "work.project", create=True)
    for number in range(4):
        image = (np.hypot(*(np.mgrid[:16, :16] - 8))[None] + rng.normal(0, 1, SHAPE)).astype(np.float32)
        folder = tmp_path / "scans" / f"case{number}"
        write_case(Study(folder.name, {"image": Volume(image, Geometry.plain(SHAPE, (3.0, 1.0, 1.0)))}), folder)
        case = project.case_for(complete(open_study(folder)), name=folder.name, path=folder)
        document = Document(SHAPE)
        for person, radius in (("Ann", 3), ("Bob", 5)):
            document.person = person
            if number < 3:
                document.accept("lesion", Bricks.of(_disc(radius)), how="by hand" if person == "Ann" else "blind")
                if person == "Ann":
                    document.reopen("lesion")
        if number == 0:
            box = (slice(0, 1), slice(0, 2), slice(0, 5))
            values = np.full((1, 2, 5), code("hand", True), np.uint8)
            document.edit("brush", "liver", document.evidence("liver").changed(box, values))
        with project.batch():
            for gesture in document.history:
                project.append(case, gesture)
    project.set_person("Bob")
    project.close()
    return tmp_path / "work.project"


def _one_line(capsys) -> str:
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1 and captured.err.startswith("proseg-gui: ")
    return captured.err


def test_info_says_what_is_in_it_and_changes_nothing(made, capsys) -> None:
    before = made.read_bytes()
    assert main(["project", "info", str(made), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["schema_version"], found["integrity"], found["persons"]) == (2, "ok", ["Bob"])
    assert [(c["name"], c["state"], c["gestures"], c["readings"]) for c in found["cases"]] == [
        ("case0", "in progress", 4, 2), ("case1", "accepted", 3, 2), ("case2", "accepted", 3, 2),
        ("case3", "not started", 0, 0),
    ]  # fmt: skip
    assert found["cases"][0]["draft_voxels"] == {"liver": 10, "lesion": int(_disc(5).sum())}
    assert found["cases"][3]["draft_voxels"] == {}
    assert main(["project", "info", str(made)]) == 0
    text = capsys.readouterr().out
    assert "case1: accepted, 3 steps, 2 readings" in text and "integrity: ok" in text
    assert made.read_bytes() == before and sorted(made.parent.glob("work.project*")) == [made]


def test_shown_voxels_are_the_draft_where_they_are_kept(made, capsys) -> None:
    project = open_project(made)
    project.set_shown(project.cases()[3].id, "lesion", Bricks.of(_disc(2)), {"name": "toy"})
    project.close()
    assert main(["project", "info", str(made), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["cases"][3]["draft_voxels"] == {"lesion": int(_disc(2).sum())}


def test_info_reads_while_a_window_writes(made, capsys) -> None:
    project = open_project(made)
    project.set_person("Cid")
    assert main(["project", "info", str(made), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["persons"] == ["Bob", "Cid"]
    project.close()


def test_check_is_silent_about_a_whole_project_and_one_line_about_a_damaged_one(made, capsys) -> None:
    assert main(["project", "check", str(made)]) == 0
    assert "is whole: 4 cases" in capsys.readouterr().out
    db = sqlite3.connect(made)
    db.execute("UPDATE blob SET data = zeroblob(length(data)) WHERE id = 1")
    db.commit()
    db.close()
    before = made.read_bytes()
    assert main(["project", "check", str(made)]) == 2
    assert "damaged" in _one_line(capsys)
    assert main(["project", "info", str(made), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert "damaged" in found["integrity"] and found["cases"][0]["draft_voxels"] is None
    assert made.read_bytes() == before


def test_export_writes_a_data_set(made, tmp_path, capsys) -> None:
    out = tmp_path / "out"
    assert main(["project", "export", str(made), "--out", str(out)]) == 0
    assert "wrote" in capsys.readouterr().out
    assert (read_dataset(out).case_names, read_dataset(out).raters) == (("case0", "case1", "case2"), ("Ann", "Bob"))
    assert main(["project", "export", str(made), "--out", str(out)]) == 2
    assert "exists" in _one_line(capsys)
    assert main(["project", "export", str(made), "--out", str(out), "--overwrite", "--how", "blind"]) == 0
    assert read_dataset(out).raters == ("Bob",)


@pytest.mark.parametrize(("words", "said"), [
    (["info", "none.project"], "no such project"),
    (["info", "scans"], "folder"),
    (["check", "scans/case0/image.nii.gz"], "not a project"),
    (["export", "work.project"], "--out"),
    (["check", "work.project", "--json"], "belongs to project info"),
    (["info", "work.project", "--out", "x"], "belongs to project export"),
    (["export", "work.project", "--out", "x", "--how", "guessed"], "no readings made 'guessed'"),
    (["burn", "work.project"], "invalid choice"),
    (["info"], "PROJECT"),
])  # fmt: skip
def test_what_cannot_be_done_is_one_line(made, monkeypatch, capsys, words, said) -> None:
    monkeypatch.chdir(made.parent)
    before = sorted(made.parent.iterdir())
    assert main(["project", *words]) == 2
    assert said in _one_line(capsys)
    assert sorted(made.parent.iterdir()) == before


def test_a_missing_image_is_one_line_and_leaves_no_output(made, tmp_path, capsys) -> None:
    (tmp_path / "scans" / "case1").rename(tmp_path / "elsewhere")
    assert main(["project", "export", str(made), "--out", str(tmp_path / "out")]) == 2
    assert "case1" in _one_line(capsys)
    assert not (tmp_path / "out").exists()


def test_train_and_evaluate_take_a_project(made, tmp_path, capsys) -> None:
    model = tmp_path / "model"
    words = [str(made), "--out", str(model), "--steps", "2", "--keep-names", "--device", "cpu", "--trust-paths"]
    assert main(["train", *words]) == 0
    card = read_card(model)
    assert (card.raters, card.structures, card.training["data"]) == (("Ann", "Bob"), ("lesion",), "accepted readings")
    assert "trust-paths" not in card.training["command"] and "work.project" not in card.training["command"]
    capsys.readouterr()
    result = tmp_path / "result.json"
    words = [str(made), "--model", str(model), "--samples", "2", "--json", str(result), "--device", "cpu"]
    assert main(["evaluate", *words, "--how", "by hand"]) == 0
    found = json.loads(result.read_text())
    assert [case["name"] for case in found["cases"]] == ["case0", "case1", "case2"]
    assert found["dice_identity"]["Ann"] is not None and found["dice_identity"]["Bob"] is None
    assert main(["evaluate", str(made), "--model", str(model), "--how", "proposal seen"]) == 2
    assert "no accepted reading" in _one_line(capsys)
