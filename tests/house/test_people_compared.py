"""Who acts is compared with whom it concerns by person, not by account: `people.persons` is asked. What compares ids
all the same is listed here, each with its reason, so that a new one is thought about."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

pytestmark = pytest.mark.any_database

CODE = Path(__file__).parents[2] / "activities"
# By what names people are known who record, decide or vouch.
ACTING = {"actor", "recorder", "issuer", "signer", "decider", "importer", "keeper", "secretary", "organizer", "host",
          "grantor", "answerer", "current_user"}  # fmt: skip
OWN = "one's own things: what an account made, kept, asked for or is shown"
SHOWN = "the page greys it out for this account; the verb asks for the person"
ALLOWED = {
    ("admissions/queries.py", "member_id == actor_id"): SHOWN,
    ("board/chosen.py", "BulkChange.actor_id == actor_id"): OWN,
    ("board/chosen.py", "Message.actor_id == actor_id"): OWN,
    ("certificates/queries.py", "Certificate.issued_by_id == issuer_id"): OWN,
    ("commendations/story_routes.py", "found.member_id == current_user.id"): OWN,
    ("corrections/routes.py", "record.member_id != current_user.id"): OWN,
    ("demo/corrections.py", "Record.recorded_by_id == recorder_id"): "the demo looks for records of one organizer",
    ("imports/service.py", "CalendarUpload.member_id == actor_id"): OWN,
    ("outcomes/routes.py", "line.member_id == current_user.id"): OWN,
    ("packets/service.py", "who != actor_id"): "who did it is not told of it",
    ("people/routes_people.py", "current_user.id in (member.id, *(one.id for one in others))"): "all accounts of both",
    ("people/service.py", "actor_id == member_id"): "an account does not shut itself; another may be shut",
    ("people/service.py", "Member.id == actor_id"): "who acts is looked up",
    ("records/sheets.py", "Record.recorded_by_id == recorder_id"): OWN,
    ("rescheduling/notices.py", "who != actor_id"): "who did it is not told of it",
    ("signups/teams.py", "who == actor_id"): "who leads a team",
    ("goods/delivery_routes.py", "found.handler_id != current_user.id"): OWN,
    ("goods/delivery_routes.py", "found.handler_id == current_user.id"): OWN,
    ("goods/routes.py", "one.member_id == current_user.id"): OWN,
    ("goods/service.py", "delivery.handler_id != actor_id"): "whom aid was for is known to one account alone",
    ("goods/service.py", "member_id != actor.id"): "who did it is not told of it, and may hold what they enter",
    ("records/ticking.py", "Tick.recorder_id == recorder_id"): OWN,
    ("records/ticks_routes.py", "line.member_id == current_user.id"): SHOWN,
    ("rights/routes_trails.py", "found.member_id != current_user.id"): OWN,
    ("rights/routes_trails.py", "member.id == current_user.id"): OWN,
    ("transfers/service.py", "HoursUpload.member_id == importer_id"): OWN,
}  # fmt: skip


def is_acting(node: ast.expr) -> bool:
    """`actor_id`, `keeper.id`, `current_user.id`."""
    if isinstance(node, ast.Attribute) and node.attr == "id" and isinstance(node.value, ast.Name):
        return node.value.id in ACTING
    return isinstance(node, ast.Name) and node.id.removesuffix("_id") in ACTING and node.id.endswith("_id")


def compared(file: Path) -> list[tuple[str, str]]:
    name = str(file.relative_to(CODE))
    return [
        (name, ast.unparse(node))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Compare) and any(map(is_acting, (node.left, *node.comparators)))
        and not all(isinstance(one, ast.Is | ast.IsNot) for one in node.ops)
    ]  # fmt: skip


def test_whoever_acts_is_compared_by_person():
    assert {one for file in sorted(CODE.rglob("*.py")) for one in compared(file)} == ALLOWED.keys()
