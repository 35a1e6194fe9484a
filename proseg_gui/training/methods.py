"""What can be trained: each method's network and objective by the name that ``--method`` and a bundle's card use."""

from __future__ import annotations

from collections.abc import Mapping

from proseg_gui.catalogue import ENTRIES, load_class
from proseg_gui.networks.base import Method
from proseg_gui.networks.registry import build
from proseg_gui.training.dataset import Layout
from proseg_gui.training.objectives.base import Objective
from proseg_gui.training.recipe import Recipe

OBJECTIVES: Mapping[str, type[Objective]] = {
    name: load_class("proseg_gui.training", entry.objective) for name, entry in ENTRIES.items()
}


def new_network(kind: str, layout: Layout, recipe: Recipe) -> Method:
    """An untrained network of ``kind`` for the raters, structures and channels of ``layout``.

    Raises
    ------
    ValueError
        The kind is unknown, or no network can have these sizes.
    """
    newest = ENTRIES[kind].newest if kind in ENTRIES else {}
    return build(kind, {
        "n_raters": len(layout.raters), "n_structures": len(layout.structures), "n_channels": len(layout.channels),
        "widths": recipe.widths, **newest, **recipe.network,
    })  # fmt: skip
