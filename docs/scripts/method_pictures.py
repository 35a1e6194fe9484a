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
import numpy as np
import torch
from make_screenshots import IMAGES, LIVER_WINDOW, Studio
from PIL import Image
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from proseg_gui.bundle import Card, save_bundle
from proseg_gui.catalogue import title_of
from proseg_gui.phantom import CHANNEL, DEMO_SEED, RATERS, STRUCTURE, Phantom
from proseg_gui.training.augment import augmentation_for
from proseg_gui.training.dataset import Layout, intensity_window, prepare_case
from proseg_gui.training.loop import Trainer
from proseg_gui.training.methods import OBJECTIVES, new_network
from proseg_gui.training.recipe import Recipe

SIZE = (1240, 780)
PHANTOMS, STEPS = 24, 450
STEPS_OF = {"ssn": 1000}
"""Its draws are in doubt about all of the lesion after so few steps."""
SHAPE, SPACING = (12, 96, 96), (5.0, 3.0, 3.0)
DEMO_SHAPE, DEMO_SPACING = (12, 192, 192), (5.0, 1.5, 1.5)
GREYS, USUAL, HUE = 32, 16, 24
"""Of a picture's palette: greys of the scan, the most frequent of the window's own, and how much hue a colour has."""


def train(name: str, models: Path) -> Path:
    """The method's bundle, made where it is not there: no comparison with plain heads, which ``train`` has."""
    out = models / name
    if out.is_dir():
        return out
    window = intensity_window((-40.0, 200.0))
    layout = Layout(tuple(sorted(RATERS)), (STRUCTURE,), (CHANNEL,), SPACING[1:], window, "CT")
    cases = [prepare_case(Phantom(seed, SHAPE, SPACING).study(), layout) for seed in range(PHANTOMS)]
    recipe = Recipe(steps=STEPS_OF.get(name, STEPS), crop=48, crop_share=0.8, crop_items=4, volumes=2, slices=2,
                    augmentation=augmentation_for("none", calibrated=True))  # fmt: skip
    torch.manual_seed(0)
    objective = OBJECTIVES[name](new_network(name, layout, recipe), recipe)
    with tempfile.TemporaryDirectory() as folder:
        Trainer(objective, cases, (), recipe, Path(folder), {}, torch.device("cpu")).run()
    method = objective.method.eval()
    card = Card(
        name, title_of(name), "1", method.architecture(), layout.raters, layout.structures, layout.channels, "CT",
        SPACING[1:], window, {"kind": "whole"},
    )  # fmt: skip
    save_bundle(out, card, method)
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

    def look_closer(self, zoom: float) -> None:
        """As the base class; then the pointer leaves, and takes the cross hair with it."""
        super().look_closer(zoom)
        QApplication.sendEvent(self.window.scene.scan, QEvent(QEvent.Type.Leave))
        self.pause(200)

    def move(self, family: str, number: int, position: float) -> None:
        """Move a slider."""
        axis = getattr(self.controller.desk.axes, family)[number]
        self.do(lambda: self.controller.latents.move_axis(axis, position))

    def open_gallery(self) -> None:
        """Show the gallery, and wait until every sample has its share and its outline."""
        gallery = self.window.scene.gallery
        self.do(lambda: self.window.scene.choose_layout("gallery"))
        self.wait_until(lambda: "a click takes one" in gallery.view.said.text())
        self.wait_until(lambda: not self.controller.jobs.busy("gallery"))
        self.pause(1500)

    def save_small(self, name: str) -> None:
        """Write a picture of the window with few colours."""
        with tempfile.TemporaryDirectory() as folder:
            whole = Path(folder) / "whole.png"
            if not self.window.grab().save(str(whole), "PNG"):
                sys.exit(f"{whole} cannot be written")
            file = IMAGES / f"method_{name}.png"
            of_few_colours(Image.open(whole).convert("RGB")).save(file, optimize=True)
        print(f"wrote {file.name}: {file.stat().st_size} bytes", flush=True)


def of_few_colours(picture: Image.Image) -> Image.Image:
    """With a palette of 256: the scan's greys, what the window is painted with, and the colours, each as one."""
    pixels = np.asarray(picture).reshape(-1, 3)
    hue = np.ptp(pixels.astype(int), axis=1)
    painted, counts = np.unique(pixels[hue > 0], axis=0, return_counts=True)
    usual = painted[counts.argsort()[::-1][:USUAL]]
    kinds = Image.fromarray((np.unique(pixels[hue > HUE] >> 2, axis=0) * 4 + 2)[None].astype(np.uint8))
    colours = 256 - GREYS - USUAL
    chosen = kinds.quantize(colours, Image.Quantize.MEDIANCUT, kmeans=4).getpalette() or []
    greys = np.repeat(np.linspace(0, 255, GREYS).round(), 3).astype(np.uint8)
    palette = Image.new("P", (1, 1))
    palette.putpalette(greys.tobytes() + usual.tobytes() + bytes(chosen[: 3 * colours]))
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


def prosona(studio: MethodStudio) -> None:
    """A sentence that moved the sliders."""
    controller, box = studio.controller, studio.window.preference.prompt
    answers: list[object] = []
    controller.prompt_answered.connect(answers.append)
    studio.look_closer(2.0)
    studio.do(controller.latents.choose_consensus_style)
    box.line.setText("tighter, smooth, without spikes")
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
    parser.add_argument("--train", action="store_true", help="train what lacks, and take no picture")
    args = parser.parse_args()
    unknown = [name for name in args.names if name not in PICTURES]
    if unknown:
        parser.error(f"there is no picture of {', '.join(unknown)}")
    torch.set_num_threads(1)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as scratch:
        models = args.models or Path(scratch) / "models"
        models.mkdir(parents=True, exist_ok=True)
        os.environ["XDG_DATA_HOME"] = scratch  # one's own models are no part of a document
        for name in args.names or PICTURES:
            bundle = train(name, models)
            if args.train:
                continue
            (Path(scratch) / name).mkdir()
            studio = MethodStudio(Path(scratch) / name)
            studio.open_through(bundle)
            PICTURES[name](studio)
            studio.save_small(name)
            studio.window.close()
            application.processEvents()


if __name__ == "__main__":
    main()
