"""Asks what an operation on a structure needs to know, and has the desk carry it out."""

from __future__ import annotations

from collections.abc import Callable

from proseg_gui.gui.dialogs.operation_dialog import Amount, OperationDialog
from proseg_gui.gui.host import Host
from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.review.controller import Controller
from proseg_gui.planes import Plane
from proseg_gui.review.operations import Combination

CONSENSUS = marked("consensus style")
COMBINATIONS: dict[str, Combination] = {
    marked("add"): "union",
    marked("keep only what lies within"): "intersect",
    marked("take away"): "subtract",
    marked("keep what only one of them has"): "exclusive or",
}


class OperationsLink:
    """What the Structure menu does."""

    def __init__(self, host: Host, controller: Controller) -> None:
        self._host, self._controller = host, controller
        self._ask_amount = {"grow": 2.0, "shrink": 2.0, "smooth": 3.0, "small": 0.1, "hollow": 2.0}

    # -- why not --------------------------------------------------------------------------------------------------
    def nothing(self) -> str:
        """Why nothing can be done with a structure."""
        desk = self._controller.desk
        if desk.study is None:
            return tr("Open a scan first")
        return "" if desk.structure_name else tr("Add a structure first")

    def no_given(self) -> str:
        """Why nothing can be copied from given masks."""
        study = self._controller.desk.study
        return self.nothing() or ("" if study is not None and study.raters else tr("No rater gave a mask on this scan"))

    def no_model(self) -> str:
        """Why nothing can be copied from the model."""
        return self.nothing() or ("" if self._controller.desk.review is not None else tr("No model looks at this scan"))

    def no_other(self) -> str:
        """Why there is nothing to combine with."""
        more = len(self._controller.desk.structures) > 1
        return self.nothing() or ("" if more else tr("There is no other structure; add one first"))

    # -- what is asked --------------------------------------------------------------------------------------------
    def grow(self) -> None:
        """Ask by how much, and grow."""
        self._amount(tr("Grow"), "grow", tr("By"), "mm", 0.1, 50.0, self._controller.desk.operations.grow)

    def shrink(self) -> None:
        """Ask by how much, and shrink."""
        grow = self._controller.desk.operations.grow
        self._amount(tr("Shrink"), "shrink", tr("By"), "mm", 0.1, 50.0, lambda mm, plane: grow(-mm, plane))

    def hollow(self) -> None:
        """Ask how thick, and hollow."""
        self._amount(tr("Hollow"), "hollow", tr("To"), "mm", 0.1, 50.0, self._controller.desk.operations.hollow)

    def threshold(self) -> None:
        """Ask where, and take what lies within the range of values."""
        self._plain(tr("Threshold"), self._controller.desk.operations.threshold)

    def smooth(self) -> None:
        """Ask over how much, and smooth."""
        self._amount(tr("Smooth"), "smooth", tr("Over"), "mm", 0.1, 30.0, self._controller.desk.operations.smooth)

    def remove_small(self) -> None:
        """Ask what is small, and drop it."""
        drop = self._controller.desk.operations.remove_small
        self._amount(tr("Drop small parts"), "small", tr("Under"), "ml", 0.001, 1000.0, drop)

    def fill_holes(self) -> None:
        """Ask where, and fill."""
        self._plain(tr("Fill holes"), self._controller.desk.operations.fill_holes)

    def keep_largest(self) -> None:
        """Ask where, and keep the largest part."""
        self._plain(tr("Keep the largest part"), self._controller.desk.operations.keep_largest)

    def copy_given(self) -> None:
        """Ask whose mask, and copy it."""
        study = self._controller.desk.study
        raters = () if study is None else study.raters
        copy = self._controller.desk.operations.copy_given
        self._choice(tr("Copy a given mask"), raters, lambda name, plane: copy(name, plane))

    def copy_model(self) -> None:
        """Ask as whom, and copy what the model draws then."""
        desk = self._controller.desk
        review = desk.review
        if review is None:
            return

        def copy(name: str, plane: Plane | None) -> None:
            sliders = review.sliders
            if name == consensus:
                desk.operations.copy_model(CONSENSUS, sliders.consensus_style(), plane)
            else:
                desk.operations.copy_model(name, sliders.rater_point(name), plane)

        consensus = tr(CONSENSUS)
        self._choice(tr("Copy what the model draws"), (consensus, *review.engine.raters), copy)

    def combine(self) -> None:
        """Ask with which structure and how, and combine."""
        desk = self._controller.desk
        pairs = [
            (how, name) for name in desk.structures if name != desk.structure_name for how in COMBINATIONS
        ]  # fmt: skip
        texts = {f"{name}: {tr(how)}": (name, COMBINATIONS[how]) for how, name in pairs}
        dialog = OperationDialog(
            tr("Combine {name} with").format(name=desk.structure_name), choices=list(texts), here=False,
            note=tr("The other structure stays as it is."), parent=self._host.parent,
        )  # fmt: skip
        self._host.show_dialog(dialog, lambda: desk.operations.combine(*texts[dialog.choice.currentText()]))

    # -- how it is asked ------------------------------------------------------------------------------------------
    def _plane(self, dialog: OperationDialog) -> Plane | None:
        return Plane(0, self._controller.desk.slice_index) if dialog.here.isChecked() else None

    def _amount(
        self, title: str, kind: str, label: str, unit: str, low: float, high: float,
        do: Callable[[float, Plane | None], None],
    ) -> None:  # fmt: skip
        amount = Amount(label, unit, self._ask_amount[kind], low, high)
        dialog = OperationDialog(self._titled(title), amount=amount, parent=self._host.parent)

        def accepted() -> None:
            self._ask_amount[kind] = dialog.amount.value()
            do(dialog.amount.value(), self._plane(dialog))

        self._host.show_dialog(dialog, accepted)

    def _plain(self, title: str, do: Callable[[Plane | None], None]) -> None:
        dialog = OperationDialog(self._titled(title), parent=self._host.parent)
        self._host.show_dialog(dialog, lambda: do(self._plane(dialog)))

    def _choice(self, title: str, choices: tuple[str, ...], do: Callable[[str, Plane | None], None]) -> None:
        dialog = OperationDialog(self._titled(title), choices=choices, label=tr("From"), parent=self._host.parent)
        self._host.show_dialog(dialog, lambda: do(dialog.choice.currentText(), self._plane(dialog)))

    def _titled(self, title: str) -> str:
        return f"{title}: {self._controller.desk.structure_name}"
