"""A certificate as PDF, from its snapshot alone: the same snapshot gives the same bytes."""

from __future__ import annotations

from io import BytesIO

import segno

from activities.certificates.rules import MARK, grouped
from activities.kit.typeset import typeset


def render(snapshot: str, digest: str, code: str, base_url: str) -> bytes:
    address = f"{base_url}/verify/{code}"
    given = {
        "facts": snapshot, "code": grouped(code), "address": address, "mark": digest[:MARK], "qr": _qr(address),
    }  # fmt: skip
    return typeset("certificates/certificate.typ", given)


def _qr(address: str) -> str:
    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=0, xmldecl=False)
    return drawn.getvalue().decode()
