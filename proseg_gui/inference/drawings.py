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
from proseg_gui.networks.levels import level_words
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
    ``latents`` where there are any, else at the consensus style. ``levels`` holds agreement levels, numbers from 1 to
    the number of raters, or ``all``. ``clicks`` point at the first structure of one image.
    """

    raters: tuple[str, ...] = ()
    samples: int = 0
    uncertainty: bool = False
    latents: Point | None = None
    point_mm: tuple[float, float, float] | None = None
    fmt: str = "nifti"
    seed: int = 0
    prompt: str | None = None
    levels: tuple[str, ...] = ()
    adjusted: bool = True
    """Whether a method that adjusts for the scanner does so."""
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
        if not (self.raters or self.levels or self.samples or self.uncertainty or told):
            object.__setattr__(self, "raters", (ALL,))

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, for comparing with an earlier run."""
        latents = None if self.latents is None else {name: list(values) for name, values in self.latents.items()}
        point = None if self.point_mm is None else list(self.point_mm)
        found = {
            **asdict(self), "raters": list(self.raters), "latents": latents, "point_mm": point,
            "levels": list(self.levels),
        }  # fmt: skip
        if self.prompt is None:
            del found["prompt"]  # as in runs of before there were prompts
        if not self.levels:
            del found["levels"]  # likewise
        if self.adjusted:
            del found["adjusted"]  # the same
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
    """One mask to write: its file's name without ending, the point behind it and whose.

    The consensus has no point: ``mean`` says what it is a mean over.
    """

    name: str
    point: Point | None
    rater: str = ""
    sample: str = ""
    mean: str = ""


def list_drawings(bundle: Bundle, request: Request) -> tuple[Drawing, ...]:
    """The masks in the order in which they are written: raters, consensus, style, levels, latents, samples.

    Raises
    ------
    UserError
        A rater's name is unknown, the latents do not fit the model, the prompt asks for nothing, the model does not
        draw an agreement level that is asked for, an adjustment is unwanted that it does not make, or it takes no
        clicks.
    """
    method, card = bundle.method, bundle.card
    if request.prompt is not None:
        read_asking(request.prompt, card.raters)
    if not request.adjusted:
        check_adjusts(bundle)
    if request.clicks is not None:
        check_takes_clicks(bundle)
    named = [name for name in request.raters if name not in (ALL, CONSENSUS, STYLE)]
    chosen = {rater_index(card, name) for name in named}
    if ALL in request.raters:
        chosen = set(range(len(card.raters)))
    drawings = [_rater_drawing(bundle, r) for r in sorted(chosen)]
    if request.wants_consensus:
        levels = method.capabilities.levels
        mean = f"all {len(card.raters)} agreement levels" if levels else "the presets of all raters"
        drawings.append(Drawing("consensus", None, rater="consensus", mean=mean))
    if STYLE in request.raters:
        drawings.append(Drawing("consensus_style", point_from(method.consensus_style()), rater="consensus style"))
    drawings += [_level_drawing(bundle, level) for level in _levels_of(bundle, request)]
    if request.latents is not None:
        drawings.append(Drawing("latents", check_point(request.latents, method)))
    return (*drawings, *_sample_drawings(bundle, request))


def check_adjusts(bundle: Bundle) -> None:
    """Raise a UserError where the model adjusts for no scanner, so that nothing can be left out."""
    if not bundle.method.capabilities.adjusts:
        raise UserError(f"the model {bundle.card.name} does not adjust for the scanner",
                        remedy="Leave out --no-adjust")  # fmt: skip


def rater_points(bundle: Bundle) -> tuple[Point, ...]:
    """All raters' own points, in the card's order."""
    return tuple(point_from(bundle.method.rater_coords(r)) for r in range(len(bundle.card.raters)))


def consensus_points(bundle: Bundle) -> tuple[Point, ...]:
    """What the consensus is the mean over: the raters' own points, or all levels where a model has levels.

    Either way the mean is the share of raters who would include a voxel.
    """
    if not bundle.method.capabilities.levels:
        return rater_points(bundle)
    return tuple(point_from(bundle.method.level_coords(c)) for c in range(1, len(bundle.card.raters) + 1))


def level_name(level: int, count: int) -> str:
    """Name of a level's mask and file."""
    return f"level_{level}_of_{count}"


def _levels_of(bundle: Bundle, request: Request) -> list[int]:
    """The levels that are asked for, each once, the widest first."""
    if not request.levels:
        return []
    count = len(bundle.card.raters)
    if not bundle.method.capabilities.levels:
        raise UserError(f"the model {bundle.card.name!r} has no agreement levels",
                        remedy="Leave out --level, or train a model of agreement levels")  # fmt: skip
    if ALL in request.levels:
        return list(range(1, count + 1))
    known = {str(level) for level in range(1, count + 1)}
    for text in request.levels:
        if text not in known:
            raise UserError(f"there is no agreement level {text!r}", remedy=f"Levels are 1 to {count}, or all")
    return sorted({int(text) for text in request.levels})


def _level_drawing(bundle: Bundle, level: int) -> Drawing:
    count = len(bundle.card.raters)
    point = point_from(bundle.method.level_coords(level))
    return Drawing(level_name(level, count), point, rater=level_words(level, count))


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
