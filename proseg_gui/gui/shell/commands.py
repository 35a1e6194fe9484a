"""What the menus and keys do: dialogs, and intents sent to controller and opener."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFileDialog, QMenu

from proseg_gui.gui.dialogs.about import AboutDialog
from proseg_gui.gui.dialogs.model_chooser import ModelChooser, ModelItem
from proseg_gui.gui.dialogs.series_chooser import SeriesChooser, SeriesOption
from proseg_gui.gui.dialogs.shortcut_sheet import ShortcutSheet
from proseg_gui.gui.review.drawings import Drawings
from proseg_gui.gui.review.exporting import Exporting
from proseg_gui.gui.shell.actions import Command, shortcut_groups
from proseg_gui.io.pacs.archive import is_installed
from proseg_gui.review.state import LOCAL_MAP, PARTS
from proseg_gui.settings import WINDOW_PRESETS

if TYPE_CHECKING:
    from proseg_gui.gui.shell.main_window import MainWindow

FILES = "Scans (*.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd *.hdr *.dcm *.png *.jpg *.jpeg *.tif *.tiff);;All files (*)"
CITATION = (
    "Probabilistic Modeling of Multi-rater Medical Image Segmentation for Diversity and Personalization, "
    "arXiv 2512.00748"
)


class Commands:
    """The table of commands and the dialogs behind it."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._controller = window.controller
        self._opener = window.opener
        self._exporting = Exporting(window)
        self.drawings = Drawings(window)
        self._ruler = False
        self._box_armed = False
        for pane in window.scene.panes:
            pane.clicked.connect(self._clicked)
        self.rater_key = RaterKey(self._controller)

    # -- the table ------------------------------------------------------------------------------------------------
    def table(self) -> list[Command]:
        """All commands in menu order."""
        return [*self._file(), *self._view(), *self._case(), *self._tools(), *self._help()]

    def _file(self) -> list[Command]:
        o = self._opener
        return [
            Command("File", "&Open scan\u2026", "Ctrl+O", self.open_file),
            Command("File", "Open &folder\u2026", "Ctrl+Shift+O", self.open_folder),
            Command("File", "Open the &demo", "Ctrl+D", o.open_demo),
            Command(
                "File", "Open &contours on this scan\u2026", "Ctrl+Shift+C", self.drawings.ask, enabled=self._has_study
            ),
            Command("File", "Choose &model\u2026", "Ctrl+M", self.choose_model, group="model"),
            Command("File", "&Export\u2026", "Ctrl+E|Ctrl+S", self.export, enabled=self._has_model, group="out"),
            Command(
                "File",
                "Save &latents\u2026",
                "Ctrl+L",
                self._exporting.save_latents,
                enabled=self._has_model,
                group="out",
            ),
            Command(
                "File", "Load l&atents\u2026", "", self._exporting.load_latents, enabled=self._has_model, group="out"
            ),
            *([Command("File", "Archi&ve (PACS)\u2026", "", self.open_archive, group="out")] if is_installed() else []),
            Command("File", "Clear &traces", "", self._window.clear_traces, group="end"),
            Command("File", "&Quit", "Ctrl+Q", self._window.close, group="end"),
        ]

    def _view(self) -> list[Command]:
        c, w = self._controller, self._window
        commands = [
            Command("View", "&Contours", "Space", self._toggle("show_contours"), self._is("show_contours")),
            Command("View", "&Heatmap", "U", self._toggle("show_heatmap"), self._is("show_heatmap")),
            Command("View", "&Inner and outer contour", "B", self._toggle("show_bounds"), self._is("show_bounds")),
            Command("View", "&Thin samples", "T", self._toggle("show_thin"), self._is("show_thin")),
            Command("View", "All &raters at once", "Shift+R", self._all_raters, self._all_raters_shown),
            Command("View", "Next c&hannel", "H", c.next_channel, enabled=self._has_study, group="panes"),
            Command("View", "&Single pane", "L", self._toggle_layout, self._is_single, group="panes"),
            Command("View", "&Fit to window", "F", w.scene.scan.fit, group="panes"),
            Command("View", "Zoom in", "+|=", lambda: w.scene.scan.zoom_by(1.25), group="panes"),
            Command("View", "Zoom out", "-", lambda: w.scene.scan.zoom_by(0.8), group="panes"),
            Command("View", "Smooth &pixels", "I", self._toggle("interpolate"), self._is("interpolate"), group="panes"),
        ]
        for number, (name, centre, width) in enumerate(WINDOW_PRESETS, start=1):
            run = self.rater_key.or_else(number, partial(self._ct_window, centre, width))
            commands.append(
                Command("View", f"Window: {name}", str(number), run, enabled=self._has_study, group="window")
            )
        commands.append(Command("View", "Window: automatic", "0", self.automatic_window, group="window"))
        for number, name in enumerate((*PARTS, LOCAL_MAP), start=1):
            label = name.replace("_", " ").replace("inter", "between experts").replace("intra", "within an expert")
            commands.append(
                Command(
                    "View", f"Map: {label}", f"Alt+{number}", partial(c.set_view, map_name=name, show_heatmap=True),
                    partial(self._shows_map, name), group="map",
                )
            )  # fmt: skip
        return [
            *commands,
            Command(
                "View", "&Light theme", "", self._toggle_theme, lambda: c.view.settings.theme == "light", group="app"
            ),
            Command("View", "Right &drag zooms", "", self._toggle_mouse, self._right_zooms, group="app"),
            Command("View", "&Reset panels", "", w.reset_layout, group="app"),
        ]

    def _case(self) -> list[Command]:
        c, o = self._controller, self._opener
        study, model = self._has_study, self._has_model
        return [
            Command("Case", "&Previous case", "A", lambda: o.open_neighbour(-1)),
            Command("Case", "&Next case", "D", lambda: o.open_neighbour(1)),
            Command(
                "Case", "&Accept case", "Ctrl+Return", lambda: self._mark("accepted"), enabled=study, group="state"
            ),
            Command("Case", "&Flag case", "Ctrl+Shift+F", lambda: self._mark("flagged"), enabled=study, group="state"),
            Command("Case", "Next slice", "Up|PgUp", lambda: c.step_slice(1), enabled=study, group="slice"),
            Command("Case", "Previous slice", "Down|PgDown", lambda: c.step_slice(-1), enabled=study, group="slice"),
            Command(
                "Case", "Next most &uncertain slice", "N", lambda: c.next_uncertain(1), enabled=model, group="slice"
            ),
            Command(
                "Case",
                "Previous uncertain slice",
                "Shift+N",
                lambda: c.next_uncertain(-1),
                enabled=model,
                group="slice",
            ),
            Command("Case", "Draw as &rater (then 1..9)", "R", self.rater_key.arm, enabled=model, group="who"),
            Command("Case", "&Consensus style", "C", c.choose_consensus_style, enabled=model, group="who"),
            Command("Case", "Random &sample", "S", c.random_sample, enabled=model, group="who"),
            Command("Case", "Reset ambi&guity", "Z", c.reset_ambiguity, enabled=model, group="who"),
            Command("Case", "Re&member this setting", "M", c.remember, enabled=model, group="who"),
        ]

    def _tools(self) -> list[Command]:
        scan = self._window.scene
        return [
            Command(
                "Tools", "Put the model's &box around a click", "P", self._arm_box, lambda: self._box_armed,
                enabled=self._has_box,
            ),
            Command(
                "Tools", "&Agreement with given masks", "", lambda: self._window.agreement.open(),
                enabled=lambda: self._window.agreement.possible,
            ),
            Command(
                "Tools", "&Straighten tilted or uneven slices (resamples)", "", self._opener.straighten,
                enabled=self._is_crooked,
            ),
            Command("Tools", "&Ruler", "G", self._toggle_ruler, lambda: self._ruler, enabled=self._has_study),
            Command(
                "Tools", "&Clear rulers", "Shift+G", scan.scan.clear_rulers, enabled=self._has_study,
            ),
        ]  # fmt: skip

    def _help(self) -> list[Command]:
        return [
            Command("Help", "&Keys and mouse", "F1", self.show_shortcuts),
            Command("Help", "&About proseg-gui", "", self.show_about),
        ]

    # -- small helpers --------------------------------------------------------------------------------------------
    def _has_study(self) -> bool:
        return self._controller.study is not None

    def _is_crooked(self) -> bool:
        study = self._controller.study
        return study is not None and not study.geometry.is_straight

    def _has_model(self) -> bool:
        return self._controller.review is not None

    def _is(self, name: str) -> Callable[[], bool]:
        return lambda: bool(getattr(self._controller.view.settings, name))

    def _toggle(self, name: str) -> Callable[[], None]:
        return lambda: self._controller.set_view(**{name: not getattr(self._controller.view.settings, name)})

    def _shows_map(self, name: str) -> bool:
        return self._controller.view.settings.map_name == name

    def _ct_window(self, centre: float, width: float) -> None:
        study = self._controller.study
        if study is not None and self._controller.shown.unit != "HU":
            self._controller.noticed.emit("Window presets are for CT; 0 sets the window by this image's own range")
            return
        self._controller.set_window(centre, width)

    def _is_single(self) -> bool:
        return self._controller.view.settings.layout == "single"

    def _toggle_layout(self) -> None:
        self._controller.set_view(layout="two" if self._is_single() else "single")

    def _all_raters_shown(self) -> bool:
        return bool(self._controller.view.raters_shown)

    def _all_raters(self) -> None:
        review = self._controller.review
        names = () if review is None or self._all_raters_shown() else review.engine.raters
        self._controller.show_raters(frozenset(names))

    def _toggle_theme(self) -> None:
        self._controller.set_view(theme="light" if self._controller.view.settings.theme == "dark" else "dark")

    def _right_zooms(self) -> bool:
        return self._controller.view.settings.mouse_profile == "zoom"

    def _toggle_mouse(self) -> None:
        self._controller.set_view(mouse_profile="window" if self._right_zooms() else "zoom")

    def _toggle_ruler(self) -> None:
        self._ruler = not self._ruler
        for pane in self._window.scene.panes:
            pane.set_ruler(self._ruler)

    def _has_box(self) -> bool:
        review = self._controller.review
        return review is not None and review.bundle.card.field_of_view.get("kind") == "box"

    def _arm_box(self) -> None:
        self._box_armed = not self._box_armed
        if self._box_armed:
            self._controller.noticed.emit("Click the middle of what the model is to look at")

    def _clicked(self, index_zyx: tuple[int, int, int]) -> None:
        study = self._controller.study
        if self._box_armed and study is not None:
            self._box_armed = False
            x, y, z = study.geometry.index_to_world(index_zyx)
            self._opener.look_around((float(x), float(y), float(z)))

    def _mark(self, state: str) -> None:
        item = self._opener.worklist.current
        if item is not None:
            self._opener.set_state(item.path, state)

    def automatic_window(self) -> None:
        """Window/level from the file's header, else from the image's range."""
        study = self._controller.study
        if study is not None:
            self._controller.set_window(*self._controller.shown.display_window())

    # -- dialogs --------------------------------------------------------------------------------------------------
    def open_file(self) -> None:
        """Ask for files and open them."""
        dialog = QFileDialog(self._window, "Open scan", self._controller.view.settings.last_folder, FILES)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        self._window.show_dialog(dialog, lambda: self._opener.open_paths([Path(f) for f in dialog.selectedFiles()]))

    def open_folder(self) -> None:
        """Ask for a folder (DICOM, a case, a dataset) and open it."""
        dialog = QFileDialog(self._window, "Open folder", self._controller.view.settings.last_folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        self._window.show_dialog(dialog, lambda: self._opener.open_paths([Path(f) for f in dialog.selectedFiles()]))

    def fill_recent(self, file_menu: QMenu) -> None:
        """Put a submenu of recent scans after the first entries of the File menu."""
        menu = QMenu("Open &recent", file_menu)
        file_menu.insertMenu(file_menu.actions()[3], menu)

        def fill() -> None:
            menu.clear()
            for path in self._controller.view.settings.recent:
                menu.addAction(path, partial(self._opener.open_paths, [Path(path)]))
            menu.setEnabled(not menu.isEmpty())

        file_menu.aboutToShow.connect(fill)
        fill()

    def choose_candidate(self, path: Path, candidates: list[Any]) -> None:
        """Ask which of several series or cases to open."""
        options = [_series_option(i, candidate) for i, candidate in enumerate(candidates)]
        left_out = " ".join(dict.fromkeys(notice for candidate in candidates for notice in candidate.notices))
        dialog = SeriesChooser(options, path.name, left_out, parent=self._window)
        self._opener.fetch_thumbnails(candidates, lambda i, picture: dialog.set_thumbnail(str(i), picture))
        self._window.show_dialog(dialog, lambda: self._opener.open_candidate(candidates[int(dialog.chosen())]))

    def choose_model(self) -> None:
        """Ask which bundle looks at the scan."""
        from proseg_gui.bundle import list_bundles

        review = self._controller.review
        current = "" if review is None else review.bundle.card.name
        items = [_model_item(card, card.name == current) for card in list_bundles(own=True)]
        dialog = ModelChooser(items, parent=self._window)
        self._window.show_dialog(dialog, lambda: self._opener.use_model(str(dialog.chosen())))

    def export(self) -> None:
        """Ask what to write, and where."""
        self._exporting.ask()

    def open_archive(self) -> None:
        """Find, fetch and send in an archive; there only with the extra ``[pacs]``."""
        from platformdirs import user_data_path

        from proseg_gui.gui.review.archives import Archives

        self.archives = Archives(self._window, user_data_path("proseg-gui"))
        self.archives.ask()

    def show_shortcuts(self) -> None:
        """Show all keys."""
        self._window.show_dialog(ShortcutSheet(shortcut_groups(self.table()), parent=self._window))

    def show_about(self) -> None:
        """Show versions, licence and how to cite."""
        from proseg_gui.gui.shell.main_window import versions

        self._window.show_dialog(AboutDialog(versions(), CITATION, "Apache-2.0", parent=self._window))


class RaterKey:
    """R, then a digit: draw as that rater. Digits mean grey-level windows otherwise."""

    def __init__(self, controller: Any) -> None:
        self._controller = controller
        self._armed = False

    def arm(self) -> None:
        """Wait for a digit."""
        self._armed = True
        self._controller.noticed.emit("Draw as rater: press 1 to 9")

    def or_else(self, number: int, otherwise: Callable[[], object] | None) -> Callable[[], None]:
        """What the key ``number`` does."""

        def pressed() -> None:
            review = self._controller.review
            if self._armed and review is not None:
                self._armed = False
                if number <= len(review.engine.raters):
                    self._controller.choose_rater(review.engine.raters[number - 1])
                else:
                    self._controller.noticed.emit(f"This model has {len(review.engine.raters)} raters")
            elif otherwise is not None:
                otherwise()

        return pressed


METRIC_NAMES = (
    ("identity Dice", "dice_identity_mean"),
    ("GED\u00b2", "ged2"),
    ("diversity of samples", "sample_diversity"),
    ("diversity of raters", "rater_diversity"),
)


def _model_item(card: Any, current: bool) -> ModelItem:
    figures = card.metrics.get("validation", {})
    metrics = tuple((label, f"{figures[key]:.3f}") for label, key in METRIC_NAMES if key in figures)
    return ModelItem(
        key=card.name,
        name=card.name,
        version=card.version,
        raters=card.raters,
        structures=card.structures,
        modality=card.known_modality,
        metrics=metrics,
        intended_use=card.intended_use,
        licence=card.licence,
        current=current,
    )


def _series_option(number: int, candidate: Any) -> SeriesOption:
    series = candidate.series
    if series is None or series.geometry is None:
        return SeriesOption(
            str(number), candidate.label, "", "", "", "", warning=candidate.problem, group=candidate.group,
            readable=not candidate.problem,
        )  # fmt: skip
    (_, rows, columns), (z, y, x) = series.geometry.shape, series.geometry.spacing_mm
    return SeriesOption(
        key=str(number),
        label=", ".join(part for part in (series.description or candidate.label, series.part) if part),
        modality=series.modality,
        count_text=f"{series.n_slices} slices",
        size_text=f"{columns} x {rows}",
        spacing_text=f"{x:.3g} x {y:.3g} x {z:.3g} mm, {series.geometry.plane_name().lower()}",
        warning=" ".join(series.notices),
        group=candidate.group,
    )
