"""What can be trained: each method's network and objective by the name that ``--method`` and a bundle's card use."""

from __future__ import annotations

from collections.abc import Mapping

from proseg_gui.networks.base import Method
from proseg_gui.networks.dpersona import DPersona
from proseg_gui.networks.majority import Majority, Threshold
from proseg_gui.networks.pionono import Pionono
from proseg_gui.networks.probunet import ProbabilisticUNet
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.networks.rater_heads import RaterHeads
from proseg_gui.networks.reference import ReferenceProSeg
from proseg_gui.networks.registry import build
from proseg_gui.training.dataset import Layout
from proseg_gui.training.objective import ProSegObjective
from proseg_gui.training.objectives.base import Objective
from proseg_gui.training.objectives.dpersona import DPersonaObjective
from proseg_gui.training.objectives.majority import MajorityObjective, ThresholdObjective
from proseg_gui.training.objectives.pionono import PiononoObjective
from proseg_gui.training.objectives.probunet import ProbabilisticUNetObjective
from proseg_gui.training.objectives.rater_heads import RaterHeadsObjective
from proseg_gui.training.objectives.reference import ReferenceObjective
from proseg_gui.training.recipe import Recipe

OBJECTIVES: Mapping[str, type[Objective]] = {
    ProSeg.kind: ProSegObjective,
    ReferenceProSeg.kind: ReferenceObjective,
    DPersona.kind: DPersonaObjective,
    ProbabilisticUNet.kind: ProbabilisticUNetObjective,
    Pionono.kind: PiononoObjective,
    RaterHeads.kind: RaterHeadsObjective,
    Majority.kind: MajorityObjective,
    Threshold.kind: ThresholdObjective,
}

AS_PUBLISHED: Mapping[str, Mapping[str, str]] = {
    DPersona.kind: {"code_encoder": "plain"},
    ProbabilisticUNet.kind: {"code_encoder": "plain"},
}
"""What a new network has otherwise than a bundle that does not name it."""


def new_network(kind: str, layout: Layout, recipe: Recipe) -> Method:
    """An untrained network of ``kind`` for the raters, structures and channels of ``layout``.

    Raises
    ------
    ValueError
        The kind is unknown, or no network can have these sizes.
    """
    return build(kind, {
        "n_raters": len(layout.raters), "n_structures": len(layout.structures), "n_channels": len(layout.channels),
        "widths": recipe.widths, **AS_PUBLISHED.get(kind, {}), **recipe.network,
    })  # fmt: skip
