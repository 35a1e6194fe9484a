"""What leaves the program from the window: contours, samples and maps of the open study, with where they came from.

Drawn and written by the same functions as ``proseg-gui predict``, under the same names. Everything is written and read
back in a hidden folder first; then each file is moved to its place at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from proseg_gui.errors import UserError
from proseg_gui.io.base.atomic import atomic_json, hidden_folder
from proseg_gui.io.contours.rtstruct_write import Roi, write_rtstruct
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.review.edits import overlaid
from proseg_gui.review.export_request import ExportRequest
from proseg_gui.review.state import Outgoing
from proseg_gui.volume import Mask

if TYPE_CHECKING:
    from proseg_gui.inference.drawings import Drawing
    from proseg_gui.inference.results import Results
    from proseg_gui.review.session import Reviewed

SAMPLE_SEED = 0
RTSTRUCT_NAME, RTSTRUCT_IMAGE = "rtstruct.dcm", "rtstruct_image"
SEG_NAME, SEG_IMAGE, SEG_PROBABILITY_NAME = "seg.dcm", "seg_image", "seg_probability.dcm"
LATENTS_NAME = "latents.json"
CURRENT = "current"
DRAWING_SHARE = 0.7


def targets(request: ExportRequest, raters: Sequence[str], *, with_series: bool = False) -> list[Path]:
    """The files that a request writes, in the order in which they appear.

    ``with_series``: the scan is no DICOM series, so an RTSTRUCT or SEG brings one along.
    """
    what, folder = request.what, request.folder
    if request.fmt == "rtstruct":
        series = [folder / RTSTRUCT_IMAGE] if with_series else []
        return [folder / RTSTRUCT_NAME, *series, folder / LATENTS_NAME]
    if request.fmt == "seg":
        series = [folder / SEG_IMAGE] if with_series else []
        soft = [folder / SEG_PROBABILITY_NAME] if "consensus" in what else []
        return [folder / SEG_NAME, *series, *soft, folder / LATENTS_NAME]
    stems = [CURRENT] if "current" in what else []
    if "raters" in what:
        stems += [f"rater_{name}" for name in raters if name in request.raters]
    if "consensus" in what:
        stems += ["consensus", "consensus_probability"]
    if "consensus_style" in what:
        stems.append("consensus_style")
    if "samples" in what:
        stems += [f"samples/sample_{k:03d}" for k in range(request.samples)]
    if "maps" in what:
        stems += [f"uncertainty_{name}" for name in request.maps]
    return [*(folder / f"{stem}.nii.gz" for stem in stems), folder / LATENTS_NAME]


def export(
    review: Reviewed,
    request: ExportRequest,
    outgoing: Outgoing,
    structure: int,
    colours: Mapping[str, tuple[int, int, int]],
    token: CancelToken,
    progress: Progress,
) -> tuple[list[Path], tuple[str, ...]]:
    """Compute and write what ``request`` asks for.

    Parameters
    ----------
    outgoing:
        What the current contour is (:meth:`proseg_gui.review.shapes.Shapes.outgoing`).
    colours:
        Drawing's name (``current``, ``rater_<name>``) -> (red, green, blue) of its region in an RTSTRUCT or SEG.

    Returns
    -------
    The files written, and notices for the user.

    Raises
    ------
    UserError
        If a file exists and may not be replaced, the folder cannot be written, or a file does not read back.
    Cancelled
        When ``token`` is raised; nothing is left behind.
    """
    from proseg_gui.inference.latents import latents_json
    from proseg_gui.inference.results import Results

    files = targets(request, review.engine.raters, with_series=review.study.image.dicom is None)
    _check_free(files, request.overwrite)
    drawings = _drawings(review, request, outgoing)
    _make_folder(request.folder)
    with hidden_folder(request.folder) as hidden:
        results = Results(hidden, review.engine.geometry, (request.structure_name.strip(),))

        def drawing(share: float, text: str) -> None:
            progress(DRAWING_SHARE * share, text)

        _draw(review, request, drawings, outgoing, structure, results, token, drawing)

        def writing(share: float, text: str) -> None:
            progress(DRAWING_SHARE + (1.0 - DRAWING_SHARE) * share, text)

        write = {"rtstruct": _write_rtstruct, "seg": _write_seg, "nifti": _write_nifti}[request.fmt]
        notices = write(review, request, drawings, results, colours, token, writing)
        atomic_json(hidden / LATENTS_NAME, latents_json(outgoing.point, review.bundle.card, name=outgoing.who))
        results.close()
        token.check()
        _move(hidden, request.folder)
    return files, notices


def _check_free(files: Sequence[Path], overwrite: bool) -> None:
    for file in files:
        if file.exists() and not overwrite:
            raise UserError("the file exists already", path=file, remedy="Choose another folder, or replace it")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"the folder cannot be made ({error.strerror})", path=folder, remedy="Choose another folder"
        ) from error


def _drawings(review: Reviewed, request: ExportRequest, outgoing: Outgoing) -> list[Drawing]:
    """The masks to draw, as ``predict`` lists them; the current contour first."""
    from proseg_gui.inference.drawings import CONSENSUS, STYLE, Drawing, Request, list_drawings

    names = tuple(request.raters) if "raters" in request.what else ()
    names += (CONSENSUS,) if "consensus" in request.what else ()
    names += (STYLE,) if "consensus_style" in request.what else ()
    samples = request.samples if "samples" in request.what else 0
    now = Drawing(CURRENT, outgoing.point, outgoing.who, outgoing.remark)
    current = [now] if "current" in request.what else []
    if not names and not samples:
        return current
    return [*current, *list_drawings(review.bundle, Request(names, samples, seed=SAMPLE_SEED))]


def _draw(
    review: Reviewed,
    request: ExportRequest,
    drawings: Sequence[Drawing],
    outgoing: Outgoing,
    structure: int,
    results: Results,
    token: CancelToken,
    progress: Progress,
) -> None:
    """Draw every slice of the chosen structure into ``results``."""
    from proseg_gui.inference.drawings import rater_points
    from proseg_gui.inference.engine import THRESHOLD

    engine, chosen = review.engine, slice(structure, structure + 1)
    kept, edits = outgoing.voxels, outgoing.edits
    drawn = [drawing for drawing in drawings if kept is None or drawing.name != CURRENT]
    pointed = [(drawing.name, drawing.point) for drawing in drawn if drawing.point is not None]
    raters = rater_points(review.bundle) if "consensus" in request.what else ()
    maps = request.maps if "maps" in request.what else ()
    for k in range(engine.n_slices):
        token.check()
        found = engine.probabilities(k, [point for _, point in pointed], token)
        for (name, _), p in zip(pointed, found, strict=True):
            inside = p[chosen] > THRESHOLD
            if name == CURRENT and edits is not None:
                inside = overlaid(inside, edits.plane(0, k)[None])
            results.add_mask(name, inside)
        if kept is not None and len(drawn) < len(drawings):
            results.add_mask(CURRENT, kept.plane(0, k)[None] > 0)
        if raters:
            total = np.zeros((1, *engine.geometry.shape[1:]))
            for p in engine.probabilities(k, raters, token):
                total += p[chosen]
            mean = (total / len(raters)).astype(np.float32)
            results.add_mask("consensus", mean > THRESHOLD)
            results.add_map("consensus_probability", mean)
        if maps:
            survey = review.survey.slice(k, token=token)
            for name in maps:
                results.add_map(f"uncertainty_{name}", survey.maps[name][chosen])
        progress((k + 1) / engine.n_slices, f"slice {k + 1} of {engine.n_slices}")


def _write_nifti(
    review: Reviewed,
    request: ExportRequest,
    drawings: Sequence[Drawing],
    results: Results,
    _colours: Mapping[str, tuple[int, int, int]],
    token: CancelToken,
    progress: Progress,
) -> tuple[str, ...]:
    from proseg_gui.inference.results import map_origins, provenance_of, write_maps, write_masks
    from proseg_gui.io.images.nifti_write import grid_notices

    names, origin = (request.structure_name.strip(),), provenance_of(review.bundle.card, review.study)
    maps = map_origins(origin, review.survey.plan, drawings, request.maps if "maps" in request.what else ())
    write_maps(results, names, maps, lambda s, t: progress(0.4 * s, t), token)
    write_masks(results, names, drawings, origin, lambda s, t: progress(0.4 + 0.6 * s, t), token)
    return grid_notices(results.geometry)


def _write_rtstruct(
    review: Reviewed,
    request: ExportRequest,
    drawings: Sequence[Drawing],
    results: Results,
    colours: Mapping[str, tuple[int, int, int]],
    token: CancelToken,
    progress: Progress,
) -> tuple[str, ...]:
    from proseg_gui.inference.results import drawn_at, provenance_of

    origin = provenance_of(review.bundle.card, review.study)
    rois = [
        Roi(
            mask.name,
            mask,
            colours.get(drawing.name, colours[CURRENT]),
            request.interpreted_type,
            drawn_at(origin, drawing),
        )
        for drawing, mask in _titled(request, drawings, results)
    ]
    return write_rtstruct(
        rois,
        review.study.image,
        results.folder / RTSTRUCT_NAME,
        provenance=origin,
        progress=progress,
        token=token,
    )


def _titled(request: ExportRequest, drawings: Sequence[Drawing], results: Results) -> list[tuple[Drawing, Mask]]:
    """Each drawing with its mask, named as the structure and, beyond the current contour, whose it is."""
    name = request.structure_name.strip()
    found = []
    for drawing in drawings:
        title = name if drawing.name == CURRENT else f"{name} {drawing.name.rpartition('/')[2].replace('_', ' ')}"
        found.append((drawing, Mask(results.mask(name, drawing.name).array, results.geometry, title)))
    return found


def _write_seg(
    review: Reviewed,
    request: ExportRequest,
    drawings: Sequence[Drawing],
    results: Results,
    colours: Mapping[str, tuple[int, int, int]],
    token: CancelToken,
    progress: Progress,
) -> tuple[str, ...]:
    from proseg_gui.inference.results import drawn_at, provenance_of, write_seg_files
    from proseg_gui.io.contours.seg_write import Segment
    from proseg_gui.io.contours.structure_codes import structure_code, structure_codes

    origin = provenance_of(review.bundle.card, review.study)
    code = structure_code(request.code) if request.code else structure_codes()[0]
    segments, soft = [], []
    for drawing, mask in _titled(request, drawings, results):
        colour, drawn = colours.get(drawing.name, colours[CURRENT]), drawn_at(origin, drawing)
        segments.append(Segment(mask.name, mask, colour, code, drawn))
        if drawing.name == "consensus":
            values = results.map(request.structure_name.strip(), "consensus_probability")
            soft.append(Segment(mask.name, values, colour, code, drawn))
    _, notices = write_seg_files(results.folder, segments, soft, origin, review.study.image, progress, token)
    return notices


def _move(hidden: Path, folder: Path) -> None:
    """Move every finished file to its place; a folder (the DICOM copy of a scan) is moved file by file."""
    for source in sorted(path for path in hidden.rglob("*") if path.is_file()):
        target = folder / source.relative_to(hidden)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)
        except OSError as error:
            raise UserError(f"the file cannot be put in place ({error.strerror})", path=target) from error
