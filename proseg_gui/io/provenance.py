"""Where an exported contour or map came from: written into or beside every file that leaves the program."""

from __future__ import annotations

import getpass
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any

from proseg_gui import __version__


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
    ``sample`` the draw (number and seed), ``edits`` says what was changed by hand after the model, ``user`` is who
    was logged in (left out of de-identified files).
    """

    model: str = ""
    model_version: str = ""
    bundle_sha256: str = ""
    latents: Mapping[str, Any] = field(default_factory=dict)
    rater: str = ""
    sample: str = ""
    edits: str = ""
    user: str = field(default_factory=user_name)
    software: str = field(default_factory=software_name)
    created: str = field(default_factory=_now)

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        values: dict[str, Any] = {item.name: getattr(self, item.name) for item in fields(self)}
        values["latents"] = {name: [float(v) for v in point] for name, point in self.latents.items()}
        return values

    def model_id(self) -> str:
        """The model card's identity in one short text, such as ``phantom 1.0 (sha256 0123456789ab)``."""
        if not self.model:
            return ""
        text = f"{self.model} {self.model_version}".strip()
        return f"{text} (sha256 {self.bundle_sha256[:12]})" if self.bundle_sha256 else text

    def sentence(self) -> str:
        """One line for a DICOM description field."""
        parts = [self.model_id() and f"model {self.model_id()}", self.rater and f"rater {self.rater}"]
        parts += [self.sample and f"sample {self.sample}", self.edits and f"edits: {self.edits}"]
        return "; ".join(part for part in parts if part) or "drawn without a model"

    def point_text(self) -> str:
        """The latents as short JSON; empty without."""
        if not self.latents:
            return ""
        return json.dumps({name: [round(float(v), 6) for v in point] for name, point in self.latents.items()})

    def record(self) -> str:
        """All of it in one text, for a description field that holds much; the whole hash is in it."""
        parts = [self.sentence(), self.bundle_sha256 and f"bundle sha256 {self.bundle_sha256}"]
        parts += [self.point_text() and f"latents {self.point_text()}"]
        return "; ".join(part for part in parts if part)

    def without_user(self) -> Provenance:
        """The same, for a de-identified file."""
        return replace(self, user="")
