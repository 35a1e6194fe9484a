"""How the images of a training look to the trained network: what its card says so that misfits are noticed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from proseg_gui.inference.fit import (
    FEWEST_CASES,
    LOOKED_AT,
    Described,
    describe,
    learn_reference,
    slices_to_look_at,
    threshold_of,
)
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.networks.base import Method
from proseg_gui.training.augment import Augmentation
from proseg_gui.training.dataset import TrainingCase

SLICES, MOST_CASES, MOST_VARIANTS = 9, 100, 8
"""So many slices of a case, cases, and variants of a slice are described at most."""
SCANNER_VARIANTS = 3
"""Of a case, beside the case itself, where a distance to its scanner is looked for."""
PIXELS = 20_000_000
"""About so many are encoded in all, so that it takes a minute: of large slices, fewer of each case."""
LEAST_MARGIN, MOST_MARGIN = -0.03, 0.10
"""A variant has so much of a side cut off or added, as another frame around the same body would: part of the side."""
SOFTEST = 1.6
"""Every other variant is brought to pixels up to so much larger and back, as images of other resolutions are."""


def image_reference(
    method: Method,
    cases: Sequence[TrainingCase],
    how: Augmentation,
    seed: int,
    progress: Progress = no_progress,
    token: CancelToken | None = None,
) -> Mapping[str, Any]:
    """The card's ``fit`` for a trained network and the images that it learned from and was chosen by.

    ``how`` is the training's: where it mirrors images, mirrored ones are alike. Empty where there are too few cases.
    """
    if len(cases) < FEWEST_CASES:
        return {}
    chosen = [cases[i] for i in np.linspace(0, len(cases) - 1, min(MOST_CASES, len(cases))).round().astype(int)]
    rng = np.random.default_rng(seed)
    height, width = chosen[0].image.shape[-2:]
    each = PIXELS // (height * width * len(chosen))  # descriptors of a case
    slices = min(int(np.clip(each // 2, LOOKED_AT, SLICES)), max(case.image.shape[0] for case in chosen))
    variants = int(np.clip(each // slices - 1, 1, MOST_VARIANTS))
    described = []
    for number, case in enumerate(chosen):
        if token is not None:
            token.check()
        progress(number / len(chosen), f"describing case {number + 1} of {len(chosen)}")
        described.append(describe_case(method, case.image, how, rng, slices, variants))
    reference = learn_reference(described)
    if reference is None:
        return {}
    if not method.capabilities.adjusts:
        return reference.as_card()
    return {**reference.as_card(), "scanner": scanner_limit(method, chosen, how, rng)}


@torch.inference_mode()
def scanner_limit(
    method: Method, cases: Sequence[TrainingCase], how: Augmentation, rng: np.random.Generator
) -> dict[str, float]:
    """Up to which distance a scanner counts as alike: what one of the own images, in another frame, hardly exceeds."""
    device = next(method.parameters()).device
    found = []
    for case in cases:
        looked = [case.image[k : k + 1] for k in slices_to_look_at(case.image.shape[0])]
        framed = [[_variant(image, how, rng, soft=False) for image in looked] for _ in range(SCANNER_VARIANTS)]
        for images in (looked, *framed):
            found.append(min(float(method.scanner_distance(image.to(device))[0]) for image in images))
    threshold = threshold_of(np.array(found), np.zeros(0))
    return {"threshold": float(f"{threshold:.5g}"), "cases": len(cases)}


def describe_case(
    method: Method, image: Tensor, how: Augmentation, rng: np.random.Generator, slices: int, variants: int
) -> Described:
    """Descriptors of ``image (z, channels, H, W)`` in -1..1: as it is, and ``variants`` of each of so many slices.

    A variant is mirrored at random where training mirrors it too.
    """
    depth = image.shape[0]
    plain = {k: _descriptor(method, image[k : k + 1]) for k in slices_to_look_at(depth)}
    looked = np.stack(list(plain.values()))
    for k in slices_to_look_at(depth, slices):
        plain.setdefault(k, _descriptor(method, image[k : k + 1]))
    others = [
        _descriptor(method, _variant(image[k : k + 1], how, rng, soft=bool((k + v) % 2)))
        for k in slices_to_look_at(depth, slices) for v in range(variants)
    ]  # fmt: skip
    turned = (
        np.stack([_descriptor(method, turn(image[k : k + 1])) for k in slices_to_look_at(depth)])
        for turn in _turns(how)
    )  # fmt: skip
    return Described(looked, np.stack([*plain.values(), *others]), tuple(turned))


def _turns(how: Augmentation) -> list[Callable[[Tensor], Tensor]]:
    """Ways in which an image must not lie: not those in which training itself lays it."""
    turns: list[Callable[[Tensor], Tensor]] = [lambda image: image.rot90(1, (-2, -1)).contiguous()]
    if not how.flip_y:
        turns.append(lambda image: image.flip(-2))
        turns.append(lambda image: image.flip(-2, -1))
    return turns


def _descriptor(method: Method, image: Tensor) -> np.ndarray:
    device = next(method.parameters()).device
    with torch.inference_mode():
        return describe(method.encode(image.to(device)))


def _variant(image: Tensor, how: Augmentation, rng: np.random.Generator, *, soft: bool) -> Tensor:
    """``(1, channels, H, W)`` with each side moved in or out, filled with the darkest value; see the constants."""
    height, width = image.shape[-2:]
    if soft:
        scale = rng.uniform(1.0, SOFTEST)
        size = max(1, round(height / scale)), max(1, round(width / scale))
        coarse = functional.interpolate(image, size, mode="bilinear", align_corners=False, antialias=True)
        image = functional.interpolate(coarse, (height, width), mode="bilinear", align_corners=False)
    margins = rng.uniform(LEAST_MARGIN, MOST_MARGIN, 4) * (width, width, height, height)
    framed = functional.pad(image, [round(margin) for margin in margins], value=float(image.min()))
    axes = [axis for axis, allowed in ((-1, how.flip_x), (-2, how.flip_y)) if allowed and rng.random() < 0.5]
    return framed.flip(axes) if axes else framed.contiguous()
