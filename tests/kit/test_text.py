"""What is left of what people type."""

from __future__ import annotations

import pytest

from activities.kit.text import clean_line, clean_text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (None, ""),
        ("  东湖  ", "东湖"),
        ("a\x00b\x07c\x1bd\x7fe\x9bf", "abcdef"),
        ("a\u0085b\u2028c\u2029d", "abcd"),
        ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        ("\u202eevil\u2066", "evil"),
        ("\ufefffirst", "first"),
        ("👩‍🔧 stays", "👩‍🔧 stays"),
        ("tab\tstays", "tab\tstays"),
    ],
)
def test_text_loses_what_cannot_be_shown(typed, kept):
    assert clean_text(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"), [(None, ""), ("a\r\n b\t\tc", "a b c"), ("全角\u3000空格", "全角 空格"), ("\n\n", "")]
)
def test_a_line_is_one_line(typed, kept):
    assert clean_line(typed) == kept
