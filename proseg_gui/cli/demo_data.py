"""``proseg-gui demo-data``: the demo scan as files: a DICOM series, an RTSTRUCT per rater and dataset folders."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proseg_gui.errors import UserError
from proseg_gui.jobs import Progress, no_progress

if TYPE_CHECKING:
    from proseg_gui.volume import Study

EXAMPLE = """examples:
  proseg-gui demo-data demo                  dicom/ (CT series, one RTSTRUCT per rater) and dataset/
  proseg-gui demo-data demo --structures 2   with a second structure, the vena cava
  proseg-gui demo-data demo --training 300   also training/, the phantoms that the phantom bundle learned from
  proseg-gui demo-data demo --sequences 60   also sequences/: heads in FLAIR, T1, T1c and T2, where T1c alone shows
                                             the part of the lesion that enhances
"""
PATIENT = {"PatientName": "Phantom^CT", "PatientID": "PHANTOM"}
VALIDATION_EVERY, VALIDATION_MOST = 5, 12
"""Every fifth training phantom is a validation case, up to this many: more would cost time and choose no better."""
COLOURS = ((213, 94, 0), (0, 114, 178), (0, 158, 115), (204, 121, 167))
"""Display colours of the raters' regions (Okabe and Ito: told apart by the colour-blind too)."""


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "demo-data",
        help="write the demo scan and its raters as files",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="where dicom/, dataset/ and training/ are made")
    parser.add_argument("--training", type=int, default=0, metavar="N", help="also write N training phantoms")
    parser.add_argument("--sequences", type=int, default=0, metavar="N",
                        help="also write N MR phantoms of four sequences (FLAIR, T1, T1c, T2)")  # fmt: skip
    parser.add_argument("--structures", type=int, default=1, choices=(1, 2),
                        help="1: the lesion; 2: the vena cava beside it as well (1)")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Make the phantoms and write them."""
    from proseg_gui.io.base.atomic import check_folder

    for flag, count, least in (("training", args.training, 2), ("sequences", args.sequences, 5)):
        if count < 0 or 0 < count < least:
            raise UserError(f"--{flag} {count} makes no data set", remedy=f"Give {least} or more, or leave it out")
    check_folder(args.folder)
    if not args.overwrite:
        more = ("training",) * bool(args.training) + ("sequences",) * bool(args.sequences)
        _refuse_existing(args.folder, ("dicom", "dataset", *more))
    write_demo(args.folder, args.structures, overwrite=args.overwrite)
    print(f"wrote {args.folder / 'dicom'}: CT series and one RTSTRUCT per rater")
    print(f"wrote {args.folder / 'dataset'}: the same as a dataset folder")
    if args.training:
        write_training(args.folder / "training", args.training, args.structures, overwrite=args.overwrite)
        print(f"wrote {args.folder / 'training'}: {args.training} training phantoms with split.json")
    if args.sequences:
        write_sequences(args.folder / "sequences", args.sequences, overwrite=args.overwrite)
        print(f"wrote {args.folder / 'sequences'}: {args.sequences} MR phantoms of four sequences with split.json")
    return 0


def _refuse_existing(folder: Path, names: Iterable[str]) -> None:
    """Look before the work, so that nothing is half written when a later part may not be."""
    for name in names:
        target = folder / name
        if target.exists():
            raise UserError("this exists already", path=target, remedy="Choose another folder or give --overwrite")


def write_demo(folder: Path, structures: int = 1, *, overwrite: bool = False) -> None:
    """Write ``folder/dicom`` (series ``ct`` and ``rtstruct_RATER.dcm``, reading 1) and ``folder/dataset``."""
    from proseg_gui.phantom import demo_phantom

    study = demo_phantom().study(name="demo", structures=structures)
    _write_dicom(study, folder / "dicom", overwrite=overwrite)
    _write_dataset([study], folder / "dataset", _ct("CT phantom demo", structures), None, overwrite=overwrite)


def write_training(
    folder: Path, n: int, structures: int = 1, *, overwrite: bool = False, progress: Progress = no_progress
) -> None:
    """Write ``n`` training phantoms (seeds 0..n-1, two readings a rater) as a dataset folder with ``split.json``."""
    from proseg_gui.phantom import training_phantoms

    names = [f"phantom{seed:03d}" for seed in range(n)]
    held_out = names[VALIDATION_EVERY - 1 :: VALIDATION_EVERY][:VALIDATION_MOST] or names[-1:]
    split = {"train": [name for name in names if name not in held_out], "val": held_out}

    def studies() -> Iterator[Study]:
        for name, phantom in zip(names, training_phantoms(n), strict=True):
            progress(phantom.seed / n, name)
            yield phantom.study(name=name, structures=structures)

    _write_dataset(studies(), folder, _ct("CT phantoms", structures), split, overwrite=overwrite)


def write_sequences(folder: Path, n: int, *, overwrite: bool = False) -> None:
    """Write ``n`` heads of four sequences (seeds 0..n-1, two readings a rater) as a dataset folder.

    ``split.json``: of every five cases one chooses (at most :data:`VALIDATION_MOST`) and one is kept for testing.
    """
    from proseg_gui.phantom.sequences import SEQUENCES, STRUCTURE, sequence_phantoms

    names = [f"head{seed:03d}" for seed in range(n)]
    val, test = names[VALIDATION_EVERY - 1 :: VALIDATION_EVERY][:VALIDATION_MOST], names[2::VALIDATION_EVERY]
    split = {"train": [name for name in names if name not in {*val, *test}], "val": val, "test": test}
    info = {"name": "MR phantoms of four sequences", "structures": [STRUCTURE], "channels": list(SEQUENCES),
            "modality": "MR"}  # fmt: skip
    studies = (phantom.study(name=name) for name, phantom in zip(names, sequence_phantoms(n), strict=True))
    _write_dataset(studies, folder, info, split, overwrite=overwrite)


def _ct(name: str, structures: int) -> dict[str, Any]:
    """``dataset.json`` of CT phantoms."""
    from proseg_gui.phantom import CHANNEL, STRUCTURES

    return {"name": name, "structures": list(STRUCTURES[:structures]), "channels": [CHANNEL], "modality": "CT"}


def _write_dicom(study: Study, folder: Path, *, overwrite: bool) -> None:
    from proseg_gui.io.base.atomic import atomic_folder
    from proseg_gui.io.contours.rtstruct_write import Roi, write_rtstruct
    from proseg_gui.io.dicom.write import write_series

    def fill(temporary: Path) -> None:
        series = write_series(study.image, temporary / "ct", patient=PATIENT, uid_seed=f"proseg-gui {study.name}")
        rois: dict[str, list[Roi]] = {}
        for number, reading in enumerate(r for r in study.readings if r.reading == "1"):
            roi = Roi(f"{reading.structure} {reading.rater}", reading.mask, COLOURS[number % len(COLOURS)])
            rois.setdefault(reading.rater, []).append(roi)
        for rater, drawn in rois.items():
            write_rtstruct(drawn, series, temporary / f"rtstruct_{rater}.dcm", label=rater)

    atomic_folder(folder, fill, overwrite=overwrite)


def _write_dataset(
    studies: Iterable[Study], folder: Path, info: Mapping[str, Any], split: Mapping[str, list[str]] | None, *,
    overwrite: bool,
) -> None:  # fmt: skip
    from proseg_gui.io.base.atomic import atomic_folder, atomic_json
    from proseg_gui.io.images.nifti_write import write_nifti

    def fill(temporary: Path) -> None:
        for study in studies:
            case = temporary / study.name
            for channel, volume in study.channels.items():
                path = f"images/{channel}.nii.gz" if len(study.channels) > 1 else "image.nii.gz"
                write_nifti(volume.array, study.geometry, case / path, unit=volume.unit)
            for r in study.readings:
                write_nifti(r.mask, study.geometry, case / "masks" / r.structure / f"{r.rater}@{r.reading}.nii.gz")
        atomic_json(temporary / "dataset.json", dict(info))
        if split is not None:
            atomic_json(temporary / "split.json", split)

    atomic_folder(folder, fill, overwrite=overwrite)
