"""Which device trains in which precision, and terms that stay float32."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace

import pytest
import torch

from proseg_gui.cli.train import add_parser
from proseg_gui.errors import UserError
from proseg_gui.training.precision import PRECISIONS, check_precision, in_float32
from proseg_gui.training.recipe import Recipe


@pytest.mark.parametrize(("precision", "device", "fits"), [
    ("32", "cpu", True), ("32", "mps", True), ("bf16-mixed", "cpu", True), ("bf16-mixed", "cuda", True),
    ("bf16-mixed", "mps", False), ("16-mixed", "cuda", True), ("16-mixed", "cpu", False), ("8", "cpu", False),
])  # fmt: skip
def test_a_device_that_cannot_is_told_what_it_can(precision, device, fits):
    if fits:
        return check_precision(precision, torch.device(device))
    with pytest.raises(UserError, match=precision):
        check_precision(precision, torch.device(device))


def test_the_command_offers_the_precisions_and_the_usual_one_changes_no_recipe():
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    args = ["train", "x", "--out", "y"]
    assert parser.parse_args(args).precision == Recipe().precision == PRECISIONS[0]
    for name in PRECISIONS:
        assert parser.parse_args([*args, "--precision", name]).precision == name
    assert "precision" not in Recipe().as_dict()
    assert json.loads(json.dumps(replace(Recipe(), precision="bf16-mixed").as_dict()))["precision"] == "bf16-mixed"


def test_a_term_in_float32_is_exact_within_autocast():
    a, b = torch.full((1, 4096), 1.001), torch.ones(4096, 1)
    product = in_float32(lambda x, y: x @ y)
    with torch.autocast("cpu", torch.bfloat16):
        assert (a @ b).dtype == torch.bfloat16
        assert float(product(a, b)) == pytest.approx(4100.096, abs=0.5)  # bfloat16 knows 4096 and 4128
        assert product(a.bfloat16(), b).dtype == torch.float32
