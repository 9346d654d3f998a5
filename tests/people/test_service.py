"""Members and roles."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.kit.roles import Permission, Role
from activities.outbox.models import Notice
from activities.people import rules, service_accounts
from activities.people.models import AccessLink, Member
from activities.people.rules import Stage, Standing
from activities.people.service import Details, create_member, details_of, edit_member, grant, reactivate, revoke
from activities.signups.leaving import deactivate
from tests.audit.words import spoken
from tests.cast import NOW
from tests.cast import grant as hold
from tests.house.test_races import race

pytestmark = pytest.mark.usefixtures("ctx")


def details(cast, **changes) -> Details:
    base = Details(
        number="2301009", name="何俊杰", unit_id=cast.first.id, class_name="营销2301", stage=Stage.ACTIVIST,
        standing=Standing.STUDENT, email="he@example.edu",
    )  # fmt: skip
    return replace(base, **changes)


def fresh(member_id: int) -> Member:
    return db.session.get_one(Member, member_id, populate_existing=True)


def seen(member) -> str:
    """What a form opened now gives back."""
    return details_of(fresh(member.id)).fingerprint


@pytest.fixture
def branch_administrator(cast):
    hold(cast.wang, Role.ADMINISTRATOR, cast.first)
    db.session.commit()
    return cast.wang


def test_a_new_member_stands_on_the_roster_and_in_the_trail(cast):
    member = create_member(cast.gu.id, details(cast), NOW)
    assert (fresh(member.id).name, fresh(member.id).password_hash) == ("何俊杰", None)
    assert db.session.scalars(sa.select(AuditEntry.verb)).all() == ["create member"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"number": "2301001"}, rules.NumberTaken), ({"email": "lin@example.edu"}, rules.EmailTaken)],
)
def test_number_and_address_belong_to_one_person(cast, changes, reason):
    with pytest.raises(reason):
        create_member(cast.gu.id, details(cast, **changes), NOW)
    other = create_member(cast.gu.id, details(cast), NOW)
    with pytest.raises(reason):
        edit_member(cast.gu.id, other.id, seen(other), details(cast, **changes), NOW)


def test_an_administrator_of_one_branch_finds_nobody_of_another(cast, branch_administrator):
    elsewhere = details(cast, unit_id=cast.second.id)
    for verb in (
        lambda: create_member(branch_administrator.id, elsewhere, NOW),
        lambda: edit_member(branch_administrator.id, cast.zhao.id, seen(cast.zhao), details(cast), NOW),
        lambda: edit_member(branch_administrator.id, cast.lin.id, seen(cast.lin), elsewhere, NOW),
        lambda: deactivate(branch_administrator.id, cast.zhao.id, NOW),
        lambda: service_accounts.invite(branch_administrator.id, cast.zhao.id, NOW),
        lambda: grant(branch_administrator.id, cast.zhao.id, Role.ORGANIZER, cast.first.id, NOW),
    ):
        with pytest.raises(NotFound):
            verb()


def test_who_holds_a_higher_role_is_out_of_reach(cast, branch_administrator):
    """Otherwise the branch's administrator could set the password of the school's."""
    hold(cast.lin, Role.SECRETARY, cast.school)
    db.session.commit()
    for verb in (
        lambda: edit_member(branch_administrator.id, cast.lin.id, seen(cast.lin), details(cast), NOW),
        lambda: deactivate(branch_administrator.id, cast.lin.id, NOW),
        lambda: service_accounts.invite(branch_administrator.id, cast.lin.id, NOW),
    ):
        with pytest.raises(rules.HoldsMore):
            verb()


def test_editing_says_what_was_and_what_is(cast):
    now = details(cast, number="2301001", name="林可欣", stage=Stage.PROBATIONARY, email=None)
    edit_member(cast.gu.id, cast.lin.id, seen(cast.lin), now, NOW)
    entry = db.session.scalars(sa.select(AuditEntry)).one()
    assert spoken(entry.before) == {"stage": "full", "email": "lin@example.edu"}
    assert entry.after == {"stage": "probationary", "email": None}


def test_who_saves_second_is_told(app, cast):
    opened, lin = seen(cast.lin), {"number": "2301001", "name": "林可欣", "email": "lin@example.edu"}
    save = [
        lambda n=n: edit_member(cast.gu.id, cast.lin.id, opened, details(cast, **lin, class_name=f"营销{n}"), NOW)
        for n in range(4)
    ]
    assert [type(r) for r in race(app, save) if r is not None] == [ChangedMeanwhile] * 3
    db.session.rollback()  # what this session read was before the race
    again = details(cast, **lin, class_name="会计2301")
    edit_member(cast.gu.id, cast.lin.id, seen(cast.lin), again, NOW)
    assert fresh(cast.lin.id).class_name == "会计2301"


def test_what_a_form_does_not_show_is_no_change_to_it(cast):
    opened = seen(cast.lin)
    grant(cast.gu.id, cast.lin.id, Role.ORGANIZER, cast.first.id, NOW)
    service_accounts.log_out_everywhere(cast.lin.id, NOW)
    edit_member(cast.gu.id, cast.lin.id, opened, details(cast, number="2301001"), NOW)
    assert fresh(cast.lin.id).name == "何俊杰"


def test_a_new_address_ends_the_links_sent_to_the_old_one(cast):
    link = service_accounts.invite(cast.gu.id, cast.lin.id, NOW)
    moved = details(cast, number="2301001", email="other@example.edu")
    edit_member(cast.gu.id, cast.lin.id, seen(cast.lin), moved, NOW)
    assert db.session.get_one(AccessLink, link.id, populate_existing=True).used_at == NOW


def test_deactivating_ends_sessions_and_links_and_can_be_undone(cast):
    link, session = service_accounts.invite(cast.gu.id, cast.lin.id, NOW), cast.lin.get_id()
    deactivate(cast.gu.id, cast.lin.id, NOW)
    member = fresh(cast.lin.id)
    assert not member.active
    assert member.get_id() != session
    assert db.session.get_one(AccessLink, link.id, populate_existing=True).used_at == NOW
    with pytest.raises(rules.NotActive):
        deactivate(cast.gu.id, cast.lin.id, NOW)
    reactivate(cast.gu.id, cast.lin.id, NOW)
    assert fresh(cast.lin.id).active


def test_nobody_shuts_their_own_account(cast):
    with pytest.raises(rules.NotYourself):
        deactivate(cast.gu.id, cast.gu.id, NOW)


# ── roles ───────────────────────────────────────────────────────────────────


def test_a_granted_role_holds_for_the_unit_and_all_below(cast):
    grant(cast.chen.id, cast.wang.id, Role.ORGANIZER, cast.school.id, NOW)
    wang = fresh(cast.wang.id)
    assert wang.may(Permission.ORGANIZE, cast.second.path)
    assert [n.topic for n in db.session.scalars(sa.select(Notice))] == ["people.granted.organizer"]
    assert [e.verb for e in db.session.scalars(sa.select(AuditEntry))] == ["grant"]


def test_a_secretary_appoints_organizers_and_nobody_else(cast):
    for role in (Role.SECRETARY, Role.ADMINISTRATOR):
        with pytest.raises(rules.MayNotGrant):
            grant(cast.chen.id, cast.wang.id, role, cast.first.id, NOW)


def test_a_role_above_ones_own_is_not_given(cast, branch_administrator):
    with pytest.raises(rules.MayNotGrant):
        grant(branch_administrator.id, cast.lin.id, Role.ORGANIZER, cast.school.id, NOW)


@pytest.mark.parametrize("actor", ["lin", "ou"])
def test_who_may_grant_nothing_finds_nobody(cast, actor):
    with pytest.raises(NotFound):
        grant(getattr(cast, actor).id, cast.wang.id, Role.ORGANIZER, cast.first.id, NOW)


def test_a_role_is_held_once_and_taken_once(cast):
    with pytest.raises(rules.AlreadyHolds):
        grant(cast.gu.id, cast.ou.id, Role.ORGANIZER, cast.first.id, NOW)
    revoke(cast.gu.id, cast.ou.id, Role.ORGANIZER, cast.first.id, NOW)
    assert not fresh(cast.ou.id).may(Permission.ORGANIZE)
    with pytest.raises(rules.HoldsNot):
        revoke(cast.gu.id, cast.ou.id, Role.ORGANIZER, cast.first.id, NOW)


def test_a_deactivated_person_gets_no_role(cast):
    deactivate(cast.gu.id, cast.lin.id, NOW)
    with pytest.raises(rules.NotActive):
        grant(cast.gu.id, cast.lin.id, Role.ORGANIZER, cast.first.id, NOW)


def test_the_last_administrator_of_the_school_stays(cast):
    with pytest.raises(rules.LastAdministrator):
        revoke(cast.gu.id, cast.gu.id, Role.ADMINISTRATOR, cast.school.id, NOW)
    grant(cast.gu.id, cast.chen.id, Role.ADMINISTRATOR, cast.school.id, NOW)
    revoke(cast.gu.id, cast.gu.id, Role.ADMINISTRATOR, cast.school.id, NOW)
    with pytest.raises(NotFound):
        revoke(cast.gu.id, cast.chen.id, Role.ADMINISTRATOR, cast.school.id, NOW)


def test_a_deactivated_administrator_does_not_count_as_one(cast):
    grant(cast.gu.id, cast.chen.id, Role.ADMINISTRATOR, cast.school.id, NOW)
    deactivate(cast.chen.id, cast.gu.id, NOW)
    with pytest.raises(rules.LastAdministrator):
        revoke(cast.chen.id, cast.chen.id, Role.ADMINISTRATOR, cast.school.id, NOW)


def test_the_last_administrator_of_a_branch_may_go(cast, branch_administrator):
    revoke(cast.gu.id, branch_administrator.id, Role.ADMINISTRATOR, cast.first.id, NOW)
    assert not fresh(branch_administrator.id).may(Permission.MANAGE_PEOPLE)
