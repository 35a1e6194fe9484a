"""Add to a bundle's card, without training, how the images that it learned from look to it, and how its raters draw.

    python docs/scripts/describe_images.py models/brain_growth DATASET      the data set that it was trained on
    python docs/scripts/describe_images.py models/phantom --phantoms 100    the first of demo-data --training 300

These are the keys ``fit`` and ``style``; with ``--style`` only the second. The weights and everything else in the card
stay as they are. Training does the same at its end; this is for bundles
made before. Cases that the card does not list, as trained on or held out, are left out.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from proseg_gui.bundle import CARD_NAME, Card, case_hash, load_bundle
from proseg_gui.io.base.atomic import atomic_json
from proseg_gui.io.dataset import load_case, read_dataset
from proseg_gui.phantom import training_phantoms
from proseg_gui.training.augment import Augmentation
from proseg_gui.training.dataset import Layout, TrainingCase, prepare_case
from proseg_gui.training.likeness import image_reference
from proseg_gui.training.styles import style_record
from proseg_gui.volume import Study


def studies(args: argparse.Namespace) -> Iterator[Study]:
    """One at a time."""
    if args.phantoms:
        yield from (phantom.study(readings=1) for phantom in training_phantoms(args.phantoms))
        return
    dataset = read_dataset(args.dataset)
    for case in dataset.cases:
        yield load_case(case, dataset.structures, channels=dataset.channels)


def own_cases(card: Card, found: Iterator[Study]) -> tuple[list[TrainingCase], list[TrainingCase]]:
    """Those that the model learned from, and those that it was chosen by, on its grid."""
    layout = Layout(card.raters, card.structures, card.channels, card.spacing_mm, card.window)
    salt = card.training["salt"]
    learned, chosen_by = (frozenset(card.training[key]) for key in ("case_hashes", "held_out_case_hashes"))
    parts: tuple[list[TrainingCase], list[TrainingCase]] = ([], [])
    for study in found:
        mark = case_hash(study, salt)
        if mark in learned | chosen_by:
            named = replace(study, channels=dict(zip(card.channels, study.channels.values(), strict=True)))
            parts[mark not in learned].append(prepare_case(named, layout))
    return parts


def main() -> None:
    """Describe and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundle", type=Path)
    parser.add_argument("dataset", type=Path, nargs="?")
    parser.add_argument("--phantoms", type=int, default=0, metavar="N")
    parser.add_argument("--style", action="store_true", help="only how the raters draw")
    args = parser.parse_args()
    bundle = load_bundle(args.bundle)
    recipe = bundle.card.training["recipe"]
    train, held_out = own_cases(bundle.card, studies(args))
    card = replace(bundle.card, style=style_record(train))
    if args.style:
        atomic_json(args.bundle / CARD_NAME, card.as_dict(), overwrite=True)
        print(f"{card.name}: styles of {len(card.raters)} raters on {len(train)} cases")
        return
    cases = [*train, *held_out]
    fit = image_reference(bundle.method, cases, Augmentation(**recipe["augmentation"]), recipe["seed"],
                          lambda share, text: print(f"{share:4.0%} {text}", flush=True))  # fmt: skip
    card = replace(card, fit=fit)
    atomic_json(args.bundle / CARD_NAME, card.as_dict(), overwrite=True)
    print(f"{bundle.card.name}: {fit['cases']} of {len(cases)} cases, threshold {fit['threshold']}")


if __name__ == "__main__":
    main()
