"""Slider axes from numbers: between raters, and of what the image leaves open (docs/METHOD.md section 4)."""

from __future__ import annotations

import torch
from torch import Tensor

from proseg_gui.networks.base import Control

LEAST_SHARE = 0.02
"""Ambiguity modes that explain less are not offered as sliders."""
MOST_AXES = 7


def between_raters(presets: Tensor, area: Tensor) -> list[Control]:
    """Eigenvectors of the covariance between raters of their points ``presets (R, D)``, in linear coordinates.

    At most ``min(R - 1, 7)``, largest first, one standard deviation over the raters as the unit; + is towards raters
    who draw more by ``area (R,)``.
    """
    raters = len(presets)
    presets = presets.detach().cpu().double()
    mean = presets.mean(0)
    _, singular, axes = torch.linalg.svd(presets - mean, full_matrices=False)
    variance = singular**2 / raters
    kept = [i for i in range(min(raters - 1, len(variance), MOST_AXES))
            if variance[i] > 1e-9 * variance[0].clamp_min(1e-9)]  # fmt: skip
    controls = []
    for number, i in enumerate(kept, start=1):
        pull = ((presets - mean) @ axes[i]) @ area.cpu().double()
        controls.append(Control(
            f"Preference {number}", "preference", "tau", towards(axes[i], pull).float(), mean.float(),
            float(variance[i].sqrt()), float(variance[i] / variance.sum()),
        ))  # fmt: skip
    return controls


def of_ambiguity(gram: Tensor) -> list[Control]:
    """Eigenvectors of J^T D J, given a gram ``(K + 1, K + 1)`` of ``Method.ambiguity_gram``; + draws a larger area."""
    values, vectors = torch.linalg.eigh(gram[:-1, :-1].double())
    values = values.clamp_min(0.0)
    total = float(values.sum())
    controls: list[Control] = []
    for j in reversed(range(len(values))):
        share = float(values[j]) / total if total > 0 else 0.0
        if share < LEAST_SHARE:
            break
        axis = towards(vectors[:, j], vectors[:, j] @ gram[-1, :-1].double())
        name = f"Ambiguity {len(controls) + 1}"
        controls.append(Control(name, "ambiguity", "eps", axis.float(), torch.zeros(len(values)), 1.0, share))
    return controls


def towards(axis: Tensor, pull: Tensor) -> Tensor:
    """``axis`` with the sign that makes ``pull`` positive; without a pull, with its largest entry positive."""
    sign = pull if abs(float(pull)) > 1e-12 else axis[axis.abs().argmax()]
    return axis if float(sign) >= 0 else -axis
