"""Names as file names: two names are two files on every disk, and always the same ones."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from proseg_gui.io.base.names import file_name, file_names

_NAMES = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=150), max_size=8, unique=True)


def test_plain_names_stay_and_others_say_which_they_were():
    assert [file_name(n) for n in ("GTV", "GTV_1", "lesion 2", "肿瘤靶区", "a.b")] == [
        "GTV",
        "GTV_1",
        "lesion 2",
        "肿瘤靶区",
        "a.b",
    ]
    changed = [
        "GTV/1",
        "GTV|1",
        "..",
        "../../etc",
        "dr@2",
        "NUL",
        "com1.x",
        " a",
        "a ",
        "-x",
        "x" * 100,
        "x" * 99 + "y",
        "",
    ]
    names = [file_name(name) for name in changed]
    assert len(set(names)) == len(names) and all(name.endswith(")") for name in names)
    assert file_name("GTV/1") == "GTV_1 (6a953e)" and names == [file_name(name) for name in changed]


@given(_NAMES)
def test_any_names_are_files_of_their_own(texts):
    names = file_names(texts)
    assert len({name.casefold() for name in names.values()}) == len(texts)
    for name in names.values():
        assert name and len(name.encode()) < 160 and not set(name) & set('/\\:*?"<>|@\0\n')
        assert name[0] not in ".- " and name[-1] not in ". "


def test_names_that_are_there_already_stay_theirs():
    assert file_names(["ptv", "PTV"], beside=["PTV"])["PTV"] == "PTV"
    assert file_names(["ptv"], beside=["PTV"])["ptv"].startswith("ptv (")
    two_forms = ["L\u00e4sion", "La\u0308sion"]
    assert len(set(file_names(two_forms).values())) == 2, "one letter, or a letter and its dots"
