"""What became of one sign-up, role or certificate; the chain, and its head in a letter."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine

import activities
from activities.audit import queries as audit
from activities.audit import seals
from activities.audit.models import AuditCheck
from activities.certificates.service import revoke
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import Role
from activities.outbox.models import Notice
from activities.people.models import Member
from activities.people.service import grant
from activities.people.service import revoke as take_away
from activities.rights import trails
from activities.rights.checking import verify_daily
from activities.rights.trails import SENTENCES
from activities.signups.service import sign_up, withdraw
from tests.cast import DAY, HOUR, NOW, english, unrefused
from tests.certificates.orders import certified, objected

SUBJECTS = {
    "SignUp": "sign_up",
    "RoleGrant": "role_grant",
    "Certificate": "certificate",
    "Objection": "certificate_objection",
}


@pytest.fixture
def in_english(ctx):
    from activities.kit.i18n import force_locale

    with force_locale("en"):
        yield


def now(member: Member) -> Member:
    """A person with roles as they are now."""
    return db.session.get_one(Member, member.id)


def said(lines) -> list[str]:
    return [line.sentence for line in lines]


def test_a_sign_up_is_told_from_the_first_to_the_last(cast, in_english):
    sign_up(cast.lin.id, cast.slot.id, NOW)
    withdraw(cast.lin.id, cast.slot.id, NOW)
    sign_up(cast.lin.id, cast.slot.id, NOW + HOUR)
    lines = trails.of_sign_ups(now(cast.lin), cast.slot.public_id, cast.lin.public_id)[2]
    assert said(lines) == ["林可欣 signed up: has a seat.", "林可欣 gave it back.", "林可欣 signed up: has a seat."]
    assert said(trails.of_sign_ups(now(cast.ou), cast.slot.public_id, cast.lin.public_id)[2]) == said(lines)
    for stranger in (cast.wang, cast.zhao, cast.chen, cast.gu):
        with pytest.raises(NotFound):
            trails.of_sign_ups(now(stranger), cast.slot.public_id, cast.lin.public_id)


def test_a_role_is_told_also_when_it_is_gone(cast, in_english):
    grant(cast.gu.id, cast.wang.id, Role.ORGANIZER, cast.first.id, NOW)
    take_away(cast.gu.id, cast.wang.id, Role.ORGANIZER, cast.first.id, NOW)
    whole = ["顾云 gave the role: Organizer·第一支部.", "顾云 took the role away: Organizer·第一支部."]
    for viewer in (cast.wang, cast.gu, cast.chen):
        assert said(trails.of_roles(now(viewer), cast.wang.public_id)[1]) == whole
    for stranger in (cast.lin, cast.ou):
        with pytest.raises(NotFound):
            trails.of_roles(now(stranger), cast.wang.public_id)


def test_a_certificate_is_told_to_who_it_is_about_and_who_keeps_it(cast, in_english):
    paper = certified(cast)
    revoke(cast.chen.id, paper.id, "错了", NOW)
    whole = ["陈静 issued it under the number 2026-000001.", "陈静 revoked it."]
    for viewer in (cast.lin, cast.chen):
        assert said(trails.of_certificate(now(viewer), paper.public_id)[1]) == whole
    with pytest.raises(NotFound):
        trails.of_certificate(now(cast.ou), paper.public_id)


def test_who_it_is_about_is_not_told_what_somebody_objected(cast, in_english):
    objected(cast, "那天他不在。")
    from activities.certificates.models import Certificate

    paper = db.session.scalars(sa.select(Certificate)).one()
    assert "Somebody objected to it." not in said(trails.of_certificate(now(cast.lin), paper.public_id)[1])
    assert "Somebody objected to it." in said(trails.of_certificate(now(cast.chen), paper.public_id)[1])


@pytest.mark.any_database
def test_every_verb_has_its_sentence():
    """Of each call that leaves an entry about one of these with its verb written out."""
    found = set()
    for path in Path(activities.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr.startswith("leave")
            ):
                names = [arg.id for arg in node.args if isinstance(arg, ast.Name) and arg.id in SUBJECTS]
                verbs = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                found |= {(SUBJECTS[name], verb) for name in names for verb in verbs}
    assert len(found) > 10
    assert found <= set(SENTENCES), found - set(SENTENCES)


# ── the chain ───────────────────────────────────────────────────────────────


def letters() -> list[tuple[str, int, dict]]:
    query = sa.select(Notice.topic, Notice.member_id, Notice.params).where(Notice.topic.startswith("rights.trail"))
    return [tuple(row) for row in db.session.execute(query.order_by(Notice.id))]


def test_the_head_is_in_a_letter_once_a_day(ctx, cast):
    sign_up(cast.lin.id, cast.slot.id, NOW)
    seals.seal(NOW)
    for moment in (NOW, NOW + HOUR, NOW + DAY):
        verify_daily(moment)
    head = audit.head()
    told = {"count": head.position, "head": str(head)}
    assert letters() == [("rights.trail_whole", cast.gu.id, told)] * 2


def test_what_is_found_is_told_instead(ctx, cast):
    sign_up(cast.lin.id, cast.slot.id, NOW)
    seals.seal(NOW)
    db.session.commit()
    with unrefused() as connection:
        connection.exec_driver_sql("UPDATE audit_entry SET reason = 'another' WHERE verb = 'sign up'")
    verify_daily(NOW)
    assert [(topic, params["count"]) for topic, _, params in letters()] == [("rights.trail_broken", 1)]


def test_the_page_says_how_the_chain_stands(app, cast):
    with time_machine.travel(NOW, tick=False):
        gu = english(app, cast.gu)
        assert "It has not been verified yet" in gu.get("/trail").get_data(as_text=True)
        with app.app_context():
            sign_up(cast.lin.id, cast.slot.id, NOW)
            seals.seal(NOW)
            verify_daily(NOW)
            head = str(audit.head())
        page = gu.get("/trail").get_data(as_text=True)
        assert "Whole, as verified" in page
        assert head in page


def test_the_command_remembers_a_whole_verification(app, cast):
    from activities.audit.commands import audit as command

    runner = app.test_cli_runner()
    with app.app_context():
        sign_up(cast.lin.id, cast.slot.id, NOW)
        seals.seal(NOW)
    with time_machine.travel(NOW, tick=False):
        assert runner.invoke(command, ["verify"]).exit_code == 0
    with app.app_context():
        done = db.session.scalars(sa.select(AuditCheck)).one()
        assert (done.position, done.findings, done.at) == (1, 0, NOW)
