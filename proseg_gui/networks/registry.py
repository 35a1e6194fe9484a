"""Which methods there are, by the name that a bundle's card gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proseg_gui.networks.base import Method
from proseg_gui.networks.dpersona import DPersona
from proseg_gui.networks.majority import Majority, Threshold
from proseg_gui.networks.pionono import Pionono
from proseg_gui.networks.probunet import ProbabilisticUNet
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.networks.rater_heads import RaterHeads
from proseg_gui.networks.reference import ReferenceProSeg

_ALL: tuple[type[Method], ...] = (
    ProSeg, ReferenceProSeg, DPersona, ProbabilisticUNet, Pionono, RaterHeads, Majority, Threshold,
)  # fmt: skip
METHODS: Mapping[str, type[Method]] = {method.kind: method for method in _ALL}


def build(kind: str, architecture: Mapping[str, Any]) -> Method:
    """Return an untrained network.

    Raises
    ------
    ValueError
        ``kind`` is unknown, or ``architecture`` is not what that method takes; the message is fit for people.
    """
    if kind not in METHODS:
        raise ValueError(f"the method {kind!r} is not one of {', '.join(sorted(METHODS))}")
    try:
        return METHODS[kind](**architecture)
    except TypeError as error:
        raise ValueError(f"the architecture does not fit the method {kind!r} ({error})") from error
