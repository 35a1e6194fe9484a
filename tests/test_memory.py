"""The memory of a case is decided beforehand, by what is free."""

from types import SimpleNamespace

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
