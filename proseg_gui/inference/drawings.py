"""What ``predict`` is asked for, and the list of masks that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch

from proseg_gui.bundle import Bundle, rater_index
from proseg_gui.errors import UserError
from proseg_gui.inference.clicks import check_takes_clicks
from proseg_gui.inference.pointing import Clicks
from proseg_gui.inference.points import Point, check_point, point_from, unstacked
from proseg_gui.prompts.reading import read_asking

ALL, CONSENSUS, STYLE = "all", "consensus", "consensus-style"
"""Words that ``--rater`` takes beside the raters' names."""
FORMATS = ("nifti", "rtstruct", "seg")
MAX_SAMPLES = 1000


@dataclass(frozen=True)
class Request:
    """Everything that decides what ``predict`` writes, besides image and model.

    ``raters`` holds rater names, ``all``, ``consensus`` or ``consensus-style``. With nothing asked for at all it is
    ``all``. ``point_mm`` is the LPS centre of a model's box. ``prompt`` says in words how to draw, beginning at
    ``latents`` where there are any, else at the consensus style. ``clicks`` point at the first structure of one image.
    """

    raters: tuple[str, ...] = ()
    samples: int = 0
    uncertainty: bool = False
    latents: Point | None = None
    point_mm: tuple[float, float, float] | None = None
    fmt: str = "nifti"
    seed: int = 0
    prompt: str | None = None
    clicks: Clicks | None = None

    def __post_init__(self) -> None:
        if self.samples < 0:
            raise UserError(f"--samples {self.samples} is negative", remedy="Give 0 or more")
        if self.samples > MAX_SAMPLES:
            raise UserError(f"--samples {self.samples} is too many", remedy=f"Ask for at most {MAX_SAMPLES}")
        if not 0 <= self.seed < 2**63:
            raise UserError(f"--seed {self.seed} is out of range", remedy="Give a whole number from 0 up")
        if self.fmt not in FORMATS:
            raise UserError(f"there is no format {self.fmt!r}", remedy=f"Formats are {', '.join(FORMATS)}")
        told = self.latents is not None or self.prompt is not None or self.clicks is not None
        if not (self.raters or self.samples or self.uncertainty or told):
            object.__setattr__(self, "raters", (ALL,))

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, for comparing with an earlier run."""
        latents = None if self.latents is None else {name: list(values) for name, values in self.latents.items()}
        point = None if self.point_mm is None else list(self.point_mm)
        found = {**asdict(self), "raters": list(self.raters), "latents": latents, "point_mm": point}
        if self.prompt is None:
            del found["prompt"]  # as in runs of before there were prompts
        if self.clicks is None:
            del found["clicks"]
        else:
            found["clicks"] = self.clicks.as_dict()
        return found

    @property
    def wants_consensus(self) -> bool:
        """Whether the mean over raters is to be written."""
        return ALL in self.raters or CONSENSUS in self.raters


@dataclass(frozen=True)
class Drawing:
    """One mask to write: its file's name without ending, the point behind it (``None``: the consensus) and whose."""

    name: str
    point: Point | None
    rater: str = ""
    sample: str = ""


def list_drawings(bundle: Bundle, request: Request) -> tuple[Drawing, ...]:
    """The masks in the order in which they are written: raters, consensus, style, latents, samples.

    Raises
    ------
    UserError
        A rater's name is unknown, the latents do not fit the model, the prompt asks for nothing, or the model takes
        no clicks.
    """
    method, card = bundle.method, bundle.card
    if request.prompt is not None:
        read_asking(request.prompt, card.raters)
    if request.clicks is not None:
        check_takes_clicks(bundle)
    named = [name for name in request.raters if name not in (ALL, CONSENSUS, STYLE)]
    chosen = {rater_index(card, name) for name in named}
    if ALL in request.raters:
        chosen = set(range(len(card.raters)))
    drawings = [_rater_drawing(bundle, r) for r in sorted(chosen)]
    if request.wants_consensus:
        drawings.append(Drawing("consensus", None, rater="consensus"))
    if STYLE in request.raters:
        drawings.append(Drawing("consensus_style", point_from(method.consensus_style()), rater="consensus style"))
    if request.latents is not None:
        drawings.append(Drawing("latents", check_point(request.latents, method)))
    return (*drawings, *_sample_drawings(bundle, request))


def rater_points(bundle: Bundle) -> tuple[Point, ...]:
    """All raters' own points, in the card's order: the consensus is the mean over them."""
    return tuple(point_from(bundle.method.rater_coords(r)) for r in range(len(bundle.card.raters)))


def _rater_drawing(bundle: Bundle, rater: int) -> Drawing:
    name = bundle.card.raters[rater]
    return Drawing(f"rater_{name}", point_from(bundle.method.rater_coords(rater)), rater=name)


def _sample_drawings(bundle: Bundle, request: Request) -> Sequence[Drawing]:
    generator = torch.Generator().manual_seed(request.seed)
    if not request.samples:
        return []
    points = unstacked(bundle.method.draw(None, request.samples, generator))
    raters = bundle.card.raters if bundle.method.capabilities.rater_draws else ("",)
    return [
        Drawing(
            f"samples/sample_{i:03d}",
            point,
            rater=raters[i % len(raters)],
            sample=f"{i} of {request.samples}, seed {request.seed}",
        )
        for i, point in enumerate(points)
    ]
