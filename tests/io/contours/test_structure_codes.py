"""Coded structures: each is what DICOM's own tables say, and is found by its words."""

from __future__ import annotations

import pytest
from pydicom.sr._concepts_dict import concepts

from proseg_gui.errors import UserError
from proseg_gui.io.contours.structure_codes import search_codes, structure_code, structure_codes


def test_every_code_and_category_has_the_meaning_that_dicom_gives_it():
    known = {
        (scheme, code, meaning.casefold())
        for scheme, entries in concepts.items()
        for entry in entries.values()
        for code, (meaning, _) in entry.items()
    }
    assert len(structure_codes()) >= 60
    for entry in structure_codes():
        for concept in (entry.kind, entry.category):
            assert (concept.scheme, concept.code, concept.meaning.casefold()) in known
            assert len(concept.code) <= 16 and len(concept.meaning) <= 64
    keys = [entry.key for entry in structure_codes()]
    assert len(set(keys)) == len(keys)


def test_search_finds_by_meaning_other_words_category_and_code():
    def found(text):
        return [entry.kind.meaning for entry in search_codes(text)]

    assert found("lung")[0] == "Lung" and "Nodule" in found("lung")
    assert found("OEDEMA") == ["Edema"]
    assert "GTV Primary" in found("tumour") and "Neoplasm" in found("tumour")
    assert found("41216001") == ["Prostate"]
    assert found("ventricle left") == ["Left ventricle"]
    assert "Lesion" in found("abnormal") and found("no such thing") == []
    assert len(found("")) == len(structure_codes())


def test_one_is_named_by_key_or_meaning_and_a_wrong_one_gets_a_hint():
    assert structure_code("lesion") is structure_code("SCT:52988006") is structure_code("52988006")
    with pytest.raises(UserError, match="no coded structure 'kid'") as caught:
        structure_code("kid")
    assert "Kidney" in str(caught.value)
