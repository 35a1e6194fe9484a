"""Trains the text encoder that is always there: ``python docs/scripts/align_prompts.py DATASET [DATASET ...]``.

Sentences are written about the styles of the masks in these datasets and of the phantom's simulated raters (those of
the shipped models), in standard deviations between raters; as many about styles drawn at random, since masks of these
data sets have few parts and holes. Writes ``resources/prompts/alignment.safetensors``: numbers only.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from proseg_gui.io.base.atomic import atomic_bytes
from proseg_gui.io.dataset import load_case, read_dataset
from proseg_gui.locations import data_folder
from proseg_gui.metrics.style import majority, style_attributes
from proseg_gui.phantom import training_phantoms
from proseg_gui.prompts.alignment import FILE, train
from proseg_gui.volume import Study

STEPS, PHANTOMS, SLICES = 800, 12, 5
SPREADS, SHARES = (0.3, 1.2, 1.8), (0.6, 0.25, 0.15)
"""Of styles drawn at random: few attributes of one stand out."""


def styles_of(studies: Iterator[Study]) -> np.ndarray:
    """``(N, 6)``: every reading beside the majority of its case's readings, in standard deviations over all."""
    found = []
    for study in studies:
        masks = np.stack([reading.mask.array > 0 for reading in study.readings])
        largest = np.sort(np.argsort(masks.sum((0, 2, 3)))[-SLICES:])
        found.append(style_attributes(masks[:, largest], majority(list(masks[:, largest]))))
    rows = np.concatenate(found)
    rows = rows[np.isfinite(rows).all(1)]
    scale = rows.std(0)
    return ((rows - rows.mean(0)) / np.where(scale > 1e-3, scale, 1.0)).clip(-3.0, 3.0)


def main() -> None:
    """Measure, train, write."""
    datasets = [read_dataset(Path(name)) for name in sys.argv[1:]]
    parts = [styles_of(load_case(case) for case in dataset.cases) for dataset in datasets]
    parts.append(styles_of(phantom.study() for phantom in training_phantoms(PHANTOMS)))
    measured = np.concatenate(parts)
    random = np.random.default_rng(0)
    drawn = random.standard_normal(measured.shape) * random.choice(SPREADS, measured.shape, p=SHARES)
    found = train(np.concatenate([measured, drawn]), STEPS)
    path = data_folder("resources") / FILE
    path.parent.mkdir(exist_ok=True)
    atomic_bytes(path, save({"pieces": found.pieces, "meaning": found.meaning}), overwrite=True)
    sys.stdout.write(f"{len(measured)} measured styles; wrote {path}\n")


if __name__ == "__main__":
    main()
