"""Small cases for projects: a study of noise, and histories with strokes, an undo and an accepted reading."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np

from proseg_gui.review.document import FLAGGED, Document, Gesture
from proseg_gui.review.edits import Bricks, code
from proseg_gui.review.project import Project, complete
from proseg_gui.volume import Geometry, Study, Volume

SHAPE = (4, 70, 66)


def make_study(seed: int = 0, *, shape=SHAPE, spacing=(3.0, 1.0, 1.0), source: Path | None = None) -> Study:
    array = np.random.default_rng(seed).integers(-1000, 1000, shape, dtype=np.int16)
    geometry = Geometry(shape, np.array([1.5, -2.25, 3.0]), spacing, np.eye(3))
    return Study(f"case{seed}", {"image": Volume(array, geometry)}, source=source)


def clock():
    numbers = itertools.count()
    return lambda: f"2026-01-01T00:00:{next(numbers) % 60:02d}+00:00"


def stroke(document: Document, seed: int = 0, structure: str = "lesion") -> Gesture:
    rng = np.random.default_rng(seed)
    z, y, x = (int(rng.integers(0, n - 3)) for n in document.shape)
    box = (slice(z, z + 1), slice(y, y + 3), slice(x, x + 3))
    values = rng.integers(1, code("hand", False) + 1, (1, 3, 3)).astype(np.uint8)
    made = document.edit(f"brush on slice {z + 1}", structure, document.evidence(structure).changed(box, values))
    assert made is not None
    return made


def worked(strokes: int = 3) -> Document:
    """A document with every kind of step."""
    document = Document(SHAPE, person="reader", clock=clock())
    document.set("go to rater1", {"point/lesion": {"tau": [0.1, 0.9], "eps": [-1.5e-7, 2.0]}})
    for number in range(strokes):
        stroke(document, number)
    document.undo()
    document.redo()
    document.set("flag", {FLAGGED: True})
    mask = Bricks.of(document.evidence("lesion").mask())
    document.accept("lesion", mask, how="by hand", point={"tau": [0.1, 0.9]}, who="rater1", seconds=12.3,
                    model={"name": "toy", "sha256": "ab"})  # fmt: skip
    return document


def state_of(document: Document) -> tuple:
    keys = sorted(document.keys())
    values = [document.value(key) for key in keys if not key.startswith("evidence/")]
    readings = {key: (document.withdrawn(key), reading.mask) for key, reading in document.readings.items()}
    masks = {name: bricks.digest for name, bricks in document.masks.items()}
    names = [(g.number, g.name, g.at, g.person, g.undoes, g.redoes) for g in document.history]
    return keys, values, document.evidence("lesion").digest, document.undo_name, readings, masks, names


def fill(project: Project, cases: int = 1, strokes: int = 3) -> list[str]:
    """Put worked cases into a project; returns their ids."""
    ids = []
    for number in range(cases):
        study = make_study(number)
        case = project.case_for(complete(study), name=study.name, path=f"/nowhere/{study.name}")
        with project.batch():
            for gesture in worked(strokes).history:
                project.append(case, gesture)
        ids.append(case)
    return ids
