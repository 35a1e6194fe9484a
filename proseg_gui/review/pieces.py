"""What an export is made of: named masks, each worked out when it is needed, with colour and where it came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from proseg_gui.errors import UserError
from proseg_gui.io.base.names import code_of
from proseg_gui.io.base.provenance import Provenance, edits_text
from proseg_gui.io.export import file_name
from proseg_gui.jobs import CancelToken, no_progress
from proseg_gui.review.colours import rgb
from proseg_gui.review.edits import Bricks
from proseg_gui.review.state import Outgoing
from proseg_gui.volume import Geometry, Mask, Study

if TYPE_CHECKING:
    from proseg_gui.bundle import Card
    from proseg_gui.review.session import Reviewed

LABEL_MAP = "label_map"
MOST_LABELS = 255
"""Labels that fit one byte; more are stored in two."""
Colour = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Piece:
    """One mask that is written.

    Parameters
    ----------
    title, stem:
        What it is called in a DICOM file, and its NIfTI file's name without ending.
    mask:
        Works it out: ``(z, y, x)`` on the scan's grid; for a worker.
    """

    title: str
    stem: str
    mask: Callable[[], Mask]
    colour: Colour
    origin: Provenance


def stems_of(names: Sequence[str], taken: Sequence[str]) -> list[str]:
    """A file name without ending for each structure, unlike each other and those that are ``taken``."""
    parts = [file_name(name) for name in names]
    alike = [part.casefold() for part in parts]
    used = {*map(str.casefold, taken), LABEL_MAP}
    return [
        f"{part}_{code_of(name)}" if part.casefold() in used or alike.count(part.casefold()) > 1 else part
        for name, part in zip(names, parts, strict=True)
    ]


def voxels_of(outgoing: Outgoing, geometry: Geometry, review: Reviewed | None, token: CancelToken) -> Mask:
    """For a worker: a structure's voxels as they leave the program."""
    if outgoing.voxels is not None:
        return Mask(outgoing.voxels.mask(), geometry, outgoing.structure)
    if review is None:
        raise ValueError(f"no model draws {outgoing.structure}")
    drawn = review.mask(outgoing.point, outgoing.number, token, no_progress).array
    if outgoing.edits is not None:
        drawn = Bricks.of(drawn).overlaid(outgoing.edits).mask()
    return Mask(drawn, geometry, outgoing.structure)


def origin_of(outgoing: Outgoing, study: Study, card: Card | None) -> Provenance:
    """Where a structure's contour came from: person, model and latents, and what was said how."""
    from proseg_gui.inference.results import looked_at

    model = outgoing.model or {}
    same = card is not None and card.sha256 == model.get("sha256")
    said = [outgoing.remark, edits_text(outgoing.decided)]
    return Provenance(
        model=str(model.get("name", "")),
        model_version=card.version if same and card is not None else "",
        bundle_sha256=str(model.get("sha256", "")),
        latents=outgoing.point,
        rater=outgoing.who,
        edits="; ".join(filter(None, said)) or ("none" if model else ""),
        image=looked_at(card if same else None, study),
        person=outgoing.person,
        reading=outgoing.reading,
        accepted=outgoing.accepted,
        decided=outgoing.decided,
    )


class LabelMap:
    """All structures in one volume, each under a number of its own, as long as no two of them hold the same voxel."""

    def __init__(self, geometry: Geometry, count: int) -> None:
        self.array = np.zeros(geometry.shape, np.uint8 if count <= MOST_LABELS else np.int16)
        self.labels: dict[int, str] = {}
        self.colours: dict[int, str] = {}
        self.overlap = ""
        """Two structures that hold the same voxels, as a clause; empty while none do."""

    def add(self, name: str, mask: np.ndarray, colour: Colour) -> None:
        """Put a structure in, under the next number."""
        number = len(self.labels) + 1
        held = int(self.array[mask].max(initial=0))
        if held and not self.overlap:
            self.overlap = f"{self.labels[held]} and {name} hold some of the same voxels"
        self.labels[number], self.colours[number] = name, "#{:02x}{:02x}{:02x}".format(*colour)
        self.array[mask] = number


def with_something(outgoing: Sequence[Outgoing]) -> tuple[list[Outgoing], tuple[str, ...]]:
    """Those of which there is something to write, and a notice about the others.

    Raises
    ------
    UserError
        If nothing was drawn of any.
    """
    left = [out for out in outgoing if not out.is_nothing]
    empty = [out.structure for out in outgoing if out.is_nothing]
    if outgoing and not left:
        raise UserError(f"nothing was drawn of {', '.join(empty)}", remedy="Draw it or accept it first")
    return left, (f"Nothing was drawn of {', '.join(empty)}, so it was left out.",) if empty else ()


def pieces_of(
    outgoing: Sequence[Outgoing],
    titles: Sequence[str],
    stems: Sequence[str],
    study: Study,
    review: Reviewed | None,
    token: CancelToken,
) -> list[Piece]:
    """The structures as pieces of an export."""
    card = None if review is None else review.bundle.card

    def mask(out: Outgoing, title: str) -> Mask:
        return titled(voxels_of(out, study.geometry, review, token), title)

    return [
        Piece(title, stem, partial(mask, out, title), rgb(out.colour), origin_of(out, study, card))
        for out, title, stem in zip(outgoing, titles, stems, strict=True)
    ]


def titled(mask: Mask, title: str) -> Mask:
    """The same voxels under another name."""
    return Mask(mask.array, mask.geometry, title)
