"""The whole state of a run in one safetensors file, written atomically: a resumed run gives the same numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from proseg_gui.errors import UserError
from proseg_gui.io.base.atomic import atomic_bytes
from proseg_gui.io.base.json_in import parse_json

NAME = "checkpoint.safetensors"
_MOMENTS = ("exp_avg", "exp_avg_sq", "step")


@dataclass
class State:
    """What a run consists of between two steps; ``step`` steps are done."""

    step: int
    average: dict[str, Tensor]
    """Running mean of the weights since the middle of training; empty before."""
    best: dict[str, Tensor]
    best_score: float
    best_figures: dict[str, Any]
    best_step: int
    seconds: float
    scaler: dict[str, Any] = field(default_factory=dict)
    """Loss scale of a run in ``16-mixed``, which changes from step to step."""


def fresh_state() -> State:
    """Before the first step."""
    return State(0, {}, {}, float("-inf"), {}, 0, 0.0)


def save_checkpoint(
    path: Path, key: Mapping[str, Any], state: State, method: nn.Module, adam: torch.optim.AdamW,
    helpers: nn.Module | None = None,
) -> None:  # fmt: skip
    """Write everything; ``key`` says which run this is, ``helpers`` learn beside the network."""
    tensors = {f"model/{name}": tensor for name, tensor in method.state_dict().items()}
    if helpers is not None:
        tensors |= {f"helpers/{name}": tensor for name, tensor in helpers.state_dict().items()}
    tensors |= {f"average/{name}": tensor for name, tensor in state.average.items()}
    tensors |= {f"best/{name}": tensor for name, tensor in state.best.items()}
    for name, parameter in _learning(method, helpers):
        for moment in _MOMENTS:
            if parameter in adam.state:
                tensors[f"{moment}/{name}"] = adam.state[parameter][moment]
    record = {
        "key": key, "step": state.step, "best_score": state.best_score if state.best else None,
        "best_figures": state.best_figures, "best_step": state.best_step, "seconds": state.seconds,
        "scaler": state.scaler,
    }  # fmt: skip
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    atomic_bytes(path, save(plain, metadata={"run": json.dumps(record)}), overwrite=True)


def _learning(method: nn.Module, helpers: nn.Module | None) -> list[tuple[str, nn.Parameter]]:
    """All that learns, by a name of its own."""
    beside = () if helpers is None else helpers.named_parameters(prefix="helpers")
    return [*method.named_parameters(), *beside]


def load_checkpoint(
    path: Path, key: Mapping[str, Any], method: nn.Module, adam: torch.optim.AdamW, helpers: nn.Module | None = None
) -> State:
    """Put a saved run's weights and moments into ``method``, ``helpers`` and ``adam``; returns the rest.

    Raises
    ------
    UserError
        There is no checkpoint, it is damaged, or it belongs to a run with other data or settings.
    """
    if not path.is_file():
        raise UserError("there is no interrupted training to resume", path=path.parent, remedy="Leave out --resume")
    try:
        with safe_open(path, framework="pt") as file:
            record = parse_json((file.metadata() or {})["run"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
        state, saved = _state(record), dict(record["key"])
    except (SafetensorError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError("the checkpoint is damaged", path=path, remedy="Start again with --overwrite") from error
    changed = sorted(name for name in {*saved, *key} if saved.get(name) != parse_json(json.dumps(key.get(name))))
    if changed:
        raise UserError(f"the interrupted training had another {changed[0]}", path=path,
                        remedy="Repeat its command exactly, or start again with --overwrite")  # fmt: skip
    groups: dict[str, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        group, _, rest = name.partition("/")
        groups.setdefault(group, {})[rest] = tensor
    try:
        method.load_state_dict(groups["model"])
        if helpers is not None:
            helpers.load_state_dict(groups.get("helpers", {}))
    except (KeyError, RuntimeError) as error:
        raise UserError("the checkpoint is of another network", path=path) from error
    for name, parameter in _learning(method, helpers):
        if name in groups.get("exp_avg", {}):
            moments = {moment: groups[moment][name] for moment in _MOMENTS if name in groups.get(moment, {})}
            fit = all(values.shape == parameter.shape for moment, values in moments.items() if moment != "step")
            if len(moments) < len(_MOMENTS) or not fit:
                raise UserError("the checkpoint is damaged", path=path, remedy="Start again with --overwrite")
            adam.state[parameter] = {
                moment: values.to("cpu" if moment == "step" else parameter.device) for moment, values in moments.items()
            }  # a parameter's own count of steps: not all learn from the first one on
    state.average, state.best = groups.get("average", {}), groups.get("best", {})
    return state


def _state(record: Mapping[str, Any]) -> State:
    """All but the tensors; ValueError, KeyError or TypeError where the record is not one."""
    score = float("-inf") if record["best_score"] is None else float(record["best_score"])
    figures, scaler = record["best_figures"], record.get("scaler", {})
    if not isinstance(figures, dict) or not isinstance(scaler, dict) or not int(record["step"]) >= 0:
        raise TypeError
    best_step, seconds = int(record["best_step"]), float(record["seconds"])
    return State(int(record["step"]), {}, {}, score, figures, best_step, seconds, scaler)
