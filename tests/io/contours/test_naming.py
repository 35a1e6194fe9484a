"""The table of who drew what: what is proposed, what a map makes of it, what is remembered. No image is read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proseg_gui.errors import UserError
from proseg_gui.io.contours.naming import Known, Row, Source, problem, propose, titles, without_problems
from proseg_gui.io.contours.naming_map import apply_map, read_map, recall, remember, write_map

NOTHING = Known()


def _always(_i: int, _j: int) -> bool:
    return True


def _never(_i: int, _j: int) -> bool:
    return False


def _short(table):
    return [(row.region, row.rater, row.structure) for row in table.rows]


# -- proposals -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("join", ["_", " "])
@pytest.mark.parametrize("structure", ["", "lesion "])
def test_our_own_exports_are_raters_of_one_structure(join, structure):
    whose = ["rater_ann", "rater_bob", "consensus", "consensus_style", "sample_001", "latents"]
    names = [structure + name.replace("_", join) for name in whose]
    table = propose([Source(Path("rtstruct.dcm"), tuple(names))], NOTHING, _never)
    raters = ["ann", "bob", "consensus", "consensus style", "sample 001", "latents"]
    assert _short(table) == [(n, r, structure.strip() or "structure") for n, r in zip(names, raters, strict=True)]
    assert "export of this program" in table.notices[0] and problem(table.rows) == ""


def test_the_current_contour_of_an_export_is_called_like_the_structure():
    table = propose(
        [Source(Path("r.dcm"), ("GTV", "GTV rater ann", "GTV consensus"), maker="proseg-gui")], NOTHING, _never
    )
    assert _short(table) == [
        ("GTV", "current", "GTV"), ("GTV rater ann", "ann", "GTV"), ("GTV consensus", "consensus", "GTV")
    ]  # fmt: skip


@pytest.mark.parametrize(
    "names", [("GTV", "rater_ann"), ("consensus", "current"), ("GTV", "cord"), ("aggregater ann",)]
)
def test_other_regions_are_structures_of_the_file_s_rater(names):
    table = propose([Source(Path("carl.dcm"), names)], NOTHING, _never)
    assert _short(table) == [(name, "carl", name) for name in names] and table.notices == ()


def test_one_region_each_is_one_structure_only_where_they_meet():
    sources = [Source(Path("ann.dcm"), ("GTV a",)), Source(Path("bob.dcm"), ("GTV b",))]
    table = propose(sources, NOTHING, _always)
    assert _short(table) == [("GTV a", "ann", "structure"), ("GTV b", "bob", "structure")]
    assert table.notices == ("'GTV a', 'GTV b' were taken as drawings of one structure, 'structure', by 2 raters.",)
    table = propose(sources, NOTHING, _never)
    assert _short(table) == [("GTV a", "ann", "GTV a"), ("GTV b", "bob", "GTV b")]
    assert "'GTV a' and 'GTV b' do not overlap anywhere" in table.notices[0]
    same = [Source(Path("ann.dcm"), ("GTV",)), Source(Path("bob.dcm"), ("GTV",))]
    assert propose(same, NOTHING, _never).notices == ()


def test_one_file_an_organ_is_one_rater_s(tmp_path):
    folder = tmp_path / "totalseg"
    sources = [Source(folder / f"{name}.nii.gz", (name,), named=False) for name in ("liver", "spleen")]
    table = propose(sources, NOTHING, _never)
    assert _short(table) == [("liver", "totalseg", "liver"), ("spleen", "totalseg", "spleen")]
    assert "structures of their own, drawn by one rater, 'totalseg'" in table.notices[0]
    given = [Source(s.path, s.regions, rater=who, named=False) for s, who in zip(sources, "ab", strict=True)]
    assert [row.rater for row in propose(given, NOTHING, _never).rows] == ["a", "b"]


def test_files_of_one_name_are_told_apart_by_their_folders():
    sources = [Source(Path(f"/d/reader{n}/out/seg.nii.gz"), ("seg",), named=False) for n in "ABC"]
    table = propose(sources, NOTHING, _always)
    assert [row.rater for row in table.rows] == ["readerA", "readerB", "readerC"] and problem(table.rows) == ""
    assert any("3 files are called seg" in text for text in table.notices)
    twice = [sources[0], sources[0]]
    assert "would both be the drawing of 'seg' by 'seg'" in problem(propose(twice, NOTHING, _always).rows)


def test_a_file_joins_the_structure_of_the_case_only_if_it_meets_it():
    known = Known(("ann",), ("GTV",))
    source = [Source(Path("ann.dcm"), ("tumour",))]
    table = propose(source, known, _always)
    assert _short(table) == [("tumour", "ann (2)", "GTV")]
    assert table.notices == (
        "'tumour' was taken as a drawing of 'GTV'.",
        "The case has a rater 'ann' already; this drawing's is called 'ann (2)'.",
    )
    table = propose(source, known, _never)
    assert (
        _short(table) == [("tumour", "ann (2)", "tumour")]
        and "meets nothing that is drawn as 'GTV'" in table.notices[0]
    )


def test_lidc_readers_are_their_own_and_given_raters_stay():
    sources = [
        Source(Path("l.xml"), ("nodule", "nodule"), readers=("reader_1", "reader_2")),
        Source(Path("x.dcm"), ("a",), "eve"),
    ]
    assert _short(propose(sources, NOTHING, _always)) == [
        ("nodule", "reader_1", "nodule"), ("nodule", "reader_2", "nodule"), ("a", "eve", "a")
    ]  # fmt: skip


def test_problems_are_said_and_can_be_left_out():
    rows = [Row("a/s.dcm", "x", "ann", "GTV"), Row("b/s.dcm", "y", "ann", "GTV"), Row("b/s.dcm", "z", "bob", "GTV")]
    said = "'x' of a/s.dcm and 'y' of b/s.dcm would both be the drawing of 'GTV' by 'ann'"
    assert problem(rows) == said
    assert problem(rows[1:], {("ann", "GTV"): "a drawing that is there"}).startswith("a drawing that is there and 'y'")
    notices: list[str] = []
    assert [row.take for row in without_problems(rows, notices)] == [True, False, True]
    assert notices == [f"'y' of b/s.dcm was left out: {said}."]
    assert problem([]) == "nothing is taken" and "needs a rater" in problem([Row("f", "x", " ", "GTV")])


def test_titles_come_back_as_they_were():
    for raters, structures in (
        (("ann",), ("GTV", "cord")),
        (("ann", "bob"), ("GTV",)),
        (("ann", "bob"), ("GTV", "cord")),
    ):
        rows = [Row("f", "r", rater, structure) for rater in raters for structure in structures]
        names = titles(rows)
        assert len(set(names)) == len(rows)
        back = propose([Source(Path("ann.dcm"), tuple(names))], NOTHING, _never).rows
        kept = [(row.rater, row.structure if len(structures) > 1 or len(raters) == 1 else "GTV") for row in back]
        assert kept == [(row.rater, row.structure) for row in rows]


# -- maps ------------------------------------------------------------------------------------------------------------
ROWS = [
    Row("/d/ann.dcm", "GTV", "ann", "GTV"),
    Row("/d/ann.dcm", "Body", "ann", "Body"),
    Row("/d/bob.dcm", "GTV", "bob", "GTV"),
]


def test_a_map_decides_alone():
    notices: list[str] = []
    chosen = [Row("d/bob.dcm", "GTV", "Dr Bob", ""), Row("*", "GTV", "", "tumour"), Row("", "Cord", "", "")]
    rows = apply_map(ROWS, chosen, notices)
    assert rows == [
        Row("/d/ann.dcm", "GTV", "ann", "tumour"),
        Row("/d/ann.dcm", "Body", "ann", "Body", take=False),
        Row("/d/bob.dcm", "GTV", "Dr Bob", "GTV"),
    ]
    assert notices == [
        "The map does not name 'Body' of ann.dcm: left out.",
        "The map's row for 'Cord' fits no region of these files.",
    ]
    assert [row.take for row in apply_map(ROWS, [Row("", "*", "", "")], [])] == [True, True, True]
    assert not any(row.take for row in apply_map(ROWS, [Row("", "*", "", "", take=False)], []))


_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).map(str.strip).filter(bool)
_ROWS = st.lists(st.builds(Row, _TEXT, _TEXT, _TEXT, _TEXT, st.booleans()), min_size=1, max_size=5)


@pytest.mark.parametrize("suffix", [".csv", ".json"])
@given(rows=_ROWS)
def test_a_written_map_reads_back(tmp_path_factory, suffix, rows):
    path = tmp_path_factory.getbasetemp() / f"map{suffix}"
    write_map(path, rows, overwrite=True)
    assert read_map(path) == rows


def test_maps_of_a_spreadsheet(tmp_path):
    path = tmp_path / "m.csv"
    path.write_bytes("\ufefffile;region;rater;structure;take\r\n;GTV;Ann;Läsion;yes\r\n;;;;\r\n;Body;;;no\r\n".encode())
    assert read_map(path) == [Row("", "GTV", "Ann", "Läsion"), Row("", "Body", "", "", take=False)]
    path.write_text('[{"region": "GTV", "take": false}]')
    assert read_map(path) == [Row("", "GTV", "", "", take=False)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no rows"),
        (b"file,rater\na,b\n", "row 1 of the map has no region"),
        (b"region,what\na,b\n", "has 'what'; the columns are file, region"),
        (b"region,take\na,perhaps\n", "is yes or no, not 'perhaps'"),
        (b"region\na,b,c\n", "row 1 of the map has"),
        (b'{"rows": 3}', "no list of rows"),
        (b'[{"region": 3}]', "something else than text"),
        (b"[" * 100_000, "not valid JSON"),
        (b"\xff\xfe", "no text in UTF-8"),
        (b'region\n"' + b"x" * 200_000, "not a valid CSV"),
    ],
)
def test_what_is_no_map_is_one_sentence(tmp_path, content, said):
    (tmp_path / "m").write_bytes(content)
    with pytest.raises(UserError, match=said) as caught:
        read_map(tmp_path / "m")
    assert len(str(caught.value)) < 400
    with pytest.raises(UserError, match="cannot be read"):
        read_map(tmp_path / "none")


# -- remembered ------------------------------------------------------------------------------------------------------
def _set(name, label="", maker="Planner Inc"):
    return Source(Path(f"/p/{name}.dcm"), ("GTV_final", "BODY"), label=label, maker=maker)


def test_what_was_chosen_comes_back_for_files_of_the_same_origin(tmp_path):
    store = tmp_path / "deep" / "names.json"
    source, notices = _set("RS.1"), list[str]()
    rows = propose([source], NOTHING, _always).rows
    assert recall(store, [source], rows, notices) == list(rows) and notices == []
    remember(
        store,
        [source],
        [Row(rows[0].file, "GTV_final", "Ann", "GTV"), Row(rows[1].file, "BODY", "RS.1", "BODY", take=False)],
    )
    other = _set("RS.2")
    found = recall(store, [other], propose([other], NOTHING, _always).rows, notices)
    assert [(row.rater, row.structure, row.take) for row in found] == [("Ann", "GTV", True), ("RS.2", "BODY", False)]
    assert notices == ["Names are as you chose them for files of this origin before."]
    stranger = _set("RS.2", maker="Other")
    assert recall(store, [stranger], propose([stranger], NOTHING, _always).rows, []) == list(
        propose([stranger], NOTHING, _always).rows
    )
    assert "GTV_final" not in store.read_text() and store.stat().st_mode & 0o077 == 0


def test_a_rater_is_kept_only_where_the_file_tells_raters_apart(tmp_path):
    store = tmp_path / "names.json"
    for label, expected in (("", "RS.2"), ("physicist", "Ann")):
        source, other = _set("RS.1", label), _set("RS.2", label)
        remember(store, [source], [Row(str(source.path), region, "Ann", region) for region in source.regions])
        found = recall(store, [other], propose([other], NOTHING, _always).rows, [])
        assert {row.rater for row in found} == {expected}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": 1}', "[" * 100_000, '{"%s": {"x": 3}}'])
def test_a_damaged_store_is_none(tmp_path, content):
    store, source = tmp_path / "names.json", _set("RS.1")
    store.write_text(content)
    rows = list(propose([source], NOTHING, _always).rows)
    assert recall(store, [source], rows, []) == rows
    remember(store, [source], rows)
    assert isinstance(json.loads(store.read_text()), dict)
