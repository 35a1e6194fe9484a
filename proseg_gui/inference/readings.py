"""The readings that a model itself weighs, and how probable it holds each on a slice or in a whole volume."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from proseg_gui.inference.engine import Engine
from proseg_gui.inference.points import Point, unstacked
from proseg_gui.jobs import CancelToken


def weighed_readings(
    engine: Engine, k: int | None = None, token: CancelToken | None = None
) -> tuple[tuple[Point, ...], npt.NDArray[np.float64]]:
    """Points of the readings and their probabilities ``(K,)``, which sum to 1, for a method that is ``weighed``.

    On slice ``k``; or over the slices seen so far where the structures may be, each counting for the volume (mm^3) of
    its patch. Where no slice shows anything, those of the middle slice.
    """
    thickness = engine.geometry.slice_thickness_mm()
    seen = [] if k is not None else [
        (patch, patch.pixels * patch.step**2 * float(thickness[at])) for at, patch in engine.patches.snapshot()
    ]  # fmt: skip
    if not seen:
        one = np.zeros(1, np.int64)
        seen = [(engine.pixels(engine.n_slices // 2 if k is None else k, one, one, token), 1.0)]
    found: npt.NDArray[np.float64] = np.zeros(0)
    with torch.inference_mode():
        for patch, weight in seen:
            points, chances = engine.method.weighed_readings(patch.features[..., :1, :1])
            found = (found if found.size else np.zeros(chances.shape[-1])) + weight * chances[0].double().numpy()
    return unstacked(points), found / found.sum()
