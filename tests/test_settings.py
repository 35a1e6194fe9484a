"""Settings survive a store that is old, damaged or from another hand."""

from __future__ import annotations

from dataclasses import asdict

from proseg_gui.errors import UserError
from proseg_gui.settings import MAX_RECENT, Settings


def test_round_trip_through_texts() -> None:
    settings = Settings(theme="light", heat_opacity=0.25, show_thin=True, recent=("a", "b"))
    texts = {k: list(v) if isinstance(v, tuple) else str(v).lower() for k, v in asdict(settings).items()}
    texts["theme"] = "light"
    assert Settings.from_mapping(texts) == settings


def test_what_does_not_fit_keeps_its_default() -> None:
    found = Settings.from_mapping(
        {"show_thin": "perhaps", "line_width": "wide", "theme": 7, "recent": 3, "gone": 1, "fill": "0.5"}
    )
    assert found == Settings(fill=0.5)


def test_one_recent_file_may_come_back_as_a_bare_text() -> None:
    assert Settings.from_mapping({"recent": "/scan"}).recent == ("/scan",)


def test_recent_files_are_unique_newest_first_and_few() -> None:
    settings = Settings()
    for number in range(MAX_RECENT + 5):
        settings = settings.with_recent(f"scan{number % (MAX_RECENT + 2)}")
    assert len(settings.recent) == len(set(settings.recent)) == MAX_RECENT
    assert settings.recent[0] == f"scan{(MAX_RECENT + 4) % (MAX_RECENT + 2)}"


def test_user_error_is_one_line() -> None:
    error = UserError("the file\nis empty.", path="/a/b.nii", remedy="Write it  again.")
    assert str(error) == "/a/b.nii: the file is empty. Write it again."
    assert str(UserError("no scan")) == "no scan."
