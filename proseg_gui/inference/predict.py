"""``predict`` without a window: everything that docs/CONTRACTS.md lists for an image or for each case of a dataset.

The same functions as the window's: a rater's mask here is the window's preset, and a remembered point gives the
window's contour, voxel for voxel. Slices are drawn one after the other; the output folder appears when it is complete.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from proseg_gui.bundle import Bundle, check_fits
from proseg_gui.errors import UserError
from proseg_gui.inference.clicks import candidates
from proseg_gui.inference.drawings import Drawing, Request, consensus_points, list_drawings
from proseg_gui.inference.engine import THRESHOLD, Engine
from proseg_gui.inference.fit import judge_fit
from proseg_gui.inference.latents import Sliders
from proseg_gui.inference.plan import SurveyPlan, default_plan
from proseg_gui.inference.results import (
    Results,
    map_origins,
    provenance_of,
    write_contours,
    write_maps,
    write_masks,
    write_segments,
)
from proseg_gui.inference.style import follow_prompt
from proseg_gui.inference.survey import CaseSurvey
from proseg_gui.inference.uncertainty import PARTS
from proseg_gui.io.base.atomic import atomic_folder, atomic_json
from proseg_gui.io.base.json_in import read_json
from proseg_gui.io.base.progress import share_of
from proseg_gui.io.base.provenance import software_name
from proseg_gui.io.dataset import Case, load_case
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.prompts.reading import read_asking
from proseg_gui.volume import Study, areas_to_ml

SUMMARY_NAME = "predict.json"
FORMAT_NAME, FORMAT_VERSION = "proseg-gui predict", 1
ONE_SLICE = 1
"""Cache budget in bytes that keeps only the slice being drawn: every slice is looked at once."""
DRAWING_SHARE = 0.8
"""Part of the progress that drawing takes; the rest is writing and reading back."""


def predict_case(
    bundle: Bundle,
    study: Study,
    out: str | Path,
    request: Request,
    *,
    device: str = "auto",
    overwrite: bool = False,
    input_sha256: str = "",
    progress: Progress = no_progress,
    token: CancelToken | None = None,
) -> dict[str, Any]:
    """Draw ``study`` as asked and write it all to the folder ``out``, which appears complete or not at all.

    ``input_sha256``: fingerprint of the image's files, kept in the summary for :func:`predict_dataset`.

    Returns
    -------
    What ``predict.json`` holds.

    Raises
    ------
    UserError
        Something asked for is impossible, the image does not fit the model, or ``out`` cannot be written.
    Cancelled
        ``token`` was raised; nothing is left behind.
    """
    drawings = list_drawings(bundle, request)
    check_fits(bundle.card, study)
    engine = Engine(bundle, study, device=device, cache_bytes=ONE_SLICE, box_centre_mm=request.point_mm,
                    adjusted=request.adjusted)  # fmt: skip
    fit = judge_fit(engine, token)
    described, told = _described(engine, request, token)
    pointed, clicked = _pointed(engine, request, token)
    drawings += described + pointed
    summary: dict[str, Any] = {}

    def fill(folder: Path) -> None:
        results = Results(folder, study.geometry, bundle.card.structures)
        survey = _draw(engine, request, drawings, results, share_of(progress, 0.0, DRAWING_SHARE), token)
        writing = share_of(progress, DRAWING_SHARE, 1.0)
        files, notices = _write(results, engine, request, drawings, writing, token)
        results.close()
        summary.update(_summary(engine, request, drawings, results, survey, files, notices))
        summary["fit"] = fit.as_dict()
        summary["notices"] += fit.reasons
        if told:
            summary["prompt"] = told
            summary["notices"] += [f"{word!r} in the prompt was not understood." for word in told["not_understood"]]
            summary["notices"] += [f"The model cannot follow the prompt so far in {name}." for name in told["beyond"]]
        if clicked:
            summary["clicks"] = clicked
        summary["input_sha256"] = input_sha256
        atomic_json(folder / SUMMARY_NAME, summary)

    atomic_folder(out, fill, overwrite=overwrite)
    return summary


def predict_dataset(
    bundle: Bundle,
    cases: Sequence[Case],
    out: str | Path,
    request: Request,
    *,
    device: str = "auto",
    overwrite: bool = False,
    progress: Progress = no_progress,
    token: CancelToken | None = None,
) -> dict[str, dict[str, Any]]:
    """:func:`predict_case` for each case, into ``out/<case>``; what an earlier run finished is kept and skipped.

    Returns
    -------
    Case name -> its summary.

    Raises
    ------
    UserError
        A case's folder holds something else than this request's results (before anything is drawn); or, at the end,
        some cases could not be predicted: all others are finished.
    """
    out = Path(out)
    list_drawings(bundle, request)  # what cannot be drawn is refused before the first case is read
    prints = {case.name: fingerprint(case) for case in cases}
    summaries: dict[str, dict[str, Any]] = {}
    waiting = []
    for case in cases:
        done = None if overwrite else _finished(out / case.name, bundle, request, prints[case.name])
        if done is None:
            waiting.append(case)
        else:
            summaries[case.name] = done
    failures: list[tuple[str, UserError]] = []
    for i, case in enumerate(waiting):
        part = share_of(progress, i / len(waiting), (i + 1) / len(waiting))

        def report(share: float, text: str, name: str = case.name, part: Progress = part) -> None:
            part(share, f"{name}: {text}")

        try:
            study = load_case(case, (), token=token)
            summaries[case.name] = predict_case(
                bundle,
                study,
                out / case.name,
                request,
                device=device,
                overwrite=overwrite,
                input_sha256=prints[case.name],
                progress=report,
                token=token,
            )
        except UserError as error:
            failures.append((case.name, error))
    if failures:
        name, first = failures[0]
        raise UserError(
            f"{len(failures)} of {len(cases)} cases could not be predicted; the first is {name}: {first}",
            remedy="Finished cases are kept: correct the rest and run it again",
        ) from first
    return summaries


def fingerprint(case: Case) -> str:
    """SHA-256 of the case's image files by name and content, so that a resumed run notices other images."""
    digest = hashlib.sha256()
    for channel, path in case.channels.items():
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            digest.update(f"{channel}/{file.name}\0".encode())
            try:
                with file.open("rb") as stream:
                    digest.update(hashlib.file_digest(stream, "sha256").digest())
            except OSError as error:
                raise UserError(f"the image cannot be read ({error.strerror})", path=file) from error
    return digest.hexdigest()


def _finished(folder: Path, bundle: Bundle, request: Request, input_sha256: str) -> dict[str, Any] | None:
    """The summary of an earlier run that did exactly this, ``None`` where there is none; else a UserError."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    path = folder / SUMMARY_NAME
    try:
        found = read_json(path)
    except UserError:
        found = None
    wanted = (bundle.card.sha256, request.as_dict(), input_sha256)
    if isinstance(found, dict) and wanted == tuple(found.get(k) for k in ("bundle_sha256", "request", "input_sha256")):
        return found
    raise UserError(
        "the folder holds something else than this request's results",
        path=folder,
        remedy="Choose another --out, or give --overwrite to draw it again",
    )


def _described(
    engine: Engine, request: Request, token: CancelToken | None
) -> tuple[tuple[Drawing, ...], dict[str, Any]]:
    """The mask that the prompt asks for, and what came of it; nothing without a prompt.

    One point draws all structures: it is the first one that is moved as asked.
    """
    if request.prompt is None:
        return (), {}
    prompt = read_asking(request.prompt, engine.raters)
    sliders = Sliders(engine)
    found = follow_prompt(engine, sliders, request.latents or sliders.consensus_style(), prompt, token=token)
    return (Drawing("described", found.point, rater=f"described: {prompt.understood}"),), found.told(prompt)


def _pointed(engine: Engine, request: Request, token: CancelToken | None) -> tuple[tuple[Drawing, ...], dict[str, Any]]:
    """What clicks mean, its candidates, the likeliest first, and what is told of them; nothing without clicks."""
    if request.clicks is None:
        return (), {}
    found = candidates(engine, request.clicks, seed=request.seed, token=token)
    guess = Drawing("clicked", found.guess, rater=f"clicked, {request.clicks.words}")
    drawings = tuple(
        Drawing(f"candidate_{i}", point, rater=f"candidate {i} ({share:.0%}), {request.clicks.words}")
        for i, (point, share) in enumerate(zip(found.points, found.shares, strict=True), 1)
    )
    shares = [{"name": d.name, "share": round(float(s), 4)} for d, s in zip(drawings, found.shares, strict=True)]
    structure = engine.structures[0]
    return (guess, *drawings), {
        **request.clicks.as_dict(),
        "structure": structure,
        "slice": found.k,
        "candidates": shares,
    }


def _draw(
    engine: Engine,
    request: Request,
    drawings: Sequence[Drawing],
    results: Results,
    progress: Progress,
    token: CancelToken | None,
) -> CaseSurvey | None:
    """Draw all slices into ``results``; returns the survey's numbers when uncertainty was asked for."""
    plan: SurveyPlan = default_plan(engine.bundle, request.seed)
    survey = CaseSurvey(engine, plan, store_bytes=0) if request.uncertainty else None
    averaged = consensus_points(engine.bundle) if request.wants_consensus else ()
    pointed = [drawing for drawing in drawings if drawing.point is not None]
    for k in range(engine.n_slices):
        points = [drawing.point for drawing in pointed if drawing.point is not None]
        for drawing, p in zip(pointed, engine.probabilities(k, points, token), strict=True):
            results.add_mask(drawing.name, p > THRESHOLD)
        if averaged:
            mean = sum(p.astype(np.float64) for p in engine.probabilities(k, averaged, token)) / len(averaged)
            mean = np.asarray(mean, dtype=np.float32)
            results.add_mask("consensus", mean > THRESHOLD)
            results.add_map("consensus_probability", mean)
        if survey is not None:
            maps = survey.slice(k, token=token).maps
            for part in PARTS:
                results.add_map(f"uncertainty_{part}", maps[part])
        progress((k + 1) / engine.n_slices, f"slice {k + 1} of {engine.n_slices}")
    return survey


def _write(
    results: Results,
    engine: Engine,
    request: Request,
    drawings: Sequence[Drawing],
    progress: Progress,
    token: CancelToken | None,
) -> tuple[list[str], tuple[str, ...]]:
    """Files below the output folder, and notices."""
    card, study = engine.bundle.card, engine.study
    origin = provenance_of(card, study, engine.scanner)
    plan, parts = default_plan(engine.bundle, request.seed), PARTS if request.uncertainty else ()
    maps = map_origins(origin, plan, drawings, parts)
    files = write_maps(results, card.structures, maps, share_of(progress, 0.0, 0.3), token)
    rest = share_of(progress, 0.3, 1.0)
    if not drawings:
        return files, ()
    if request.fmt in ("rtstruct", "seg"):
        write = write_contours if request.fmt == "rtstruct" else write_segments
        more, notices = write(results, card.structures, drawings, card, origin, study.image, rest, token)
        return files + more, notices
    return files + write_masks(results, card.structures, drawings, origin, rest, token), ()


def _summary(
    engine: Engine,
    request: Request,
    drawings: Sequence[Drawing],
    results: Results,
    survey: CaseSurvey | None,
    files: Sequence[str],
    notices: Sequence[str],
) -> dict[str, Any]:
    card, geometry = engine.bundle.card, engine.geometry
    volumes = {
        structure: {d.name: areas_to_ml(results.areas[structure, d.name], geometry) for d in drawings}
        for structure in card.structures
    }
    found: dict[str, Any] = {
        "format": FORMAT_NAME,
        "format_version": FORMAT_VERSION,
        "software": software_name(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "case": engine.study.name,
        "model": card.name,
        "model_version": card.version,
        "bundle_sha256": card.sha256,
        "device": engine.device_name,
        "request": request.as_dict(),
        "seed": request.seed,
        "raters": [d.rater for d in drawings if d.name.startswith("rater_")],
        "structures": list(card.structures),
        "volumes_ml": volumes,
        "latents": {d.name: {k: list(v) for k, v in d.point.items()} for d in drawings if d.point is not None},
        "samples": [{"name": d.name, "rater": d.rater} for d in drawings if d.sample],
        "files": list(files),
        "notices": [*engine.study.notices, *engine.notices, *notices],
    }
    if engine.scanner:
        found["scanner"] = engine.scanner
    if survey is not None:
        found["uncertainty"] = {
            "draws": _draws(survey.plan),
            "form": "variance",
            "shares": {s: survey.shares(i) for i, s in enumerate(card.structures)},
            "shares_draws": _draws(survey.cause_plan),
            "shares_note": "of more draws than the maps, without what chance adds to the upper parts; maps are raw",
        }
    return found


def _draws(plan: SurveyPlan) -> dict[str, int]:
    return {"raters": plan.raters, "preference": plan.tau_draws, "ambiguity": plan.eps_draws}
