"""Where an exported contour or map came from: written into or beside every file that leaves the program."""

from __future__ import annotations

import getpass
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any

from proseg_gui import __version__

NO_MODEL = "no model named"
CUT = " ... (cut; all of it in Contributing Equipment)"
SHORT_HASH = 12


def software_name() -> str:
    """Name and version of this program, as files carry it."""
    return f"proseg-gui {__version__}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def user_name() -> str:
    """Who is logged in on this computer; empty where the system does not say."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


@dataclass(frozen=True)
class Provenance:
    """Model, latents and hands behind a result. Text fields that do not apply stay empty.

    ``latents`` is the point as plain numbers (``{"tau": [...], "eps": [...]}``); ``rater`` names the preset,
    ``sample`` the draw (number and seed), ``edits`` says what was changed by hand after the model (``none`` for what
    the model drew), ``image`` what was done to the image that was looked at (straightened; empty for the image as it
    was read), ``user`` is who was logged in, ``created`` the time (both left out of de-identified files).
    """

    model: str = ""
    model_version: str = ""
    bundle_sha256: str = ""
    latents: Mapping[str, Any] = field(default_factory=dict)
    rater: str = ""
    sample: str = ""
    edits: str = ""
    image: str = ""
    user: str = field(default_factory=user_name)
    software: str = field(default_factory=software_name)
    created: str = field(default_factory=_now)

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        values: dict[str, Any] = {item.name: getattr(self, item.name) for item in fields(self)}
        values["latents"] = {name: [float(v) for v in point] for name, point in self.latents.items()}
        return values

    @classmethod
    def of(cls, values: object) -> Provenance | None:
        """What :meth:`as_dict` wrote; ``None`` where a field is missing or is not what it should be."""
        names = {item.name for item in fields(cls)}
        if not isinstance(values, dict) or not names <= set(values):
            return None
        given: dict[str, Any] = {name: values[name] for name in names}
        try:
            given["latents"] = {str(name): [float(v) for v in point] for name, point in given["latents"].items()}
            if not all(math.isfinite(v) for point in given["latents"].values() for v in point):
                return None
            json.dumps(given, ensure_ascii=False).encode()  # lone surrogates can be read from JSON and never written
            if given["created"]:
                datetime.fromisoformat(given["created"])
        except (TypeError, ValueError, OverflowError, AttributeError):
            return None
        return cls(**given) if all(isinstance(given[name], str) for name in names - {"latents"}) else None

    def model_id(self, most: int | None = None) -> str:
        """The model card's identity in one short text, such as ``phantom 1.0 (sha256 0123456789ab)``.

        ``most``: how many characters there are; the name is shortened, never the hash.
        """
        if not self.model:
            return ""
        name = f"{self.model} {self.model_version}".strip()
        mark = f" (sha256 {self.bundle_sha256[:SHORT_HASH]})" if self.bundle_sha256 else ""
        return (name if most is None else name[: most - len(mark)].rstrip()) + mark

    def sentence(self) -> str:
        """One line for people."""
        parts = [f"model {self.model_id()}" if self.model else NO_MODEL, self.rater and f"rater {self.rater}"]
        parts += [self.sample and f"sample {self.sample}", self.edits and f"edits: {self.edits}"]
        parts += [self.image and f"image: {self.image}"]
        return "; ".join(part for part in parts if part)

    def point_text(self) -> str:
        """The latents as short JSON for people; empty without."""
        if not self.latents:
            return ""
        return json.dumps({name: [round(float(v), 6) for v in point] for name, point in self.latents.items()})

    def description(self, most: int) -> str:
        """All of it in one line for people, in at most ``most`` characters; says so where it had to be cut.

        The whole hash comes first, because it may least be lost.
        """
        parts = [self.bundle_sha256 and f"bundle sha256 {self.bundle_sha256}", self.sentence()]
        parts += [self.point_text() and f"latents {self.point_text()}"]
        text = "; ".join(part for part in parts if part)
        return text if len(text) <= most else text[: most - len(CUT)] + CUT

    def anonymous(self) -> Provenance:
        """The same for a de-identified file: no person (rater, user) and no time."""
        return replace(self, rater="", user="", created="")
