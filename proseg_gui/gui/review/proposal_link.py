"""Joins the bar of the proposal and the sliders' ghosts with the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.ambiguity import AmbiguityPanel
from proseg_gui.gui.panels.preference import PreferencePanel
from proseg_gui.gui.panels.proposal_bar import ProposalBar
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.scene import Scene
from proseg_gui.inference.calibration import Calibration, Likeness, calibration_of
from proseg_gui.review.figures import ml_text
from proseg_gui.review.proposals import Proposal
from proseg_gui.wording import plural

if TYPE_CHECKING:
    from proseg_gui.bundle import Bundle


class ProposalLink(QObject):
    """Shows what is offered; carries out what the person makes of it."""

    def __init__(
        self,
        controller: Controller,
        bar: ProposalBar,
        preference: PreferencePanel,
        ambiguity: AmbiguityPanel,
        scene: Scene,
    ) -> None:
        super().__init__(controller)
        self._controller, self._bar, self._scene = controller, bar, scene
        self._panels = (preference, ambiguity)
        self._calibration: Calibration | None = None
        proposals = controller.desk.proposals
        bar.here_asked.connect(self.accept_here)
        bar.slice_asked.connect(proposals.accept_slice)
        bar.all_asked.connect(proposals.accept_all)
        bar.reject_asked.connect(proposals.reject)
        controller.bundle_changed.connect(self._learn)
        controller.proposal_changed.connect(self._show)
        controller.figures_changed.connect(lambda _figures: self._tell())
        controller.slice_changed.connect(lambda _k: self._tell())

    def _learn(self, bundle: Bundle | None) -> None:
        self._calibration = None if bundle is None else calibration_of(bundle.card)

    def accept_here(self) -> None:
        """Take the change under the pointer."""
        self._controller.desk.proposals.accept_here(self._scene.link.crosshair)

    def _show(self, proposal: Proposal | None) -> None:
        ghosts = {} if proposal is None else proposal.ghosts
        for panel in self._panels:
            panel.set_ghosts(ghosts)
        self._tell()

    def _tell(self) -> None:
        proposals = self._controller.desk.proposals
        offered = proposals.offered
        if offered is None:
            self._bar.withdraw()
            return
        figures, ml = self._controller.desk.figures, proposals.ml()
        what = tr("Proposal: other slices are being worked out")
        short = tr("Proposal")
        if ml is not None:
            change = "" if figures is None or not figures.exact else f" ({ml - figures.ml:+.1f} ml)"
            what = short = tr("Proposal {volume}{change}").format(volume=ml_text(ml), change=change)
        known = self._calibration
        voxels = offered.request.hand.count()
        likeness = None if known is None else known.likeness(offered.raters, offered.explained, voxels)
        like = "" if likeness is None else _words(likeness)
        strokes = plural(voxels, tr("voxel"), tr("voxels"))
        full = " \u00b7 ".join(
            part for part in (what, like, tr("from {strokes} that you drew").format(strokes=strokes)) if part
        )
        middle = " \u00b7 ".join(part for part in (what, like) if part)
        stranger = likeness is not None and not likeness.rater
        self._bar.offer((full, middle, short), complete=offered.complete, stranger=stranger)


def _words(likeness: Likeness) -> str:
    right = f"{100 * likeness.right:.0f}"
    if not likeness.rater:
        return tr("a new way of drawing")
    if likeness.odds is None:
        return tr("most like {rater} (such a guess is right in {right} %)").format(rater=likeness.rater, right=right)
    return tr("you draw like {rater} ({odds} %; such odds are right in {right} %)").format(
        rater=likeness.rater, odds=f"{100 * likeness.odds:.0f}", right=right
    )
