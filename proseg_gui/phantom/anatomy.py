"""CT-like anatomy of an upper abdomen in HU, as analytic shapes with soft edges painted one over the other.

Axes are LPS mm with x = y = 0 in the middle of the body: x grows to the patient's left, y to the back, z to the head.
A shape is a *depth* (mm, positive inside); its edge is blurred over the scanner's resolution, which is the partial
volume between tissues. Shapes are bent by a smooth random warp, so that nothing has a ruler's outline.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from proseg_gui.phantom.noise import Float32Array, smooth_field

AIR, LUNG, FAT, MUSCLE, LIVER, VESSEL = -1000.0, -850.0, -105.0, 58.0, 112.0, 165.0
"""HU of tissues in the portal venous phase."""
FAR_MM = -1e3
"""Depth far away from a shape, where it is not evaluated."""
EDGE_MM = 1.5
"""Width over which an edge fades: about the resolution of a soft-tissue kernel."""

Depth = Callable[[Float32Array, Float32Array, Float32Array], Float32Array]
Box = tuple[slice, slice, slice]


@dataclass(eq=False)
class Canvas:
    """The image under construction, with bent coordinates ``x, y`` (z, y, x) and plain axes for bounding boxes."""

    image: Float32Array
    x: Float32Array
    y: Float32Array
    z: Float32Array
    plain_x: Float32Array
    plain_y: Float32Array
    vena_cava: Float32Array | None = None
    """Its depth (z, y, x), :data:`FAR_MM` where it was not evaluated; kept where somebody asked for it."""

    def box(self, centre: tuple[float, float, float], radii: tuple[float, float, float]) -> Box:
        """Slices around an ellipsoid given in (x, y, z) mm, with room for the warp."""
        spans = []
        for values, c, r in zip((self.z.ravel(), self.plain_y, self.plain_x), centre[::-1], radii[::-1], strict=True):
            start, stop = np.searchsorted(values, [c - r - 8.0, c + r + 8.0])
            spans.append(slice(int(start), int(stop)))
        return spans[0], spans[1], spans[2]

    def at(self, box: Box) -> tuple[Float32Array, Float32Array, Float32Array]:
        """Coordinates (x, y, z) of a box, ready to broadcast."""
        return self.x[box], self.y[box], self.z[box[0]]

    def paint(self, depth: Float32Array, hu: float | Float32Array, box: Box | None = None, edge: float = 1.0) -> None:
        """Replace what lies inside ``depth`` by ``hu``, fading over ``edge`` times :data:`EDGE_MM`."""
        target = self.image if box is None else self.image[box]
        alpha = np.clip(depth / np.float32(edge * EDGE_MM) + np.float32(0.5), 0.0, 1.0)
        target += alpha * (hu - target)

    def paint_ellipsoid(
        self,
        centre: tuple[float, float, float],
        radii: tuple[float, float, float],
        hu: float,
        *,
        inside: Float32Array | None = None,
        edge: float = 1.0,
    ) -> None:
        """Paint an ellipsoid, cut by the depth field ``inside`` where given."""
        box = self.box(centre, radii)
        depth = ellipsoid(*self.at(box), centre, radii)
        if inside is not None:
            depth = np.minimum(depth, inside[box])
        self.paint(depth, hu, box, edge)


def ellipsoid(
    x: Float32Array,
    y: Float32Array,
    z: Float32Array,
    centre: tuple[float, float, float],
    radii: tuple[float, float, float],
) -> Float32Array:
    """Approximate depth in mm: exact on the surface, scaled by the smallest radius elsewhere."""
    u, v, w = ((a - np.float32(c)) / np.float32(r) for a, c, r in zip((x, y, z), centre, radii, strict=True))
    return np.asarray((1.0 - np.sqrt(u * u + v * v + w * w)) * np.float32(min(radii)), dtype=np.float32)


def tube(
    x: Float32Array, y: Float32Array, z: Float32Array, start: np.ndarray, end: np.ndarray, radius: float
) -> Float32Array:
    """Depth of a round-ended tube from ``start`` to ``end`` (x, y, z) mm."""
    d = (end - start).astype(np.float32)
    px, py, pz = (a - np.float32(s) for a, s in zip((x, y, z), start, strict=True))
    t = np.clip((px * d[0] + py * d[1] + pz * d[2]) / np.float32(d @ d), 0.0, 1.0)
    distance = np.sqrt((px - t * d[0]) ** 2 + (py - t * d[1]) ** 2 + (pz - t * d[2]) ** 2)
    return np.asarray(np.float32(radius) - distance, dtype=np.float32)


def _smooth_max(a: Float32Array, b: Float32Array, blend: float) -> Float32Array:
    return np.asarray(np.maximum(a, b) + np.maximum(blend - np.abs(a - b), 0.0) ** 2 / (4.0 * blend), dtype=np.float32)


def paint_anatomy(
    rng: np.random.Generator,
    x: Float32Array,
    y: Float32Array,
    z: Float32Array,
    spacing_mm: tuple[float, float, float],
) -> Float32Array:
    """Draw the whole anatomy, without lesion and noise, on axes x (1, 1, X), y (1, Y, 1), z (Z, 1, 1): HU (z, y, x)."""
    return _painted(rng, x, y, z, spacing_mm).image


def vena_cava_depth(
    rng: np.random.Generator,
    x: Float32Array,
    y: Float32Array,
    z: Float32Array,
    spacing_mm: tuple[float, float, float],
) -> Float32Array:
    """Depth (z, y, x) in mm of the vena cava that :func:`paint_anatomy` draws with the same arguments."""
    depth = _painted(rng, x, y, z, spacing_mm).vena_cava
    assert depth is not None
    return depth


def _painted(
    rng: np.random.Generator,
    x: Float32Array,
    y: Float32Array,
    z: Float32Array,
    spacing_mm: tuple[float, float, float],
) -> Canvas:
    shape = (z.size, y.size, x.size)
    size = rng.uniform(0.96, 1.04)
    bend = [smooth_field(rng, shape, spacing_mm, 45.0) for _ in range(2)]
    canvas = Canvas(
        np.full(shape, AIR, dtype=np.float32),
        np.asarray((x + 3.0 * bend[0]) / size, dtype=np.float32),
        np.asarray((y + 3.0 * bend[1]) / size, dtype=np.float32),
        np.asarray(z / size, dtype=np.float32),
        x.ravel() / np.float32(size),
        y.ravel() / np.float32(size),
    )
    fine = smooth_field(rng, shape, spacing_mm, 7.0)
    cavity = _paint_wall(canvas, fine, rng)
    chest = _paint_chest(canvas, cavity, bend[0], fine, rng)
    abdomen = np.minimum(cavity - 1.4, -chest - 2.0)
    _paint_left_organs(canvas, abdomen, rng)
    liver = _paint_liver(canvas, abdomen, fine, rng)
    _paint_kidneys(canvas, abdomen, rng)
    _paint_great_vessels(canvas, rng)
    _paint_liver_vessels(canvas, liver, rng)
    _paint_spine(canvas, fine, rng)
    return canvas


def _paint_wall(canvas: Canvas, fine: Float32Array, rng: np.random.Generator) -> Float32Array:
    """Skin, fat ring, muscle wall with ribs, abdominal fat; returns the depth of the cavity."""
    x, y, z = canvas.x, canvas.y, canvas.z
    u, v = np.abs(x / 131.0), np.abs(y / 93.0)
    outline = np.asarray((1.0 - np.sqrt(np.sqrt(u**4 + v**4 + 1.3 * (u * v) ** 2))) * 93.0, dtype=np.float32)
    canvas.paint(outline, 25.0)
    canvas.paint(outline - 2.2, FAT + 9.0 * fine)
    fat = rng.uniform(10.0, 15.0)
    around = np.arctan2(y, x)
    depth = outline - np.float32(fat) - 3.0 * np.sin(around) ** 2
    canvas.paint(np.asarray(depth, dtype=np.float32), MUSCLE + 7.0 * fine)
    canvas.paint(np.float32(1.2) - np.abs(depth - 6.5), FAT + 40.0, edge=1.5)
    phase = rng.uniform(0.0, 26.0)
    height = np.mod(z + np.float32(phase) + 30.0 * np.abs(around - np.float32(np.pi / 2)), 26.0) - 13.0
    rib = np.float32(4.0) - np.sqrt((depth - 8.0) ** 2 + (0.55 * height) ** 2)
    rib = np.where(np.sin(around) > -0.75, rib, np.float32(-9.0))
    canvas.paint(rib, 430.0)
    canvas.paint(rib - 1.8, 170.0 + 30.0 * fine)
    cavity = np.minimum(depth - 13.0, ellipsoid(x, y, z * 0, (0.0, -14.0, 0.0), (118.0, 78.0, 1e6)))
    canvas.paint(cavity, FAT + 10.0 * fine)
    return np.asarray(cavity, dtype=np.float32)


def _paint_chest(
    canvas: Canvas, cavity: Float32Array, bend: Float32Array, fine: Float32Array, rng: np.random.Generator
) -> Float32Array:
    """Lung bases above two domes, and the heart between them; returns the depth of both."""
    x, y, z = canvas.x, canvas.y, canvas.z
    top = rng.uniform(44.0, 52.0)
    right = top - 62.0 * (((x + 52.0) / 72.0) ** 2 + ((y + 14.0) / 70.0) ** 2)
    left = top - 8.0 - 70.0 * (((x - 58.0) / 62.0) ** 2 + ((y + 10.0) / 66.0) ** 2)
    dome = np.maximum(right, left) + 2.0 * bend
    heart_centre, heart_radii = (17.0, -30.0, 84.0), (62.0, 42.0, 60.0)
    heart = ellipsoid(x, y, z, heart_centre, heart_radii)
    front = np.float32(9.0) - np.abs(x - 4.0) + 0.25 * np.maximum(-y - 40.0, 0.0)
    front = np.minimum(front, 8.0 - y)
    back = ellipsoid(x, y, z * 0, (0.0, 30.0, 0.0), (27.0, 30.0, 1e6))
    mediastinum = _smooth_max(_smooth_max(heart + 4.0, front, 8.0), back, 10.0)
    lung = np.minimum(np.minimum(cavity, 0.55 * (z - dome)), -mediastinum).astype(np.float32)
    canvas.paint(lung + np.float32(2.5), MUSCLE)
    vessels = 620.0 * np.clip(1.6 * (fine - 1.5), 0.0, 1.0)
    canvas.paint(lung, np.asarray(LUNG + 22.0 * bend + 30.0 * fine + vessels, dtype=np.float32))
    box = canvas.box(heart_centre, heart_radii)
    canvas.paint(np.minimum(heart, cavity - 3.0)[box], 105.0, box)
    chambers = ((-8.0, -30.0, 80.0), (22.0, 26.0, 40.0)), ((38.0, -22.0, 80.0), (24.0, 22.0, 44.0))
    for centre, radii in chambers:
        canvas.paint_ellipsoid(centre, radii, VESSEL, inside=heart - 7.0, edge=2.5)
    return np.maximum(lung, heart + 1.5)


def _paint_left_organs(canvas: Canvas, abdomen: Float32Array, rng: np.random.Generator) -> None:
    """Spleen, stomach with its fluid level, and loops of bowel with gas."""
    canvas.paint_ellipsoid((84.0, 26.0, 8.0), (30.0, 40.0, 46.0), rng.uniform(112.0, 126.0), inside=abdomen)
    centre, radii = (56.0, -24.0, 10.0), (38.0, 34.0, 52.0)
    box = canvas.box(centre, radii)
    stomach = np.minimum(ellipsoid(*canvas.at(box), centre, radii), abdomen[box])
    canvas.paint(stomach, 72.0, box)
    canvas.paint(stomach - np.float32(4.0), 22.0, box)
    level = np.float32(rng.uniform(-44.0, -36.0)) - canvas.plain_y[box[1]][None, :, None]
    canvas.paint(np.minimum(stomach - np.float32(4.5), level), -940.0, box)
    for _ in range(14):
        loop = (rng.uniform(-40.0, 85.0), rng.uniform(-60.0, -5.0), rng.uniform(-80.0, -32.0))
        size = (rng.uniform(12.0, 20.0), rng.uniform(10.0, 16.0), rng.uniform(12.0, 26.0))
        canvas.paint_ellipsoid(loop, size, 65.0, inside=abdomen)
        inner = (size[0] - 3.0, size[1] - 3.0, size[2] - 3.0)
        canvas.paint_ellipsoid(loop, inner, rng.uniform(5.0, 45.0), inside=abdomen)
        if rng.random() < 0.5:
            gas = (loop[0], loop[1] - 0.4 * size[1], loop[2])
            canvas.paint_ellipsoid(gas, (0.6 * size[0], 0.35 * size[1], 0.6 * size[2]), -850.0, inside=abdomen)


def _paint_liver(canvas: Canvas, abdomen: Float32Array, fine: Float32Array, rng: np.random.Generator) -> Float32Array:
    """Liver and gallbladder; returns the liver's depth."""
    x, y, z = canvas.x, canvas.y, canvas.z
    right = ellipsoid(x, y, z, (-58.0, -6.0, -6.0), (62.0, 70.0, 88.0))
    reach = rng.uniform(52.0, 66.0)
    left = ellipsoid(x, y, z, (4.0, -50.0, 20.0), (reach, 27.0, 44.0))
    liver = np.minimum(_smooth_max(right, left, 14.0), abdomen)
    fissure = tube(x, y, z, np.array([-8.0, -85.0, -40.0]), np.array([-12.0, -44.0, 30.0]), 2.2)
    liver = np.minimum(liver, -fissure).astype(np.float32)
    canvas.paint(liver, LIVER + rng.uniform(-6.0, 6.0) + 2.0 * fine)
    canvas.paint_ellipsoid((-34.0, -42.0, -48.0), (13.0, 15.0, 24.0), 45.0, inside=abdomen)
    canvas.paint_ellipsoid((-34.0, -42.0, -48.0), (11.0, 13.0, 22.0), 8.0, inside=abdomen)
    return liver


def _paint_kidneys(canvas: Canvas, abdomen: Float32Array, rng: np.random.Generator) -> None:
    """Both kidneys in their fat, with cortex, medulla and sinus; and the adrenals' fat above them."""
    for side, height in ((1.0, rng.uniform(-42.0, -32.0)), (-1.0, rng.uniform(-62.0, -52.0))):
        centre = (side * 56.0, 34.0, height)
        canvas.paint_ellipsoid(centre, (31.0, 28.0, 52.0), FAT, inside=abdomen, edge=1.5)
        canvas.paint_ellipsoid(centre, (25.0, 22.0, 44.0), 195.0, inside=abdomen)
        canvas.paint_ellipsoid(centre, (18.0, 15.0, 36.0), 150.0, inside=abdomen, edge=2.5)
        sinus = (centre[0] - side * 10.0, centre[1] - 4.0, height)
        canvas.paint_ellipsoid(sinus, (13.0, 8.0, 20.0), FAT + 30.0, edge=2.0)


def _paint_great_vessels(canvas: Canvas, rng: np.random.Generator) -> None:
    """Aorta with the diaphragm's crura, and the inferior vena cava."""
    for side in (-8.0, 22.0):
        canvas.paint_ellipsoid((side, 30.0, -20.0), (7.0, 13.0, 70.0), MUSCLE, edge=1.5)
    for cx, cy, rx, ry, hu in ((7.0, 22.0, 10.5, 10.5, VESSEL + 12.0), (-24.0, 16.0, 12.5, 9.5, VESSEL)):
        lean = rng.uniform(-0.06, 0.06)
        box = canvas.box((cx, cy, 0.0), (rx + 6.0, ry + 6.0, 200.0))
        x, y, z = canvas.at(box)
        depth = ellipsoid(x - lean * z, y, z * 0, (cx, cy, 0.0), (rx, ry, 1e6))
        canvas.paint(depth, hu, box)
    canvas.vena_cava = np.full(canvas.image.shape, FAR_MM, dtype=np.float32)
    canvas.vena_cava[box] = depth  # the second of the two
    for branch in ((10.0, 4.0, -22.0), (10.0, 0.0, -34.0)):
        canvas.paint_ellipsoid(branch, (5.0, 14.0, 4.0), VESSEL)


def _paint_liver_vessels(canvas: Canvas, liver: Float32Array, rng: np.random.Generator) -> None:
    """A branching portal tree from the hilum, and three hepatic veins that meet at the vena cava."""
    hilum = np.array([-30.0, -8.0, -14.0])
    targets = [
        (-92.0, 18.0, -34.0),
        (-88.0, -28.0, -24.0),
        (-84.0, 22.0, 18.0),
        (-72.0, -48.0, 10.0),
        (2.0, -48.0, 8.0),
    ]
    segments = [(np.array([-6.0, 4.0, -34.0]), hilum, 6.5)]
    for target in targets:
        end = np.array(target) + rng.uniform(-8.0, 8.0, 3)
        middle = 0.5 * (hilum + end) + rng.uniform(-7.0, 7.0, 3)
        segments += [(hilum, middle, 4.0), (middle, end, 2.6)]
        for _ in range(2):
            segments.append((middle, end + rng.uniform(-24.0, 24.0, 3), 1.7))
    confluence = np.array([-22.0, 12.0, 34.0])
    for target in ((-95.0, 8.0, 2.0), (-60.0, -45.0, 4.0), (-4.0, -52.0, 22.0)):
        end = np.array(target) + rng.uniform(-8.0, 8.0, 3)
        middle = 0.5 * (confluence + end) + rng.uniform(-6.0, 6.0, 3)
        segments += [(confluence, middle, 4.2), (middle, end, 2.6)]
    for start, end, radius in segments:
        centre, half = 0.5 * (start + end), 0.5 * np.abs(end - start) + radius
        box = canvas.box((centre[0], centre[1], centre[2]), (half[0], half[1], half[2]))
        depth = np.minimum(tube(*canvas.at(box), start, end, radius), liver[box])
        canvas.paint(depth, VESSEL - (0.0 if radius > 2.0 else 10.0), box, edge=1.3)


def _paint_spine(canvas: Canvas, fine: Float32Array, rng: np.random.Generator) -> None:
    """Back muscles, vertebral bodies and discs in turn, the canal, lamina and processes."""
    for side in (-1.0, 1.0):
        canvas.paint_ellipsoid((side * 29.0, 66.0, 0.0), (23.0, 14.0, 1e6), MUSCLE)
        canvas.paint_ellipsoid((side * 62.0, 66.0, 0.0), (18.0, 6.5, 1e6), MUSCLE)
    box = canvas.box((0.0, 56.0, 0.0), (48.0, 40.0, 1e6))
    x, y, z = canvas.at(box)
    grain = fine[box]
    level = np.mod(z + np.float32(rng.uniform(0.0, 34.0)), 34.0)
    disc = np.float32(4.0) - np.abs(level - 17.0)
    flat = z * 0
    body = np.minimum(
        ellipsoid(x, y, flat, (0.0, 45.0, 0.0), (21.0, 16.5, 1e6)),
        -ellipsoid(x, y, flat, (0.0, 70.0, 0.0), (13.0, 12.0, 1e6)),
    )
    posterior = np.maximum(
        np.minimum(3.4 - np.abs(np.abs(x) - 10.0 + 0.35 * (y - 66.0)), 13.0 - np.abs(y - 69.0)),
        np.minimum(2.6 - np.abs(x), 10.0 - np.abs(y - 82.0) - 0.3 * np.abs(level - 4.0)),
    )
    wing = np.minimum(3.2 - np.abs(y - 64.0 + 0.25 * np.abs(x)), 34.0 - np.abs(x))
    wing = np.minimum(np.minimum(wing, np.abs(x) - 9.0), 6.0 - np.abs(level - 4.0))
    for part in (posterior, wing):
        canvas.paint(part, 420.0, box)
        canvas.paint(part - 1.9, 210.0 + 30.0 * grain, box)
    canvas.paint(body, 95.0, box)
    bone = np.minimum(body, -disc)
    canvas.paint(bone, 390.0, box)
    canvas.paint(bone - 1.8, 185.0 + 45.0 * grain, box)
    canal = ellipsoid(x, y, flat, (0.0, 67.5, 0.0), (9.0, 7.5, 1e6))
    canvas.paint(canal, 15.0, box)
    canvas.paint(canal - 2.5, 42.0, box)
