"""Provenance as plain values and as one line."""

from __future__ import annotations

import json
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from proseg_gui import __version__
from proseg_gui.io.base.progress import share_of
from proseg_gui.io.base.provenance import LATER, Provenance, edits_text


def test_values_are_plain_json():
    latents = MappingProxyType({"tau": np.array([0.5, 0.5], np.float32), "eps": (1.0,)})
    values = json.loads(json.dumps(Provenance("m", "1", "ab", latents, "r").as_dict()))
    assert values["latents"] == {"tau": [0.5, 0.5], "eps": [1.0]}
    assert values["software"] == f"proseg-gui {__version__}" and values["created"].endswith("+00:00")


def test_sentences():
    full = Provenance("m", "1", "0123456789abcdef", rater="tight", sample="3 (seed 0)", edits="brush")
    assert full.sentence() == "model m 1 (sha256 0123456789ab); rater tight; sample 3 (seed 0); edits: brush"
    reading = Provenance(
        person="eva", reading="accepted, by hand (lesion#2)", edits=edits_text({"hand": 1310, "tool": 2})
    )
    assert reading.sentence() == (
        "no model named; reading: accepted, by hand (lesion#2); person eva; "
        "edits: voxels decided 1,310 by hand, 2 by tool"
    )
    assert Provenance().sentence() == "no model named" and Provenance().model_id() == ""


def test_what_was_written_is_read_and_nothing_else():
    origin = Provenance("m", "1", "ab", {"tau": [0.5], "eps": [-1.25]}, "r", "3", "none", "straightened", person="eva",
                        reading="draft", accepted="2026-01-02T03:04:05+00:00", decided={"hand": 3})  # fmt: skip
    values = json.loads(json.dumps(origin.as_dict()))
    assert Provenance.of(values) == origin
    for key, wrong in (
        ("rater", 3), ("latents", [1]), ("latents", {"tau": "x"}), ("latents", {"tau": [float("nan")]}),
        ("created", "soon"), ("model", None), ("user", "\ud800"), ("latents", {"tau": [10**400]}),
        ("decided", {"hand": 0.5}), ("decided", [1]), ("accepted", "soon"), ("person", 3),
    ):  # fmt: skip
        assert Provenance.of(values | {key: wrong}) is None, (key, wrong)
    older = {name: value for name, value in values.items() if name not in LATER}
    assert Provenance.of(older) == replace(origin, **LATER), "files of earlier versions lack what came later"
    for key in older:
        assert Provenance.of({name: value for name, value in values.items() if name != key}) is None
    assert Provenance.of("text") is None and Provenance.of(None) is None


def test_a_deidentified_file_names_no_reader_and_no_time():
    told = Provenance(
        "m", person="eva", reading="accepted, blind (a#1)", accepted="2026-01-02T03:04:05+00:00"
    ).anonymous()
    assert (told.person, told.accepted, told.created, told.user) == ("", "", "", "")
    assert (told.model, told.reading) == ("m", "accepted, blind (a#1)")


def test_share_of_a_progress():
    said = []
    part = share_of(lambda share, text: said.append((share, text)), 0.5, 0.7)
    part(0.0, "a")
    part(0.5, "b")
    assert said == [(0.5, "a"), (0.6, "b")]
