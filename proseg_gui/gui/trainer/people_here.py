"""Who is who on this computer, as the table of names was read last: the window's thread never reads it itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proseg_gui.bundle import Card

_learnt: dict[str, dict[str, str]] = {}
"""Hash of a model's weights -> real name -> the name that the model has for it."""


def learn_people(card: Card) -> None:
    """For a worker: read what the raters of a model are called here; a training may just have added to it."""
    from proseg_gui.bundle import local_names

    _learnt[card.sha256] = local_names(card)


def people_here(card: Card) -> dict[str, str]:
    """Real name -> a model's rater name, as learnt last; its own names always."""
    return {name: name for name in card.raters} | _learnt.get(card.sha256, {})
