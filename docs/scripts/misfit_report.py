"""Measure how many misfits the shipped bundles notice, and print the tables of docs/decisions/model-fit.md.

    python docs/scripts/misfit_report.py /work/shared/data            brain_growth, cells and the phantom

A reference is learned anew for every tenth of the cases from the others, with its own threshold, so each case below was
in neither. Misfits of a model's own images are made of left-out cases. Nothing here is tuned on what it prints.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from proseg_gui.bundle import Bundle, load_bundle
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.fit import Described, Reference, learn_reference, slices_to_look_at
from proseg_gui.io.dataset import load_case, read_dataset
from proseg_gui.phantom import TRAINING_SHAPE, TRAINING_SPACING_MM, Phantom
from proseg_gui.training.augment import Augmentation
from proseg_gui.training.dataset import Layout, prepare_case
from proseg_gui.training.likeness import describe_case
from proseg_gui.volume import Geometry, Study, Volume

FOLDS = 10
FIRST_UNSEEN_SEED = 3_000
TISSUE_HU = (-1024, -900, -850, -150, -105, -40, 10, 58, 112, 165, 300, 430, 3071)
TISSUE_MR = (0, 0, 10, 200, 255, 180, 40, 120, 150, 60, 30, 10, 10)
"""Fat brightest, vessels and bone dark: the phantom's tissues as a T1 image has them."""
T2_AT, T2_IS = (0.0, 0.08, 0.3, 0.5, 0.7, 1.0, 2.0), (0.0, 0.1, 1.0, 0.5, 0.75, 0.25, 0.2)
"""Another contrast of the brain: shares of the 99th percentile, and what becomes of them."""

Change = Callable[[np.ndarray], np.ndarray]


def study(array: np.ndarray, spacing: tuple[float, ...], channel: str) -> Study:
    """One channel that does not say what it is: looks alone are judged."""
    whole = np.ascontiguousarray(array, np.float32)
    return Study("case", {channel: Volume(whole, Geometry.plain(whole.shape, spacing))})


def own_misfits(rng: np.random.Generator) -> dict[str, Change]:
    """What is made of a model's own image ``(z, y, x)``."""
    return {
        "inverted": lambda a: a.max() + a.min() - a,
        "turned by 90 degrees": lambda a: np.rot90(a, 1, (1, 2)),
        "turned by 270 degrees": lambda a: np.rot90(a, 3, (1, 2)),
        "turned by 180 degrees": lambda a: np.rot90(a, 2, (1, 2)),
        "upside down (mirrored)": lambda a: a[:, ::-1],
        "noise": lambda a: rng.normal(a.mean(), a.std(), a.shape),
        "constant": lambda a: np.full_like(a, a.mean()),
    }


def own_variants() -> dict[str, Change]:
    """What must not be called a misfit: the same image in another frame."""
    return {
        "frame 5 % wider on each side": lambda a: _padded(a, 0.05),
        "frame 10 % wider on each side": lambda a: _padded(a, 0.10),
        "frame 3 % narrower on each side": lambda a: a[:, _cut(a, 1) : -_cut(a, 1), _cut(a, 2) : -_cut(a, 2)],
    }


def _cut(array: np.ndarray, axis: int) -> int:
    return round(0.03 * array.shape[axis])


def _padded(array: np.ndarray, share: float) -> np.ndarray:
    margins = [(0, 0), *((round(share * n),) * 2 for n in array.shape[1:])]
    return np.pad(array, margins, constant_values=array.min())


def brain_images(data: Path, name: str) -> list[np.ndarray]:
    """Images of a dataset folder."""
    return [load_case(case, ()).image.array.astype(np.float32) for case in read_dataset(data / name).cases]


def phantom_images(n: int) -> list[np.ndarray]:
    """Phantoms that the model never saw."""
    seeds = range(FIRST_UNSEEN_SEED, FIRST_UNSEEN_SEED + n)
    return [Phantom(s, TRAINING_SHAPE, TRAINING_SPACING_MM).volume().array.astype(np.float32) for s in seeds]


def as_mr(array: np.ndarray) -> np.ndarray:
    """The phantom as MR."""
    return np.interp(array, TISSUE_HU, TISSUE_MR).astype(np.float32)


def as_t2(array: np.ndarray) -> np.ndarray:
    """The brain in another contrast."""
    return (200.0 * np.interp(array / np.percentile(array, 99), T2_AT, T2_IS)).astype(np.float32)


def as_head_ct(array: np.ndarray) -> np.ndarray:
    """The brain in Hounsfield units."""
    share = array / np.percentile(array, 99)
    return np.where(share < 0.06, -1000.0, 20.0 + 25.0 * np.clip(share, 0.0, 1.0)).astype(np.float32)


class Looks:
    """Descriptors of images as a bundle sees them."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle, card = bundle, bundle.card
        self.channel, recipe = card.channels[0], card.training["recipe"]
        self.how, self.rng = Augmentation(**recipe["augmentation"]), np.random.default_rng(0)
        self.layout = Layout(card.raters, card.structures, card.channels, card.spacing_mm, card.window)

    def of(self, array: np.ndarray, spacing: tuple[float, ...]) -> np.ndarray:
        """``(n, D)``, just as the window and predict look."""
        engine = Engine(self.bundle, study(array, spacing, self.channel), device="cpu")
        return np.stack([engine.descriptor(k) for k in slices_to_look_at(engine.n_slices)])

    def own(self, found: Study, slices: int, variants: int) -> Described:
        """As training describes its cases."""
        case = prepare_case(found, self.layout)
        return describe_case(self.bundle.method, case.image, self.how, self.rng, slices, variants)


def left_out(cases: list[Described]) -> Iterator[tuple[list[int], Reference]]:
    """Numbers of the cases of a tenth, and the reference of all others with its own threshold."""
    for fold in range(FOLDS):
        out = list(range(fold, len(cases), FOLDS))
        reference = learn_reference([case for i, case in enumerate(cases) if i not in out])
        assert reference is not None
        yield out, reference


def said(reference: Reference, rows: np.ndarray) -> bool:
    """Whether it is called a misfit."""
    return reference.distance(rows) > reference.threshold


def brain(data: Path) -> dict[str, list[bool]]:
    """Every case of brain_growth left out once."""
    bundle = load_bundle("brain_growth")
    looks, dataset = Looks(bundle), read_dataset(data / "brain_growth")
    studies = [load_case(case, dataset.structures, channels=dataset.channels) for case in dataset.cases]
    arrays = [s.image.array.astype(np.float32) for s in studies]
    spacing = studies[0].geometry.spacing_mm
    cases = [looks.own(s, 1, 8) for s in studies]
    abdomens = [array[13:14] for array in phantom_images(30)]
    others = {
        "other modality: the brain in another contrast": [looks.of(as_t2(a), spacing) for a in arrays],
        "other modality: a CT of the abdomen (phantom)": [looks.of(a, TRAINING_SPACING_MM) for a in abdomens],
        "other organ: an MR of the abdomen (phantom)": [looks.of(as_mr(a), TRAINING_SPACING_MM) for a in abdomens],
        "other organ: cells": [looks.of(a, (1, 1, 1)) for a in brain_images(data, "cells")],
    }
    found: dict[str, list[bool]] = {"false alarms: validation cases": []}
    validation = {case.name for case in dataset.select(dataset.split.val)}
    for out, reference in left_out(cases):
        for i in out:
            alarm = said(reference, cases[i].looked)
            found.setdefault("false alarms: all cases, left out", []).append(alarm)
            if studies[i].name in validation:
                found["false alarms: validation cases"].append(alarm)
            changed(found, looks, reference, arrays[i], spacing, i)
        for name, rows in others.items():
            found.setdefault(name, []).extend(said(reference, one) for one in rows[out[0] % FOLDS :: FOLDS])
    return found


def changed(
    found: dict[str, list[bool]], looks: Looks, reference: Reference, array: np.ndarray,
    spacing: tuple[float, ...], seed: int,
) -> None:  # fmt: skip
    """Add what is said of a case's changes."""
    for name, change in {**own_misfits(np.random.default_rng(seed)), **own_variants()}.items():
        key = f"same, {name}" if name.startswith("frame") else name
        found.setdefault(key, []).append(said(reference, looks.of(change(array), spacing)))


def phantom(data: Path, n: int) -> dict[str, list[bool]]:
    """The shipped reference on phantoms that neither the network nor the reference ever saw."""
    bundle = load_bundle("phantom")
    looks, reference = Looks(bundle), Reference.from_card(bundle.card)
    assert reference is not None
    spacing, arrays = TRAINING_SPACING_MM, phantom_images(n)
    found: dict[str, list[bool]] = {}
    for i, array in enumerate(arrays):
        found.setdefault("false alarms: unseen phantoms", []).append(said(reference, looks.of(array, spacing)))
        changed(found, looks, reference, array, spacing, i)
        key = "other modality: the abdomen as MR"
        found.setdefault(key, []).append(said(reference, looks.of(as_mr(array), spacing)))
    heads = brain_images(data, "brain_growth")
    more: dict[str, Iterable[tuple[np.ndarray, tuple[float, ...]]]] = {
        "other modality: an MR of the brain": ((a, (1, 1, 1)) for a in heads),
        "other organ: a CT of the head": ((as_head_ct(a), (1.5, 1.5, 1.5)) for a in heads),
        "other organ: cells": ((a - 100.0, (1, 1, 1)) for a in brain_images(data, "cells")),
        "same, pixels of 1.5 mm": (
            (Phantom(FIRST_UNSEEN_SEED + i, (9, 192, 192), (7.5, 1.5, 1.5)).volume().array, (7.5, 1.5, 1.5))
            for i in range(n // 2)
        ),
        "same, pixels of 1 mm": (
            (Phantom(FIRST_UNSEEN_SEED + i, (3, 288, 288), (15.0, 1.0, 1.0)).volume().array, (15.0, 1.0, 1.0))
            for i in range(n // 2)
        ),
    }
    for name, images in more.items():
        found[name] = [said(reference, looks.of(array, step)) for array, step in images]
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--phantoms", type=int, default=40)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    tables = {"brain_growth": brain(args.data), "phantom": phantom(args.data, args.phantoms)}
    for name, found in tables.items():
        print(f"\n| {name} | called a misfit |\n| --- | --- |")
        for key in sorted(found):
            print(f"| {key} | {sum(found[key])} of {len(found[key])} |", flush=True)
    if args.json:
        counts = {n: {k: [int(sum(v)), len(v)] for k, v in found.items()} for n, found in tables.items()}
        args.json.write_text(json.dumps(counts, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
