"""Cases of a dataset folder as normalised slices on the model's grid, with every rater's masks; and batches of them.

A missing mask is not an empty one: it stays marked as not observed and adds nothing to any loss.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from proseg_gui.bundle import intensity_limits, normalise
from proseg_gui.errors import UserError
from proseg_gui.inference.grid import SliceGrid, plan_grid
from proseg_gui.networks.base import Method
from proseg_gui.training.recipe import Recipe
from proseg_gui.training.room import Room
from proseg_gui.volume import Study

MAX_PATCH = 192
"""Larger slices are trained on in random crops of this size (pixels of the model's grid)."""
MAX_GAP = 4
"""The slices of an item lie at most this far apart: one draw must mean the same shape throughout a volume."""
ON_STRUCTURE = 0.75
"""Share of draws (of slices, and of crops) that look for the structure; the rest may show none of it."""


@dataclass(frozen=True, eq=False)
class TrainingCase:
    """``image (z, channels, H, W)`` in -1..1, 0/1 ``masks (R, Q, S, z, H, W)`` uint8, ``observed (R, Q, S)``.

    Where the case is ``encoded``, ``image`` holds the features ``(z, C, H, W)`` of a frozen backbone instead.
    """

    name: str
    image: Tensor
    masks: Tensor
    observed: Tensor
    encoded: bool = False


@dataclass(eq=False)  # not frozen: Fabric refuses such where it converts what a network is given
class Batch:
    """V items of n slices: ``images (V, n, channels, H, W)``, ``masks (V, R, Q, S, n, H, W)`` 0/1 float32.

    In one of several processes these are its ``share`` (which process, of how many) of a step's ``whole`` items.
    """

    names: tuple[str, ...]
    images: Tensor
    masks: Tensor
    observed: Tensor
    share: tuple[int, int] = (0, 1)
    whole: int = 0

    def part(self, rank: int, world: int) -> Batch:
        """Every ``world``-th item from number ``rank`` on; each process needs at least one."""
        mine = slice(rank, None, world)
        parts = self.images[mine], self.masks[mine], self.observed[mine]
        return Batch(self.names[mine], *parts, (rank, world), len(self.names))

    def mine(self, draw: Callable[[int], Tensor]) -> Tensor:
        """This part's rows of what ``draw(items)`` gives for all items of the step, so that all processes agree."""
        rank, world = self.share
        return draw(self.whole or len(self.names))[rank::world]


@dataclass(frozen=True)
class Layout:
    """What all cases of a run share: who, what, from which channels, at which pixel size and intensity window."""

    raters: tuple[str, ...]
    structures: tuple[str, ...]
    channels: tuple[str, ...]
    spacing_mm: tuple[float, float]
    window: Mapping[str, float | str]
    modality: str = ""


def intensity_window(limits: tuple[float, float] | None) -> dict[str, float | str]:
    """``limits`` in the image's unit as a card says them; ``None``: the 1st to 99th percentile of each image."""
    if limits is None:
        return {"kind": "percentile", "low": 1.0, "high": 99.0}
    return {"kind": "fixed", "low": limits[0], "high": limits[1]}


def prepare_case(study: Study, layout: Layout, room: Room | None = None) -> TrainingCase:
    """Bring a study to the model's grid, the same way as inference does, slice by slice.

    Pixels become ``layout.spacing_mm`` whatever the study's are; slices stay as they are. ``room`` says where the case
    lies; in memory by default.

    Raises
    ------
    UserError
        The study has none of the layout's masks, or the folder for temporary files is full.
    """
    found: dict[tuple[str, str], list[np.ndarray]] = {}
    for reading in study.readings:
        found.setdefault((reading.rater, reading.structure), []).append(reading.mask.array)
    most = max((len(masks) for key, masks in found.items() if key[0] in layout.raters), default=0)
    if not most:
        raise UserError("no rater has drawn anything in this case", path=study.name, remedy="Leave it out of the split")
    grid = plan_grid(study.geometry, layout.spacing_mm, {"kind": "whole"})
    room = Room(sys.maxsize) if room is None else room
    depth, drawn = study.geometry.shape[0], (len(layout.raters), most, len(layout.structures))
    image = room.zeros((depth, len(layout.channels), *grid.model_shape), np.float32)
    for c, name in enumerate(layout.channels):
        array = study.channels[name].array
        limits = intensity_limits(array, layout.window)
        for k, part in enumerate(array):
            image[k, c] = _on_grid(normalise(part, layout.window, limits), grid)
    masks = room.zeros((*drawn, depth, *grid.model_shape), np.uint8)
    observed = torch.zeros(drawn, dtype=torch.bool)
    for (rater, structure), arrays in found.items():
        if rater not in layout.raters or structure not in layout.structures:
            continue
        r, s = layout.raters.index(rater), layout.structures.index(structure)
        for q, array in enumerate(arrays):
            for k in np.flatnonzero(array.any((1, 2))).tolist():  # the rest is empty already
                masks[r, q, s, k] = _on_grid(array[k].astype(np.float32), grid) > 0.5
            observed[r, q, s] = True
    return TrainingCase(study.name, image, masks, observed)


def slice_features(method: Method, case: TrainingCase, k: int) -> Tensor:
    """``(1, C, H, W)`` features of slice ``k``, where the network is."""
    part = case.image[k : k + 1].to(next(method.parameters()).device)
    return part if case.encoded else method.encode(part)


def _on_grid(part: np.ndarray, grid: SliceGrid) -> Tensor:
    """``(y, x)`` of an image's slice -> ``(H, W)`` on the model's grid."""
    return grid.to_model(grid.crop(part)[None])[0, 0]


@dataclass(frozen=True)
class Shape:
    """How much a step looks at: items, slices of each, and ``(h, w)`` pixels of a slice."""

    items: int
    slices: int
    patch: tuple[int, int]


class Batches:
    """Endless batches; what step ``s`` holds depends on the seed and ``s`` only, so a run can be resumed anywhere."""

    def __init__(self, cases: Sequence[TrainingCase], recipe: Recipe, stride: int) -> None:
        self.cases, self.seed = list(cases), recipe.seed
        self.depth = min(case.image.shape[0] for case in self.cases)
        self.readings = max(case.masks.shape[1] for case in self.cases)
        sides = [max(case.image.shape[axis] for case in self.cases) for axis in (-2, -1)]
        whole = [-(-min(side, MAX_PATCH) // stride) * stride for side in sides]
        slices = min(recipe.slices, self.depth)
        items = min(recipe.items if slices == 1 else recipe.volumes, len(self.cases))
        self._whole = Shape(items, slices, (whole[0], whole[1]))
        square = -(-recipe.crop // stride) * stride
        cropped = min(whole[0], square), min(whole[1], square)
        self._cropped = Shape(min(recipe.crop_items, len(self.cases)), min(recipe.crop_slices, self.depth), cropped)
        self._whole_from = recipe.whole_from
        self._present = [slices_with_structure(case) for case in self.cases]

    @property
    def fewest(self) -> int:
        """Items of the smallest step."""
        return min(self._whole.items, self._cropped.items) if self._whole_from else self._whole.items

    def __call__(self, step: int, generator: torch.Generator | None = None) -> Batch:
        """The batch of a 0-based step; draws slices and crops from torch's global generator, or from ``generator``."""
        shape = self.shape(step)
        first = step * shape.items
        chosen = [self._case_at(i) for i in range(first, first + shape.items)]
        images, masks = zip(*(self._slab(i, shape, generator) for i in chosen), strict=True)
        cases = [self.cases[i] for i in chosen]
        pad = [self.readings - case.observed.shape[1] for case in cases]
        observed = [functional.pad(case.observed, (0, 0, 0, more)) for case, more in zip(cases, pad, strict=True)]
        names = tuple(case.name for case in cases)
        return Batch(names, torch.stack(images), torch.stack(masks).float(), torch.stack(observed))

    def shape(self, step: int) -> Shape:
        """How much a 0-based step looks at."""
        return self._cropped if step < self._whole_from else self._whole

    def _case_at(self, position: int) -> int:
        epoch, place = divmod(position, len(self.cases))
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + epoch)
        return int(torch.randperm(len(self.cases), generator=generator)[place])

    def _slab(self, index: int, shape: Shape, generator: torch.Generator | None) -> tuple[Tensor, Tensor]:
        case, present = self.cases[index], self._present[index]
        depth = case.image.shape[0]
        centre = _below(depth, generator)
        if len(present) and _structure(generator):
            centre = int(present[_below(len(present), generator)])
        widest = (self.depth - 1) // (shape.slices - 1) if shape.slices > 1 else 1
        gap = 1 + _below(min(MAX_GAP, widest), generator)
        before = gap * _below(shape.slices, generator)
        first = min(max(centre - before, 0), depth - 1 - gap * (shape.slices - 1))
        taken = slice(first, first + gap * (shape.slices - 1) + 1, gap)
        more = self.readings - case.masks.shape[1]
        masks = functional.pad(case.masks[:, :, :, taken], (0, 0, 0, 0, 0, 0, 0, 0, 0, more))
        return self._patch(case.image[taken], masks, shape.patch, generator)

    @staticmethod
    def _patch(
        image: Tensor, masks: Tensor, patch: tuple[int, int], generator: torch.Generator | None
    ) -> tuple[Tensor, Tensor]:
        """Crop, or pad with the darkest value, to the size that all items share."""
        for axis, size in ((-2, patch[0]), (-1, patch[1])):
            length = image.shape[axis]
            if length > size:
                start = _below(length - size + 1, generator)
                drawn = masks.flatten(0, -3).amax(0).amax(-1 if axis == -2 else -2).nonzero()
                if len(drawn) and _structure(generator):
                    middle = int(drawn[_below(len(drawn), generator)])
                    start = min(max(middle - size // 2, 0), length - size)
                image, masks = image.narrow(axis, start, size), masks.narrow(axis, start, size)
            elif length < size:
                before = _below(size - length + 1, generator)
                pad = (before, size - length - before) if axis == -1 else (0, 0, before, size - length - before)
                image = functional.pad(image, pad, value=float(image.min()))
                masks = functional.pad(masks, pad)
        return image, masks


def _below(count: int, generator: torch.Generator | None) -> int:
    return int(torch.randint(0, count, (), generator=generator))


def _structure(generator: torch.Generator | None) -> bool:
    """Whether this draw looks for the structure."""
    return float(torch.rand((), generator=generator)) < ON_STRUCTURE


def slices_with_structure(case: TrainingCase) -> Tensor:
    """Indices of the slices in which any rater drew any structure."""
    return case.masks.flatten(0, 2).amax((0, 2, 3)).nonzero().flatten()
