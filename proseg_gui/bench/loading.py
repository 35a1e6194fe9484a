"""What a bundle takes to load in a process that has not loaded one: nothing here may import torch before the clock."""

from __future__ import annotations

import time

from proseg_gui.bundle import load_bundle


def load_bundle_ms(model: str) -> dict[str, float]:
    """Processor time in ms of the first bundle, beside that of importing torch and the networks."""
    start = time.process_time()
    import torch

    import proseg_gui.networks.registry

    between = time.process_time()
    load_bundle(model)
    end = time.process_time()
    assert torch.__version__ and proseg_gui.networks.registry.METHODS
    return {"bundle": round(1000.0 * (end - between), 1), "torch": round(1000.0 * (between - start), 1)}
