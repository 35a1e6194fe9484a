"""What was pointed at stands beside the point: kept as plain values, said in words, forgotten with the candidate."""

from __future__ import annotations

import json

from proseg_gui.inference.pointing import Click, Clicks
from proseg_gui.review.latents import plain_who, who_of
from proseg_gui.review.state import Who

CLICKS = Clicks((Click((1.0, -2.5, 3.0)), Click((4.0, 5.0, 6.0), False)), ((0.0, 0.0, 3.0), (9.0, 8.0, 3.0)))


def test_clicks_are_kept_with_the_point_and_said_in_words():
    who = Who(clicks=CLICKS)
    assert who_of(json.loads(json.dumps(plain_who(who)))) == who
    assert who.text == "clicked, by 1 click in and 1 click out and a box"


def test_without_clicks_nothing_of_them_is_kept():
    for who in (Who(rater="anna"), Who(consensus=True), Who(prompt="tighter", moved=True)):
        assert "clicks" not in plain_who(who) and who_of(plain_who(who)) == who
