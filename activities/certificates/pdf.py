"""A certificate as PDF, from its snapshot alone: the same snapshot gives the same bytes.

What differs from one to the next goes to the template as data and stays text, whatever it holds. Fonts come from a
package and none from the machine, so that paper looks the same wherever it was printed.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from threading import Lock

import pylopdf_fonts_zh_cn as fonts
import segno
from typst import Compiler

from activities.certificates.rules import MARK, grouped
from activities.config import DATA

_TURN = Lock()  # a compiler works for one thread at a time


def render(snapshot: str, digest: str, code: str, base_url: str) -> bytes:
    address = f"{base_url}/verify/{code}"
    given = {
        "facts": snapshot, "code": grouped(code), "address": address, "mark": digest[:MARK], "qr": _qr(address),
    }  # fmt: skip
    with _TURN:
        made = _compiler().compile(format="pdf", sys_inputs=given)
    assert isinstance(made, bytes)  # one file, and given no place to write it to
    return made


@lru_cache(maxsize=1)
def _compiler() -> Compiler:
    """It finds its fonts once, and keeps what does not change from one certificate to the next."""
    folder = DATA / "templates" / "certificates"
    return Compiler(
        input=str(folder / "certificate.typ"), root=str(folder), font_paths=[str(fonts.sans_path().parent)],
        ignore_system_fonts=True,
    )  # fmt: skip


def _qr(address: str) -> str:
    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=0, xmldecl=False)
    return drawn.getvalue().decode()
