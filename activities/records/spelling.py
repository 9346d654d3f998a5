"""How names are typed by their sound: every reading of every character, so that whoever looks for somebody finds them
by initials, by whole syllables, or by both mixed."""

from __future__ import annotations

from functools import lru_cache


def spelled(name: str) -> str:
    """The syllables of a name, divided by spaces; where a character has several readings they are divided by commas. A
    surname such as 单 or 曾 is read otherwise than the word, and no dictionary knows which of them somebody goes by."""
    return " ".join(map(_readings, name.replace(" ", "")))


@lru_cache(maxsize=8192)
def _readings(character: str) -> str:
    # Its tables take half a second to load: only who opens a list waits for them, and only the first.
    from pypinyin import Style, pinyin

    return ",".join(dict.fromkeys(pinyin(character, style=Style.NORMAL, heteronym=True)[0])).lower()
