"""Text as people type it, made safe to store, to show and to fold into a calendar."""

from __future__ import annotations

import re

# Control characters, U+0085, the line and paragraph separators that calendar clients choke on, and the marks that turn
# the direction of what follows.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_ENDS = re.compile("\r\n?")
_GAPS = re.compile(r"\s+")


def clean_text(value: str | None) -> str:
    """Several lines: line ends become "\\n", what cannot be shown goes, blanks around the whole go."""
    return _UNWANTED.sub("", _ENDS.sub("\n", value or "")).strip()


def clean_line(value: str | None) -> str:
    """One line: as `clean_text`, and every run of blanks and line ends becomes one space."""
    return _GAPS.sub(" ", clean_text(value))
