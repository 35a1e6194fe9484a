"""Which model a scan is opened with: the one asked for, else the one that fits it best, else none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from proseg_gui.bundle import Card, metadata_misfits
from proseg_gui.errors import UserError
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import Study

if TYPE_CHECKING:
    from proseg_gui.inference.engine import Engine
    from proseg_gui.inference.fit import Fit

PHANTOM_MODEL = "phantom"
"""The shipped model that knows only the phantom."""
PHANTOM_SERIES = "CT phantom"
"""How the description of a phantom's series begins, in memory and in the DICOM files that demo-data writes."""

Look = Callable[[str], "Fit"]
"""Name of a model -> whether the study's image looks like those that it learned from."""


class NoModelFits(UserError):
    """Models are there and none of them fits: the scan is shown, and a model has to be chosen by hand."""


@dataclass(frozen=True)
class _Candidate:
    """A model that nothing in the files speaks against; ``rank`` is smaller for a better one."""

    name: str
    rank: tuple[int, ...]


def choose_bundle_name(study: Study, wanted: str, remembered: str, cards: Sequence[Card], look: Look) -> str:
    """Name of the bundle to open ``study`` with.

    ``wanted`` was asked for by name, so it is taken whatever it is. Else models of another modality, of other channels
    or of much finer pixels are out, and so is the phantom's for anything but the phantom; the others are looked at in
    this order, and the first whose own images look like this one is taken: models of the very modality before those
    where either side does not say, models with the channels' names before those with as many, the ``remembered`` last
    choice before others, those with a nearer pixel size before others. A model that cannot tell what its images look
    like is taken where no other one fits.

    Raises
    ------
    NoModelFits
        None is left.
    """
    if wanted:
        return wanted
    candidates = [_candidate(card, study, remembered) for card in cards if _possible(card, study)]
    untold = ""
    for candidate in sorted(candidates, key=lambda one: one.rank):
        fit = look(candidate.name)
        if fit.ok and fit.distance is not None:
            return candidate.name
        if fit.ok and not untold:
            untold = candidate.name
    if untold:
        return untold
    raise NoModelFits("no model fits this scan", remedy="Choose one under File > Choose model, or give --model")


def _possible(card: Card, study: Study) -> bool:
    if card.name == PHANTOM_MODEL and not study.image.description.startswith(PHANTOM_SERIES):
        return False
    return not metadata_misfits(card, study)


def _candidate(card: Card, study: Study, remembered: str) -> _Candidate:
    same_modality = bool(card.known_modality) and card.known_modality == study.image.modality
    same_channels = set(card.channels) <= set(study.channels)
    spacing = study.geometry.spacing_mm[1:]
    ratios = [max(s / m, m / s) for s, m in zip(spacing, card.spacing_mm, strict=True)]
    rank = (not same_modality, not same_channels, card.name != remembered, round(10 * max(ratios)))
    return _Candidate(card.name, tuple(int(part) for part in rank))


class LookThrough:
    """The real :data:`Look`: loads a model and has it encode a few slices.

    ``engines`` keeps those that looked, by the model's name: the chosen one goes on with what it has encoded.
    """

    def __init__(self, study: Study, device: str = "auto", token: CancelToken | None = None) -> None:
        self._study, self._device, self._token = study, device, token
        self.engines: dict[str, Engine] = {}

    def __call__(self, name: str) -> Fit:
        """Whether the study looks like the model's own images."""
        from proseg_gui.bundle import load_bundle
        from proseg_gui.inference.engine import Engine
        from proseg_gui.inference.fit import judge_fit

        engine = self.engines[name] = Engine(load_bundle(name), self._study, device=self._device)
        return judge_fit(engine, self._token, enough=True)
