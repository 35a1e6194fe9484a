"""Where an exported contour or map came from: written into or beside every file that leaves the program."""

from __future__ import annotations

import getpass
import json
import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any

from proseg_gui import __version__
from proseg_gui.volume import Study

NO_MODEL = "no model named"
CUT = " ... (cut; all of it in Contributing Equipment)"
SHORT_HASH = 12
DRAFT = "draft"
ADJUSTED, UNADJUSTED = "adjusted for the scanner", "not adjusted for the scanner"
LATER = {"person": "", "reading": "", "accepted": "", "decided": {}, "scanner": ""}
"""Fields that files of earlier versions lack, and what stands for them."""


def edits_text(decided: Mapping[str, int]) -> str:
    """How many voxels were decided how: ``voxels decided 310 by hand, 20 by tool``; empty where none were."""
    words = {"hand": "by hand", "tool": "by tool", "copy": "copied", "proposal": "from a proposal"}
    parts = [f"{count:,} {words[origin]}" for origin, count in decided.items()]
    return f"voxels decided {', '.join(parts)}" if parts else ""


def software_name() -> str:
    """Name and version of this program, as files carry it."""
    return f"proseg-gui {__version__}"


def image_done(study: Study) -> str:
    """What was done to the images of a study before they were looked at; empty for images as they were read."""
    return " ".join(dict.fromkeys(volume.derivation for volume in study.channels.values() if volume.derivation))


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
    was read), ``user`` is who was logged in, ``created`` the time (both left out of de-identified files). ``scanner``:
    whether a model that adjusts for the scanner did so (:data:`ADJUSTED`, :data:`UNADJUSTED`), else empty.

    Of a person's work on a structure: ``person`` is whose it is (a pseudonym), ``reading`` how it stands (``draft``, or
    ``accepted, by hand (lesion#2)``), ``accepted`` when it was accepted (UTC), and ``decided`` how many voxels were
    said by ``hand``, ``tool``, ``copy`` and ``proposal``.
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
    person: str = ""
    reading: str = ""
    accepted: str = ""
    decided: Mapping[str, int] = field(default_factory=dict)
    scanner: str = ""

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        values: dict[str, Any] = {item.name: getattr(self, item.name) for item in fields(self)}
        values["latents"] = {name: [float(v) for v in point] for name, point in self.latents.items()}
        values["decided"] = {origin: int(count) for origin, count in self.decided.items()}
        return values

    @classmethod
    def of(cls, values: object) -> Provenance | None:
        """What :meth:`as_dict` wrote; ``None`` where a field is missing or is not what it should be."""
        names = {item.name for item in fields(cls)}
        if not isinstance(values, dict) or not names <= {*LATER, *values}:
            return None
        given: dict[str, Any] = {name: {**LATER, **values}[name] for name in names}
        try:
            given["latents"] = {str(name): [float(v) for v in point] for name, point in given["latents"].items()}
            if not all(math.isfinite(v) for point in given["latents"].values() for v in point):
                return None
            given["decided"] = {str(origin): operator.index(count) for origin, count in given["decided"].items()}
            json.dumps(given, ensure_ascii=False).encode()  # lone surrogates can be read from JSON and never written
            for time in filter(None, (given["created"], given["accepted"])):
                datetime.fromisoformat(time)
        except (TypeError, ValueError, OverflowError, AttributeError):
            return None
        return cls(**given) if all(isinstance(given[name], str) for name in names - {"latents", "decided"}) else None

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
        parts += [self.reading and f"reading: {self.reading}", self.person and f"person {self.person}"]
        parts += [self.accepted and f"accepted {self.accepted}"]
        parts += [self.sample and f"sample {self.sample}", self.edits and f"edits: {self.edits}"]
        parts += [self.scanner, self.image and f"image: {self.image}"]
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
        """The same for a de-identified file: no person (rater, user, reader) and no time."""
        return replace(self, rater="", user="", created="", person="", accepted="")
