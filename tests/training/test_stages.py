"""Fine-tuning stages: what may change, who is matched to whom, what is refused, and that nothing is overwritten."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from proseg_gui.bundle import load_bundle, local_names, seen_in_training
from proseg_gui.catalogue import STAGE_ENTRIES
from proseg_gui.errors import Cancelled, UserError
from proseg_gui.io.dataset import load_case, read_dataset, read_people
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.training import loop, room, stages
from proseg_gui.training.naming import rater_names
from proseg_gui.training.place import Place
from proseg_gui.training.recipe import Recipe
from proseg_gui.training.request import Images, Request, Start, Words
from proseg_gui.training.room import Room
from proseg_gui.training.run import train_bundle

QUICK = Recipe(steps=8, items=2, volumes=2, draws=6, validations=4, validation_draws=1, widths=(4, 8))
KNOWN, NEW = ("rater1", "rater2"), "rater3"


@pytest.fixture(scope="module")
def write(make_study):
    def cases(folder: Path, n=4, raters=(*KNOWN, NEW), channel="", structure="", **keywords):
        """Cases with the discs of three raters, of which some are written, under names of one's choice."""
        names = dict(zip((*KNOWN, NEW), raters, strict=False))
        for i in range(n):
            study = make_study(i, **keywords)
            case = folder / study.name
            image = case / "images" / f"{channel}.nii.gz" if channel else case / "image.nii.gz"
            write_nifti(study.image.array, study.geometry, image)
            for r in study.readings:
                if names.get(r.rater) and not r.reading:
                    write_nifti(r.mask, study.geometry, case / "masks" / structure / f"{names[r.rater]}.nii.gz")
        (folder / "split.json").write_text(json.dumps({"train": ["case0", "case1"], "val": ["case2", "case3"]}))
        return read_dataset(folder)

    return cases


@pytest.fixture(scope="module")
def base(write, tmp_path_factory):
    """A bundle of two raters that has learnt the discs a little."""
    root = tmp_path_factory.mktemp("base")
    data = write(root / "data", raters=KNOWN)
    recipe = replace(QUICK, steps=60, validations=2)
    train_bundle(
        Request(data, Place(root / "base"), recipe, images=Images(modality="MR"), words=Words("theirs", "tests"))
    )
    return load_bundle(root / "base")


@pytest.fixture
def data(write, tmp_path):
    return write(tmp_path / "three")


@pytest.fixture
def fine_tune(base, tmp_path):
    def tune(dataset, stage, out="new", recipe=QUICK, **more):
        train_bundle(
            Request(dataset, Place(tmp_path / out), recipe, start=Start(init=base.folder, stage=stage), **more)
        )
        return load_bundle(tmp_path / out)

    return tune


def changed(base, new):
    """Names of the weights (and buffers) of which anything differs that the base has, too."""
    old, now = base.method.state_dict(), new.method.state_dict()
    return {name for name, value in old.items() if not torch.equal(value, now[name][: len(value)])}


def test_a_new_rater_changes_nothing_of_the_model_bit_by_bit(base, data, fine_tune):
    content = {path.name: path.read_bytes() for path in base.folder.iterdir()}
    new = fine_tune(data, "rater")
    assert changed(base, new) == set()
    assert new.card.raters == (*KNOWN, NEW) and new.method.rater_alpha.shape == (3, 8)
    record = new.card.metrics["comparison"]
    assert record["forgetting"] == {"mean": 0.0, "worst": 0.0, "worst_rater": "rater1"}
    assert record["raters"][NEW]["new"] and record["raters"][NEW]["n_cases"] == 2
    assert record["raters"]["rater1"]["difference"] == 0.0
    assert {path.name: path.read_bytes() for path in base.folder.iterdir()} == content


def test_a_new_rater_is_learnt(base, data, fine_tune, tmp_path, monkeypatch):
    monkeypatch.setattr(stages.StageObjective, "keeps_early", False)
    new = fine_tune(data, "rater", recipe=replace(QUICK, steps=80))
    lines = (tmp_path / "new.training" / loop.LOG_NAME).read_text().splitlines()
    losses = [row["total"] for row in map(json.loads, lines) if "total" in row]
    assert losses[-1] < losses[0]
    rows = new.method.rater_alpha
    assert not any(torch.allclose(rows[2], rows[r], atol=0.1) for r in range(2))


def test_axes_presets_and_blends_work_with_one_more(data, fine_tune, monkeypatch):
    monkeypatch.setattr(stages.StageObjective, "keeps_early", False)
    method = fine_tune(data, "rater").method
    assert len(method.preference_controls()) == 2 and method.presets().shape == (3, 8)
    blend = method.style_coords(torch.tensor([0.2, 0.3, 0.5]))
    for coords in (method.consensus_style(), method.rater_coords(2), blend):
        assert float(coords["tau"].sum()) == pytest.approx(1.0, abs=1e-5) and coords["tau"].isfinite().all()
    assert set(method.draw(None, 6, torch.Generator().manual_seed(0))["tau"].shape) == {6, 8}


def test_adapt_leaves_the_backbone_and_full_moves_all(base, data, fine_tune, monkeypatch):
    monkeypatch.setattr(stages.StageObjective, "keeps_early", False)  # so short a run may end where it began
    adapted = changed(base, fine_tune(data, "adapt", recipe=replace(QUICK, validations=1)))
    full = changed(base, fine_tune(data, "full", "full", recipe=replace(QUICK, validations=1)))
    weights = {name for name, _ in base.method.named_parameters()} - {"rater_alpha"}
    backbone = {name for name in weights if name.startswith("backbone.")}
    assert adapted == weights - backbone
    assert full == weights


def test_a_base_whose_matrices_tau_mixes_is_gone_on_from_as_it_is(write, data, tmp_path, monkeypatch):
    monkeypatch.setattr(stages.StageObjective, "keeps_early", False)
    recipe = replace(QUICK, network={"conditioning": "matrix"})
    train_bundle(Request(write(tmp_path / "two", raters=KNOWN), Place(tmp_path / "base"), recipe))
    base = load_bundle(tmp_path / "base")
    found = {}
    for stage in ("rater", "adapt"):
        start = Start(init=base.folder, stage=stage)
        train_bundle(Request(data, Place(tmp_path / stage), replace(QUICK, validations=1), start=start))
        found[stage] = changed(base, load_bundle(tmp_path / stage))
    assert found["rater"] == set() and "first_mix" in found["adapt"]


def test_the_card_says_where_it_came_from_and_keeps_the_base_s_texts(base, data, fine_tune):
    card = fine_tune(data, "rater").card
    training = card.training
    assert training["init"] == {"name": base.card.name, "version": base.card.version, "sha256": base.card.sha256}
    assert training["stage"] == "rater" and card.licence == "theirs" and card.intended_use == "tests"
    assert card.modality == "MR" and card.window == base.card.window
    assert training["held_out_seen_by_base"] == 0
    assert seen_in_training(card, load_case(data.cases[0])) and not seen_in_training(card, load_case(data.cases[3]))


def test_held_out_cases_that_the_base_learned_from_are_counted(data, fine_tune):
    from proseg_gui.io.dataset import Split

    split = Split(("case2", "case3"), ("case0",))
    card = fine_tune(data, "rater", split=split).card
    assert card.training["held_out_seen_by_base"] == 1
    assert all(seen_in_training(card, load_case(case)) for case in data.cases)


def test_raters_are_matched_by_the_local_table_and_new_names_become_pseudonyms(write, tmp_path):
    named = write(tmp_path / "named", raters=("Dr Lee", "Dr Ash"))
    train_bundle(Request(named, Place(tmp_path / "base"), QUICK))
    more = write(tmp_path / "more", raters=("Dr Lee", "", "Dr Zoe"))
    start = Start(init=tmp_path / "base", stage="rater")
    card = train_bundle(Request(more, Place(tmp_path / "new"), QUICK, start=start))
    assert card.raters == ("rater1", "rater2", "rater3")
    table = {"Dr Ash": "rater1", "Dr Lee": "rater2", "Dr Zoe": "rater3"}
    assert {real: alias for real, alias in local_names(card).items() if real.startswith("Dr")} == table
    rows = card.metrics["comparison"]["raters"]
    assert rows["rater1"]["n_cases"] == 0 and rows["rater2"]["n_cases"] == 2 and rows["rater3"]["new"]
    kept = train_bundle(Request(more, Place(tmp_path / "kept"), QUICK, start=start, keep_names=True))
    assert kept.raters == ("rater1", "rater2", "Dr Zoe")


def test_two_hospitals_rater1_are_two_people_when_somebody_says_so(write, base, tmp_path):
    """The data have a rater1 and a rater2 like the base; rater1 is somebody new, rater2 is the base's rater1."""
    theirs = write(tmp_path / "theirs", raters=("rater1", "rater2"))
    people = {"rater1": None, "rater2": "rater1"}
    names = rater_names(theirs, base=base.card, people=people)
    assert names == {"rater2": "rater1", "rater2 (base)": "rater2", "rater1": "rater3"}
    start = Start(init=base.folder, stage="rater", people=people)
    card = train_bundle(Request(theirs, Place(tmp_path / "new"), QUICK, start=start))
    assert card.raters == ("rater1", "rater2", "rater3")
    rows = card.metrics["comparison"]["raters"]
    assert rows["rater3"]["new"] and [rows[name]["n_cases"] for name in card.raters] == [2, 0, 2]
    assert local_names(card) == {name: name for name in card.raters}, "a name of two people says nothing later"
    kept = rater_names(theirs, keep_names=True, base=base.card, people=people)
    assert list(kept.values()) == ["rater1", "rater2", "rater1_2"]


def test_by_names_alone_the_same_data_have_nobody_to_add(write, base, tmp_path):
    theirs = write(tmp_path / "theirs", raters=("rater1", "rater2"))
    with pytest.raises(UserError, match="knows all raters"):
        train_bundle(Request(theirs, Place(tmp_path / "new"), QUICK, start=Start(init=base.folder, stage="rater")))


@pytest.mark.parametrize(
    ("people", "word"),
    [
        ({"rater1": None}, "nothing says who rater2 is"),
        ({"rater1": "rater1", "rater2": "rater1"}, "are both rater1"),
        ({"rater1": "zoe", "rater2": None}, "knows no rater 'zoe'"),
    ],
)
def test_who_is_who_must_be_said_of_all_and_make_sense(write, base, tmp_path, people, word):
    theirs = write(tmp_path / "theirs", raters=("rater1", "rater2"))
    start = Start(init=base.folder, stage="rater", people=people)
    with pytest.raises(UserError, match=word):
        train_bundle(Request(theirs, Place(tmp_path / "n"), QUICK, start=start))


@pytest.mark.parametrize("text", ["[1]", '{"a": 3}', "{"])
def test_a_table_of_people_that_is_none_is_refused(tmp_path, text):
    (tmp_path / "people.json").write_text(text)
    with pytest.raises(UserError, match=r"people\.json"):
        read_people(tmp_path / "people.json")


def test_known_raters_who_did_not_draw_are_kept_by_the_base_s_own_drawings(base, write, fine_tune, tmp_path):
    alone = write(tmp_path / "alone", raters=("", "", "rater9"))
    new = fine_tune(alone, "adapt", recipe=replace(QUICK, steps=40))
    assert new.card.raters == (*KNOWN, "rater9")
    record = new.card.metrics["comparison"]
    assert record["forgetting"]["mean"] is None and record["raters"]["rater1"]["n_cases"] == 0
    rows = [json.loads(line) for line in (tmp_path / "new.training" / loop.LOG_NAME).read_text().splitlines()]
    terms = {row["step"]: row for row in rows if "total" in row}
    assert "keep" not in terms[20] and terms[40]["keep"] >= 0  # the decoder moves in the second half


def test_keep_is_zero_for_the_base_itself_and_grows_with_the_distance(base, make_cases, layout):
    recipe = replace(QUICK, widths=(4, 8))
    method = stages.extended(base.method, 3)
    objective = stages.StageObjective(method, recipe, base.method, "full")
    batch = loop.Batches(make_cases(2), recipe, method.stride)(0)
    batch.observed[:, :2] = False
    features = objective.features(batch)
    assert objective._keep(features, batch).item() == pytest.approx(0.0, abs=1e-6)
    assert objective._tie().item() == 0.0
    with torch.no_grad():
        method.third.bias += 0.5
    assert objective._keep(features, batch).item() > 1e-4 and objective._tie().item() == pytest.approx(0.25)
    batch.observed[:, :2] = True
    assert objective._keep(features, batch).item() == 0.0


def test_adapt_moves_the_decoder_only_when_the_new_rater_has_found_a_place(base, make_cases):
    recipe = replace(QUICK, steps=10)
    method = stages.extended(base.method, 3)
    objective = stages.StageObjective(method, recipe, base.method, "adapt")
    batch = loop.Batches(make_cases(2), recipe, method.stride)(0)
    features = method.encode(batch.images.flatten(0, 1)).detach().unflatten(0, batch.images.shape[:2])
    batch = replace(batch, images=features)

    def learning(step):
        method.zero_grad()
        objective(batch, step)["total"].backward()
        return {name for name, values in method.named_parameters() if values.grad is not None}

    decoder = {name for name, _ in method.named_parameters() if not name.startswith(("backbone.", "rater_alpha"))}
    assert learning(0) == learning(4) == {"rater_alpha"}
    assert learning(5) == learning(9) == {"rater_alpha", *decoder}
    assert not method.rater_alpha.grad[:2].any() and method.rater_alpha.grad[2].any()
    assert stages.StageObjective(stages.extended(base.method, 2), recipe, base.method, "adapt").patient_from == 0


def test_where_no_known_rater_drew_nothing_but_keep_is_about_them(base, make_cases):
    cases = make_cases(2)
    recipe = stages.stage_recipe("adapt", QUICK, base.method)
    found = {}
    for drawn in (True, False):
        for case in cases:
            case.observed[:2] = drawn
        method = stages.extended(base.method, 3)
        where = torch.device("cpu"), room.Room()
        objective, ready, _ = stages.prepare_stage(method, recipe, base.method, "adapt", cases, (), *where)
        assert objective.only_new is not drawn
        batch = loop.Batches(ready, recipe, method.stride)(0)
        torch.manual_seed(0)
        found[drawn] = objective(batch, recipe.steps - 1)
    assert "population" in found[True] and "population" not in found[False]
    only = slice(2, None)
    expected = objective.terms(objective.features(batch), batch, only)["segmentation"]
    assert found[False]["segmentation"].item() == pytest.approx(expected.item())
    assert found[True]["segmentation"].item() != pytest.approx(expected.item())


def test_a_new_rater_starts_where_the_base_fits_best(base, make_cases):
    method, cases = stages.extended(base.method, 3), make_cases(2)
    with torch.no_grad():
        for name, weight in method.named_parameters():
            if not name.startswith(("rater_alpha", "backbone")):
                weight.zero_()
        method.first_tau[0, 1], method.second.weight[0, 0], method.third.weight[0, 0] = 1.0, 1.0, 40.0
        method.third.bias[:] = -20.0  # whoever is at coordinate 1 draws the whole slice, others nothing
        for case in cases:
            case.masks[2] = 1
    expected = method.rater_alpha[1].clone()
    stages.start_new_raters(method, 2, cases)
    assert torch.equal(method.rater_alpha[2], expected)


@pytest.mark.parametrize("stage", list(STAGE_ENTRIES))
def test_a_resumed_stage_gives_the_same_numbers(base, data, tmp_path, monkeypatch, stop_after, stage):
    monkeypatch.setattr(loop, "CHECKPOINT_EVERY", 3)
    request = Request(data, Place(tmp_path / "whole"), QUICK, start=Start(init=base.folder, stage=stage))
    whole = train_bundle(request)
    parts = replace(request, place=Place(tmp_path / "parts"))
    with monkeypatch.context() as patch:
        run = loop.Trainer.run
        patch.setattr(loop.Trainer, "run", lambda self, progress, _: run(self, progress, stop_after(5)))
        with pytest.raises(Cancelled):
            train_bundle(parts)
    resumed = replace(request, place=Place(tmp_path / "parts", resume=True))
    with pytest.raises(UserError, match=r"another (recipe|stage)"):
        other = next(s for s in list(STAGE_ENTRIES)[1:] if s != stage)
        train_bundle(replace(resumed, start=replace(request.start, stage=other)))
    again = train_bundle(resumed)
    assert again.sha256 == whole.sha256 and again.metrics == whole.metrics


def test_the_base_is_never_overwritten(base, data):
    with pytest.raises(UserError, match="never overwritten"):
        start = Start(init=base.folder, stage="rater")
        train_bundle(Request(data, Place(base.folder, overwrite=True), QUICK, start=start))


def test_a_stage_needs_somebody_new_with_masks(base, write, tmp_path, fine_tune):
    both = write(tmp_path / "both", raters=KNOWN)
    with pytest.raises(UserError, match="knows all raters"):
        fine_tune(both, "rater")
    assert fine_tune(both, "adapt").card.raters == KNOWN
    late = write(tmp_path / "late")
    for name in ("case0", "case1"):
        (tmp_path / "late" / name / "masks" / f"{NEW}.nii.gz").unlink()
    with pytest.raises(UserError, match="no mask in any training case"):
        fine_tune(read_dataset(late.path), "rater", "other")


@pytest.mark.parametrize(("keywords", "more", "said"), [
    ({"modality": "CT"}, {"images": Images(modality="CT")}, "learned from MR images, not CT"),
    ({}, {"images": Images((0.0, 50.0))}, "another window"),
])  # fmt: skip
def test_other_images_are_refused_in_a_sentence(write, tmp_path, fine_tune, keywords, more, said):
    odd = write(tmp_path / "odd", **keywords)
    with pytest.raises(UserError, match=said):
        fine_tune(odd, "rater", **more)
    assert not (tmp_path / "new").exists()


def test_other_structures_channels_and_pixels_are_refused(write, tmp_path, fine_tune, data):
    two = write(tmp_path / "two", structure="lesion")
    shutil.copytree(two.path / "case0" / "masks" / "lesion", two.path / "case0" / "masks" / "core")
    with pytest.raises(UserError, match="structures"):
        fine_tune(read_dataset(two.path), "rater")
    both = write(tmp_path / "channels", channel="T1")
    shutil.copy(both.path / "case0" / "images" / "T1.nii.gz", both.path / "case0" / "images" / "T2.nii.gz")
    with pytest.raises(UserError, match="channels"):
        fine_tune(read_dataset(both.path), "rater")
    case = data.cases[0]
    study = load_case(case)
    geometry = replace(study.geometry, origin_mm=study.geometry.origin_mm)
    wide = type(geometry).plain(geometry.shape, (3.0, 4.0, 4.0))
    write_nifti(study.image.array, wide, case.path / "image.nii.gz", overwrite=True)
    for path in (case.path / "masks").glob("*.nii.gz"):
        write_nifti(np.zeros(wide.shape, np.uint8), wide, path, overwrite=True)
    with pytest.raises(UserError, match="4 x 4 mm pixels"):
        fine_tune(data, "rater")


def test_another_kind_of_model_says_which_stage_it_lacks(data, tmp_path):
    train_bundle(Request(data, Place(tmp_path / "heads"), QUICK, start=Start("rater_heads")))
    with pytest.raises(UserError, match="kind rater_heads, which has no stage 'adapt'"):
        start = Start(init=tmp_path / "heads", stage="adapt")
        train_bundle(Request(data, Place(tmp_path / "new"), QUICK, start=start))


def test_slices_beyond_the_memory_limit_are_chosen_evenly(make_cases, base, monkeypatch):
    cases = make_cases(2, shape=(6, 24, 20))
    every = stages.encoded_cases(base.method, cases, torch.device("cpu"), Room(), train=True)
    assert [case.image.shape for case in every] == [(6, 16, 24, 20)] * 2 and all(case.encoded for case in every)
    assert torch.allclose(every[0].image[2], base.method.encode(cases[0].image[2:3])[0], atol=1e-5)
    monkeypatch.setattr(stages, "FEATURE_BYTES", 6 * 4 * 16 * 24 * 20)
    few = stages.encoded_cases(base.method, cases, torch.device("cpu"), Room(), train=True)
    assert [len(case.image) for case in few] == [3, 3] and few[0].masks.shape[3] == 3
    whole = stages.encoded_cases(base.method, cases, torch.device("cpu"), Room(), train=False)
    assert not any(case.encoded for case in whole) and len(whole[0].image) == 6


def test_features_beyond_the_memory_lie_in_a_file_and_are_the_same(make_cases, base, monkeypatch):
    device, mapped_shapes, write = torch.device("cpu"), [], room._mapped
    monkeypatch.setattr(room, "_mapped", lambda shape, *rest: mapped_shapes.append(shape) or write(shape, *rest))
    rooms = Room(1 << 30), Room(0)
    kept, mapped = (stages.encoded_cases(base.method, make_cases(2), device, where, train=True) for where in rooms)
    assert rooms[0].left == (1 << 30) - 2 * 4 * 16 * 24 * 20
    assert mapped_shapes == [(1, 16, 24, 20)] * 2
    assert all(torch.equal(a.image, b.image) for a, b in zip(kept, mapped, strict=True))


def test_patience_ends_a_run_early(data, fine_tune, tmp_path, monkeypatch):
    recipe = replace(QUICK, steps=400, validations=100, patience=2)
    monkeypatch.setitem(stages.RATES, "rater", 0.0)  # nothing moves, so nothing gets better
    card = fine_tune(data, "rater", recipe=recipe).card
    assert card.training["steps_done"] == 8 and card.training["chosen_at_step"] == 0
    lines = (tmp_path / "new.training" / loop.LOG_NAME).read_text().splitlines()
    assert json.loads(lines[-1])["event"] == "settled"


def test_adapt_is_patient_until_the_decoder_moves(data, fine_tune, monkeypatch):
    recipe = replace(QUICK, steps=80, validations=20, patience=2)
    monkeypatch.setitem(stages.RATES, "adapt", 0.0)
    card = fine_tune(data, "adapt", recipe=recipe).card
    assert card.training["steps_done"] == 40 + 2 * 4 and card.training["chosen_at_step"] == 0
