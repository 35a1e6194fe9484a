"""A small 2D U-Net with group normalisation: the shared backbone that turns a slice into full-resolution features.

Ronneberger et al., "U-Net" (2015); group normalisation (Wu & He 2018) so that a batch of one behaves as in training.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional


def _groups(channels: int) -> int:
    """Largest divisor of ``channels`` that is at most 8 and leaves at least two channels a group."""
    return max((g for g in range(1, 9) if channels % g == 0 and channels // g >= 2), default=1)


class ConvBlock(nn.Sequential):
    """Twice: 3x3 convolution, group norm, ReLU. ``(B, inputs, H, W)`` -> ``(B, outputs, H, W)``."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
            nn.GroupNorm(_groups(outputs), outputs),
            nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
            nn.GroupNorm(_groups(outputs), outputs),
            nn.ReLU(inplace=True),
        )


class UShape(nn.Module, ABC):
    """``(B, n_channels, H, W)`` -> ``(B, features, H, W)`` for any H and W of at least 1, by levels and a decoder.

    The image is padded to a multiple of :attr:`stride` by repeating its border, and the features are cropped back.
    """

    features: int
    stride: int
    up: nn.ModuleList

    @abstractmethod
    def levels(self, image: Tensor) -> list[Tensor]:
        """Maps of ``image (B, n_channels, H, W)``, finest first, each half as large; its sides fit the stride."""

    @abstractmethod
    def pretrained(self) -> list[nn.Parameter]:
        """Parameters that begin with weights from elsewhere."""

    def forward(self, image: Tensor) -> Tensor:
        """Run the network; an empty batch gives empty features."""
        return self.pyramid(image)[0]

    def pyramid(self, image: Tensor) -> list[Tensor]:
        """The decoder's maps, finest first; the first one are the features, the others are of the padded image."""
        if image.shape[0] == 0:
            return [image.new_zeros(0, self.features, *image.shape[-2:])]
        return self.ascend(self.descend(image), image.shape[-2], image.shape[-1])

    def descend(self, image: Tensor) -> list[Tensor]:
        """:meth:`levels` of an image of any size; at least one image."""
        height, width = image.shape[-2:]
        pad_y, pad_x = -height % self.stride, -width % self.stride
        return self.levels(functional.pad(image, (0, pad_x, 0, pad_y), mode="replicate") if pad_x or pad_y else image)

    def ascend(
        self, skips: Sequence[Tensor], height: int, width: int, change: Callable[[int, Tensor], Tensor] | None = None
    ) -> list[Tensor]:
        """:meth:`pyramid` from the levels' maps; ``change`` is given each of its maps with its number."""
        x, maps = skips[-1], list[Tensor]()
        for level in reversed(range(len(self.up))):
            raised = functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
            x = self.up[level](torch.cat([skips[level], raised], dim=1))
            if change is not None:
                x = change(level, x)
            maps.insert(0, x)
        return [x[..., :height, :width].contiguous(), *maps[1:]]  # whatever layout the weights have


def decoder(skips: Sequence[int], widths: Sequence[int], features: int) -> nn.ModuleList:
    """Blocks that raise levels of ``skips`` channels, finest first, to ``widths`` and at last to ``features``."""
    outputs = [features, *widths[1:-1]]
    return nn.ModuleList(
        ConvBlock(skip + below, out)
        for skip, below, out in zip(skips[:-1], [*outputs[1:], skips[-1]], outputs, strict=True)
    )


class UNet(UShape):
    """The project's own.

    Parameters
    ----------
    widths:
        Channels a level, finest first.
    """

    def __init__(self, n_channels: int, widths: Sequence[int], features: int) -> None:
        super().__init__()
        self.features, self.stride = features, 2 ** (len(widths) - 1)
        inputs = [n_channels, *widths[:-1]]
        self.down = nn.ModuleList(ConvBlock(i, o) for i, o in zip(inputs, widths, strict=True))
        self.up = decoder(widths, widths, features)

    def levels(self, image: Tensor) -> list[Tensor]:
        """See the base class."""
        x, found = image, []
        for level, block in enumerate(self.down):
            x = block(x if level == 0 else functional.max_pool2d(x, 2))
            found.append(x)
        return found

    def pretrained(self) -> list[nn.Parameter]:
        """None here."""
        return []
