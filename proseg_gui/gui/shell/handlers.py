"""What commands do that is no other part's own: switches of the view, the ruler, the box, and why one must wait."""

from __future__ import annotations

from collections.abc import Callable

from proseg_gui.gui.language import tr
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.opening import Opener
from proseg_gui.gui.review.scene import Scene
from proseg_gui.gui.sentences import told


class Handlers:
    """Functions for the rows of the table; the ones that begin with ``no_`` say why a command cannot be given."""

    def __init__(self, controller: Controller, opener: Opener, scene: Scene) -> None:
        self._controller, self._opener, self._scene = controller, opener, scene
        self.ruler = False
        self.box_armed = False
        for pane in scene.all_panes:
            pane.clicked.connect(self._clicked)

    # -- why a command cannot be given ----------------------------------------------------------------------------
    def no_scan(self) -> str:
        """A scan must be open."""
        return "" if self._controller.desk.study is not None else tr("Open a scan first")

    def no_model(self) -> str:
        """A model must look at the scan."""
        if self._controller.desk.review is not None:
            return ""
        return self.no_scan() or tr("No model looks at this scan: choose one under File > Choose model")

    def no_clicks(self) -> str:
        """The model must take clicks, and draw the active structure."""
        return self.no_model() or told(self._controller.desk.clicking.blocked())

    def no_prompt(self) -> str:
        """The model must have raters who differ, so that words can move it."""
        review = self._controller.desk.review
        if review is not None and not review.bundle.method.follows_prompts:
            return tr("This model draws the same for everybody")
        return self.no_model()

    def no_adjusting(self) -> str:
        """The model must adjust for the scanner."""
        review = self._controller.desk.review
        if review is not None and not review.engine.method.capabilities.adjusts:
            return tr("This model does not adjust for the scanner")
        return self.no_model()

    def no_structure(self) -> str:
        """There must be a structure: a model's, or one that was drawn."""
        desk = self._controller.desk
        if desk.study is not None and desk.structures:
            return ""
        return self.no_scan() or tr("Nothing was drawn, and no model looks at this scan")

    def no_crooked_scan(self) -> str:
        """The scan's slices must be tilted or uneven."""
        study = self._controller.desk.study
        if study is not None and study.geometry.is_straight:
            return tr("The slices of this scan are straight and even")
        return self.no_scan()

    def no_box(self) -> str:
        """The model must look at a box and not at whole slices."""
        review = self._controller.desk.review
        if review is not None and review.bundle.card.field_of_view.get("kind") != "box":
            return tr("This model looks at whole slices, not at a box")
        return self.no_model()

    # -- the view -------------------------------------------------------------------------------------------------
    def is_on(self, name: str) -> Callable[[], bool]:
        """Whether a switch of the settings is on."""
        return lambda: bool(getattr(self._controller.display.view.settings, name))

    def toggle(self, name: str) -> Callable[[], None]:
        """Turn a switch of the settings over."""
        return lambda: self._controller.display.set_view(**{name: not self.is_on(name)()})

    def has(self, name: str, value: str) -> Callable[[], bool]:
        """Whether a choice of the settings is ``value``."""
        return lambda: bool(getattr(self._controller.display.view.settings, name) == value)

    def swap(self, name: str, one: str, other: str) -> Callable[[], None]:
        """Set a choice of the settings to ``one``, or to ``other`` where it is ``one``."""
        return lambda: self._controller.display.set_view(**{name: other if self.has(name, one)() else one})

    def speak(self, language: str) -> None:
        """Choose the language of the window; its words are made when it is built."""
        self._controller.display.set_view(language=language)
        self._controller.noticed.emit(tr("The language changes at the next start"))

    def ct_window(self, centre: float, width: float) -> None:
        """Set grey levels in HU."""
        study = self._controller.desk.study
        if study is not None and self._controller.display.shown.unit != "HU":
            self._controller.noticed.emit(
                tr("Window presets are for CT; Window: automatic takes this image's own range")
            )
            return
        self._controller.display.set_window(centre, width)

    def automatic_window(self) -> None:
        """Window/level from the file's header, else from the image's range."""
        if self._controller.desk.study is not None:
            self._controller.display.set_window(*self._controller.display.shown.display_window())

    def turn(self) -> None:
        """Turn the panes to the next axis."""
        self._scene.show_axis((self._scene.plane.axis + 1) % 3)

    def all_raters_shown(self) -> bool:
        """Whether any rater is drawn beside the current contour."""
        return bool(self._controller.display.view.raters_shown)

    def all_raters(self) -> None:
        """Draw every rater, or none."""
        review = self._controller.desk.review
        names = () if review is None or self.all_raters_shown() else review.engine.raters
        self._controller.display.show_raters(frozenset(names))

    def no_proposal(self) -> str:
        """Something must be offered."""
        return "" if self._controller.desk.proposals.offered is not None else tr("Nothing is proposed")

    def toggle_proposals(self) -> None:
        """Let strokes be carried through the volume, or not."""
        self.toggle("proposals")()
        self._controller.desk.proposals.ask()

    def holds(self, kind: str) -> bool:
        """Whether this tool is in the hand."""
        return self._controller.desk.tools.state.kind == kind

    def escape(self) -> None:
        """First what is being drawn, then the tool."""
        tools = self._controller.desk.tools
        if not tools.drop():
            tools.lay_down()

    # -- what waits for the mouse ---------------------------------------------------------------------------------
    def toggle_ruler(self) -> None:
        """Let the left button measure, or not."""
        self.ruler = not self.ruler
        for pane in self._scene.all_panes:
            pane.set_ruler(self.ruler)

    def arm_box(self) -> None:
        """Let the next click say where the model looks."""
        self.box_armed = not self.box_armed
        if self.box_armed:
            self._controller.noticed.emit(tr("Click the middle of what the model is to look at"))

    def _clicked(self, index_zyx: tuple[int, int, int]) -> None:
        study = self._controller.desk.study
        if self.box_armed and study is not None:
            self.box_armed = False
            x, y, z = study.geometry.index_to_world(index_zyx)
            self._opener.look_around((float(x), float(y), float(z)))
