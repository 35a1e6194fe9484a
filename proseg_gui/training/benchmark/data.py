"""The cases of a benchmark on its one grid, and their fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from proseg_gui.inference.judge import Drawn
from proseg_gui.io.dataset import Dataset, load_case
from proseg_gui.jobs import Progress, no_progress
from proseg_gui.training.benchmark.protocol import Protocol
from proseg_gui.training.dataset import Layout, TrainingCase, intensity_window, prepare_case
from proseg_gui.training.naming import pseudonyms
from proseg_gui.volume import Geometry, Study


@dataclass(frozen=True, eq=False)
class BenchmarkCase:
    """A case on the benchmark's grid. ``number`` stands for its name in results, which name nobody's files."""

    number: int
    case: TrainingCase
    geometry: Geometry

    def drawn(self, structure: int, raters: tuple[str, ...]) -> Drawn:
        """What people drew of a structure (by its number), as the judge takes it."""
        masks, observed = self.case.masks, self.case.observed
        readings: dict[str, list[np.ndarray]] = {}
        for r, name in enumerate(raters):
            there = [q for q in range(observed.shape[1]) if observed[r, q, structure]]
            if there:
                readings[name] = [masks[r, q, structure].numpy().astype(bool) for q in there]
        return Drawn(readings, self.geometry)


@dataclass(frozen=True, eq=False)
class BenchmarkData:
    """All cases by name, what they share, and a hash of all voxels."""

    layout: Layout
    raters: tuple[str, ...]
    """Names in results: pseudonyms, unless they are such already."""
    cases: Mapping[str, BenchmarkCase]
    fingerprint: str


def read_cases(dataset: Dataset, protocol: Protocol, progress: Progress = no_progress) -> BenchmarkData:
    """Read every case in which somebody drew, and bring it to the protocol's grid."""
    chosen = [case for case in dataset.cases if case.masks]
    found: dict[str, BenchmarkCase] = {}
    layout: Layout | None = None
    digest = hashlib.sha256()
    for number, case in enumerate(chosen):
        progress(number / len(chosen), f"reading case {number + 1} of {len(chosen)}")
        study = load_case(case, dataset.structures, channels=dataset.channels)
        layout = layout or _layout(dataset, study, protocol)
        prepared = prepare_case(study, layout)
        z, height, width = prepared.image.shape[0], *prepared.image.shape[-2:]
        step = study.geometry.spacing_mm[0]
        geometry = Geometry((z, height, width), np.zeros(3), (step, *layout.spacing_mm), np.eye(3))
        found[case.name] = BenchmarkCase(number, prepared, geometry)
        for part in (prepared.image, prepared.masks, prepared.observed):
            digest.update(part.contiguous().numpy().tobytes())
    assert layout is not None  # a data set has a case
    aliases = pseudonyms(dataset.raters)
    return BenchmarkData(layout, tuple(aliases[r] for r in layout.raters), found, digest.hexdigest())


def _layout(dataset: Dataset, study: Study, protocol: Protocol) -> Layout:
    window = intensity_window(protocol.window)
    (_, height, width), (_, y, x) = study.geometry.shape, study.geometry.spacing_mm
    factor = max(1.0, max(height, width) / protocol.side)
    modality = protocol.modality or study.image.modality
    return Layout(dataset.raters, dataset.structures, dataset.channels, (y * factor, x * factor), window, modality)
