"""Any text that is typed comes out of a feed as it was meant, whichever library reads it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import icalendar
import pytest
import vobject
from hypothesis import example, given
from hypothesis import strategies as st

from activities.calendars import rules
from activities.calendars.rules import Event, Status
from activities.kit.text import clean_line, clean_text
from tests.calendars.faults import faults
from tests.cast import HOUR, NOW

Texts = tuple[str, str, str]

PIECES = (
    *"\\;,:\"\n\r\t\x00\x07\x0b\x0c\x1b\x7f\x85\u2028\u2029\ufeff\xa0\u3000^%&<=|节𠮷😀é",
    "\\n", "\\N", "\\\\n", "\\,", "\r\n ", "\n\t", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇨🇳", "👍🏽", "e\u0301", "\ud83d", "\ude00",
    "END:VEVENT\n", "BEGIN:VALARM\n", "METHOD:REQUEST\r\n", "=0D=0A", "长" * 40, "x" * 74, " " * 80,
)  # fmt: skip
TEXT = st.lists(st.one_of(st.sampled_from(PIECES), st.characters()), max_size=40).map("".join)


def by_icalendar(content: bytes) -> Texts:
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return str(event["SUMMARY"]), str(event.get("LOCATION", "")), str(event.get("DESCRIPTION", ""))


def by_vobject(content: bytes) -> Texts:
    event = vobject.readOne(content.decode()).vevent
    return (
        event.summary.value,
        event.location.value if hasattr(event, "location") else "",
        event.description.value if hasattr(event, "description") else "",
    )


@pytest.mark.parametrize("read", [by_icalendar, by_vobject])
@given(TEXT, TEXT, TEXT)
@example("\\n\\N\\,\\;\\\\", "\\" * 200, "\n" * 50 + "\\n" + "\n" * 50)
@example("长" * 300, "😀" * 300, "👩‍👩‍👧‍👦" * 100)
def test_a_text_is_read_as_it_was_meant(read: Callable[[bytes], Texts], summary, place, description):
    """Cleaned of what a calendar cannot hold, and otherwise the very characters."""
    event = Event(uuid.UUID(int=1), "https://example.edu/slots/1", NOW, NOW + 2 * HOUR, 0, NOW, Status.CONFIRMED)
    words = rules.render_words(f"·{summary}", place, description, "")
    content = rules.render_calendar("我的岗位", rules.SHANGHAI, [rules.render_event(event, words, rules.SHANGHAI)])
    assert faults(content) == []
    meant = clean_line(f"·{summary}"), clean_line(place), clean_text(description)
    assert read(content) == tuple(text.encode("utf-8", "replace").decode() for text in meant)
