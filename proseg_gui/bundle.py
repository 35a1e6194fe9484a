"""A model on disk and the network it becomes: a folder of ``card.json`` and ``model.safetensors``.

The card says all that rebuilds and feeds the network; the weights are plain numbers. Nothing that is loaded can
execute, and nothing is allocated before the card's claims are checked against the weights' header. Torch is imported
only when weights are read or written, so cards are listed at once.
"""

from __future__ import annotations

import hashlib
import logging
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from proseg_gui.catalogue import ENTRIES
from proseg_gui.errors import UserError
from proseg_gui.io.base.atomic import atomic_folder, atomic_json, json_bytes
from proseg_gui.io.base.json_in import read_json
from proseg_gui.io.base.leftovers import remove_leftovers
from proseg_gui.locations import data_folder
from proseg_gui.volume import Study
from proseg_gui.wording import plural

if TYPE_CHECKING:
    from torch import Tensor

    from proseg_gui.networks.base import Method

log = logging.getLogger(__name__)

SCHEMA_VERSION = 1
CARD_NAME, WEIGHTS_NAME = "card.json", "model.safetensors"
MAX_CARD_BYTES = 4_000_000
SPACING_FACTOR = 2.0
"""Pixels this much larger or smaller than the model's are resampled with a warning."""
_SAFE_NAME = re.compile(r"[\w][\w .+()-]{0,79}")


UNKNOWN_MODALITY = "unknown"
"""What a card says where neither the files nor the person who trained said what the images are."""


class WrongModality(UserError):
    """The image is of another kind than the model learned from: a question to the user, not a refusal."""


@dataclass(frozen=True)
class Card:
    """What a bundle says about itself.

    ``spacing_mm`` is ``(y, x)`` of the model's grid; ``window`` and ``field_of_view`` are described at
    :func:`normalise` and in docs/architecture.md; ``sha256`` is that of the weights file. ``author`` and ``notes`` are
    whatever somebody wrote about the model, also long after it was made (:func:`annotate`).
    """

    kind: str
    name: str
    version: str
    architecture: Mapping[str, Any]
    raters: tuple[str, ...]
    structures: tuple[str, ...]
    channels: tuple[str, ...]
    modality: str
    spacing_mm: tuple[float, float]
    window: Mapping[str, Any]
    field_of_view: Mapping[str, Any]
    training: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    licence: str = ""
    intended_use: str = ""
    author: str = ""
    notes: str = ""
    sha256: str = ""
    schema_version: int = SCHEMA_VERSION
    fit: Mapping[str, Any] = field(default_factory=dict)
    """How the images that it learned from look to it (:class:`proseg_gui.inference.fit.Reference`); may be empty."""

    style: Mapping[str, Any] = field(default_factory=dict)
    """How its raters draw, by their training masks (:func:`proseg_gui.training.styles.style_record`); may be empty."""

    def __post_init__(self) -> None:
        """Raise ValueError (one clause, fit for people) where a value cannot be meant."""
        for kind, names in (("rater", self.raters), ("structure", self.structures), ("channel", self.channels)):
            if not names or len(set(names)) != len(names):
                raise ValueError(f"its {kind} names are missing or repeated")
            for name in names:
                if not _SAFE_NAME.fullmatch(name):  # names become file names
                    raise ValueError(f"its {kind} name {name[:40]!r} is not a plain name")
        if not all(math.isfinite(s) and 1e-3 <= s <= 1e3 for s in self.spacing_mm):
            raise ValueError("its spacing is not a length in mm")
        sizes = {"n_raters": self.raters, "n_structures": self.structures, "n_channels": self.channels}
        for key, names in sizes.items():
            if self.architecture.get(key) != len(names):
                raise ValueError(f"its architecture's {key} does not match its {len(names)} names")
        _check_window(self.window)
        _check_field_of_view(self.field_of_view)
        _check_reference(self.fit)
        _check_style(self.style, len(self.raters))

    @property
    def known_modality(self) -> str:
        """What the images are that it learned from; empty where nobody said so."""
        return "" if self.modality == UNKNOWN_MODALITY else self.modality

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, in the order of a card file."""
        return {"schema_version": self.schema_version, **asdict(self)}


@dataclass(frozen=True, eq=False)
class Bundle:
    """A loaded model: the card, the network (evaluation mode, CPU, float32, no gradients) and where it came from."""

    card: Card
    method: Method
    folder: Path


# -- finding and reading ----------------------------------------------------------------------------------------------
def own_models() -> Path:
    """Where the models lie that were trained and accepted on this computer."""
    from platformdirs import user_data_path

    return user_data_path("proseg-gui") / "models"


def trainings_beside(models: Path) -> Path:
    """Where the trainings of the window lie that are not yet accepted among ``models``."""
    return models.with_name("trainings")


def list_bundles(*, own: bool = False) -> list[Card]:
    """Cards of the bundles that ship with the program, by name; one that is damaged is logged and left out.

    With ``own`` those of :func:`own_models` follow.
    """
    cards = []
    for root in (data_folder("models"), own_models())[: 1 + own]:
        remove_leftovers(root)
        for path in sorted(root.glob(f"[!.]*/{CARD_NAME}")):
            try:
                cards.append(read_card(path.parent))
            except UserError as error:
                log.warning("%s", error)
    return cards


def find_bundle(name_or_path: str | Path) -> Path:
    """The folder of a bundle: the name of a shipped one or one's own, or a path (``./name`` for a folder so called)."""
    text = str(name_or_path)
    shipped = data_folder("models")
    for root in (shipped, own_models()):
        if _SAFE_NAME.fullmatch(text) and (root / text / CARD_NAME).is_file():
            return root / text
    folder = Path(name_or_path)
    if folder.is_dir():
        return folder
    if folder.exists():
        raise UserError("this is a file, not a model bundle", path=folder,
                        remedy=f"Choose the folder that holds {CARD_NAME} and {WEIGHTS_NAME}")  # fmt: skip
    names = ", ".join(path.parent.name for path in sorted(shipped.glob(f"*/{CARD_NAME}")))
    raise UserError("there is no model of this name or path", path=folder,
                    remedy=f"Shipped models: {names or 'none'}; or name a bundle's folder")  # fmt: skip


def read_card(folder: Path) -> Card:
    """Read and check ``folder/card.json``; a UserError says what is wrong with it."""
    path = folder / CARD_NAME
    if not path.is_file():
        raise UserError(f"this folder is not a model bundle: it has no {CARD_NAME}", path=folder,
                        remedy="Choose a folder that `proseg-gui train` made")  # fmt: skip
    data = read_json(path, what="the card", remedy="Copy or download the bundle again", most=MAX_CARD_BYTES)
    if not isinstance(data, dict) or "schema_version" not in data:
        raise UserError("this JSON file is not the card of a model bundle", path=path)
    schema = data["schema_version"]
    if schema != SCHEMA_VERSION or isinstance(schema, bool):
        newer = isinstance(schema, int) and schema > SCHEMA_VERSION
        advice = "It was made by a newer version of this program: update it" if newer else ""
        raise UserError(f"the card has the unknown schema {str(schema)[:20]!r}", path=path, remedy=advice)
    try:
        return _card_from(data)
    except (ValueError, TypeError) as error:
        raise UserError(f"the card cannot be used: {error}", path=path) from error


def load_bundle(name_or_path: str | Path) -> Bundle:
    """Read a bundle; everything that is wrong with one is a :class:`UserError` of one sentence."""
    from safetensors import SafetensorError, safe_open

    folder = find_bundle(name_or_path)
    card = read_card(folder)
    method = _empty_network(card, folder)
    path = folder / WEIGHTS_NAME
    expected = {name: tuple(tensor.shape) for name, tensor in method.state_dict().items()}
    _check_weights_file(path, card, sum(4 * math.prod(shape) for shape in expected.values()))
    try:
        with safe_open(path, framework="pt") as weights:
            names = set(weights.keys())
            wrong = sorted(names ^ set(expected))
            if wrong:
                raise UserError(f"the weights do not fit the card's architecture ({wrong[0]!r})", path=path)
            for name, shape in expected.items():
                view = weights.get_slice(name)
                if tuple(view.get_shape()) != shape or view.get_dtype() != "F32":
                    raise UserError(f"the weight {name!r} has another shape or type than the card says", path=path)
            state = {name: _laid_out(weights.get_tensor(name)) for name in expected}
    except (SafetensorError, OSError) as error:
        raise UserError("the weights are damaged: not a readable safetensors file", path=path) from error
    if not all(np.isfinite(tensor.numpy()).all() for tensor in state.values()):  # torch would wake all its threads
        raise UserError("the weights hold values that are not numbers", path=path)
    method.load_state_dict(state, assign=True)
    return Bundle(card, method.eval().requires_grad_(False), folder)


def _laid_out(weight: Tensor) -> Tensor:
    """A copy, since a view into the file may lie at any address, and unaligned weights round otherwise.

    Convolutions' weights are put channels-last: on a processor a slice is encoded in two thirds of the time.
    """
    import torch

    return weight.clone(memory_format=torch.channels_last if weight.ndim == 4 else torch.contiguous_format)


def _empty_network(card: Card, folder: Path) -> Method:
    """The card's network without memory for its weights, so that absurd claims cost nothing."""
    from proseg_gui.networks.claims import without_numbers
    from proseg_gui.networks.registry import build

    try:
        with without_numbers():
            return build(card.kind, card.architecture)
    except (ValueError, RuntimeError) as error:
        raise UserError(f"the card cannot be used: {error}", path=folder / CARD_NAME) from error


def _check_weights_file(path: Path, card: Card, expected_bytes: int) -> None:
    if not path.is_file():
        raise UserError(f"the bundle has no {WEIGHTS_NAME}", path=path.parent)
    try:
        if path.stat().st_size > expected_bytes + 10_000_000:
            raise UserError("the weights file is far larger than the card says", path=path)
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"the weights cannot be read ({error.strerror})", path=path) from error
    refuse_pickle(data, path)
    if hashlib.sha256(data).hexdigest() != card.sha256:
        raise UserError("the weights are not those that the card describes (their SHA-256 differs)", path=path,
                        remedy="Copy or download the bundle again")  # fmt: skip


def refuse_pickle(weights: bytes, path: Path) -> None:
    """Raise a UserError where ``weights``, read from ``path``, are a pickle, or a zip of one: it could run code.

    A safetensors file begins with the length of its header, whose bytes may be a pickle's first ones, and then ``{``.
    """
    header = weights[8:9] == b"{" and int.from_bytes(weights[:8], "little") <= len(weights) - 8
    if not header and (weights[:2] == b"PK" or weights[:1] == b"\x80"):
        raise UserError("the weights are a pickle, which could run code, and are refused", path=path,
                        remedy="Only safetensors files are read: save them as such where you trust them")  # fmt: skip


# -- writing ----------------------------------------------------------------------------------------------------------
def save_bundle(folder: str | Path, card: Card, method: Method, *, overwrite: bool = False) -> Card:
    """Write a bundle folder at once; returns the card with the weights' hash.

    Raises
    ------
    UserError
        ``folder`` holds something and ``overwrite`` is false, or cannot be written.
    """
    from safetensors.torch import save

    state = {name: tensor.detach().float().cpu().contiguous() for name, tensor in method.state_dict().items()}
    weights = save(state, metadata={"kind": card.kind})
    final = replace(card, sha256=hashlib.sha256(weights).hexdigest(), architecture=method.architecture())

    def fill(temporary: Path) -> None:
        (temporary / WEIGHTS_NAME).write_bytes(weights)
        (temporary / CARD_NAME).write_bytes(json_bytes(final.as_dict()))

    atomic_folder(folder, fill, overwrite=overwrite)
    return final


def annotate(folder: Path, **changes: Any) -> Card:
    """Change what a bundle's card says (fields of :class:`Card`), never its weights; returns the new card.

    Raises
    ------
    UserError
        The card cannot be read or written.
    """
    card = replace(read_card(folder), **changes)
    atomic_json(folder / CARD_NAME, card.as_dict(), overwrite=True)
    return card


# -- fitting a study --------------------------------------------------------------------------------------------------
def rater_index(card: Card, name: str) -> int:
    """0-based number of the rater called ``name``."""
    if name not in card.raters:
        known = ", ".join(card.raters)
        raise UserError(f"the model {card.name} knows no rater {name!r}", remedy=f"Its raters are {known}")
    return card.raters.index(name)


def name_table_path() -> Path:
    """The local table of who is who: on this computer only, never in a bundle or an export."""
    from platformdirs import user_data_path

    return user_data_path("proseg-gui") / "rater_names.json"


def local_names(card: Card) -> dict[str, str]:
    """Real name -> the bundle's rater name, for a bundle that was trained here under pseudonyms; equal names too."""
    names = {name: name for name in card.raters}
    path = name_table_path()
    try:
        table = read_json(path) if path.is_file() else {}
    except UserError as error:
        log.warning("the table of rater names cannot be read (%s)", error)
        return names
    entry = table.get(card.sha256, {}) if isinstance(table, dict) else {}
    known = entry if isinstance(entry, dict) else {}
    return names | {real: alias for real, alias in known.items() if alias in card.raters}


def remember_names(card: Card, names: Mapping[str, str]) -> None:
    """Add real name -> rater name of a freshly trained bundle to the local table."""
    path = name_table_path()
    table = read_json(path, what="the table of rater names") if path.is_file() else {}
    if not isinstance(table, dict):
        raise UserError("the table of rater names is damaged", path=path, remedy="Correct it or remove it")
    atomic_json(path, {**table, card.sha256: dict(names)}, overwrite=True, mode=0o600)


def missing_channels(card: Card, study: Study) -> tuple[str, ...]:
    """The model's channels that the study lacks and that the model estimates from the others; usually none.

    They are told by their names, so at least one channel has to have a name that the model knows.
    """
    imputes = card.kind in ENTRIES and ENTRIES[card.kind].imputes
    known = [name for name in card.channels if name in study.channels]
    if not imputes or not known or len(known) < len(study.channels) == len(card.channels):
        return ()
    return tuple(name for name in card.channels if name not in study.channels)


def told_missing(names: Sequence[str]) -> str:
    """What is said of channels ``names`` wherever their estimate shows or has a part."""
    return f"{', '.join(names)} missing: estimated, not acquired"


def channel_order(card: Card, study: Study) -> tuple[str, ...]:
    """The study's channels in the order in which the model takes them: by name, else as they come.

    Those of :func:`missing_channels` have their place too.
    """
    if set(card.channels) <= {*study.channels, *missing_channels(card, study)}:
        return card.channels
    if len(study.channels) != len(card.channels):
        have, want = len(study.channels), len(card.channels)
        remedy = "Give each as --channel NAME=PATH"
        raise UserError(f"the model {card.name} takes {plural(want, 'channel')} ({', '.join(card.channels)}) "
                        f"and the image has {have}", remedy=remedy)  # fmt: skip
    return tuple(study.channels)


def check_fits(card: Card, study: Study) -> list[str]:
    """Warnings for running the model on ``study``.

    Raises
    ------
    UserError
        The number of channels is not the model's.
    WrongModality
        The image says that it is of another modality; the caller may ask and go on.
    """
    order = channel_order(card, study)
    modality, learned = study.image.modality, card.known_modality
    if modality and learned and modality != learned:
        raise WrongModality(f"the model {card.name} learned from {learned} images and this is {modality}",
                            remedy="Choose a model for this kind of image")  # fmt: skip
    missing = missing_channels(card, study)
    warnings = [f"{told_missing(missing)}."] if missing else []
    if learned and not modality:
        warnings.append(f"The image's file does not say what it is; the model learned from {learned} images.")
    if len(order) > 1 and order != card.channels:
        warnings.append(f"The image's channels {', '.join(order)} are taken as {', '.join(card.channels)}.")
    spacing = study.geometry.spacing_mm[1:]
    if any(not 1 / SPACING_FACTOR <= s / m <= SPACING_FACTOR for s, m in zip(spacing, card.spacing_mm, strict=True)):
        have, want = (" x ".join(f"{s:.3g}" for s in pair) for pair in (spacing, card.spacing_mm))
        warnings.append(f"The image has {have} mm pixels and is resampled to the model's {want} mm.")
    return warnings


def metadata_misfits(card: Card, study: Study) -> tuple[str, ...]:
    """What the files say against the model, a sentence each; none where they say nothing.

    Finer pixels lose nothing when they are averaged to the model's; coarser ones lack what it learned to see.
    """
    reasons = []
    try:
        channel_order(card, study)
    except UserError as error:
        reasons.append(f"{error.what[:1].upper()}{error.what[1:]}.")
    modality, learned = study.image.modality, card.known_modality
    if modality and learned and modality != learned:
        reasons.append(f"This is {modality}, and the model {card.name} learned from {learned} images.")
    spacing = study.geometry.spacing_mm[1:]
    if any(s > SPACING_FACTOR * m for s, m in zip(spacing, card.spacing_mm, strict=True)):
        have, want = (" x ".join(f"{s:.3g}" for s in pair) for pair in (spacing, card.spacing_mm))
        reasons.append(f"The pixels are {have} mm, and the model {card.name} learned from {want} mm.")
    return tuple(reasons)


def case_hash(study: Study, salt: str) -> str:
    """SHA-256 of a study's first channel with a bundle's salt: says whether a case was trained on, and nothing else."""
    array = study.image.array
    digest = hashlib.sha256(f"{salt}|{array.shape}|".encode())
    for part in array:
        digest.update(np.ascontiguousarray(part, dtype="<f4").tobytes())
    return digest.hexdigest()


def seen_in_training(card: Card, study: Study) -> bool:
    """Whether the bundle's card lists this case among those it was trained on."""
    salt, hashes = card.training.get("salt"), card.training.get("case_hashes")
    if not isinstance(salt, str) or not isinstance(hashes, list):
        return False
    return case_hash(study, salt) in hashes


def intensity_limits(array: np.ndarray, window: Mapping[str, Any]) -> tuple[float, float]:
    """The values that a card's ``window`` maps to -1 and 1, for a whole image ``(z, y, x)``.

    ``{"kind": "fixed", "low", "high"}`` gives them in the image's unit; ``{"kind": "percentile", "low", "high"}`` as
    percentiles of the whole image (of an even subset of it above 500,000 voxels, always the same one).
    """
    if window["kind"] == "fixed":
        return float(window["low"]), float(window["high"])
    step = max(1, array.size // 500_000)
    low, high = np.percentile(array.reshape(-1)[::step], (window["low"], window["high"]))
    return float(low), float(high)


def normalise(array: np.ndarray, window: Mapping[str, Any], limits: tuple[float, float] | None = None) -> np.ndarray:
    """Map an image, or with ``limits`` of the whole image any part of it, to float32 in -1..1; a flat image to 0.

    Training and inference share this function.
    """
    low, high = intensity_limits(array, window) if limits is None else limits
    if not high > low:
        return np.zeros(array.shape, np.float32)
    scaled = (array.astype(np.float32) - np.float32(low)) * np.float32(2.0 / (high - low)) - np.float32(1.0)
    return np.clip(scaled, -1.0, 1.0)


# -- checking a card --------------------------------------------------------------------------------------------------
def _card_from(data: Mapping[str, Any]) -> Card:
    known = {f.name for f in fields(Card)}
    missing = sorted(known - set(data) - _OPTIONAL)
    if missing:
        raise ValueError(f"{missing[0]!r} is missing")
    return Card(**{name: _CONVERT.get(name, _text)(name, data[name]) for name in known & set(data)})


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name!r} is not a text")
    return value


def _names(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > 1000:
        raise ValueError(f"{name!r} is not a list of names")
    return tuple(_text(name, item) for item in value)


def _mapping(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{name!r} is not a table")
    return value


def _pair(name: str, value: Any) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2 or not all(_is_number(v) for v in value):
        raise ValueError(f"{name!r} is not a pair of numbers")
    return float(value[0]), float(value[1])


def _schema(name: str, value: Any) -> int:
    return int(value)


_CONVERT: dict[str, Callable[[str, Any], Any]] = {
    "schema_version": _schema, "raters": _names, "structures": _names, "channels": _names, "spacing_mm": _pair,
    "architecture": _mapping, "window": _mapping, "field_of_view": _mapping, "training": _mapping, "metrics": _mapping,
    "fit": _mapping, "style": _mapping,
}  # fmt: skip
_OPTIONAL = frozenset({"author", "fit", "notes", "style"})
"""Cards of earlier versions lack these."""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and abs(value) < 1e9


def _check_window(window: Mapping[str, Any]) -> None:
    low, high = (window.get(end) for end in ("low", "high"))
    if window.get("kind") not in ("fixed", "percentile") or not _is_number(low) or not _is_number(high):
        raise ValueError("its intensity window is not a range of values")
    assert low is not None and high is not None
    if not low < high:
        raise ValueError("its intensity window is empty")
    if window["kind"] == "percentile" and not (low >= 0 and high <= 100):
        raise ValueError("its intensity window is not a range of percentiles")


def _check_field_of_view(field_of_view: Mapping[str, Any]) -> None:
    if field_of_view == {"kind": "whole"}:
        return
    size = field_of_view.get("size_mm")
    if (
        field_of_view.get("kind") != "box"
        or not isinstance(size, list | tuple)
        or len(size) != 2
        or not all(_is_number(s) and 1 <= s <= 10_000 for s in size)
    ):
        raise ValueError("its field of view is neither the whole slice nor a box in mm")


def _check_reference(fit: Mapping[str, Any]) -> None:
    """A reference is lists of numbers whose lengths agree; spreads and the threshold are above 0."""
    if not fit:
        return
    wrong = ValueError("what it says about the images that it learned from is damaged")
    mean, scale, variances = (fit.get(name) for name in ("mean", "scale", "variances"))
    rows = fit.get("directions")
    if not (_are_numbers(mean) and _are_numbers(scale, mean) and _are_numbers(variances, rows)):
        raise wrong
    if not isinstance(rows, list) or not all(_are_numbers(row, mean) for row in rows):
        raise wrong
    single = [fit.get(name) for name in ("rest", "threshold", "cases")]
    if not _are_numbers(single) or not all(v > 0 for v in (*scale, *variances, *single)):
        raise wrong
    scanner = fit.get("scanner")
    if scanner is not None and not (isinstance(scanner, dict) and _are_positive(scanner.get("threshold"))):
        raise wrong


def _check_style(style: Mapping[str, Any], raters: int) -> None:
    """Attributes by name, their mean and scale, and a row a rater, or none for one who was not measured."""
    if not style:
        return
    names, rows = style.get("attributes"), style.get("raters")
    if (
        not isinstance(names, list)
        or not isinstance(rows, list)
        or len(rows) != raters
        or not all(_are_numbers(style.get(key), names) for key in ("mean", "scale"))
        or not all(row is None or _are_numbers(row, names) for row in rows)
    ):
        raise ValueError("what it says about how its raters draw is damaged")


def _are_positive(*values: Any) -> bool:
    return _are_numbers(list(values)) and all(value > 0 for value in values)


def _are_numbers(values: Any, like: Any = ()) -> TypeGuard[list[float]]:
    """Whether these are a list of numbers, and as many as ``like`` has, where that is given."""
    if not isinstance(values, list) or not values or not all(_is_number(value) for value in values):
        return False
    return like == () or (isinstance(like, list) and len(like) == len(values))
