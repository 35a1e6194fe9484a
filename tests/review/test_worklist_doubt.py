"""The doubt of a case that is not open: the figure that opening it would show, kept in the project."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from proseg_gui.errors import Cancelled, UserError
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.jobs import CancelToken
from proseg_gui.review.inputs import item_of, openable
from proseg_gui.review.keeper import Keeper, open_keeper
from proseg_gui.review.session import begin_review
from proseg_gui.review.worklist_doubt import can_be_measured, measure_doubt
from tests.inference.conftest import ball_study, bright_bundle


@pytest.fixture
def bundle():
    return bright_bundle(2)


@pytest.fixture
def item(tmp_path):
    study = ball_study()
    place = tmp_path / "case1" / "image.nii.gz"
    write_nifti(study.image.array, study.geometry, place)
    return item_of(openable([place], lambda *_: None, None)[0])


def test_it_is_what_opening_the_case_shows(item, bundle) -> None:
    from proseg_gui.io.open import open_study

    case_id, ml = measure_doubt(item, Keeper(), bundle, "cpu", CancelToken())
    review = begin_review(open_study(item.path), bundle, "cpu")
    assert review.doubt_ml() is None, "nothing is measured yet"
    review.sweep(lambda: 0, CancelToken(), lambda *_: None, lambda _k: None, lambda: None)
    assert case_id == "" and ml == pytest.approx(review.doubt_ml())
    geometry = review.study.geometry
    voxels = np.stack([review.survey.slice(k).whole("total") for k in range(geometry.shape[0])])
    by_hand = sum(float(voxels[k].sum()) * geometry.slice_thickness_mm()[k] for k in range(len(voxels)))
    assert ml == pytest.approx(by_hand * geometry.pixel_area_mm2 / 1000.0, rel=0.05), "slices passed over are estimates"


def test_the_figure_is_kept_by_model_and_found_again(item, bundle, tmp_path) -> None:
    keeper = open_keeper(tmp_path / "work.proseg")
    case_id, ml = measure_doubt(item, keeper, bundle, "cpu", CancelToken())
    keeper.keep_doubt(case_id, ml, {"name": "a", "sha256": "hash a"})
    keeper.keep_doubt(case_id, 2 * ml, {"name": "b", "sha256": "hash b"})
    keeper.keep_doubt(case_id, 3 * ml, {"name": "a", "sha256": "hash a"})
    keeper.close()
    again = open_keeper(tmp_path / "work.proseg")
    try:
        found = again.known([item])[0]
        assert found.case_id == case_id and found.state == "not started"
        assert found.doubts == pytest.approx({"hash b": 2 * ml, "hash a": 3 * ml}) and found.doubt == pytest.approx(
            3 * ml
        )
        assert found.doubt_by("hash b") == pytest.approx(2 * ml) and found.doubt_by("hash c") is None
        assert again.project.history(case_id) == ()
    finally:
        again.close()


def test_a_figure_that_an_older_version_kept_counts_for_its_model(item, bundle, tmp_path) -> None:
    from proseg_gui.review.project.cases import doubts_of

    assert doubts_of({"ml": 1.5, "model": {"name": "a", "sha256": "hash a"}}) == {"hash a": 1.5}
    assert doubts_of({"ml": 1.5, "model": None}) == {} and doubts_of({}) == {}


def test_what_cannot_be_measured_says_why(item, bundle, tmp_path) -> None:
    damaged = tmp_path / "case2" / "image.nii.gz"
    damaged.parent.mkdir()
    damaged.write_bytes(b"no image at all")
    with pytest.raises(UserError):
        measure_doubt(replace(item, path=damaged), Keeper(), bundle, "cpu", CancelToken())
    with pytest.raises(UserError):
        measure_doubt(replace(item, path=tmp_path / "gone.nii.gz"), Keeper(), bundle, "cpu", CancelToken())
    two = replace(bundle, card=replace(bundle.card, channels=("a", "b"), architecture={
        **bundle.card.architecture, "n_channels": 2}))  # fmt: skip
    with pytest.raises(UserError, match="takes 2 channels"):
        measure_doubt(item, Keeper(), two, "cpu", CancelToken())


def test_it_stops_between_slices(item, bundle, monkeypatch) -> None:
    from proseg_gui.inference.survey import CaseSurvey

    token, done = CancelToken(), []
    own = CaseSurvey.slice

    def slice_(self, k, **more):
        done.append(k)
        token.cancel()
        return own(self, k, **more)

    monkeypatch.setattr(CaseSurvey, "slice", slice_)
    with pytest.raises(Cancelled):
        measure_doubt(item, Keeper(), bundle, "cpu", token)
    assert len(done) == 1


def test_what_lies_in_no_file_cannot_be_measured(item) -> None:
    assert can_be_measured(item) and not can_be_measured(replace(item, key="demo"))
