"""Pixelwise decoder heads on full-resolution features: plain ones, and one that takes a code."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class CodeHead(nn.Module):
    """Three pixelwise layers on features and a code: C + L -> hidden -> narrow (half of it) -> S.

    The published decoders tile the code over all pixels and concatenate it with the features; here the first layer is
    kept as its two halves, so the features' half is computed once for all codes. The function is the same.
    """

    def __init__(self, features: int, code: int, hidden: int, structures: int, narrow: int | None = None) -> None:
        super().__init__()
        scale = (features + code) ** -0.5
        self.first_pixels = nn.Parameter(torch.randn(hidden, features) * scale)
        self.first_code = nn.Parameter(torch.randn(hidden, code) * scale)
        self.first_bias = nn.Parameter(torch.zeros(hidden))
        narrow = narrow or max(hidden // 2, 4)
        self.second = nn.Linear(hidden, narrow)
        self.third = nn.Linear(narrow, structures)

    def forward(self, pixels: Tensor, codes: Tensor) -> Tensor:
        """``pixels (B, C, P)``, ``codes (B, N, L)`` -> logits ``(B, N, S, P)``."""
        bias = codes @ self.first_code.T + self.first_bias
        first = torch.relu((self.first_pixels @ pixels).unsqueeze(1) + bias.unsqueeze(-1))
        second = torch.relu(self.second.weight @ first + self.second.bias[:, None])
        logits: Tensor = self.third.weight @ second + self.third.bias[:, None]
        return logits

    def slopes(self, pixels: Tensor, code: Tensor, first: Tensor) -> tuple[Tensor, Tensor]:
        """Logits ``(S, P)`` of ``pixels (C, P)`` at ``code (L,)``, and derivatives ``(K, S, P)``.

        ``first (K, hidden, P or 1)`` is what K directions do to the first layer before its ReLU.
        """
        before = self.first_pixels @ pixels + (self.first_code @ code + self.first_bias)[:, None]
        second = self.second.weight @ torch.relu(before) + self.second.bias[:, None]
        logits = self.third.weight @ torch.relu(second) + self.third.bias[:, None]
        slope = (self.second.weight @ (first * (before > 0))) * (second > 0)
        return logits, self.third.weight @ slope


class PixelHead(nn.Module):
    """Two pixelwise layers, N times beside each other: C -> hidden -> S for each of N heads."""

    def __init__(self, heads: int, features: int, hidden: int, structures: int) -> None:
        super().__init__()
        self.first = nn.Parameter(torch.randn(heads, hidden, features) / features**0.5)
        self.first_bias = nn.Parameter(torch.zeros(heads, hidden, 1))
        self.second = nn.Parameter(torch.randn(heads, structures, hidden) / hidden**0.5)
        self.second_bias = nn.Parameter(torch.zeros(heads, structures, 1))

    def forward(self, pixels: Tensor, chosen: Tensor | None = None) -> Tensor:
        """``(B, C, P)`` -> ``(B, N, S, P)`` of all heads, or of those numbered ``chosen``."""
        layers = (self.first, self.first_bias, self.second, self.second_bias)
        first, first_bias, second, second_bias = layers if chosen is None else (part[chosen] for part in layers)
        hidden = torch.relu(first @ pixels.unsqueeze(1) + first_bias)
        logits: Tensor = second @ hidden + second_bias
        return logits
