"""ProSona: styles of drawing that can be said in words (after arXiv 2511.08046), on ProSeg's decoder.

tau is a *style*: plain numbers that the first layer of the decoder is conditioned on. Three things have a place in
this one space: a rater (mean and covariance, as in ProSeg's Gaussian preference), a measured style (six attributes of
a mask beside the consensus, by a linear map), and a text (the sum of what its hashed pieces have learned). Training
aligns the three. A text's place is decoded like any other, and the sliders between raters run through it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from proseg_gui.networks.base import Coords
from proseg_gui.networks.proseg import ProSeg

ATTRIBUTES = 6
"""Measured attributes of a style (docs/methods/prosona.md)."""
PIECES = 4096
"""Numbers that a text's pieces are hashed to."""

FIXED = {"preference": "gaussian", "conditioning": "matrix"}
"""Styles are places in a space without borders, and act as much as they can."""


class ProSona(ProSeg):
    """ProSeg with Gaussian styles and mixed matrices, whose styles are learned together with measures and words.

    Attributes
    ----------
    style_mean, style_scale:
        ``(6,)`` of the measured attributes over raters and cases: what one standard deviation is.
    rater_style:
        ``(R, 6)`` the raters' mean attributes on training cases, in these standard deviations.
    """

    kind: ClassVar[str] = "prosona"

    def __init__(self, *sizes: int, **common: Any) -> None:
        for name, only in FIXED.items():  # a card's architecture names them; nothing else can be chosen
            if common.setdefault(name, only) != only:
                raise TypeError(f"{name} can only be {only!r}")
        super().__init__(*sizes, **common)
        size = self.tau_dims
        self.centre = nn.Parameter(torch.zeros(size))
        self.meaning = nn.Parameter(0.5 * torch.randn(size, ATTRIBUTES))
        self.words = nn.Parameter(0.1 * torch.randn(PIECES, size))
        self.style_mean: Tensor
        self.style_scale: Tensor
        self.rater_style: Tensor
        self.register_buffer("style_mean", torch.zeros(ATTRIBUTES))
        self.register_buffer("style_scale", torch.zeros(ATTRIBUTES))
        self.register_buffer("rater_style", torch.zeros(self.n_raters, ATTRIBUTES))

    def style_codes(self, styles: Tensor) -> Tensor:
        """Measured ``styles (..., 6)`` in standard deviations -> their place beside the centre, ``(..., D)``."""
        return styles @ self.meaning.T

    def text_codes(self, counts: Tensor) -> Tensor:
        """How often each piece is in N texts, ``(N, 4096)`` -> their place beside the centre, ``(N, D)``."""
        return (counts / counts.sum(-1, keepdim=True).clamp_min(1.0).sqrt()) @ self.words

    def described(self, pieces: Sequence[int]) -> Coords | None:
        """Where a text is drawn, given by the numbers of its pieces; nowhere without any."""
        if not pieces:
            return None
        counts = torch.bincount(torch.tensor(pieces), minlength=PIECES).to(self.words)
        return self._at(self.centre + self.text_codes(counts[None])[0])
