"""Weights of an encoder that was trained elsewhere, from a safetensors file: numbers only, nothing that can run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from proseg_gui.bundle import refuse_pickle
from proseg_gui.errors import UserError
from proseg_gui.networks.base import Method
from proseg_gui.networks.pretrained import EncoderUNet, residual_networks


@dataclass(frozen=True, eq=False)
class EncoderWeights:
    """What a file holds, by the file's names, and what it is told by."""

    path: Path
    tensors: dict[str, Tensor]
    sha256: str


def read_weights(path: Path) -> EncoderWeights:
    """Read a file of weights.

    Raises
    ------
    UserError
        It is not there, is a pickle, or is no readable safetensors file; or MONAI is not installed.
    """
    try:
        residual_networks()
    except ValueError as error:
        raise UserError(str(error)) from error
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"the encoder's weights cannot be read ({error.strerror})", path=path) from error
    refuse_pickle(data, path)
    try:
        tensors = load(data)
    except (SafetensorError, ValueError, KeyError) as error:
        raise UserError("the encoder's weights are not a readable safetensors file", path=path) from error
    return EncoderWeights(path, tensors, hashlib.sha256(data).hexdigest())


@torch.no_grad()
def start_from(method: Method, weights: EncoderWeights) -> None:
    """Put ``weights`` into the encoder of ``method``'s backbone.

    Raises
    ------
    UserError
        They are another network's, or the backbone is the project's own.
    """
    if not isinstance(method.backbone, EncoderUNet):
        raise UserError("this backbone takes no weights from elsewhere", path=weights.path)
    try:
        method.backbone.start_from(weights.tensors)
    except ValueError as error:
        raise UserError(f"these weights do not fit the backbone: {error}", path=weights.path) from error
