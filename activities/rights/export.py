"""All that is kept about one person, in one zip: `data.json` and the schema that it keeps to, the duties as a calendar,
and every valid certificate as PDF. It is made while it is sent, one part in memory at a time, so that nothing of it is
ever stored, and however much there is the first byte comes at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from flask import current_app

from activities.calendars.invitations import all_duties
from activities.certificates.files import hand_out, paper_of
from activities.certificates.models import Certificate
from activities.certificates.rules import CertificateState
from activities.kit.db import db
from activities.kit.i18n import DEFAULT
from activities.people.users import Viewer
from activities.rights.sections import SECTIONS

VERSION = 1
DRAFT = "https://json-schema.org/draft/2020-12/schema"
_KINDS: list[tuple[type[Any], dict[str, str]]] = [
    (sa.DateTime, {"type": "string", "format": "date-time"}), (sa.Date, {"type": "string", "format": "date"}),
    (sa.Time, {"type": "string", "format": "time"}), (sa.Boolean, {"type": "boolean"}),
    (sa.Integer, {"type": "integer"}), (sa.JSON, {"type": "object"}), (sa.String, {"type": "string"}),
]  # fmt: skip


def data(viewer: Viewer, now: datetime) -> dict[str, Any]:
    """What is kept about the person, as JSON can hold it."""
    sections: dict[str, list[dict[str, Any]]] = {}
    for name, section in SECTIONS.items():
        rows = db.session.execute(section.query(viewer.id))
        sections[name] = [dict(zip(section.columns, map(_plain, row), strict=True)) for row in rows]
    return {"version": VERSION, "made_at": now.isoformat(), "school": _school(), **sections}


def schema() -> dict[str, Any]:
    """What `data` looks like, from the same declaration."""
    said: dict[str, Any] = {
        "version": {"const": VERSION}, "made_at": {"type": "string", "format": "date-time"},
        "school": {"type": "string"},
    }  # fmt: skip
    for name, section in SECTIONS.items():
        fields = {key: _schema_of(column) for key, column in section.columns.items()}
        said[name] = {"type": "array", "items": _object(fields)}
    return {"$schema": DRAFT, "title": "What is kept about one person", **_object(said)}


def files(viewer: Viewer, now: datetime) -> Iterator[tuple[str, bytes]]:
    """The files of the zip, one after the other."""
    yield "data.json", _text(data(viewer, now))
    yield "schema.json", _text(schema())
    yield "duties.ics", all_duties(viewer.id, viewer.language or DEFAULT)
    query = sa.select(Certificate).where(
        Certificate.member_id == viewer.id, Certificate.state == CertificateState.VALID
    )
    for paper in [paper_of(one) for one in db.session.scalars(query.order_by(Certificate.id))]:
        yield f"certificates/{paper.number}.pdf", hand_out(paper)


def _schema_of(column: Any) -> dict[str, Any]:
    """What a column's values are. Whether one can be missing is no matter of the reader's: all may be null."""
    own = column.type
    stored = own.impl_instance if isinstance(own, sa.TypeDecorator) else own
    found = next(said for kind, said in _KINDS if isinstance(stored, kind))
    return {**found, "type": [found["type"], "null"]}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date | time) else value


def _text(said: dict[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, indent=2).encode()


def _school() -> str:
    return str(current_app.config["SETTINGS"].school)
