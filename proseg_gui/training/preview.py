"""A model of a run that still trains: the weights of its checkpoint as a bundle in memory, to see its drawings."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError, safe_open

from proseg_gui.bundle import Bundle, Card
from proseg_gui.errors import UserError
from proseg_gui.io.base.json_in import parse_json
from proseg_gui.networks.registry import build


def bundle_of_checkpoint(path: Path, spacing_mm: tuple[float, float]) -> Bundle:
    """Read the averaged weights (before there are any: the current ones) of ``checkpoint.safetensors``.

    Parameters
    ----------
    path:
        The checkpoint of a run that :mod:`proseg_gui.training.run` made.
    spacing_mm:
        (y, x) pixel size of the run's grid: that of its first training case.

    Raises
    ------
    UserError
        The file is not there, or is damaged.
    """
    try:
        with safe_open(path, framework="pt") as file:
            key = parse_json((file.metadata() or {})["run"])["key"]
            names = list(file.keys())
            group = "average/" if any(name.startswith("average/") for name in names) else "model/"
            state = {name.removeprefix(group): file.get_tensor(name) for name in names if name.startswith(group)}
        raters, kind = tuple(key["raters"]), key["method"]
        sizes = {"n_raters": len(raters), "n_structures": len(key["structures"]), "n_channels": len(key["channels"])}
        own = {"widths": key["recipe"]["widths"], **key["recipe"].get("network", {})}
        method = build(kind, key.get("architecture") or {**sizes, **own})  # a fine-tuned network is as its base
        method.load_state_dict(state)
        card = Card(
            kind, "in training", "", method.architecture(), raters, tuple(key["structures"]),
            tuple(key["channels"]), "", spacing_mm, key["window"], {"kind": "whole"},
        )  # fmt: skip
    except (SafetensorError, OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise UserError("the checkpoint of the training cannot be read", path=path) from error
    return Bundle(card, method.eval().requires_grad_(False), path.parent)
