"""A head in four MR sequences, of which only one shows the part of a lesion that decides how it is drawn.

FLAIR, T1, T1c and T2 show one anatomy (skin, skull, brain with cortex and ventricles) and the body of a lesion. Its
enhancing part lies beside the body in a direction that nothing else tells, and is bright in T1c alone: in the other
three it looks like the brain around it. The raters are those of the CT phantom, for whom the enhancing part is the
lobe: ``no_lobe`` never takes it, the others do with a probability that the lesion fixes. Nothing is patient data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np

from proseg_gui.phantom.lesion import LOBE_STATES, Blob, Depths, Lesion, axes_of, depths, draw_waves
from proseg_gui.phantom.noise import Float32Array, smooth_field
from proseg_gui.phantom.raters import STYLES, Draw, random_draw, reading_mask
from proseg_gui.volume import Geometry, Mask, Reading, Study, Volume

STRUCTURE = "lesion"
RATERS: tuple[str, ...] = tuple(STYLES)


@dataclass(frozen=True)
class Contrast:
    """Brightness of tissues in one sequence; ``lesion`` and ``enhancing`` are added to the tissue that is there."""

    skin: float
    skull: float
    white: float
    grey: float
    fluid: float
    lesion: float
    enhancing: float


SEQUENCES: Mapping[str, Contrast] = MappingProxyType(
    {
        "FLAIR": Contrast(260.0, 40.0, 300.0, 360.0, 70.0, 190.0, 0.0),
        "T1": Contrast(540.0, 50.0, 340.0, 260.0, 100.0, -60.0, 0.0),
        "T1c": Contrast(560.0, 60.0, 330.0, 270.0, 110.0, -40.0, 340.0),
        "T2": Contrast(300.0, 30.0, 250.0, 330.0, 620.0, 200.0, 0.0),
    }
)
"""The sequences by name, in the order of the channels."""
NOISE, GAIN, BIAS, TEXTURE = 14.0, 0.12, 0.06, 0.035
"""Of the noise (units of brightness); of a sequence's own gain, slow bias and of the tissue's texture: shares."""
SKIN_MM, SKULL_MM, CORTEX_MM = 5.0, 5.0, 5.0
SHAPE, SPACING_MM = (8, 48, 48), (5.0, 3.0, 3.0)


def draw_head_lesion(rng: np.random.Generator) -> Lesion:
    """Draw a lesion beside the ventricles; its enhancing part lies in any direction in the slices' plane."""
    side = rng.choice((-1.0, 1.0))
    centre = np.array([side * rng.uniform(17.0, 23.0), rng.uniform(-20.0, 20.0), rng.uniform(-2.0, 2.0)])
    radius = float(rng.uniform(10.0, 13.0))
    body = Blob(centre, radius, rng.uniform(0.9, 1.1, 3), draw_waves(rng, 3, 2, 0.05))
    angle = rng.uniform(0.0, 2.0 * np.pi)
    direction = np.array([np.cos(angle), np.sin(angle), rng.uniform(-0.2, 0.2)])
    part_radius = float(rng.uniform(0.75, 0.95)) * radius
    part_centre = centre + direction * (radius + 0.45 * part_radius)
    part = Blob(part_centre, part_radius, rng.uniform(0.92, 1.08, 3), draw_waves(rng, 2, 1, 0.05))
    return Lesion(body, part, float(rng.uniform(1.8, 2.8)), 1.0, 1.0, int(rng.integers(7, LOBE_STATES + 1)))


@dataclass(frozen=True)
class SequencePhantom:
    """One head: its seed and grid fix everything else. ``shape`` is (z, y, x), ``spacing_mm`` likewise."""

    seed: int = 0
    shape: tuple[int, int, int] = SHAPE
    spacing_mm: tuple[float, float, float] = SPACING_MM

    def _rng(self, purpose: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, 4, purpose])

    @cached_property
    def lesion(self) -> Lesion:
        """What was drawn for this seed; the lobe is the enhancing part."""
        return draw_head_lesion(self._rng(0))

    @cached_property
    def geometry(self) -> Geometry:
        """An axial LPS grid around the middle of the head."""
        extent = np.array([(n - 1) * s for n, s in zip(self.shape[::-1], self.spacing_mm[::-1], strict=True)])
        return Geometry(self.shape, -extent / 2.0, self.spacing_mm, np.eye(3))

    @cached_property
    def depths(self) -> Depths:
        """Depth fields (z, y, x) of the lesion."""
        return depths(self.lesion, *axes_of(self.geometry))

    @cached_property
    def _tissues(self) -> tuple[Float32Array, ...]:
        """Depths (z, y, x) in mm of the head, and of left and right ventricle, bent by a smooth field."""
        rng = self._rng(1)
        x, y, z = axes_of(self.geometry)
        bend = [1.8 * smooth_field(rng, self.shape, self.spacing_mm, 26.0) for _ in range(2)]
        x, y = x + bend[0], y + bend[1]
        width, length = rng.uniform(57.0, 61.0), rng.uniform(64.0, 69.0)
        found = [_ellipse(x, y, z, (0.0, 0.0), (width, length), 95.0)]
        size = rng.uniform(0.8, 1.25)
        for side in (-1.0, 1.0):
            found.append(_ellipse(x, y, z, (7.5 * side, 4.0), (5.0 * size, 19.0 * size), 22.0))
        return tuple(found)

    def volume(self, sequence: str) -> Volume:
        """Render one sequence: int16 in arbitrary units."""
        contrast, rng = SEQUENCES[sequence], self._rng(2 + list(SEQUENCES).index(sequence))
        head, *ventricles = self._tissues
        shared = self._rng(1)
        image = np.full(self.shape, 8.0, np.float32)
        inner = head - np.float32(SKIN_MM + SKULL_MM)
        folds = 1.6 * smooth_field(shared, self.shape, self.spacing_mm, 9.0)
        layers = [(head, contrast.skin), (head - np.float32(SKIN_MM), contrast.skull), (inner, contrast.grey),
                  (inner - np.float32(CORTEX_MM) + folds, contrast.white),
                  *((v, contrast.fluid) for v in ventricles)]  # fmt: skip
        texture = 1.0 + TEXTURE * smooth_field(shared, self.shape, self.spacing_mm, 7.0)
        for depth, value in layers:
            image += _inside(depth, 1.5) * (np.float32(value) * texture - image)
        width = 0.75 * self.lesion.border_mm
        image += contrast.lesion * _inside(self.depths.body, 4.0 * width)
        image += contrast.enhancing * _inside(self.depths.lobe, 4.0 * width)
        image *= (1.0 + GAIN * rng.uniform(-1.0, 1.0)) * (
            1.0 + BIAS * smooth_field(rng, self.shape, self.spacing_mm, 60.0)
        )
        image += NOISE * rng.standard_normal(self.shape, dtype=np.float32)
        values = np.clip(np.rint(image), 0, 4095).astype(np.int16)
        return Volume(values, self.geometry, "", "MR", f"{sequence} phantom {self.spacing_mm[1]:g} mm")

    def mask(self, rater: str, draw: Draw) -> Mask:
        """Return the mask that ``rater`` draws given ``draw``."""
        return Mask(reading_mask(self.lesion, self.depths, rater, draw), self.geometry, STRUCTURE)

    def study(self, readings: int = 2, name: str | None = None) -> Study:
        """All four sequences, and ``readings`` readings of every rater, named ``"1"``, ``"2"``, ..."""
        drawn = []
        for number, rater in enumerate(RATERS):
            rng = self._rng(8 + number)
            draws = [random_draw(rng) for _ in range(readings)]
            drawn += [Reading(rater, STRUCTURE, self.mask(rater, draw), str(i)) for i, draw in enumerate(draws, 1)]
        label = f"head{self.seed:03d}" if name is None else name
        return Study(label, {s: self.volume(s) for s in SEQUENCES}, (STRUCTURE,), tuple(drawn))


def _ellipse(
    x: Float32Array, y: Float32Array, z: Float32Array, centre: tuple[float, float], radii: tuple[float, float],
    height: float,
) -> Float32Array:  # fmt: skip
    """Approximate depth in mm of an ellipsoid around ``centre`` (x, y), scaled by its smallest radius."""
    u, v, w = (x - np.float32(centre[0])) / radii[0], (y - np.float32(centre[1])) / radii[1], z / np.float32(height)
    return np.asarray((1.0 - np.sqrt(u * u + v * v + w * w)) * min(radii), dtype=np.float32)


def _inside(depth: Float32Array, edge_mm: float) -> Float32Array:
    """0 outside, 1 inside, fading over ``edge_mm``."""
    return np.asarray(np.clip(depth / np.float32(edge_mm) + np.float32(0.5), 0.0, 1.0), dtype=np.float32)


def sequence_phantoms(n: int) -> Iterator[SequencePhantom]:
    """Heads of seeds 0, 1, ... for training."""
    return (SequencePhantom(seed) for seed in range(n))
