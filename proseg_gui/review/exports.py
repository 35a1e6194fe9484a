"""What leaves the program from the window: a person's work, contours, samples and maps, with where they came from.

A person's work is the accepted reading of a structure, or its draft as it stands; it needs no model. What the model
draws is drawn and written by the same functions as ``proseg-gui predict``, under the same names. Everything is written
and read back in a hidden folder first; then each file is moved to its place at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from proseg_gui.errors import UserError
from proseg_gui.io.base.atomic import atomic_json, hidden_folder
from proseg_gui.io.base.progress import share_of
from proseg_gui.io.base.provenance import Provenance, image_done
from proseg_gui.io.contours.rtstruct_write import Roi, write_rtstruct
from proseg_gui.io.images.nifti_write import grid_notices, side_car_path, write_nifti
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.review.colours import rgb
from proseg_gui.review.export_request import ExportRequest
from proseg_gui.review.pieces import (
    LABEL_MAP,
    Colour,
    LabelMap,
    Piece,
    pieces_of,
    stems_of,
    titled,
    with_something,
)
from proseg_gui.review.state import PARTS, Outgoing
from proseg_gui.volume import Mask, Study

if TYPE_CHECKING:
    from proseg_gui.inference.drawings import Drawing
    from proseg_gui.review.session import Reviewed

SAMPLE_SEED = 0
RTSTRUCT_NAME, RTSTRUCT_IMAGE = "rtstruct.dcm", "rtstruct_image"
SEG_NAME, SEG_IMAGE, SEG_PROBABILITY_NAME = "seg.dcm", "seg_image", "seg_probability.dcm"
LATENTS_NAME = "latents.json"
CURRENT = "current"
DRAWING_SHARE = 0.5


def targets(
    request: ExportRequest, raters: Sequence[str], *, with_series: bool = False, with_latents: bool = True
) -> list[Path]:
    """The files that a request writes, in the order in which they appear.

    ``with_series``: the scan is no DICOM series, so an RTSTRUCT or SEG brings one along. ``with_latents``: the model
    that looks drew the structure, so that its setting is written too.
    """
    what, folder = request.what, request.folder
    latents = [folder / LATENTS_NAME] if with_latents and _has_one_setting(request) else []
    if request.fmt == "rtstruct":
        series = [folder / RTSTRUCT_IMAGE] if with_series else []
        return [folder / RTSTRUCT_NAME, *series, *latents]
    if request.fmt == "seg":
        series = [folder / SEG_IMAGE] if with_series else []
        soft = [folder / SEG_PROBABILITY_NAME] if "consensus" in what else []
        return [folder / SEG_NAME, *series, *soft, *latents]
    stems = _drawn_stems(request, raters)
    work = _work_stems(request, raters) if "current" in what else []
    together = [LABEL_MAP] if len(work) > 1 else []
    return [*(folder / f"{stem}.nii.gz" for stem in (*work, *together, *stems)), *latents]


def _has_one_setting(request: ExportRequest) -> bool:
    """Whether one point of the latents says where everything was drawn."""
    return "current" not in request.what or not request.structures


def _work_stems(request: ExportRequest, raters: Sequence[str]) -> list[str]:
    """Names of files of a person's work, a structure each."""
    return stems_of(request.structures, _drawn_stems(request, raters)) if request.structures else [CURRENT]


def _drawn_stems(request: ExportRequest, raters: Sequence[str]) -> list[str]:
    """Names of NIfTI files of what the model draws."""
    what, stems = request.what, []
    if "raters" in what:
        stems += [f"rater_{name}" for name in raters if name in request.raters]
    if "consensus" in what:
        stems += ["consensus", "consensus_probability"]
    if "consensus_style" in what:
        stems.append("consensus_style")
    if "levels" in what:
        stems += [f"level_{level}_of_{len(raters)}" for level in request.levels]
    if "samples" in what:
        stems += [f"samples/sample_{k:03d}" for k in range(request.samples)]
    if "maps" in what:
        stems += [f"uncertainty_{name}" for name in request.maps]
    return stems


def levels_of(review: Reviewed | None) -> tuple[str, ...]:
    """What is inside of each agreement level of the model that looks, the first first; empty where it has none."""
    if review is None or not review.engine.method.capabilities.levels:
        return ()
    from proseg_gui.networks.levels import level_words

    count = len(review.engine.raters)
    return tuple(level_words(level, count) for level in range(1, count + 1))


def maps_of(review: Reviewed | None) -> tuple[str, ...]:
    """The uncertainty maps that the model that looks can tell: the total, the causes that it knows, and the rest."""
    if review is None:
        return ()
    causes = review.engine.method.capabilities.parts
    return tuple(part for part in PARTS if part in ("total", "residual") or part in causes)


def has_latents(active: Outgoing, review: Reviewed | None) -> bool:
    """Whether the model that looks drew the active structure, so that its setting can be written."""
    return review is not None and bool(active.point) and (active.model or {})["sha256"] == review.bundle.card.sha256


def export(
    study: Study,
    review: Reviewed | None,
    request: ExportRequest,
    work: Sequence[Outgoing],
    active: Outgoing,
    colours: Mapping[str, Colour],
    token: CancelToken,
    progress: Progress,
) -> tuple[list[Path], tuple[str, ...]]:
    """Compute and write what ``request`` asks for.

    Parameters
    ----------
    review:
        The scan through a model; ``None`` where none looks, and then only a person's work can be written.
    work:
        The structures of which a person's work is written (:meth:`proseg_gui.review.shapes.Shapes.outgoing`): those
        that the request names, in its order, or the active one.
    active:
        The structure that everything else is about; a model draws it, where anything else is asked for.
    colours:
        ``rater_<name>`` -> (red, green, blue) of its region in an RTSTRUCT or SEG.

    Returns
    -------
    The files written, and notices for the user.

    Raises
    ------
    UserError
        If a file exists and may not be replaced, the folder cannot be written, nothing was drawn, or a file does not
        read back the same.
    Cancelled
        When ``token`` is raised; nothing is left behind.
    """
    with_latents = has_latents(active, review)
    raters = () if review is None else review.engine.raters
    series = study.image.dicom is None
    files = targets(request, raters, with_series=series, with_latents=with_latents)
    _check_free(files, request.overwrite)
    work, notices = with_something(work if "current" in request.what else ())
    _make_folder(request.folder)
    with hidden_folder(request.folder) as hidden:
        pieces = _work_pieces(study, review, request, work, raters, token)
        drawn = None
        if review is not None and request.what - {"current"}:
            drawn = _Drawn(review, request, active, hidden)
            drawn.draw(token, share_of(progress, 0.0, DRAWING_SHARE))
            pieces += drawn.pieces(colours)
        rest = share_of(progress, DRAWING_SHARE, 1.0)
        if request.fmt == "nifti":
            notices += _write_nifti(study, pieces, len(work), hidden, token, rest)
            if drawn is not None:
                drawn.write_maps(token)
        else:
            write = _write_rtstruct if request.fmt == "rtstruct" else _write_seg
            notices += write(study, request, pieces, drawn, hidden, token, rest)
        if with_latents and _has_one_setting(request) and review is not None:
            from proseg_gui.inference.latents import latents_json

            atomic_json(hidden / LATENTS_NAME, latents_json(active.point, review.bundle.card, name=active.who))
        if drawn is not None:
            drawn.results.close()
        token.check()
        written = {path.relative_to(hidden).parts[0] for path in hidden.rglob("*") if path.is_file()}
        _move(hidden, request.folder)
    return _settled(files, request.folder, written), notices


def _settled(files: Sequence[Path], folder: Path, written: set[str]) -> list[Path]:
    """The files that were written; those that were to be replaced by what came to nothing are gone."""
    there = [file for file in files if file.relative_to(folder).parts[0] in written]
    for file in files:
        if file not in there:
            file.unlink(missing_ok=True)
            side_car_path(file).unlink(missing_ok=True)
    return there


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


def _work_pieces(
    study: Study,
    review: Reviewed | None,
    request: ExportRequest,
    work: Sequence[Outgoing],
    raters: Sequence[str],
    token: CancelToken,
) -> list[Piece]:
    """A person's work: each structure under its own name, or the active one as the request calls it."""
    names = [out.structure for out in work] if request.structures else [request.structure_name.strip()] * len(work)
    known = dict(zip(request.structures or [CURRENT], _work_stems(request, raters), strict=True))
    stems = [known[out.structure if request.structures else CURRENT] for out in work]
    return pieces_of(work, names, stems, study, review, token)


class _Drawn:
    """What the model draws of the active structure, slice by slice on the disk, and what it becomes."""

    def __init__(self, review: Reviewed, request: ExportRequest, active: Outgoing, folder: Path) -> None:
        from proseg_gui.inference.results import Results, provenance_of

        self.review, self.request, self.active = review, request, active
        self.name = request.structure_name.strip() or active.structure
        self.results = Results(folder, review.engine.geometry, (self.name,))
        self.origin = provenance_of(review.bundle.card, review.study, review.engine.scanner)
        self.drawings = self._listed()

    def _listed(self) -> list[Drawing]:
        """The masks to draw, as ``predict`` lists them."""
        from proseg_gui.inference.drawings import CONSENSUS, STYLE, Request, list_drawings

        request = self.request
        names = tuple(request.raters) if "raters" in request.what else ()
        names += (CONSENSUS,) if "consensus" in request.what else ()
        names += (STYLE,) if "consensus_style" in request.what else ()
        samples = request.samples if "samples" in request.what else 0
        levels = tuple(map(str, request.levels)) if "levels" in request.what else ()
        if not names and not samples and not levels:
            return []
        return list(list_drawings(self.review.bundle, Request(names, samples, seed=SAMPLE_SEED, levels=levels)))

    def draw(self, token: CancelToken, progress: Progress) -> None:
        """Draw every slice."""
        from proseg_gui.inference.drawings import consensus_points
        from proseg_gui.inference.engine import THRESHOLD

        review, request, results = self.review, self.request, self.results
        engine, chosen = review.engine, slice(self.active.number, self.active.number + 1)
        pointed = [(drawing.name, drawing.point) for drawing in self.drawings if drawing.point is not None]
        averaged = consensus_points(review.bundle) if "consensus" in request.what else ()
        for k in range(engine.n_slices):
            token.check()
            found = engine.probabilities(k, [point for _, point in pointed], token)
            for (name, _), p in zip(pointed, found, strict=True):
                results.add_mask(name, p[chosen] > THRESHOLD)
            if averaged:
                total = np.zeros((1, *engine.geometry.shape[1:]))
                for p in engine.probabilities(k, averaged, token):
                    total += p[chosen]
                mean = (total / len(averaged)).astype(np.float32)
                results.add_mask("consensus", mean > THRESHOLD)
                results.add_map("consensus_probability", mean)
            if self.maps:
                survey = review.survey.slice(k, token=token)
                for name in self.maps:
                    results.add_map(f"uncertainty_{name}", survey.maps[name][chosen])
            progress((k + 1) / engine.n_slices, f"slice {k + 1} of {engine.n_slices}")

    @property
    def maps(self) -> tuple[str, ...]:
        """The maps that are asked for."""
        return self.request.maps if "maps" in self.request.what else ()

    def pieces(self, colours: Mapping[str, Colour]) -> list[Piece]:
        """Each drawing, named as the structure and whose it is."""
        from proseg_gui.inference.results import drawn_at

        other, found = rgb(self.active.colour), []
        for drawing in self.drawings:
            title = f"{self.name} {drawing.name.rpartition('/')[2].replace('_', ' ')}"
            mask = partial(self._mask, drawing.name, title)
            colour = colours.get(drawing.name, other)
            found.append(Piece(title, drawing.name, mask, colour, drawn_at(self.origin, drawing)))
        return found

    def _mask(self, name: str, title: str) -> Mask:
        return titled(self.results.mask(self.name, name), title)

    def write_maps(self, token: CancelToken) -> None:
        """Probabilities and maps as NIfTI."""
        from proseg_gui.inference.results import map_origins, write_maps

        origins = map_origins(self.origin, self.review.survey.plan, self.drawings, self.maps)
        write_maps(self.results, (self.name,), origins, no_progress, token)

    def consensus(self) -> np.ndarray | None:
        """``(z, y, x)`` the raters' mean probability; ``None`` where it was not asked for."""
        if "consensus" not in self.request.what:
            return None
        return self.results.map(self.name, "consensus_probability")


def _write_nifti(
    study: Study, pieces: Sequence[Piece], structures: int, hidden: Path, token: CancelToken, progress: Progress
) -> tuple[str, ...]:
    """Each piece as a file; the first so many, a person's structures, in one label map too."""
    together = LabelMap(study.geometry, structures) if structures > 1 else None
    for number, piece in enumerate(pieces):
        token.check()
        progress(number / len(pieces), f"writing {piece.stem}")
        mask = piece.mask()
        write_nifti(mask, study.geometry, hidden / f"{piece.stem}.nii.gz", provenance=piece.origin)
        if together is not None and number < structures:
            together.add(piece.title, mask.array, piece.colour)
    if together is None:
        return grid_notices(study.geometry)
    if together.overlap:
        return (f"No label map was written: {together.overlap}.", *grid_notices(study.geometry))
    write_nifti(
        together.array, study.geometry, hidden / f"{LABEL_MAP}.nii.gz", labels=together.labels,
        colours=together.colours, provenance=Provenance(image=image_done(study)),
    )  # fmt: skip
    return grid_notices(study.geometry)


def _file_origin(study: Study, pieces: Sequence[Piece], drawn: _Drawn | None) -> Provenance:
    """Who writes a file of many regions, and with which model, where there is one."""
    if drawn is not None:
        return drawn.origin
    first = pieces[0].origin
    same = all(piece.origin.bundle_sha256 == first.bundle_sha256 for piece in pieces)
    name, version, sha256 = (first.model, first.model_version, first.bundle_sha256) if same else ("", "", "")
    return Provenance(name, version, sha256, image=image_done(study))


def _write_rtstruct(
    study: Study,
    request: ExportRequest,
    pieces: Sequence[Piece],
    drawn: _Drawn | None,
    hidden: Path,
    token: CancelToken,
    progress: Progress,
) -> tuple[str, ...]:
    origin = _file_origin(study, pieces, drawn)
    rois = [Roi(piece.title, piece.mask(), piece.colour, request.interpreted_type, piece.origin) for piece in pieces]
    return write_rtstruct(rois, study.image, hidden / RTSTRUCT_NAME, provenance=origin, progress=progress, token=token)


def _write_seg(
    study: Study,
    request: ExportRequest,
    pieces: Sequence[Piece],
    drawn: _Drawn | None,
    hidden: Path,
    token: CancelToken,
    progress: Progress,
) -> tuple[str, ...]:
    from proseg_gui.inference.results import write_seg_files
    from proseg_gui.io.contours.seg_write import Segment
    from proseg_gui.io.contours.structure_codes import structure_code, structure_codes

    code = structure_code(request.code) if request.code else structure_codes()[0]
    segments = [Segment(piece.title, piece.mask(), piece.colour, code, piece.origin) for piece in pieces]
    soft = []
    values = None if drawn is None else drawn.consensus()
    if values is not None:
        hard = next(piece for piece in pieces if piece.stem == "consensus")
        soft.append(Segment(hard.title, values, hard.colour, code, hard.origin))
    origin = _file_origin(study, pieces, drawn)
    _, notices = write_seg_files(hidden, segments, soft, origin, study.image, progress, token)
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
