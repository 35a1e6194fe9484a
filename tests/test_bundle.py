"""Bundles: written whole, read back exactly, and refused in one sentence when anything is wrong."""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save, save_file

from proseg_gui import bundle as bundles
from proseg_gui.bundle import (
    UNKNOWN_MODALITY,
    WEIGHTS_NAME,
    Card,
    WrongModality,
    annotate,
    channel_order,
    check_fits,
    find_bundle,
    intensity_limits,
    list_bundles,
    load_bundle,
    metadata_misfits,
    normalise,
    rater_index,
    read_card,
    refuse_pickle,
    save_bundle,
)  # fmt: skip
from proseg_gui.errors import UserError
from proseg_gui.locations import data_folder
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.volume import Geometry, Study, Volume


@pytest.fixture(scope="module")
def method():
    torch.manual_seed(0)
    net = ProSeg(3, n_structures=1, n_channels=2, widths=(4, 8), features=4, hidden=8, modes=3)
    return net.eval().requires_grad_(False)


@pytest.fixture(scope="module")
def card(method):
    return Card(
        "proseg", "tiny", "1", method.architecture(), ("ann", "bob", "cy"), ("lesion",), ("T1", "T2"), "MR", (1.0, 1.5),
        {"kind": "percentile", "low": 1, "high": 99}, {"kind": "whole"}, {"steps": 3}, {"validation": {}},
        "none", "tests",
    )  # fmt: skip


@pytest.fixture
def saved(tmp_path, card, method):
    save_bundle(tmp_path / "tiny", card, method)
    return tmp_path / "tiny"


def study(channels=("T1", "T2"), modality="MR", spacing=(3.0, 1.0, 1.5)):
    geometry = Geometry.plain((2, 8, 8), spacing)
    volume = Volume(np.arange(128, dtype=np.float32).reshape(2, 8, 8), geometry, modality=modality)
    return Study("s", dict.fromkeys(channels, volume))


def rewrite(folder, **changes):
    path = folder / "card.json"
    data = json.loads(path.read_text())
    for name, value in changes.items():
        if value is None:
            del data[name]
        else:
            data[name] = value
    path.write_text(json.dumps(data))


def refused(folder, match):
    with pytest.raises(UserError, match=match) as error:
        load_bundle(folder)
    assert "\n" not in str(error.value) and len(str(error.value)) < 400
    return error.value


def test_what_is_saved_is_what_is_loaded(saved, card, method):
    bundle = load_bundle(saved)
    assert replace(bundle.card, sha256="") == card and bundle.folder == saved
    assert bundle.card.sha256 == hashlib.sha256((saved / "model.safetensors").read_bytes()).hexdigest()
    found, expected = bundle.method.state_dict(), method.state_dict()
    assert found.keys() == expected.keys() and all(torch.equal(found[name], expected[name]) for name in expected)
    assert not bundle.method.training and not any(p.requires_grad for p in bundle.method.parameters())


def test_a_loaded_network_is_laid_out_for_speed_and_gives_the_same_features(saved, method):
    loaded = load_bundle(saved).method
    weights = [p for p in loaded.backbone.parameters() if p.ndim == 4]
    assert weights and all(p.is_contiguous(memory_format=torch.channels_last) for p in weights)
    image = torch.randn(2, method.n_channels, 37, 22)
    with torch.no_grad():
        found, wanted = loaded.encode(image), method.eval().encode(image)
    assert found.is_contiguous() and torch.allclose(found, wanted, atol=1e-5)


@pytest.mark.parametrize("name", ["phantom", "brain_growth"])
def test_loading_does_not_import_torchs_compiler(name):
    code = f"import sys; from proseg_gui.bundle import load_bundle; load_bundle('{name}')"
    code += "; print('torch._dynamo' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def test_an_existing_bundle_is_replaced_only_when_asked(saved, card, method):
    with pytest.raises(UserError, match="exists"):
        save_bundle(saved, card, method)
    save_bundle(saved, replace(card, version="2"), method, overwrite=True)
    assert read_card(saved).version == "2"


@pytest.mark.parametrize(("changes", "said"), [
    ({"schema_version": 2}, "newer version"),
    ({"schema_version": "x"}, "unknown schema"),
    ({"schema_version": None}, "not the card"),
    ({"kind": "oracle"}, "'oracle' is not one of"),
    ({"kind": 7}, "'kind' is not a text"),
    ({"raters": None}, "'raters' is missing"),
    ({"raters": ["ann", "ann", "cy"]}, "missing or repeated"),
    ({"raters": ["ann", "bob"]}, "n_raters does not match"),
    ({"raters": ["../../x", "bob", "cy"]}, "not a plain name"),
    ({"raters": "ann"}, "not a list"),
    ({"spacing_mm": [1.0, 0.0]}, "spacing"),
    ({"spacing_mm": [1.0, float("nan")]}, "NaN"),
    ({"spacing_mm": [1.0, "2"]}, "pair of numbers"),
    ({"window": {"kind": "fixed", "low": 5, "high": 5}}, "window"),
    ({"window": {"kind": "percentile", "low": -5, "high": 99}}, "percentiles"),
    ({"window": {}}, "window"),
    ({"field_of_view": {"kind": "box"}}, "field of view"),
    ({"field_of_view": {"kind": "box", "size_mm": [1e12, 5]}}, "field of view"),
    ({"architecture": {"n_raters": 3, "n_structures": 1, "n_channels": 2, "widths": [10**9, 8]}}, "widths must be"),
    ({"architecture": {"n_raters": 3, "n_structures": 1, "n_channels": 2, "colour": 1}}, "architecture does not fit"),
    ({"architecture": {"n_raters": 3, "n_structures": 1, "n_channels": 2, "widths": [4, 16]}}, "shape"),
    ({"architecture": {"n_raters": 3, "n_structures": 1, "n_channels": 2, "widths": [4, 8, 8]}}, "do not fit"),
    ({"sha256": "0" * 64}, "SHA-256"),
])  # fmt: skip
def test_a_card_that_lies_is_refused(saved, changes, said):
    rewrite(saved, **changes)
    refused(saved, said)


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b"\xff\xfe\x00", b'"text"', b"[1]", b'{"a": 1}'])
def test_foreign_and_damaged_cards_are_refused(saved, content):
    (saved / "card.json").write_bytes(content)
    refused(saved, "damaged|not the card")


def test_an_enormous_card_is_not_read(saved):
    (saved / "card.json").write_bytes(b" " * (bundles.MAX_CARD_BYTES + 1))
    refused(saved, "far larger")


class Bomb:
    """A pickle that would write a file when loaded."""

    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return (open, (str(self.target), "w"))


def test_a_pickle_posing_as_weights_is_refused_and_not_run(saved, tmp_path):
    target = tmp_path / "executed"
    for data in (pickle.dumps(Bomb(target)), b"PK\x03\x04 a torch archive"):
        (saved / "model.safetensors").write_bytes(data)
        rewrite(saved, sha256=hashlib.sha256(data).hexdigest())
        refused(saved, "pickle")
    assert not target.exists()


@pytest.mark.parametrize("start", [b"\x80", b"PK"])
def test_weights_whose_header_s_length_begins_like_a_pickle_are_weights(start):
    """A safetensors file begins with its header's length, of which one in 32 begins with the byte 80."""
    found = b""
    for letters in range(0, 20_000, 8):
        found = save({"w": torch.zeros(2)}, metadata={"kind": "k" * letters})
        if found.startswith(start):
            break
    assert found.startswith(start)
    refuse_pickle(found, Path("model.safetensors"))
    with pytest.raises(UserError, match="pickle"):
        refuse_pickle(found[:8] + b"[" + found[9:], Path("model.safetensors"))


def test_damaged_weights_are_refused(saved):
    path = saved / "model.safetensors"
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[-5] ^= 1
    path.write_bytes(flipped)
    refused(saved, "SHA-256")
    path.write_bytes(whole[: len(whole) // 2])
    rewrite(saved, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    refused(saved, "damaged")
    path.write_bytes(b"\x00" * (len(whole) + 11_000_000))
    refused(saved, "far larger")
    path.unlink()
    refused(saved, "no model.safetensors")


@pytest.mark.parametrize("spoil", ["nan", "half", "extra"])
def test_weights_that_do_not_fit_are_refused(saved, spoil):
    path = saved / "model.safetensors"
    state = load_file(path)
    if spoil == "nan":
        state["gamma"][0, 0] = float("nan")
    elif spoil == "half":
        state["gamma"] = state["gamma"].half()
    else:
        state["trojan"] = torch.zeros(3)
    save_file(state, path)
    rewrite(saved, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    refused(saved, {"nan": "not numbers", "half": "another shape or type", "extra": "do not fit"}[spoil])


def test_what_is_no_bundle_is_named(tmp_path):
    refused(tmp_path, "not a model bundle")
    (tmp_path / "weights.pt").write_bytes(b"\x80")
    refused(tmp_path / "weights.pt", "a file, not a model bundle")
    assert "Shipped models" in str(refused("no_such_model", "no model of this name"))


def test_shipped_bundles_are_found_by_name_and_listed(tmp_path, card, method, monkeypatch, caplog):
    monkeypatch.setattr(bundles, "data_folder", lambda _name: tmp_path / "models")
    save_bundle(tmp_path / "models" / "tiny", card, method)
    save_bundle(tmp_path / "models" / "broken", card, method)
    (tmp_path / "models" / "broken" / "card.json").write_text("{")
    assert [c.name for c in list_bundles()] == ["tiny"] and "broken" in caplog.text
    assert load_bundle("tiny").card.name == "tiny"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny").mkdir()  # a data set of the same name must not hide the model
    assert find_bundle("tiny") == tmp_path / "models" / "tiny"
    assert find_bundle("./tiny").resolve() == tmp_path / "tiny"


def test_models_of_ones_own_are_found_by_name_and_listed_after_the_shipped(tmp_path, card, method, monkeypatch):
    monkeypatch.setattr(bundles, "data_folder", lambda _name: tmp_path / "models")
    monkeypatch.setattr(bundles, "own_models", lambda: tmp_path / "own")
    save_bundle(tmp_path / "models" / "tiny", card, method)
    save_bundle(tmp_path / "own" / "mine", replace(card, name="mine"), method)
    save_bundle(tmp_path / "own" / "tiny", replace(card, version="other"), method)
    assert [c.name for c in list_bundles()] == ["tiny"]
    assert [c.name for c in list_bundles(own=True)] == ["tiny", "mine", "tiny"]
    assert find_bundle("mine") == tmp_path / "own" / "mine"
    assert find_bundle("tiny") == tmp_path / "models" / "tiny"  # nothing of one's own hides what is shipped


def test_raters_are_found_by_name(card):
    assert rater_index(card, "cy") == 2
    with pytest.raises(UserError, match=r"no rater 'dan'\. Its raters are ann, bob, cy"):
        rater_index(card, "dan")


def test_channels_are_matched_by_name_else_by_order(card):
    assert channel_order(card, study(("T2", "T1"))) == ("T1", "T2")
    assert channel_order(card, study(("T2", "T1", "extra"))) == ("T1", "T2")
    assert channel_order(card, study(("a", "b"))) == ("a", "b")
    assert check_fits(card, study()) == []
    assert any("taken as T1, T2" in w for w in check_fits(card, study(("a", "b"))))
    with pytest.raises(UserError, match=r"takes 2 channels .* the image has 1"):
        check_fits(card, study(("T1",)))


def test_another_modality_is_a_question_and_other_pixels_a_warning(card):
    with pytest.raises(WrongModality, match="learned from MR images and this is CT"):
        check_fits(card, study(modality="CT"))
    assert "does not say what it is" in check_fits(card, study(modality=""))[0]
    assert any("resampled" in w for w in check_fits(card, study(spacing=(3.0, 5.0, 1.5))))


def test_what_the_files_say_against_a_model_is_said_in_sentences(card):
    assert metadata_misfits(card, study()) == () == metadata_misfits(card, study(modality=""))
    assert metadata_misfits(card, study(modality="CT")) == ("This is CT, and the model tiny learned from MR images.",)
    assert metadata_misfits(card, study(("T1",)))[0].startswith("The model tiny takes 2 channels (T1, T2)")
    assert "The pixels are 5 x 1.5 mm" in metadata_misfits(card, study(spacing=(3.0, 5.0, 1.5)))[0]
    assert metadata_misfits(card, study(spacing=(3.0, 0.2, 0.2))) == ()  # finer ones lose nothing


def test_a_model_of_unknown_modality_is_held_against_no_image(card):
    unsaid = replace(card, modality=UNKNOWN_MODALITY)
    assert unsaid.known_modality == "" and card.known_modality == "MR"
    for modality in ("", "CT", "MR"):
        assert check_fits(unsaid, study(modality=modality)) == []
        assert metadata_misfits(unsaid, study(modality=modality)) == ()


REFERENCE = {
    "threshold": 1.5, "cases": 9, "rest": 0.1, "mean": [0.0, 1.0], "scale": [1.0, 2.0], "directions": [[1.0, 0.0]],
    "variances": [3.0],
}  # fmt: skip


def test_a_card_s_reference_is_read_and_a_card_without_one_too(saved, card):
    rewrite(saved, fit=REFERENCE)
    assert load_bundle(saved).card.fit == REFERENCE
    rewrite(saved, fit=None)
    assert load_bundle(saved).card.fit == {}


@pytest.mark.parametrize(
    "change",
    [
        {"mean": [0.0]}, {"mean": ["a", "b"]}, {"scale": [1.0, 0.0]}, {"variances": []},
        {"directions": [[1.0]]}, {"directions": 3}, {"directions": [[1.0, 0.0]] * 2}, {"rest": 0}, {"rest": None},
        {"threshold": -1.0}, {"threshold": "x"}, {"cases": True},
    ],
)  # fmt: skip
def test_a_damaged_reference_is_refused(saved, change):
    rewrite(saved, fit={**REFERENCE, **change})
    refused(saved, "the images that it learned from is damaged")


def test_normalisation_by_hand():
    array = np.array([[-100.0, 0.0], [50.0, 400.0]])
    assert normalise(array, {"kind": "fixed", "low": 0, "high": 200}).tolist() == [[-1.0, -1.0], [-0.5, 1.0]]
    ramp = np.arange(101, dtype=np.int16).reshape(1, 1, 101)
    assert intensity_limits(ramp, {"kind": "percentile", "low": 1, "high": 99}) == (1.0, 99.0)
    assert normalise(ramp, {"kind": "percentile", "low": 1, "high": 99}).dtype == np.float32
    part = normalise(ramp[..., 50:51], {"kind": "percentile", "low": 1, "high": 99}, limits=(1.0, 99.0))
    assert part.item() == pytest.approx(0.0)


def test_a_flat_image_becomes_zero():
    flat = normalise(np.full((1, 3, 3), 7.0), {"kind": "percentile", "low": 1, "high": 99})
    assert (flat == 0).all() and flat.dtype == np.float32


def test_a_card_takes_notes_and_an_author_later_and_older_cards_have_none(tmp_path):
    folder = tmp_path / "bundle"
    shutil.copytree(data_folder("models") / "phantom", folder)
    before = read_card(folder)
    assert before.notes == before.author == ""
    weights = (folder / WEIGHTS_NAME).read_bytes()
    after = annotate(folder, notes="Learnt from phantoms.\nNot for the clinic.", author="A. Physicist")
    assert read_card(folder) == after == replace(before, notes=after.notes, author="A. Physicist")
    assert (folder / WEIGHTS_NAME).read_bytes() == weights and load_bundle(folder).card == after
    assert not list(folder.glob("*.part*"))
