"""Measuring the doubt of a case of the worklist that is not open: for a worker, and nothing is kept but the figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proseg_gui.jobs import CancelToken, lowest_priority, no_progress
from proseg_gui.review.keeper import Keeper, key_of
from proseg_gui.review.session import begin_review
from proseg_gui.review.state import WorkItem
from proseg_gui.review.sweep import sweep
from proseg_gui.volume import Study

if TYPE_CHECKING:
    from proseg_gui.bundle import Bundle

CACHE_BYTES = 16 << 20
"""For encoded slices: each is encoded and measured at once, and not asked for again."""


def can_be_measured(item: WorkItem) -> bool:
    """Whether the case lies in files; the demo and what was made of another scan do not."""
    return item.key == key_of(item)


def measure_doubt(
    item: WorkItem, keeper: Keeper, bundle: Bundle, device: str, token: CancelToken, *, exhaustive: bool = False
) -> tuple[str, float]:
    """Name in the project (empty where nothing is kept) and doubt in ml, all structures together, of a case.

    One case is in memory at a time, and none when this has ended. The thread gets what others leave.

    Raises
    ------
    UserError
        The files cannot be read, or the model does not fit them.
    Cancelled
        ``token`` was raised.
    """
    from proseg_gui.bundle import check_fits
    from proseg_gui.inference.engine import Engine

    lowest_priority()
    study = _study(item, token)
    check_fits(bundle.card, study)
    token.check()
    engine = Engine(bundle, study, device=device, cache_bytes=CACHE_BYTES, threads=1)
    review = begin_review(study, bundle, device, engine=engine, exhaustive=exhaustive)
    middle = engine.n_slices // 2
    sweep(engine, review.survey, lambda: middle, token, no_progress, lambda _k: None, lambda: None,
          exhaustive=exhaustive)  # fmt: skip
    doubt = review.doubt_ml()
    assert doubt is not None
    return keeper.case_id(study, item), doubt


def _study(item: WorkItem, token: CancelToken) -> Study:
    from proseg_gui.io.open import open_study
    from proseg_gui.review.inputs import as_channels, candidate_of

    if item.others:
        return as_channels([candidate_of(one, no_progress, token) for one in (item, *item.others)], no_progress, token)
    return open_study(candidate_of(item, no_progress, token), contours=False, token=token)
