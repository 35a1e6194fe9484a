"""``proseg-gui demo-data``: the demo scan as files: a DICOM series, an RTSTRUCT per rater and dataset folders."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from proseg_gui.errors import UserError
from proseg_gui.jobs import Progress, no_progress

if TYPE_CHECKING:
    from proseg_gui.volume import Study

EXAMPLE = """examples:
  proseg-gui demo-data demo                  dicom/ (CT series, one RTSTRUCT per rater) and dataset/
  proseg-gui demo-data demo --structures 2   with a second structure, the vena cava
  proseg-gui demo-data demo --training 300   also training/, the phantoms that the phantom bundle learned from
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
    parser.add_argument("--structures", type=int, default=1, choices=(1, 2),
                        help="1: the lesion; 2: the vena cava beside it as well (1)")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Make the phantoms and write them."""
    from proseg_gui.io.base.atomic import check_folder

    if args.training < 0 or args.training == 1:
        raise UserError(f"--training {args.training} makes no data set", remedy="Give 2 or more, or leave it out")
    check_folder(args.folder)
    if not args.overwrite:
        _refuse_existing(args.folder, args.training > 0)
    write_demo(args.folder, args.structures, overwrite=args.overwrite)
    print(f"wrote {args.folder / 'dicom'}: CT series and one RTSTRUCT per rater")
    print(f"wrote {args.folder / 'dataset'}: the same as a dataset folder")
    if args.training:
        write_training(args.folder / "training", args.training, args.structures, overwrite=args.overwrite)
        print(f"wrote {args.folder / 'training'}: {args.training} training phantoms with split.json")
    return 0


def _refuse_existing(folder: Path, training: bool) -> None:
    """Look before the work, so that nothing is half written when a later part may not be."""
    for name in ("dicom", "dataset", *(["training"] if training else [])):
        target = folder / name
        if target.exists():
            raise UserError("this exists already", path=target, remedy="Choose another folder or give --overwrite")


def write_demo(folder: Path, structures: int = 1, *, overwrite: bool = False) -> None:
    """Write ``folder/dicom`` (series ``ct`` and ``rtstruct_RATER.dcm``, reading 1) and ``folder/dataset``."""
    from proseg_gui.phantom import demo_phantom

    study = demo_phantom().study(name="demo", structures=structures)
    _write_dicom(study, folder / "dicom", overwrite=overwrite)
    _write_dataset([study], folder / "dataset", "CT phantom demo", structures, None, overwrite=overwrite)


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

    _write_dataset(studies(), folder, "CT phantoms", structures, split, overwrite=overwrite)


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
    studies: Iterable[Study], folder: Path, name: str, structures: int, split: Mapping[str, list[str]] | None, *,
    overwrite: bool,
) -> None:  # fmt: skip
    from proseg_gui.io.base.atomic import atomic_folder, atomic_json
    from proseg_gui.io.images.nifti_write import write_nifti
    from proseg_gui.phantom import CHANNEL, STRUCTURES

    def fill(temporary: Path) -> None:
        for study in studies:
            case = temporary / study.name
            write_nifti(study.image.array, study.geometry, case / "image.nii.gz", unit=study.image.unit)
            for r in study.readings:
                write_nifti(r.mask, study.geometry, case / "masks" / r.structure / f"{r.rater}@{r.reading}.nii.gz")
        info = {"name": name, "structures": list(STRUCTURES[:structures]), "channels": [CHANNEL], "modality": "CT"}
        atomic_json(temporary / "dataset.json", info)
        if split is not None:
            atomic_json(temporary / "split.json", split)

    atomic_folder(folder, fill, overwrite=overwrite)
