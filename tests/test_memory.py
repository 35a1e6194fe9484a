"""The memory of a case is decided beforehand, by what is free."""

import subprocess
import sys
from types import SimpleNamespace

from proseg_gui import memory
from proseg_gui.memory import MOST_BYTES, Budget, memory_budget


def test_the_budget_follows_what_is_free_up_to_a_limit(monkeypatch):
    for free, wanted in ((64 << 30, MOST_BYTES), (500_000_000, 100_000_000)):
        monkeypatch.setattr("psutil.virtual_memory", lambda free=free: SimpleNamespace(available=free))
        assert memory_budget().total == wanted


def test_features_and_survey_share_it():
    budget = Budget(100 << 20)
    assert budget.features + budget.survey == budget.total and budget.features > budget.survey > 0
    assert budget.text == "100 MB"


def test_draws_of_whole_slices_have_their_part_of_the_features():
    plain, streams = Budget(100 << 20), Budget(100 << 20, streams=True)
    assert plain.draws == 0 and streams.draws > 0
    assert streams.features + streams.draws == plain.features and streams.survey == plain.survey


def test_what_was_let_go_goes_back_to_the_computer():
    """In a process of its own: a hundred megabytes in pieces that glibc keeps, but for the last of them."""
    code = (
        "import psutil; from proseg_gui.memory import give_back, share_heaps; share_heaps(); own = psutil.Process()\n"
        "kept = [bytearray(50_000) for _ in range(2000)]; last = bytearray(50_000); full = own.memory_info().rss\n"
        "del kept; give_back(); print((full - own.memory_info().rss) >> 20)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(found.stdout) > 80


def test_without_glibc_nothing_is_done(monkeypatch):
    monkeypatch.setattr(memory, "_glibc", lambda: None)
    memory.share_heaps()
    memory.give_back()
