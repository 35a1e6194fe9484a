"""Would half-precision features move a contour? Counts mask voxels that differ from float32 features.

python docs/scripts/half_precision.py BUNDLE IMAGE [IMAGE ...]
"""

from __future__ import annotations

import sys

import numpy as np
import torch

from proseg_gui.bundle import load_bundle
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.plan import default_plan
from proseg_gui.inference.points import coords_from
from proseg_gui.io.open import open_study


def main(model: str, images: list[str]) -> None:
    """Print, for each kind of storage, how many masks of how many differ and by how many pixels at most."""
    bundle = load_bundle(model)
    points = [coords_from(point) for point in default_plan(bundle).points(bundle.method)]
    kinds = {"float16": torch.float16, "bfloat16": torch.bfloat16}
    masks, changed, most = 0, dict.fromkeys(kinds, 0), dict.fromkeys(kinds, 0)
    for image in images:
        engine = Engine(bundle, open_study(image), device="cpu")
        for k in range(engine.n_slices):
            features = engine._features(k, None)
            with torch.inference_mode():
                for point in points:
                    exact = bundle.method.decode(features, point).numpy() > 0
                    masks += 1
                    for name, dtype in kinds.items():
                        stored = bundle.method.decode(features.to(dtype).float(), point).numpy() > 0
                        differ = int(np.count_nonzero(stored != exact))
                        changed[name] += differ > 0
                        most[name] = max(most[name], differ)
    for name in kinds:
        print(f"{name}: {changed[name]} of {masks} masks change, at most {most[name]} pixels")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
