"""What a training can start from: nothing, or a model that there is and that fits the data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from proseg_gui.catalogue import ENTRIES, title_of
from proseg_gui.gui.language import tr
from proseg_gui.gui.trainer.people_here import people_here

if TYPE_CHECKING:
    from proseg_gui.bundle import Card
    from proseg_gui.gui.trainer.survey import CaseRow
    from proseg_gui.io.dataset import Dataset


@dataclass(frozen=True)
class Raters:
    """Who drew in the data set, as a base sees it.

    ``known`` and ``new`` are said: name here -> rater there, and those whom it does not know. ``unsaid``: whoever has
    the name of one of its raters, here -> there, and may or may not be that person.
    """

    known: dict[str, str]
    new: tuple[str, ...]
    unsaid: dict[str, str]

    def people(self) -> dict[str, str | None]:
        """As a training takes it; whoever is unsaid is not in it."""
        return {**self.known, **dict.fromkeys(self.new)}


def likely(card: Card, names: Sequence[str]) -> dict[str, str | None]:
    """Who each of ``names`` may be: by equal name, or by this computer's table of who is who; else ``None``."""
    table = people_here(card)
    return {name: table.get(name) for name in names}


def raters_of(card: Card, names: Sequence[str], answers: Mapping[str, str | None]) -> Raters:
    """Who is who as far as it was said; a name that none of the model's raters has is somebody new anyway."""
    guessed = likely(card, names)
    said = {name: answers[name] for name in names if name in answers}
    said |= {name: None for name in names if name not in said and guessed[name] is None}
    known = {name: alias for name, alias in said.items() if alias is not None}
    unsaid = {name: alias for name, alias in guessed.items() if name not in said and alias is not None}
    return Raters(known, tuple(name for name in names if said.get(name, "") is None), unsaid)


def misfit(card: Card, dataset: Dataset) -> str:
    """Why a training on ``dataset`` cannot start from the model; empty when it can."""
    if card.kind not in ENTRIES or not ENTRIES[card.kind].stages:
        return tr("a model of the kind {kind} cannot learn further").format(kind=title_of(card.kind))
    if card.field_of_view.get("kind") != "whole":
        return tr("it looks at a box, which cannot learn further")
    if len(card.structures) != len(dataset.structures) or (
        len(card.structures) > 1 and set(card.structures) != set(dataset.structures)
    ):
        return tr("it draws {of_model} and the data have {of_data}").format(
            of_model=", ".join(card.structures), of_data=", ".join(dataset.structures)
        )
    if len(card.channels) != len(dataset.channels):
        return tr("it takes {of_model} channels and the data have {of_data}").format(
            of_model=len(card.channels), of_data=len(dataset.channels)
        )
    return ""


def images_trouble(card: Card, rows: Iterable[CaseRow]) -> str:
    """Which case has images that the base cannot learn from; empty when there is none."""
    from proseg_gui.bundle import SPACING_FACTOR

    for row in rows:
        if row.modality and card.known_modality and row.modality != card.known_modality:
            return tr("{case} is {modality} and {model} learned from {known} images.").format(
                case=row.case.name, modality=row.modality, model=card.name, known=card.known_modality
            )
        ratios = [have / want for have, want in zip(row.spacing_mm, card.spacing_mm, strict=True)]
        if row.picture is not None and not all(1 / SPACING_FACTOR <= r <= SPACING_FACTOR for r in ratios):
            have, want = (" x ".join(f"{s:.3g}" for s in pair) for pair in (row.spacing_mm, card.spacing_mm))
            return tr("{case} has {have} mm pixels and {model} learned from {want} mm.").format(
                case=row.case.name, have=have, model=card.name, want=want
            )
    return ""


def fixed_by(card: Card) -> tuple[str, str]:
    """What images and which intensities the base is for, in words."""
    window = card.window
    if window["kind"] == "fixed":
        return card.known_modality or tr("not said"), tr("{low:g} to {high:g}").format(
            low=window["low"], high=window["high"]
        )
    return card.known_modality or tr("not said"), tr("each image's own range")


def raters_sentence(raters: Raters, stage: str) -> str:
    """Who is known to the base and who is new, with the name there where it is another."""
    parts = []
    if raters.known:
        names = (
            real if real == there else tr("{real} (its {there})").format(real=real, there=there)
            for real, there in raters.known.items()
        )
        parts.append(tr("Known: {names}.").format(names=", ".join(names)))
    if raters.new:
        parts.append(tr("New: {new}.").format(new=", ".join(raters.new)))
    if raters.unsaid:
        parts.append(tr("Not said yet: {unsaid}.").format(unsaid=", ".join(raters.unsaid)))
    if stage == "rater" and not raters.unsaid and raters.known and raters.new:
        parts.append(tr("Only the new ones learn."))
    return " ".join(parts)


def stage_trouble(raters: Raters, stage: str) -> str:
    """Why the stage cannot be meant with these raters; empty when it can."""
    if raters.unsaid:
        names = list(raters.unsaid)
        who = (
            names[0]
            if len(names) == 1
            else tr("{names} and {last}").format(names=", ".join(names[:-1]), last=names[-1])
        )
        if len(names) == 1:
            return tr("Say whether {who} is the same as in the base: Who is who…").format(who=who)
        return tr("Say whether {who} are the same as in the base: Who is who…").format(who=who)
    if stage == "rater" and not raters.new:
        return tr("The base knows all raters of these data: there is none to add. Choose Adapt or Full.")
    return ""
