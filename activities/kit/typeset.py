"""Templates of Typst as PDF: the same template and the same facts give the same bytes.

What differs goes to the template as data and stays text, whatever it holds. Fonts come from a package and none from the
machine, so that paper looks the same wherever it was printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from threading import Lock

import pylopdf_fonts_zh_cn as fonts
from typst import Compiler

from activities.config import DATA

_TURN = Lock()  # a compiler works for one thread at a time


def typeset(template: str, given: Mapping[str, str]) -> bytes:
    """The template, by its place below `templates`, filled with what is given."""
    with _TURN:
        made = _compiler(template).compile(format="pdf", sys_inputs=dict(given))
    assert isinstance(made, bytes)  # one file, and given no place to write it to
    return made


@lru_cache(maxsize=8)
def _compiler(template: str) -> Compiler:
    """It finds its fonts once, and keeps what does not change from one paper to the next."""
    place = DATA / "templates" / template
    return Compiler(
        input=str(place), root=str(place.parent), font_paths=[str(fonts.sans_path().parent)], ignore_system_fonts=True
    )
