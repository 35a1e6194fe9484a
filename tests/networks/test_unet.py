"""The backbone: sizes, padding, group normalisation."""

from __future__ import annotations

import pytest
import torch

from proseg_gui.networks.unet import UNet, _groups


@pytest.mark.parametrize("size", [(1, 1), (3, 50), (32, 32), (37, 41)])
def test_features_have_the_images_size(size):
    net = UNet(2, (4, 8, 8), 6).eval()
    assert net(torch.randn(1, 2, *size)).shape == (1, 6, *size)


def test_stride_follows_the_number_of_levels():
    assert [UNet(1, (4,) * n, 4).stride for n in (2, 3, 5)] == [2, 4, 16]


def test_padding_repeats_the_border():
    """An image whose last row is repeated up to the stride gives the same features where both have pixels."""
    net = UNet(1, (4, 8, 8), 4).eval()
    image = torch.randn(1, 1, 13, 16)
    longer = torch.cat([image, image[:, :, -1:].expand(-1, -1, 3, -1)], dim=2)
    assert torch.allclose(net(image), net(longer)[:, :, :13], atol=1e-6)


@pytest.mark.parametrize(("channels", "groups"), [(16, 8), (12, 6), (2, 1), (7, 1), (96, 8)])
def test_groups_divide_the_channels_and_hold_two_at_least(channels, groups):
    assert _groups(channels) == groups
