"""A training with an encoder's weights of one's own, from the command to a bundle, and what is refused."""

from __future__ import annotations

import hashlib
import json
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

pytest.importorskip("monai", reason="MONAI is not installed: pip install 'proseg-gui[encoders]'")

from proseg_gui.bundle import load_bundle, read_card
from proseg_gui.cli import main
from proseg_gui.errors import UserError
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.networks.pretrained import EncoderUNet, build_backbone
from proseg_gui.networks.registry import build
from proseg_gui.training.encoder_weights import read_weights, start_from
from proseg_gui.training.methods import OBJECTIVES
from proseg_gui.training.objectives.base import PRETRAINED_RATE
from proseg_gui.training.recipe import Recipe
from proseg_gui.volume import Geometry, Mask


@pytest.fixture
def discs(tmp_path):
    geometry = Geometry.plain((1, 16, 16), (3.0, 1.0, 1.0))
    y, x = np.mgrid[:16, :16]
    distance = np.hypot(y - 8, x - 8)[None]
    for i in range(3):
        case = tmp_path / "discs" / f"case{i}"
        write_nifti((distance + i).astype(np.float32), geometry, case / "image.nii.gz")
        for rater, radius in (("rater1", 3), ("rater2", 5)):
            write_nifti(Mask(distance < radius, geometry), geometry, case / "masks" / f"{rater}.nii.gz")
    return tmp_path / "discs"


@pytest.fixture
def file(tmp_path):
    torch.manual_seed(9)
    path = tmp_path / "resnet18.safetensors"
    save_file(build_backbone("resnet18", 3, (8,) * 6, 8).encoder.state_dict(), path)
    return path


def words(discs, out, *more):
    return ["train", str(discs), "--out", str(out), "--steps", "3", "--device", "cpu", "--widths", "4,8,8", *more]


def said(capsys):
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    return captured.err


def test_a_bundle_starts_from_the_file_and_carries_what_it_needs(discs, file, tmp_path, capsys, monkeypatch):
    options = ["--backbone", "resnet18", "--encoder-weights", str(file)]
    assert main(words(discs, tmp_path / "m", *options)) == 0
    card = read_card(tmp_path / "m")
    assert card.architecture["backbone"] == "resnet18"
    assert card.training["recipe"]["network"] == {"backbone": "resnet18"}
    assert card.training["encoder_weights"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert card.training["command"].endswith("--backbone resnet18 --encoder-weights WEIGHTS --widths 4,8,8 --steps 3 "
                                             "--device cpu")  # fmt: skip
    bundle = load_bundle(tmp_path / "m")
    assert isinstance(bundle.method.backbone, EncoderUNet)
    there = load_file(file)["layer1.0.conv1.weight"]
    kept = bundle.method.backbone.encoder["layer1"][0].conv1.weight
    assert 0 < float((kept - there).abs().max()) < 0.01 < float(there.std())  # it learned, from where the file is

    file.unlink()
    out = tmp_path / "out"
    assert main(["predict", str(discs), "--model", str(tmp_path / "m"), "--out", str(out), "--device", "cpu"]) == 0
    assert main(["train", str(discs), "--out", str(tmp_path / "n"), "--init", str(tmp_path / "m"), "--stage", "full",
                 "--steps", "2", "--device", "cpu"]) == 0  # fmt: skip
    assert load_bundle(tmp_path / "n").card.architecture["backbone"] == "resnet18"
    capsys.readouterr()

    monkeypatch.setitem(sys.modules, "monai.networks.nets", None)
    assert main(["predict", str(discs), "--model", str(tmp_path / "m"), "--out", str(tmp_path / "p")]) == 2
    assert "needs MONAI, which is not installed: pip install 'proseg-gui[encoders]'" in said(capsys)


def test_another_file_is_another_training(discs, file, tmp_path, capsys):
    first = words(discs, tmp_path / "m", "--backbone", "resnet18", "--encoder-weights", str(file))
    assert main(first) == 0
    other = load_file(file)
    other["bn1.bias"] += 1.0
    save_file(other, file)
    capsys.readouterr()
    assert main([*first, "--resume", "--overwrite"]) == 2
    assert "another encoder weights" in said(capsys)


def test_options_that_do_not_belong_together_are_refused(discs, file, tmp_path, capsys, monkeypatch):
    weights = ["--encoder-weights", str(file)]
    for options, what in (
        (["--backbone", "resnet18"], "belong together"),
        (weights, "belong together"),
        (["--init", "phantom", "--stage", "rater", "--backbone", "resnet18", *weights], "--backbone cannot be chosen"),
        (["--backbone", "resnet18", "--encoder-weights", str(tmp_path / "none")], "cannot be read"),
        (["--backbone", "resnet34", *weights], "do not fit the backbone: it has no 'layer1.2"),
    ):
        assert main(["train", str(discs), "--out", str(tmp_path / "m"), "--device", "cpu", *options]) == 2
        assert what in said(capsys)
        assert not (tmp_path / "m").exists()
    monkeypatch.setitem(sys.modules, "monai.networks.nets", None)
    assert main(words(discs, tmp_path / "m", "--backbone", "resnet18", *weights)) == 2
    assert "needs MONAI" in said(capsys)


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\x80\x02", b"\x08\x00\x00\x00\x00\x00\x00\x00{]"])
def test_pickles_and_damage_are_refused_unread(tmp_path, start):
    path = tmp_path / "resnet18.pth"
    path.write_bytes(start + b"0" * 40)
    with pytest.raises(UserError, match="pickle" if start[0] in b"P\x80" else "not a readable safetensors") as caught:
        read_weights(path)
    assert "resnet18.pth" in str(caught.value)


def test_our_own_unet_takes_none(file):
    with pytest.raises(UserError, match="takes no weights"):
        start_from(build("majority", {"n_raters": 2}), read_weights(file))


@pytest.mark.parametrize("kind", sorted(OBJECTIVES))
def test_every_method_learns_its_encoder_more_slowly(kind):
    method = build(kind, {"n_raters": 2, "widths": [4, 8], "backbone": "resnet18"})
    objective = OBJECTIVES[kind](method, Recipe())
    groups = objective.groups()
    by_factor = {group["factor"]: group["params"] for group in groups}
    assert {id(p) for p in by_factor[PRETRAINED_RATE]} == {id(p) for p in method.backbone.encoder.parameters()}
    assert sum(len(group["params"]) for group in groups) == len(list(objective.parameters()))
    assert json.loads(json.dumps(method.architecture()))["backbone"] == "resnet18"
