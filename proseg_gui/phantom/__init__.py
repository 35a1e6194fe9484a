"""The demo scan and its simulated raters: deterministic CT phantoms whose reading distribution is known exactly.

A phantom is a portal venous CT of an upper abdomen with one liver lesion whose border is unclear and whose lobe may or
may not belong to it. Nothing here is patient data. See ``docs/phantom.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from proseg_gui.phantom.anatomy import paint_anatomy, vena_cava_depth
from proseg_gui.phantom.lesion import Depths, Lesion, axes_of, density, depths, draw_lesion
from proseg_gui.phantom.noise import Float32Array, ct_grain
from proseg_gui.phantom.raters import STYLES, Draw, random_draw, reading_mask, true_parts
from proseg_gui.phantom.vessel import vessel_mask
from proseg_gui.volume import Geometry, Mask, Reading, Study, Volume

STRUCTURE = "lesion"
STRUCTURES = (STRUCTURE, "vena cava")
"""All that can be asked for; the second has a space in its name, as structures do."""
CHANNEL = "CT"
RATERS: tuple[str, ...] = tuple(STYLES)
DEMO_SEED = 20_274
"""Seed of the demo case; never trained on, as training seeds count up from 0 (:func:`training_phantoms`)."""
NOISE_HU = 11.0
WINDOW = (40.0, 400.0)
TRAINING_SHAPE = (26, 144, 144)
TRAINING_SPACING_MM = (2.5, 2.0, 2.0)


@dataclass(frozen=True)
class Phantom:
    """One phantom: its grid and seed fix everything else.

    ``shape`` is (z, y, x), ``spacing_mm`` likewise. The lesion lies near the middle slice; the field of view is centred
    on the body, so 288 mm show all of it. The same seed has the same lesion and the same draws of its raters on every
    grid; the anatomy around it, textures and noise belong to seed and grid.
    """

    seed: int = 0
    shape: tuple[int, int, int] = (48, 192, 192)
    spacing_mm: tuple[float, float, float] = (2.5, 1.5, 1.5)

    def _rng(self, purpose: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, purpose])

    @cached_property
    def lesion(self) -> Lesion:
        """What was drawn for this seed."""
        return draw_lesion(self._rng(0))

    @cached_property
    def geometry(self) -> Geometry:
        """An axial LPS grid around the lesion's height, in-plane centred on the body."""
        shift = float(self._rng(1).uniform(-4.0, 4.0))
        centre = np.array([0.0, 0.0, float(self.lesion.body.centre_mm[2]) + shift])
        extent = np.array([(n - 1) * s for n, s in zip(self.shape[::-1], self.spacing_mm[::-1], strict=True)])
        return Geometry(self.shape, np.round(centre - extent / 2.0, 3), self.spacing_mm, np.eye(3))

    @cached_property
    def depths(self) -> Depths:
        """Depth fields (z, y, x) of the lesion."""
        return depths(self.lesion, *axes_of(self.geometry))

    def volume(self) -> Volume:
        """Render the scan: int16 HU."""
        rng = self._rng(2)
        image = paint_anatomy(rng, *axes_of(self.geometry), self.spacing_mm)
        image += density(self.lesion, self.depths)
        x, y, _ = axes_of(self.geometry)
        centre_louder = 1.2 - 0.4 * np.minimum((x / 130.0) ** 2 + (y / 95.0) ** 2, 1.0)
        image += np.asarray(NOISE_HU * centre_louder, dtype=np.float32) * ct_grain(rng, self.shape, self.spacing_mm)
        values = np.clip(np.rint(image), -1024, 3071).astype(np.int16)
        return Volume(values, self.geometry, "HU", "CT", f"CT phantom {self.spacing_mm[0]:g} mm", WINDOW)

    @cached_property
    def vessel_depth(self) -> Float32Array:
        """Depth (z, y, x) of the vena cava, as the scan shows it."""
        return vena_cava_depth(self._rng(2), *axes_of(self.geometry), self.spacing_mm)

    def mask(self, rater: str, draw: Draw) -> Mask:
        """Return the mask that ``rater`` draws given ``draw``."""
        return Mask(reading_mask(self.lesion, self.depths, rater, draw), self.geometry, STRUCTURE)

    def vessel(self, rater: str, draw: Draw) -> Mask:
        """Return the mask of the vena cava that ``rater`` draws given ``draw``."""
        height = float(self.lesion.body.centre_mm[2])
        array = vessel_mask(self.vessel_depth, axes_of(self.geometry)[2], height, rater, draw)
        return Mask(array, self.geometry, STRUCTURES[1])

    def draws(self, rater: str, readings: int, structure: int = 0) -> list[Draw]:
        """The first ``readings`` draws of ``rater``: the same ones whatever ``readings`` is, others a structure."""
        rng = self._rng(3 + len(RATERS) * structure + RATERS.index(rater))
        return [random_draw(rng) for _ in range(readings)]

    def study(self, readings: int = 2, name: str | None = None, structures: int = 1) -> Study:
        """Scan and ``readings`` readings of every rater, named ``"1"``, ``"2"``, ..., of so many :data:`STRUCTURES`."""
        drawn = tuple(
            Reading(rater, STRUCTURES[s], draw_mask(rater, draw), str(i))
            for s, draw_mask in enumerate((self.mask, self.vessel)[:structures])
            for rater in RATERS
            for i, draw in enumerate(self.draws(rater, readings, s), start=1)
        )
        label = f"phantom{self.seed:03d}" if name is None else name
        return Study(label, {CHANNEL: self.volume()}, STRUCTURES[:structures], drawn)

    def true_parts(self) -> dict[str, npt.NDArray[np.float64]]:
        """The generator's own split of uncertainty: maps (z, y, x), see :func:`raters.true_parts`."""
        return true_parts(self.lesion, self.depths)


def make_phantom(
    seed: int = 0,
    shape: tuple[int, int, int] = (48, 192, 192),
    spacing_mm: tuple[float, float, float] = (2.5, 1.5, 1.5),
    readings: int = 2,
) -> Study:
    """Render the phantom of ``seed`` with ``readings`` readings of each rater."""
    return Phantom(seed, shape, spacing_mm).study(readings)


def demo_phantom() -> Phantom:
    """The phantom that ``proseg-gui --demo`` opens."""
    return Phantom(DEMO_SEED)


def demo_study(structures: int = 1) -> Study:
    """The demo case: scan and two readings of each rater, of so many :data:`STRUCTURES`."""
    return demo_phantom().study(name="CT phantom", structures=structures)


def training_phantoms(n: int) -> Iterator[Phantom]:
    """Smaller phantoms of seeds 0, 1, ... for training: whole slices around the lesion."""
    return (Phantom(seed, TRAINING_SHAPE, TRAINING_SPACING_MM) for seed in range(n))
