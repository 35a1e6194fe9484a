"""What was pointed at on a scan: clicks in and out, and a box, in the patient's coordinates. Plain values, no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from proseg_gui.wording import plural

Place = tuple[float, float, float]
"""LPS mm, (x, y, z)."""


@dataclass(frozen=True)
class Click:
    """A place that was said to be in or out."""

    place: Place
    inside: bool = True


@dataclass(frozen=True)
class Clicks:
    """What was pointed at, the latest last; ``box``: two opposite corners on one slice, where there is one."""

    places: tuple[Click, ...] = ()
    box: tuple[Place, Place] | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing was pointed at."""
        return not self.places and self.box is None

    @property
    def words(self) -> str:
        """For where a contour came from."""
        inside = sum(click.inside for click in self.places)
        parts = [plural(inside, "click") + " in"] if inside else []
        parts += [plural(len(self.places) - inside, "click") + " out"] if inside < len(self.places) else []
        return "by " + " and ".join([*parts, "a box"] if self.box is not None else parts)

    def and_then(self, place: Place, inside: bool) -> Clicks:
        """With a further click."""
        return replace(self, places=(*self.places, Click(place, inside)))

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, in LPS mm."""
        said = [{"place": list(click.place), "inside": click.inside} for click in self.places]
        return {"places": said, "box": None if self.box is None else [list(corner) for corner in self.box]}


NO_CLICKS = Clicks()


def clicks_of(kept: Mapping[str, Any]) -> Clicks:
    """What :meth:`Clicks.as_dict` gave."""
    places = tuple(Click(_place(click["place"]), bool(click["inside"])) for click in kept["places"])
    box = kept["box"]
    return Clicks(places, None if box is None else (_place(box[0]), _place(box[1])))


def _place(values: Sequence[float]) -> Place:
    x, y, z = (float(value) for value in values)
    return x, y, z
