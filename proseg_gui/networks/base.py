"""The one interface behind which every multi-rater method stands. Torch only: tensors in, tensors out.

A method encodes an image once and decodes it at *coordinates*: named vectors, one per latent
(``{"tau": (8,), "eps": (K,)}`` for ProSeg). Everything else (rater presets, samples, sliders) is a way to choose
coordinates, so one cache and one fast path serve all methods.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from proseg_gui.networks.pretrained import UNET, build_backbone
from proseg_gui.networks.sizes import check_sizes

Coords = Mapping[str, Tensor]
"""Latent name -> ``(d,)`` float32 vector on the CPU: one point at which to decode."""
OwnSizes = Mapping[str, tuple[int, int, int]]
"""A method's own sizes: name -> (value, least, most), in the order of the card."""
OwnChoices = Mapping[str, tuple[str, Sequence[str]]]
"""A method's own choices: name -> (value, all there are); a card leaves the first out, so older programs read it."""


@dataclass(frozen=True)
class Capabilities:
    """What a method can do; the window shows a control only where its capability is true."""

    personalised: bool
    """There is one prediction a rater."""
    samples: bool
    """It can draw alternatives."""
    preference_axes: bool
    """``controls`` offers axes between the raters."""
    ambiguity_axes: bool
    """``controls`` offers axes of what the image leaves open."""
    intra_expert: bool
    """A rater is a distribution, so repeated readings differ."""
    rater_draws: bool = True
    """``draw`` with a rater gives that rater's own readings; where false, draws are of everybody at once."""
    levels: bool = False
    """Draws of everybody are agreement levels, what at least c of R raters include: each c in turn, as often as the
    others. What differs between them is what raters disagree on."""
    weighed: bool = False
    """It has a few readings of its own, each with a probability that the image decides: ``weighed_readings``."""
    streams: bool = False
    """A draw is made in steps, which ``stream`` gives, from noise of its own: eps is one number, the noise's seed (0:
    without noise), and no axis runs through it. It looks at its surroundings, so only whole slices are decoded."""
    adjusts: bool = False
    """It adjusts for the scanner: ``encode`` takes scanners as often as training met them, ``encode_unadjusted``
    follows the image's own, and ``scanner_distance`` says how unlike those of training that one is."""
    clicks: bool = False
    """It can be pointed at what is meant: ``clicked`` gives a point that knows of clicks in and out and of a box."""

    @property
    def parts(self) -> frozenset[str]:
        """Causes of uncertainty that the method can tell: of ``inter``, ``intra`` and ``ambiguity``."""
        one_cause = self.samples and not (self.rater_draws or self.levels)  # its spread has no other name
        able = {
            "inter": self.levels or (self.personalised and self.rater_draws),
            "intra": self.intra_expert and self.rater_draws,
            "ambiguity": self.ambiguity_axes or self.streams or one_cause,
        }
        return frozenset(name for name, there in able.items() if there)


@dataclass(frozen=True, eq=False)
class Control:
    """A slider: a straight line through latent space, in standard deviations, bounded by ``+-limit``.

    ``position(coords)`` projects a point on the axis; ``moved(coords, position)`` shifts the point along the axis
    until it projects to ``position`` and leaves everything across the axis as it was.
    """

    name: str
    family: str
    """``"preference"`` or ``"ambiguity"``."""
    latent: str
    axis: Tensor
    """``(d,)`` unit vector in the latent's linear coordinates (eps itself; the centred log-ratio of tau)."""
    origin: Tensor
    """``(d,)`` the point that projects to 0."""
    unit: float
    """Length of one standard deviation along ``axis``."""
    share: float
    """Share of its family's spread that this axis explains, 0..1."""
    limit: float = 3.0
    stops: tuple[str, ...] = ()
    """Where only some positions mean something: their words, from ``-limit`` to ``+limit``, evenly spaced."""


class Method(nn.Module, ABC):
    """A multi-rater segmentation network. A subclass's constructor passes on what every method takes.

    Parameters
    ----------
    n_raters, n_structures, n_channels:
        Sizes of what it is built for.
    widths, features, hidden:
        Channels of the backbone's levels, finest first; its output's; width of the decoder's first layer.
    backbone:
        A name of :data:`~proseg_gui.catalogue.BACKBONE`.
    own, choices:
        What the method has beside them: sizes with their least and most, and names with those there are.

    Attributes
    ----------
    kind:
        Name in the registry and in a bundle's card.
    stride:
        Height and width given to :meth:`encode` may be anything; the method pads to a multiple of this itself and
        crops the features back.

    Raises
    ------
    ValueError
        A size that no network of ours has, or a backbone that there is not; nothing was allocated.
    """

    kind: ClassVar[str]
    preference_domain: str = "free"
    """Which values of the latent tau mean something: ``"shares"`` (0 to 1, summing to 1), ``"weights"`` (summing to 1)
    or ``"free"``. Every point has a tau and an eps; a method without one of them gives it no numbers."""
    rater_area: Tensor
    """``(R,)`` buffer of methods with preference axes: how much more each rater draws, which orients the axes."""
    capabilities: ClassVar[Capabilities]
    n_raters: int
    n_structures: int
    n_channels: int
    stride: int

    def __init__(
        self, n_raters: int, n_structures: int = 1, n_channels: int = 1, *, widths: Sequence[int] = (16, 32, 64, 64),
        features: int = 16, hidden: int = 16, backbone: str = UNET, own: OwnSizes = MappingProxyType({}),
        choices: OwnChoices = MappingProxyType({}),
    ) -> None:  # fmt: skip
        super().__init__()
        self._architecture: dict[str, Any] = {
            "n_raters": n_raters, "n_structures": n_structures, "n_channels": n_channels, "widths": list(widths),
            "features": features, "hidden": hidden, **{name: size[0] for name, size in own.items()},
        }  # fmt: skip
        check_sizes(self._architecture, {n: s[1] for n, s in own.items()}, {n: s[2] for n, s in own.items()})
        if backbone != UNET:  # the usual one is not named: older programs read such cards too
            self._architecture["backbone"] = backbone
        for name, (value, known) in choices.items():
            if value not in known:
                raise ValueError(f"the {name} must be one of {', '.join(known)}")
            if value != known[0]:
                self._architecture[name] = value
        self.n_raters, self.n_structures, self.n_channels, self.hidden = n_raters, n_structures, n_channels, hidden
        self.backbone = build_backbone(backbone, n_channels, widths, features)
        self.stride = self.backbone.stride

    def architecture(self) -> dict[str, Any]:
        """JSON-able keyword arguments that rebuild this network (``type(self)(**architecture)``)."""
        return dict(self._architecture)

    @property
    def follows_prompts(self) -> bool:
        """Whether words can move it: it has raters who differ, and sliders between them."""
        return self.capabilities.personalised and self.capabilities.preference_axes and self.n_raters > 1

    @abstractmethod
    def encode(self, image: Tensor) -> Tensor:
        """``(B, channels, H, W)`` normalised image -> ``(B, C, H, W)`` features. The expensive part."""

    @abstractmethod
    def rater_coords(self, rater: int) -> Coords:
        """The one point that stands for rater ``rater`` (0-based): preset, ``--rater`` and Dice_identity use it."""

    @abstractmethod
    def style_coords(self, weights: Tensor) -> Coords:
        """The blend of raters by ``(R,)`` barycentric weights; equal weights are the *consensus style*."""

    @abstractmethod
    def decode(self, features: Tensor, coords: Coords) -> Tensor:
        """``(B, C, H, W)`` features at one point -> ``(B, S, H, W)`` logits. The cheap part."""

    @abstractmethod
    def decode_many(self, features: Tensor, points: Mapping[str, Tensor]) -> Tensor:
        """``(1, C, H, W)`` features at N points (each latent ``(N, d)``) -> ``(N, S, H, W)`` logits."""

    @abstractmethod
    def draw(self, rater: int | None, n: int, generator: torch.Generator, *, tau_draws: int | None = None) -> Coords:
        """``n`` random points as stacked latents ``(n, d)``.

        ``rater=None`` spreads draws evenly over raters (rater ``i % R`` for draw ``i``). Deterministic by the
        generator's state. With ``tau_draws=T`` (``n`` divisible by T, ``rater`` given) the draws are balanced:
        T draws of the preference, each with ``n // T`` draws of the ambiguity, in that nesting order.
        """

    @abstractmethod
    def preference_controls(self) -> list[Control]:
        """Axes between raters (docs/METHOD.md section 4), at most ``min(R - 1, 7)``; empty for one rater."""

    @abstractmethod
    def ambiguity_gram(self, features: Tensor, coords: Coords) -> Tensor:
        """``(1, C, H, W)`` -> ``(K + 1, K + 1)``: [J 1]^T D [J 1] of one slice at eps = 0; adds up over slices.

        J = d logits / d eps and D = diag(p(1 - p)) (docs/METHOD.md section 4), so the last row is d area / d eps in
        pixels.
        """

    @abstractmethod
    def ambiguity_controls(self, gram: Tensor) -> list[Control]:
        """Axes from the summed gram, largest share first, modes under 2 % left out."""

    @abstractmethod
    def position(self, control: Control, coords: Coords) -> float:
        """Where ``coords`` lies on ``control``, in standard deviations."""

    @abstractmethod
    def moved(self, control: Control, coords: Coords, position: float) -> Coords:
        """``coords`` shifted along ``control`` until it lies at ``position``."""

    def draw_eps(self, n: int, generator: torch.Generator) -> Tensor:
        """``(n, K)`` draws of the ambiguity alone: standard normal numbers, or seeds where the method streams."""
        return torch.randn(n, self.consensus_style()["eps"].numel(), generator=generator)

    def stream(self, features: Tensor, coords: Coords) -> Iterator[Tensor]:
        """Logits ``(1, S, H, W)`` of a slice ``(1, C, H, W)`` after each step; the last are those of :meth:`decode`."""
        yield self.decode(features, coords)

    def weighed_readings(self, features: Tensor) -> tuple[Coords, Tensor]:
        """Of methods that are ``weighed``: K points as stacked latents ``(K, d)``, and their probabilities ``(B, K)``.

        ``features``: ``(B, C, H, W)``, any pixels of a slice; the probabilities of a row sum to 1.
        """
        raise NotImplementedError(f"{self.kind} weighs no readings")

    def level_coords(self, level: int) -> Coords:
        """Of methods with ``levels``: the point of what at least ``level`` of R raters include."""
        raise NotImplementedError(f"{self.kind} has no agreement levels")

    def encode_unadjusted(self, image: Tensor) -> Tensor:
        """Of methods that ``adjusts``: :meth:`encode` as the image's own scanner suggests."""
        raise NotImplementedError(f"{self.kind} adjusts for no scanner")

    def scanner_distance(self, image: Tensor) -> Tensor:
        """Of methods that ``adjusts``: how unlike the training's images ``(B, channels, H, W)`` were made, ``(B,)``.

        In spreads of the training's own: of the order of 1 for those.
        """
        raise NotImplementedError(f"{self.kind} adjusts for no scanner")

    def clicked(
        self, coords: Coords, pixels: Tensor, inside: Tensor, corners: Tensor | None, structure: int = 0
    ) -> Coords:
        """Of methods with ``clicks``: ``coords`` after a structure was pointed at; what was before is forgotten.

        ``pixels (n, C)``: features of the pixels clicked, the latest last, ``inside (n,)`` whether each was said to be
        in; ``corners (2, C)``: of two opposite corners of a box around it. They may be of different slices.
        """
        raise NotImplementedError(f"{self.kind} takes no clicks")

    def at_height(self, features: Tensor, height: float) -> Tensor:
        """``(B, C, H, W)`` features of a slice that lies ``height`` pixels along the stack; as they are for most."""
        return features

    def preference_line(self, tau: Tensor) -> Tensor:
        """``tau (..., D)`` in the coordinates in which blends and preference axes are straight."""
        return tau

    def described(self, pieces: Sequence[int]) -> Coords | None:
        """Where a text is drawn, as the numbers of its pieces; ``None``: the method has learned no words."""
        return None

    # -- ways to choose coordinates that are the same for every method --------------------------------------------
    def personalised(self, features: Tensor, rater: int) -> Tensor:
        """Logits ``(B, S, H, W)`` at the rater's own point."""
        return self.decode(features, self.rater_coords(rater))

    def consensus_style(self) -> Coords:
        """The decoder's point at the mean preset."""
        return self.style_coords(torch.full((self.n_raters,), 1.0 / self.n_raters))

    def sample(self, features: Tensor, n: int, seed: int, rater: int | None = None) -> Tensor:
        """``(n, S, H, W)`` logits of ``n`` draws for ``(1, C, H, W)`` features, the same for the same seed."""
        generator = torch.Generator().manual_seed(seed)
        return self.decode_many(features, self.draw(rater, n, generator))

    def controls(self, features: Iterable[Tensor], coords: Coords) -> list[Control]:
        """All sliders at ``coords``, with the ambiguity axes measured on the features of the slices seen so far."""
        controls = list(self.preference_controls()) if self.capabilities.preference_axes else []
        if self.capabilities.ambiguity_axes:
            grams = [self.ambiguity_gram(f, coords) for f in features]
            if grams:
                controls += self.ambiguity_controls(torch.stack(grams).sum(0))
        return controls
