"""Where a training stands, as its files say; looked at in the background."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from proseg_gui.bundle import read_card
from proseg_gui.errors import UserError
from proseg_gui.gui.trainer.people_here import learn_people

if TYPE_CHECKING:
    from proseg_gui.bundle import Card
    from proseg_gui.training.process import Snapshot, Training


@dataclass(frozen=True)
class Standing:
    """Where a training stands, with the card of its finished model, or why that cannot be read."""

    snapshot: Snapshot
    card: Card | None = None
    trouble: UserError | None = None


def standing_of(training: Training) -> Standing:
    """For a worker: look at a training's files."""
    found = training.poll()
    if found.status != "finished":
        return Standing(found)
    try:
        card = read_card(training.bundle)
        learn_people(card)
        return Standing(found, card)
    except UserError as error:
        return Standing(found, trouble=error)
