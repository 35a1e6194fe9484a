"""A picture of the window a method, for docs/methods: ``python docs/scripts/method_pictures.py [NAME ...]``.

Trains each method quickly on a few coarse phantoms (a minute or two each; kept in --models and not made again), opens
the demo through it offscreen, does what the page describes, and writes ``docs/images/method_NAME.png``.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# The platform is chosen before Qt is imported.
from make_screenshots import IMAGES, LIVER_WINDOW, Studio
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from proseg_gui.cli import main as command
from proseg_gui.io.base.atomic import atomic_json
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.phantom import CHANNEL, DEMO_SEED, STRUCTURE, Phantom

SIZE = (1240, 780)
PHANTOMS, HELD_OUT, STEPS = 24, 4, 400
SHAPE, SPACING = (12, 96, 96), (5.0, 3.0, 3.0)
DEMO_SHAPE, DEMO_SPACING = (12, 192, 192), (5.0, 1.5, 1.5)
COLOURS = 160
"""Of a picture's palette: enough for a grey scan under coloured outlines, in a third of the bytes."""


def write_phantoms(folder: Path) -> Path:
    """A data set of coarse phantoms, two readings a rater."""
    for seed in range(PHANTOMS):
        study = Phantom(seed, SHAPE, SPACING).study(name=f"phantom{seed:03d}")
        case = folder / study.name
        write_nifti(study.image.array, study.geometry, case / "image.nii.gz", unit=study.image.unit)
        for r in study.readings:
            write_nifti(r.mask, study.geometry, case / "masks" / r.structure / f"{r.rater}@{r.reading}.nii.gz")
    names = [f"phantom{seed:03d}" for seed in range(PHANTOMS)]
    info = {"name": "CT phantoms", "structures": [STRUCTURE], "channels": [CHANNEL], "modality": "CT"}
    atomic_json(folder / "dataset.json", info)
    atomic_json(folder / "split.json", {"train": names[:-HELD_OUT], "val": names[-HELD_OUT:]})
    return folder


def train(method: str, data: Path, models: Path) -> Path:
    """The method's bundle, made where it is not there."""
    out = models / method
    if not out.is_dir():
        options = ["--steps", str(STEPS), "--crop", "48", "--window=-40,200", "--modality", "CT", "--keep-names"]
        if command(["train", str(data), "--out", str(out), "--method", method, *options, "--quiet"]):
            sys.exit(f"{method} was not trained")
    return out


class MethodStudio(Studio):
    """A window with a scan in it through one method's model."""

    def open_through(self, bundle: Path) -> None:
        """Open the demo's scan, coarser between slices, and wait until all of it was looked at."""
        phantom = Phantom(DEMO_SEED, DEMO_SHAPE, DEMO_SPACING)
        self.window.resize(*SIZE)
        self.window.opener.use_model(str(bundle))
        load = self.window.opener.open_loaded
        self._after(lambda: load(Path("CT phantom"), lambda _token, _progress: phantom.study(name="CT phantom")))
        desk = self.controller.desk
        self.wait_until(lambda: desk.summary is not None and desk.summary.complete)
        self.do(lambda: self.controller.display.set_window(*LIVER_WINDOW))
        self.pause(1500)

    def move(self, family: str, number: int, position: float) -> None:
        """Move a slider."""
        axis = getattr(self.controller.desk.axes, family)[number]
        self.do(lambda: self.controller.latents.move_axis(axis, position))

    def open_gallery(self) -> None:
        """Show the gallery, and wait until every sample has its share and its outline."""
        gallery = self.window.scene.gallery
        self.do(lambda: self.window.scene.choose_layout("gallery"))
        self.wait_until(lambda: bool(gallery._samples) and gallery._samples[0].share is not None)
        self.wait_until(lambda: not self.controller.jobs.busy("gallery"))
        self.pause(1500)

    def save_small(self, name: str) -> None:
        """Write a picture of the window with few colours."""
        with tempfile.TemporaryDirectory() as folder:
            whole = Path(folder) / "whole.png"
            if not self.window.grab().save(str(whole), "PNG"):
                sys.exit(f"{whole} cannot be written")
            picture = Image.open(whole).convert("RGB")
            picture = picture.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
            file = IMAGES / f"method_{name}.png"
            picture.save(file, optimize=True)
        print(f"wrote {file.name}: {file.stat().st_size} bytes", flush=True)


def prosona(studio: MethodStudio) -> None:
    """A sentence that moved the sliders."""
    controller, box = studio.controller, studio.window.preference.prompt
    answers: list[object] = []
    controller.prompt_answered.connect(answers.append)
    studio.look_closer(2.0)
    studio.do(controller.latents.choose_consensus_style)
    box.line.setText("tighter, without the lobe, smooth")
    QTest.keyClick(box.line, Qt.Key.Key_Return)
    studio.wait_until(lambda: bool(answers))
    studio.pause(1500)


def mose(studio: MethodStudio) -> None:
    """The model's own readings, each with its probability."""
    studio.look_closer(2.0)
    studio.open_gallery()


def diffusion(studio: MethodStudio) -> None:
    """Samples that stand for all draws."""
    studio.look_closer(2.0)
    studio.open_gallery()


def ssn(studio: MethodStudio) -> None:
    """A factor moved: one doubt of this image."""
    studio.look_closer(2.0)
    studio.move("ambiguity", 0, 1.5)


def consensus_levels(studio: MethodStudio) -> None:
    """What at least three of four include, between what one and what all do."""
    studio.look_closer(2.0)
    axis = studio.controller.desk.axes.preference[0]
    step = 2.0 * axis.limit / (len(axis.control.stops) - 1)
    studio.move("preference", 0, -axis.limit + step)


def raters(studio: MethodStudio) -> None:
    """All raters at once, beside the map of what they disagree on."""
    studio.look_closer(2.0)
    names = frozenset(studio.controller.desk.review.engine.raters)
    studio.do(lambda: studio.controller.display.show_raters(names))


PICTURES: dict[str, Callable[[MethodStudio], None]] = {
    "prosona": prosona, "mose": mose, "diffusion": diffusion, "ssn": ssn, "consensus_levels": consensus_levels,
    "cm_global": raters, "cm_pixel": raters,
}  # fmt: skip


def main() -> None:
    """Train what lacks, then take the named pictures, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PICTURES)} (all)")
    parser.add_argument("--models", type=Path, help="where trained models are kept (thrown away without)")
    args = parser.parse_args()
    unknown = [name for name in args.names if name not in PICTURES]
    if unknown:
        parser.error(f"there is no picture of {', '.join(unknown)}")
    application = QApplication.instance() or QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as scratch:
        models = args.models or Path(scratch) / "models"
        models.mkdir(parents=True, exist_ok=True)
        data = models / "data"
        if not data.is_dir():
            write_phantoms(data)
        os.environ["XDG_DATA_HOME"] = scratch  # one's own models are no part of a document
        for name in args.names or PICTURES:
            bundle = train(name, data, models)
            (Path(scratch) / name).mkdir()
            studio = MethodStudio(Path(scratch) / name)
            studio.open_through(bundle)
            PICTURES[name](studio)
            studio.save_small(name)
            studio.window.close()
            application.processEvents()


if __name__ == "__main__":
    main()
