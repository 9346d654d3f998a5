"""What gives or takes a seat shortly before its time waits for no daily letter, unless its person has done it."""

from __future__ import annotations

import pytest

from activities.outbox.words import WORDS
from tests.cast import HOUR, NOW

# What people have done themselves is told as a confirmation, which may come with the day's letter.
OWN_ACT = {
    "signups.seated": "signed up, or accepted the seat that was held",
    "signups.withdrew": "withdrew",
    "holders.held": "accepted the post",
}


@pytest.mark.any_database
@pytest.mark.usefixtures("app")
def test_what_others_do_to_a_seat_is_urgent_shortly_before_its_time():
    about_seats = {topic: words for topic, words in WORDS.items() if words.duties and not topic.startswith("test.")}
    waits = {topic for topic, words in about_seats.items() if words.urgent is None}
    assert waits == OWN_ACT.keys()
    soon, later = ({"when": [(NOW + hours * HOUR).isoformat()] * 2} for hours in (3, 72))
    for topic in about_seats.keys() - waits:
        assert WORDS[topic].is_urgent(soon, NOW)
        assert not WORDS[topic].is_urgent(later, NOW)
