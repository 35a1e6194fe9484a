"""A key gives one command, whatever is chosen, reset or damaged."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proseg_gui.gui.dialogs.key_table import KeyTable

OWN = {"open": ("Ctrl+O",), "export": ("Ctrl+E", "Ctrl+S"), "zoom": ("+", "="), "about": ()}


def keys(table: KeyTable) -> list[str]:
    return [key for name in OWN for key in table.of(name)]


def test_the_programs_own_and_a_chosen_one():
    table = KeyTable(OWN).with_keys("about", ("F2",))
    assert table.of("about") == ("F2",) and table.stored() == ("about=F2",)
    assert table.holder("F2") == "about" and table.holder("F3") is None
    assert not table.is_own("about") and table.is_own("open")
    assert KeyTable(OWN, table.stored()).of("about") == ("F2",)


def test_a_key_that_is_taken_leaves_the_other_command_the_rest():
    table = KeyTable(OWN).with_keys("about", ("Ctrl+S",))
    assert table.of("export") == ("Ctrl+E",) and table.holder("Ctrl+S") == "about"
    assert table.with_keys("about", ()).of("export") == ("Ctrl+E", "Ctrl+S")
    assert table.reset("export").of("about") == () and table.reset("export").of("export") == ("Ctrl+E", "Ctrl+S")
    chosen = table.with_keys("open", ("F2",)).with_keys("export", ("F2", "F3"))
    assert chosen.of("open") == () and chosen.of("export") == ("F2", "F3")
    assert chosen.reset_all().stored() == ()


def test_the_sign_between_name_and_key_is_a_key_too():
    table = KeyTable(OWN).with_keys("about", ("=",))
    again = KeyTable(OWN, table.stored())
    assert again.of("about") == ("=",) and again.of("zoom") == ("+",)


@pytest.mark.parametrize("odd", [("",), ("open",), ("gone=F2",), ("=F2",), ("open=F2", "open=F3"), ("open=|||",)])
def test_odd_entries_do_no_harm(odd):
    table = KeyTable(OWN, odd)
    assert len(set(keys(table))) == len(keys(table))
    assert table.of("export") == ("Ctrl+E", "Ctrl+S")
    assert KeyTable(OWN, ("gone=Ctrl+E",)).of("export") == ("Ctrl+E", "Ctrl+S"), "a command of another version"


SOME = st.sampled_from(["Ctrl+O", "Ctrl+E", "Ctrl+S", "+", "=", "F2", "F3"])
STEPS = st.lists(st.tuples(st.sampled_from(sorted(OWN)), st.lists(SOME, unique=True, max_size=3) | st.none()))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_after_any_changes_a_key_gives_one_command_and_the_settings_give_the_table_back(steps):
    table = KeyTable(OWN)
    for name, chosen in steps:
        table = table.reset(name) if chosen is None else table.with_keys(name, chosen)
        assert table.of(name) == (OWN[name] if chosen is None else tuple(chosen))
        assert len(set(keys(table))) == len(keys(table))
    again = KeyTable(OWN, table.stored())
    assert {name: again.of(name) for name in OWN} == {name: table.of(name) for name in OWN}
