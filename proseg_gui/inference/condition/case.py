"""``condition`` without a window: evidence and accepted slices from files, the proposal and its odds to files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from proseg_gui.bundle import Bundle, check_fits
from proseg_gui.errors import UserError
from proseg_gui.inference.condition.ensemble import Ensemble
from proseg_gui.inference.condition.evidence import Evidence, Standing
from proseg_gui.inference.condition.update import Conditioned, condition, propose
from proseg_gui.inference.engine import THRESHOLD, Engine
from proseg_gui.inference.fit import judge_fit
from proseg_gui.inference.points import Point, check_point, point_from
from proseg_gui.inference.results import Results, provenance_of
from proseg_gui.io.base.atomic import atomic_folder, atomic_json
from proseg_gui.io.base.progress import share_of
from proseg_gui.io.base.provenance import Provenance, software_name
from proseg_gui.io.images.grid import place_on
from proseg_gui.io.images.masks import WHOLE
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.io.images.reading import read_raw
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.volume import Geometry, Study, areas_to_ml

SUMMARY_NAME = "condition.json"
FORMAT_NAME, FORMAT_VERSION = "proseg-gui condition", 1
UNKNOWN, IN, OUT = 0, 1, 2
"""Values of an evidence mask; in a mask of accepted voxels 1 is accepted."""
PREPARING, DRAWING = 0.6, 0.8
"""Parts of the progress at which the draws are decoded, and at which the proposal is drawn."""
Words = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class ConditionRequest:
    """What decides the result besides image, model and evidence.

    ``latents``: where accepted slices stand; consensus style when ``None``. ``structure``: its name, which may be left
    out where the model has one only. ``point_mm``: LPS centre of a model's box.
    """

    structure: str = ""
    latents: Point | None = None
    seed: int = 0
    point_mm: tuple[float, float, float] | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**63:
            raise UserError(f"--seed {self.seed} is out of range", remedy="Give a whole number from 0 up")

    def structure_of(self, bundle: Bundle) -> int:
        """0-based number of the structure."""
        names = bundle.card.structures
        if self.structure in names:
            return names.index(self.structure)
        if not self.structure and len(names) == 1:
            return 0
        what = f"has no structure {self.structure!r}" if self.structure else "draws several structures"
        raise UserError(f"the model {bundle.card.name} {what}", remedy=f"Give --structure as one of {', '.join(names)}")


def read_words(path: str | Path, like: Geometry, most: int, notices: list[str]) -> Words:
    """``(z, y, x)`` whole numbers from 0 to ``most`` of a file on the image's grid.

    Raises
    ------
    UserError
        The file cannot be read, holds several volumes or other values, or lies on another grid.
    """
    path = Path(path)
    raw = read_raw(path)
    if raw.colour or raw.array.shape[0] != 1:
        raise UserError("this is a colour picture or holds several volumes", path=path, remedy="Save one mask")
    values = raw.array[0]
    with np.errstate(invalid="ignore"):
        whole = np.rint(values)
        known = (np.abs(values - whole) <= WHOLE) & (whole >= 0) & (whole <= most)
    if not known.all():
        meant = ", ".join(str(n) for n in range(most)) + f" and {most}"
        raise UserError(f"it holds the value {values[~known].min():g}, and only {meant} mean something here", path=path)
    values = whole
    place, told = place_on(raw.geometry, like, path), list[str]()
    words = np.zeros(like.shape, np.uint8)
    for value in range(1, most + 1):
        words[place.array(values == value, path, told)] = value
    notices += dict.fromkeys(told)
    return words


def condition_case(
    bundle: Bundle,
    study: Study,
    out: str | Path,
    request: ConditionRequest,
    words: Words,
    accepted: npt.NDArray[np.bool_] | None = None,
    *,
    device: str = "auto",
    overwrite: bool = False,
    progress: Progress = no_progress,
    token: CancelToken | None = None,
) -> dict[str, Any]:
    """Condition the model on what was said and write proposal, probability and summary to the folder ``out``.

    Parameters
    ----------
    words:
        ``(z, y, x)`` 0 unknown, 1 in, 2 out, on the image's grid.
    accepted:
        ``(z, y, x)`` where the contour was accepted as it stands at ``request.latents``, with ``words`` in it.

    Returns
    -------
    What ``condition.json`` holds.

    Raises
    ------
    UserError
        Nothing was said, or nothing where the model looks; the method draws no samples; or ``out`` cannot be written.
    Cancelled
        ``token`` was raised; nothing is left behind.
    """
    structure = request.structure_of(bundle)
    check_fits(bundle.card, study)
    engine = Engine(bundle, study, device=device, box_centre_mm=request.point_mm)
    ensemble = Ensemble(engine, structure, seed=request.seed)
    notices = _check_said(ensemble, words, accepted)
    style = point_from(bundle.method.consensus_style())
    stands = style if request.latents is None else check_point(request.latents, bundle.method)
    preparing, drawing = share_of(progress, 0.0, PREPARING), share_of(progress, PREPARING, DRAWING)
    ensemble.prepare_all(token, preparing)
    evidence = _evidence(engine, structure, words, accepted, stands, token)
    fit = judge_fit(engine, token)
    conditioned = condition(engine, evidence, ensemble=ensemble, stands=stands, token=token)
    summary: dict[str, Any] = {}

    def fill(folder: Path) -> None:
        results = Results(folder, study.geometry, (bundle.card.structures[structure],))
        changed = _draw(conditioned, stands, results, drawing, token)
        files = _write(results, conditioned, request, provenance_of(bundle.card, study, engine.scanner))
        ml = areas_to_ml(results.areas[bundle.card.structures[structure], "proposal"], study.geometry)
        results.close()
        summary.update(_summary(conditioned, request, stands, files))
        summary["evidence"] = _said(words, accepted)
        summary["changed_ml"], summary["volume_ml"] = changed, ml
        summary["fit"] = fit.as_dict()
        said = [*study.notices, *engine.notices, *fit.reasons, *notices, conditioned.notice]
        summary["notices"] = [notice for notice in dict.fromkeys(said) if notice]
        atomic_json(folder / SUMMARY_NAME, summary)

    atomic_folder(out, fill, overwrite=overwrite)
    progress(1.0, "done")
    return summary


def _check_said(ensemble: Ensemble, words: Words, accepted: npt.NDArray[np.bool_] | None) -> list[str]:
    """Refuse evidence that says nothing here; a notice where a part of it does not."""
    said = words != UNKNOWN if accepted is None else (words != UNKNOWN) | accepted
    if not said.any():
        raise UserError("the evidence says nothing: no voxel is 1 (in) or 2 (out), and no slice is accepted")
    outside = int((said & ~ensemble.view()).sum())
    if outside == int(said.sum()):
        raise UserError(
            "all of the evidence lies outside the part of the image that the model looks at",
            remedy="Move the model's box there with --point, or leave this evidence out",
        )
    if not outside:
        return []
    return [f"{outside} voxels of the evidence lie outside the part of the image that the model looks at; they stay as "
            "they were said and tell the model nothing."]  # fmt: skip


def _evidence(
    engine: Engine,
    structure: int,
    words: Words,
    accepted: npt.NDArray[np.bool_] | None,
    stands: Point,
    token: CancelToken | None,
) -> Evidence:
    """The hand's voxels, and the accepted slices as they stand with these in them."""
    index = np.argwhere(words != UNKNOWN)
    hand = Evidence(index, words[tuple(index.T)] == IN)
    settled: dict[int, Standing] = {}
    for k in np.flatnonzero(accepted.any((1, 2))) if accepted is not None else ():
        assert accepted is not None
        drawn = engine.probability(int(k), stands, token)[structure] > THRESHOLD
        where = None if accepted[k].all() else accepted[k]
        settled[int(k)] = Standing(hand.kept(int(k), drawn), where)
    return replace(hand, accepted=settled)


def _draw(
    conditioned: Conditioned, stands: Point, results: Results, progress: Progress, token: CancelToken | None
) -> float:
    """All slices into ``results``; returns the volume in ml in which they differ from what stood."""
    engine, structure = conditioned.ensemble.engine, conditioned.ensemble.structure
    changed = []
    for k in range(engine.n_slices):
        engine.pause_point(token)
        proposal = propose(conditioned, k, token)
        stood = conditioned.evidence.kept(k, engine.probability(k, stands, token)[structure] > THRESHOLD)
        changed.append(int((proposal.inside != stood).sum()))
        results.add_mask("proposal", proposal.inside[None])
        results.add_map("probability", proposal.probability[None])
        progress((k + 1) / engine.n_slices, f"slice {k + 1} of {engine.n_slices}")
    return areas_to_ml(changed, engine.geometry)


def _write(results: Results, conditioned: Conditioned, request: ConditionRequest, origin: Provenance) -> list[str]:
    name = conditioned.ensemble.engine.structures[conditioned.ensemble.structure]
    plan = conditioned.ensemble.plan
    told = f"{plan.n} draws weighed by {len(conditioned.evidence.index)} voxels and " \
           f"{len(conditioned.evidence.accepted)} accepted slices, seed {request.seed}"  # fmt: skip
    origin = replace(origin, latents=conditioned.point, sample=told, edits="a proposal; what was said by hand is in it")
    proposal, probability = results.folder / "proposal.nii.gz", results.folder / "probability.nii.gz"
    write_nifti(results.mask(name, "proposal"), results.geometry, proposal, provenance=origin)
    unit = "probability of the proposal, 0 and 1 where the hand spoke"
    write_nifti(results.map(name, "probability"), results.geometry, probability, provenance=origin, unit=unit)
    return [proposal.name, probability.name]


def _said(words: Words, accepted: npt.NDArray[np.bool_] | None) -> dict[str, int]:
    return {
        "voxels_in": int((words == IN).sum()),
        "voxels_out": int((words == OUT).sum()),
        "accepted_voxels": 0 if accepted is None else int(accepted.sum()),
        "accepted_slices": 0 if accepted is None else int(accepted.any((1, 2)).sum()),
    }


def _summary(conditioned: Conditioned, request: ConditionRequest, stands: Point, files: list[str]) -> dict[str, Any]:
    ensemble = conditioned.ensemble
    engine, plan = ensemble.engine, ensemble.plan
    return {
        "format": FORMAT_NAME,
        "format_version": FORMAT_VERSION,
        "software": software_name(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "case": engine.study.name,
        "model": engine.bundle.card.name,
        "model_version": engine.bundle.card.version,
        "bundle_sha256": engine.bundle.card.sha256,
        "device": engine.device_name,
        "structure": engine.structures[ensemble.structure],
        "seed": request.seed,
        "draws": {"raters": plan.raters, "preference": plan.tau_draws, "ambiguity": plan.eps_draws},
        "proposed": conditioned.proposed,
        "raters": dict(conditioned.raters),
        "latents": _plain(conditioned.point),
        "latents_width": _plain(conditioned.spread),
        "stood_at": _plain(stands),
        "effective_draws": conditioned.effective_draws,
        "tempering": conditioned.tempering,
        "damping": conditioned.damping,
        "seconds": conditioned.seconds,
        "files": files,
    }


def _plain(point: Mapping[str, tuple[float, ...]]) -> dict[str, list[float]]:
    return {name: list(values) for name, values in point.items()}
