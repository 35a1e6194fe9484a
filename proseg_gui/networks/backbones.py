"""Backbones by name: the project's U-Net, and encoders of the timm library under a decoder of our own.

A backbone turns ``(B, channels, H, W)`` into features ``(B, C, H, W)`` at full resolution and says its ``stride`` and
``features``. timm is optional and imported only where one of its encoders is built, without weights: a bundle brings
its own, and a training takes them from a file of the user's (:mod:`proseg_gui.training.encoder_weights`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from proseg_gui.networks.unet import ConvBlock, UNet

UNET = "unet"
ENCODERS = ("resnet18", "resnet34", "resnet50", "efficientnet_b0", "convnext_atto")
"""Names in timm. A closed list: timm takes some names as addresses from which to download."""
BACKBONES = (UNET, *ENCODERS)


def build_backbone(name: str, n_channels: int, widths: Sequence[int], features: int) -> UNet | EncoderUNet:
    """An untrained backbone.

    Raises
    ------
    ValueError
        The name is unknown, or timm is not installed; the message is fit for people.
    """
    if name == UNET:
        return UNet(n_channels, widths, features)
    if name not in ENCODERS:
        raise ValueError(f"the backbone must be one of {', '.join(BACKBONES)}")
    return EncoderUNet(name, n_channels, widths, features)


class EncoderUNet(nn.Module):
    """An encoder of timm, a full-resolution level of our own, and the U-Net's decoder with group normalisation.

    Batch normalisation in the encoder is frozen, statistics and all: batches are small here, and a batch of one must
    behave as in training. ``widths`` are the decoder's channels from fine to coarse; levels beyond them have the last.
    """

    def __init__(self, name: str, n_channels: int, widths: Sequence[int], features: int) -> None:
        super().__init__()
        self.features = features
        self.encoder, channels, strides = _encoder(name, n_channels)
        self.stride = strides[-1]
        self.scales = [b // a for a, b in zip([1, *strides], strides, strict=False)]
        self.first = ConvBlock(n_channels, widths[0])
        skips = [widths[0], *channels]
        outputs = [features, *(widths[min(level, len(widths) - 1)] for level in range(1, len(channels)))]
        self.up = nn.ModuleList(
            ConvBlock(skip + below, out)
            for skip, below, out in zip(skips[:-1], [*outputs[1:], skips[-1]], outputs, strict=True)
        )

    def forward(self, image: Tensor) -> Tensor:
        """Run the network; an empty batch gives empty features."""
        height, width = image.shape[-2:]
        if image.shape[0] == 0:
            return image.new_zeros(0, self.features, height, width)
        pad_y, pad_x = -height % self.stride, -width % self.stride
        x = functional.pad(image, (0, pad_x, 0, pad_y), mode="replicate") if pad_x or pad_y else image
        skips = [self.first(x), *self.encoder.forward_intermediates(x, intermediates_only=True)]
        x = skips[-1]
        for level in reversed(range(len(self.up))):
            scale = self.scales[level]
            raised = functional.interpolate(x, scale_factor=scale, mode="bilinear", align_corners=False)
            x = self.up[level](torch.cat([skips[level], raised], dim=1))
        return x[..., :height, :width]


def _encoder(name: str, n_channels: int) -> tuple[Any, list[int], list[int]]:
    """The encoder without its classifier, and channels and stride of each of its levels."""
    try:
        import timm
        from timm.layers import freeze_batch_norm_2d
    except (ImportError, RuntimeError) as error:  # a torchvision that does not fit this torch gives the latter
        raise ValueError(f"the backbone {name} needs the library timm; install proseg-gui[encoders]") from error
    encoder = timm.create_model(name, pretrained=False, in_chans=n_channels, num_classes=0)
    levels = [(level["num_chs"], level["reduction"]) for level in encoder.feature_info]
    encoder.prune_intermediate_layers(list(range(len(levels))), prune_head=True)
    encoder.prune_intermediate_layers(len(levels), prune_head=True) if False else None
    return freeze_batch_norm_2d(encoder), [c for c, _ in levels], [s for _, s in levels]
