"""What a training can start from: nothing, or a model that there is and that fits the data; and its three stages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proseg_gui.bundle import Card
    from proseg_gui.gui.trainer.survey import CaseRow
    from proseg_gui.io.dataset import Dataset


@dataclass(frozen=True)
class Stage:
    """How much of a base may change: its name on the command line, its words, and its usual number of steps.

    Names and steps are those of ``training.stages``; repeated, since that module loads torch.
    """

    name: str
    title: str
    sentence: str
    steps: int
    varies: bool = False
    """Whether slices are varied: not where they are encoded once, before the first step."""


STAGES = (
    Stage("rater", "Add a rater", "Learns a few numbers for each new rater; the network and the raters that it knows "
          "stay exactly as they are.", 300),
    Stage("adapt", "Adapt", "Learns the raters and the layers that draw; the layers that read the image stay. Raters "
          "that it knows may shift a little.", 240),
    Stage("full", "Full", "Goes on with everything, slowly, from the base's weights. What it knew may shift; the "
          "figures afterwards say how much.", 600, varies=True),
)  # fmt: skip
NEW_STEPS = 1200


@dataclass(frozen=True)
class Raters:
    """Who drew in the data set, as a base sees it: real name -> its name there, and those it does not know."""

    known: dict[str, str]
    new: tuple[str, ...]


def raters_of(card: Card, names: Sequence[str]) -> Raters:
    """Which of ``names`` the model knows: by equal name, or by this computer's table of who is who."""
    from proseg_gui.bundle import local_names

    table = local_names(card)
    known = {name: table[name] for name in names if name in table}
    return Raters(known, tuple(name for name in names if name not in known))


def misfit(card: Card, dataset: Dataset) -> str:
    """Why a training on ``dataset`` cannot start from the model; empty when it can."""
    if card.kind != "proseg":
        return f"a model of the kind {card.kind} cannot learn further"
    if card.field_of_view.get("kind") != "whole":
        return "it looks at a box, which cannot learn further"
    if len(card.structures) != len(dataset.structures) or (
        len(card.structures) > 1 and set(card.structures) != set(dataset.structures)
    ):
        return f"it draws {', '.join(card.structures)} and the data have {', '.join(dataset.structures)}"
    if len(card.channels) != len(dataset.channels):
        return f"it takes {len(card.channels)} channels and the data have {len(dataset.channels)}"
    return ""


def images_trouble(card: Card, rows: Iterable[CaseRow]) -> str:
    """Which case has images that the base cannot learn from; empty when there is none."""
    from proseg_gui.bundle import SPACING_FACTOR

    for row in rows:
        if row.modality and card.known_modality and row.modality != card.known_modality:
            return f"{row.case.name} is {row.modality} and {card.name} learned from {card.known_modality} images."
        ratios = [have / want for have, want in zip(row.spacing_mm, card.spacing_mm, strict=True)]
        if row.picture is not None and not all(1 / SPACING_FACTOR <= r <= SPACING_FACTOR for r in ratios):
            have, want = (" x ".join(f"{s:.3g}" for s in pair) for pair in (row.spacing_mm, card.spacing_mm))
            return f"{row.case.name} has {have} mm pixels and {card.name} learned from {want} mm."
    return ""


def fixed_by(card: Card) -> tuple[str, str]:
    """What images and which intensities the base is for, in words."""
    window = card.window
    if window["kind"] == "fixed":
        return card.known_modality or "not said", f"{window['low']:g} to {window['high']:g}"
    return card.known_modality or "not said", "each image's own range"


def raters_sentence(raters: Raters, stage: str) -> str:
    """Who is known to the base and who is new, with the name there where it is another."""
    parts = []
    if raters.known:
        names = (real if real == there else f"{real} (its {there})" for real, there in raters.known.items())
        parts.append(f"Known: {', '.join(names)}.")
    if raters.new:
        parts.append(f"New: {', '.join(raters.new)}.")
    if stage == "rater" and raters.known and raters.new:
        parts.append("Only the new ones learn.")
    return " ".join(parts)


def stage_trouble(raters: Raters, stage: str) -> str:
    """Why the stage cannot be meant with these raters; empty when it can."""
    if stage == "rater" and not raters.new:
        return "The base knows all raters of these data: there is none to add. Choose Adapt or Full."
    return ""
