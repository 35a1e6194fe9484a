"""Encoders with weights from elsewhere: MONAI's residual networks under the U-Net's decoder.

Layers and their names are those of torchvision and timm, so that a file of weights from either fits. MONAI is optional
and imported only where such a network is built, and always without weights: a training takes them from the user's own
file (:mod:`proseg_gui.training.encoder_weights`), and a bundle brings its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from proseg_gui.catalogue import BACKBONE
from proseg_gui.networks.unet import ConvBlock, UNet, UShape, decoder

UNET = "unet"
CHANNELS = {"resnet18": (64, 64, 128, 256, 512), "resnet34": (64, 64, 128, 256, 512),
            "resnet50": (64, 256, 512, 1024, 2048)}  # fmt: skip
"""Of the levels of each encoder, at a half, a quarter ... of the resolution."""
SCALE, SHIFT = 2.21, 0.23
"""Our images are -1..1; such weights learned from colours 0..1 less their mean .449, by their deviation .226."""


def build_backbone(name: str, n_channels: int, widths: Sequence[int], features: int) -> UShape:
    """An untrained backbone.

    Raises
    ------
    ValueError
        The name is unknown, MONAI is not installed, or there are more widths than levels; fit for people.
    """
    if name == UNET:
        return UNet(n_channels, widths, features)
    if name not in CHANNELS:
        raise ValueError(f"the backbone must be one of {', '.join(BACKBONE.names)}")
    if len(widths) > len(CHANNELS[name]) + 1:
        raise ValueError(f"the backbone {name} has at most {len(CHANNELS[name]) + 1} widths")
    return EncoderUNet(name, n_channels, widths, features)


class FrozenNorm(nn.Module):
    """Batch normalisation by statistics that never change: a batch of one is seen as in training."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))
        self.running_mean: Tensor
        self.running_var: Tensor
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        """``(B, channels, H, W)`` -> the same shape."""
        return functional.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias)


class EncoderUNet(UShape):
    """``(B, n_channels, H, W)`` -> ``(B, features, H, W)``, as :class:`~proseg_gui.networks.unet.UNet` does.

    Parameters
    ----------
    name:
        An encoder of :data:`CHANNELS`.
    widths:
        Channels a level, finest first. The first is that of a block of our own at full resolution, the others are the
        decoder's; the encoder is as deep as there are widths, and the coarsest level has its channels.
    """

    def __init__(self, name: str, n_channels: int, widths: Sequence[int], features: int) -> None:
        super().__init__()
        levels = len(widths) - 1
        self.features, self.stride = features, 2**levels
        self.encoder = _encoder(name, n_channels, levels)
        self.first = ConvBlock(n_channels, widths[0])
        self.up = decoder([widths[0], *CHANNELS[name][:levels]], widths, features)

    def levels(self, image: Tensor) -> list[Tensor]:
        """See the base class."""
        return [self.first(image), *self.encoded(image)]

    def pretrained(self) -> list[nn.Parameter]:
        """The encoder's."""
        return list(self.encoder.parameters())

    def encoded(self, image: Tensor) -> list[Tensor]:
        """Levels at a half, a quarter ... of ``image (B, channels, H, W)``, whose sides are multiples of the stride."""
        found: list[Tensor] = []
        x = image * SCALE + SHIFT
        for name, part in self.encoder.items():
            x = functional.relu(part(x)) if name == "bn1" else part(x)
            if name == "bn1" or name.startswith("layer"):
                found.append(x)
            if name == "bn1" and len(self.encoder) > 2:
                x = functional.max_pool2d(x, 3, 2, 1)
        return found

    def start_from(self, weights: Mapping[str, Tensor]) -> None:
        """Put an encoder's ``weights``, named as in torchvision and timm, into this one; what it lacks is passed over.

        The first layer may be for another number of channels: what it does with equal ones is shared out evenly.

        Raises
        ------
        ValueError
            A weight is missing, of another shape, or not a number; fit for people.
        """
        state = self.encoder.state_dict()
        for name, old in state.items():
            if name not in weights:
                raise ValueError(f"it has no {name!r}: layers must be named as torchvision and timm name them")
            new = weights[name].float()
            if name == "conv1.weight" and new.ndim == 4 and new.shape[1] != old.shape[1]:
                new = new.sum(1, keepdim=True).expand(-1, old.shape[1], -1, -1) / old.shape[1]
            if new.shape != old.shape:
                raise ValueError(f"{name!r} has the shape {tuple(new.shape)} and not {tuple(old.shape)}")
            if not bool(new.isfinite().all()):
                raise ValueError(f"{name!r} holds values that are not numbers")
            state[name] = new
        self.encoder.load_state_dict(state)


def residual_networks() -> Any:
    """MONAI's module of them; a ValueError that says what to install where it is missing."""
    try:
        with torch.device("cpu"):  # a bundle's network is built without memory: that is not for what MONAI keeps
            from monai.networks.nets import resnet
    except ImportError as error:
        raise ValueError("an encoder with weights from elsewhere needs MONAI, which is not installed: "
                         "pip install 'proseg-gui[encoders]'") from error  # fmt: skip
    return resnet


def _encoder(name: str, n_channels: int, levels: int) -> nn.ModuleDict:
    """The first ``levels`` levels of an encoder: ``conv1``, ``bn1``, ``layer1`` ..."""
    whole = getattr(residual_networks(), name)(
        spatial_dims=2, n_input_channels=n_channels, conv1_t_stride=2, shortcut_type="B", bias_downsample=False,
        feed_forward=False,
    )  # fmt: skip
    names = ["conv1", "bn1", *(f"layer{level}" for level in range(1, levels))]
    return _frozen(nn.ModuleDict({part: getattr(whole, part) for part in names}))


def _frozen(parts: nn.ModuleDict) -> nn.ModuleDict:
    """``parts`` with every batch normalisation replaced."""
    for module in list(parts.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.BatchNorm2d):
                setattr(module, name, FrozenNorm(child.num_features))
    return parts
