"""What a fine-tuning begins from: whether a data set fits a bundle, and which of its raters the bundle knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from proseg_gui.bundle import SPACING_FACTOR, UNKNOWN_MODALITY, Bundle, Card, load_bundle, local_names
from proseg_gui.catalogue import ENTRIES, METHODS
from proseg_gui.errors import UserError
from proseg_gui.io.dataset import Dataset
from proseg_gui.training.dataset import Layout
from proseg_gui.volume import Study

People = Mapping[str, str | None]
"""Name in a data set -> rater of a bundle, or ``None`` for somebody whom it does not know."""


def load_base(name: str | Path, stage: str, out: Path) -> Bundle:
    """The bundle to fine-tune; a UserError where this stage cannot be had of it, or ``out`` is this very bundle."""
    bundle = load_bundle(name)
    card = bundle.card
    if out.resolve() == bundle.folder.resolve():
        raise UserError("the base model is never overwritten", path=out, remedy="Choose another --out")
    if stage not in ENTRIES[card.kind].stages:
        able = " or ".join(entry.name for entry in METHODS if stage in entry.stages)
        raise UserError(f"the model {card.name} is of the kind {card.kind}, which has no stage {stage!r}",
                        remedy=f"Fine-tune a model of the kind {able}, or train a new one")  # fmt: skip
    if card.field_of_view.get("kind") != "whole":
        raise UserError(f"the model {card.name} looks at a box, which cannot be fine-tuned", path=bundle.folder)
    return bundle


def match_raters(card: Card, dataset: Dataset, people: People | None = None) -> dict[str, str]:
    """Name in the data set -> rater of the bundle, for the raters that it knows.

    ``people`` says for each of the data set's raters who that is, ``None`` for somebody new. Without it raters are
    matched by equal name or by the local table, which is a guess: two hospitals' "rater1" are two people.

    Raises
    ------
    UserError
        Two of the data set's names are one rater of the bundle, or ``people`` leaves somebody out or names somebody
        whom the bundle does not know.
    """
    if people is None:
        known = {name: alias for name, alias in local_names(card).items() if name in dataset.raters}
    else:
        _check_people(card, dataset, people)
        known = {name: alias for name in dataset.raters if (alias := people[name]) is not None}
    for name, alias in known.items():
        twin = next((other for other, same in known.items() if same == alias and other != name), None)
        if twin is not None:
            raise UserError(f"{name!r} and {twin!r} are both {alias} of the model {card.name}", path=dataset.path,
                            remedy="Say who each of them is, or rename the masks of one")  # fmt: skip
    return known


def _check_people(card: Card, dataset: Dataset, people: People) -> None:
    unsaid = [name for name in dataset.raters if name not in people]
    if unsaid:
        raise UserError(f"nothing says who {', '.join(unsaid)} is", path=dataset.path,
                        remedy=f"Name a rater of the model {card.name} for each, or null for a new one")  # fmt: skip
    strange = next((alias for alias in people.values() if alias is not None and alias not in card.raters), None)
    if strange is not None:
        raise UserError(f"the model {card.name} knows no rater {strange!r}",
                        remedy=f"Its raters are {', '.join(card.raters)}")  # fmt: skip


def base_layout(
    card: Card, dataset: Dataset, raters: Iterable[str], window: tuple[float, float] | None, modality: str
) -> Layout:
    """The data set's names for what the bundle takes and draws, at the bundle's pixel size and intensities.

    Raises
    ------
    UserError
        Structures or channels are not the bundle's, or the asked-for window or modality is another.
    """
    structures = _paired("structures", card.name, card.structures, dataset.structures, dataset.path)
    channels = _paired("channels", card.name, card.channels, dataset.channels, dataset.path)
    fixed = {"kind": "fixed", "low": window[0], "high": window[1]} if window else dict(card.window)
    if fixed != dict(card.window):
        raise UserError(f"the model {card.name} sees intensities through another window ({_window(card.window)})",
                        remedy="Leave out --window: a fine-tuned model keeps the base's")  # fmt: skip
    if modality and card.known_modality and modality != card.known_modality:
        raise UserError(f"the model {card.name} learned from {card.known_modality} images, not {modality}",
                        remedy="Choose a base for this kind of image")  # fmt: skip
    said = card.known_modality or modality or UNKNOWN_MODALITY
    return Layout(tuple(raters), structures, channels, card.spacing_mm, dict(card.window), said)


def check_study(card: Card, study: Study) -> None:
    """Raise a UserError where a case is of another modality than the base, or of very different pixels."""
    modality = study.image.modality
    if modality and card.known_modality and modality != card.known_modality:
        raise UserError(f"the model {card.name} learned from {card.known_modality} images and this is {modality}",
                        path=study.name, remedy="Choose a base for this kind of image")  # fmt: skip
    spacing = study.geometry.spacing_mm[1:]
    if any(not 1 / SPACING_FACTOR <= s / m <= SPACING_FACTOR for s, m in zip(spacing, card.spacing_mm, strict=True)):
        have, want = (" x ".join(f"{s:.3g}" for s in pair) for pair in (spacing, card.spacing_mm))
        raise UserError(f"the image has {have} mm pixels and the model {card.name} learned from {want} mm",
                        path=study.name, remedy="Train a new model for such images")  # fmt: skip


def base_salt(base: Bundle | None) -> str:
    """The salt of the base's case hashes: a bundle made of it lists the base's cases too, under the same salt."""
    salt = base.card.training.get("salt") if base is not None else ""
    return salt if isinstance(salt, str) else ""


def origin_record(base: Card, stage: str, hashes: Sequence[str], held_out: Sequence[str]) -> dict[str, Any]:
    """What the card's ``training`` says about where the bundle came from, and which cases either one learned from."""
    listed = base.training.get("case_hashes")
    before = [value for value in listed if isinstance(value, str)] if isinstance(listed, list) else []
    return {
        "init": {"name": base.name, "version": base.version, "sha256": base.sha256}, "stage": stage,
        "case_hashes": list(dict.fromkeys([*before, *hashes])),
        "held_out_seen_by_base": len(set(before) & set(held_out)),
    }  # fmt: skip


def _paired(what: str, model: str, want: Sequence[str], have: Sequence[str], path: Path) -> tuple[str, ...]:
    """The data set's names in the bundle's order: equal ones, or its only one for the bundle's only one."""
    if len(want) == len(have) == 1:
        return tuple(have)
    if set(want) != set(have):
        raise UserError(f"the model {model} has the {what} {', '.join(want)} and the data set {', '.join(have)}",
                        path=path, remedy="Rename the data set's files, or choose another base")  # fmt: skip
    return tuple(want)


def _window(window: Mapping[str, Any]) -> str:
    unit = " % of each image" if window["kind"] == "percentile" else ""
    return f"{window['low']:g} to {window['high']:g}{unit}"
