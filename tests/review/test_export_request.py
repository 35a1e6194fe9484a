"""What stands where a request would write, and what is amiss there."""

from __future__ import annotations

from pathlib import Path

import pytest

from proseg_gui.errors import UserError
from proseg_gui.review.export_request import ExportOffer, ExportRequest, Place, look, problem


def _request(folder: Path) -> ExportRequest:
    return ExportRequest(frozenset({"current"}), (), 0, (), "nifti", folder, "lesion", "")


def _offer(folder: Path) -> ExportOffer:
    return ExportOffer(("anna",), (), ("lesion",), 0, folder, lambda request: [request.folder / "current.nii.gz"])


def test_a_new_folder_a_free_one_and_files_that_are_there(tmp_path) -> None:
    offer = _offer(tmp_path)
    assert look(offer, _request(tmp_path / "new" / "deep")) == Place(is_new=True)
    assert look(offer, _request(tmp_path)) == Place()
    (tmp_path / "current.nii.gz").write_bytes(b"x")
    assert look(offer, _request(tmp_path)) == Place((tmp_path / "current.nii.gz",))


def test_what_is_amiss_is_a_sentence(tmp_path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    assert "is a file, not a folder" in look(_offer(tmp_path), _request(tmp_path / "file" / "below")).trouble

    def refuse(_request: ExportRequest) -> list[Path]:
        raise UserError("the folder cannot be read", path=tmp_path)

    offer = ExportOffer(("anna",), (), ("lesion",), 0, tmp_path, refuse)
    assert "cannot be read" in look(offer, _request(tmp_path)).trouble


def test_problems_are_found_without_the_disk(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(Path, "exists", lambda _self, **_how: pytest.fail("the disk was asked"))
    assert problem(_request(tmp_path)) == ""
    assert problem(_request(Path())) == "Choose a folder."
