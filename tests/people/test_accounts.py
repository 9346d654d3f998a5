"""Ways in: links that work once and expire, passwords, sessions."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest
import sqlalchemy as sa
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from activities.audit.models import AuditEntry
from activities.kit.db import db
from activities.kit.refusal import NotFound, Refusal
from activities.kit.roles import Permission, Role
from activities.outbox.models import Notice
from activities.people import links, queries, rules, service, users
from activities.people.models import AccessLink, Member, RoleGrant, Unit
from activities.people.passwords import verify
from activities.people.rules import LinkPurpose
from activities.people.service import grant, revoke
from activities.people.service_accounts import (
    accept,
    authenticate,
    change_password,
    choose_language,
    create_administrator,
    invite,
    log_out_everywhere,
    request_reset,
)  # fmt: skip
from activities.signups.leaving import deactivate
from tests.cast import DAY, HOUR, NOW, PASSWORD, make_member
from tests.house.test_races import race

pytestmark = pytest.mark.usefixtures("ctx")
GOOD = "东湖北岸的清扫区真干净"
INVITATION, RESET = LinkPurpose.INVITATION, LinkPurpose.RESET


@pytest.fixture
def newcomer(cast) -> Member:
    member = make_member("2301050", "韩雪", cast.first, password_hash=None, email="han@example.edu")
    db.session.commit()
    return member


def password_of(member_id: int) -> str | None:
    return db.session.scalar(sa.select(Member.password_hash).where(Member.id == member_id))


def topics() -> list[str]:
    return list(db.session.scalars(sa.select(Notice.topic).order_by(Notice.id)))


def test_an_invitation_lets_a_newcomer_in_once(cast, newcomer):
    link = invite(cast.gu.id, newcomer.id, NOW)
    assert (link.purpose, link.expires_at) == (INVITATION, NOW + 7 * DAY)
    accept(link.id, INVITATION, GOOD, NOW)
    assert authenticate("2301050", GOOD).id == newcomer.id
    with pytest.raises(rules.LinkSpent):
        accept(link.id, INVITATION, GOOD, NOW)
    assert topics() == ["people.invitation", "people.password_changed"]


def test_who_has_a_password_gets_a_reset_of_an_hour(cast):
    link = invite(cast.gu.id, cast.lin.id, NOW)
    assert (link.purpose, link.expires_at) == (RESET, NOW + HOUR)


@pytest.mark.parametrize("purpose", LinkPurpose)
def test_a_link_expires(cast, newcomer, purpose):
    member = newcomer if purpose is INVITATION else cast.lin
    link = invite(cast.gu.id, member.id, NOW)
    late = NOW + rules.LIFETIME[purpose]
    assert queries.open_link(link.id, purpose, late - timedelta(seconds=1))
    with pytest.raises(rules.LinkSpent):
        accept(link.id, purpose, GOOD, late)


def test_a_link_is_good_for_its_own_purpose_only(cast):
    link = invite(cast.gu.id, cast.lin.id, NOW)
    with pytest.raises(rules.LinkSpent):
        accept(link.id, INVITATION, GOOD, NOW)


def test_using_a_link_ends_the_persons_other_links_and_sessions(cast):
    first, second, others = (invite(cast.gu.id, m.id, NOW) for m in (cast.lin, cast.lin, cast.wang))
    session = cast.lin.get_id()
    assert users.logged_in(session)
    accept(first.id, RESET, GOOD, NOW)
    assert users.logged_in(session) is None
    assert queries.open_link(second.id, RESET, NOW) is None
    assert queries.open_link(others.id, RESET, NOW)


def test_a_deactivated_persons_link_is_dead(cast):
    link = invite(cast.gu.id, cast.lin.id, NOW)
    deactivate(cast.gu.id, cast.lin.id, NOW)
    with pytest.raises(rules.LinkSpent):
        accept(link.id, RESET, GOOD, NOW)
    with pytest.raises(rules.NotActive):
        invite(cast.gu.id, cast.lin.id, NOW)


def test_a_weak_password_leaves_the_link_open(cast):
    link = invite(cast.gu.id, cast.lin.id, NOW)
    with pytest.raises(rules.PasswordIsYourself):
        accept(link.id, RESET, "lin2301001", NOW)
    accept(link.id, RESET, GOOD, NOW)


def test_a_link_used_twice_at_once_works_once(app, cast):
    link = invite(cast.gu.id, cast.lin.id, NOW)
    words = [f"{GOOD} {n}" for n in range(4)]
    results = race(app, [lambda w=w: accept(link.id, RESET, w, NOW) for w in words])
    assert sum(isinstance(r, Member) for r in results) == 1
    assert sum(isinstance(r, rules.LinkSpent) for r in results) == 3
    assert db.session.scalars(sa.select(AuditEntry.verb)).all().count("set password") == 1


def test_of_two_administrators_who_resign_at_once_one_stays(app, cast, monkeypatch):
    """Each looks whether another one is left before either is gone – unless they take turns."""
    meeting, look = Barrier(2), service._keep_one_administrator

    def look_and_wait(leaving: RoleGrant) -> None:
        look(leaving)
        with suppress(BrokenBarrierError):
            meeting.wait(0.5)

    monkeypatch.setattr(service, "_keep_one_administrator", look_and_wait)
    grant(cast.gu.id, cast.chen.id, Role.ADMINISTRATOR, cast.school.id, NOW)
    pair = [cast.gu.id, cast.chen.id]
    role, unit = Role.ADMINISTRATOR, cast.school.id

    def resign(administrator: int) -> bool:
        try:
            revoke(administrator, administrator, role, unit, NOW)
        except (Refusal, NotFound):
            return False
        return True

    results = race(app, [lambda a=a: resign(a) for a in pair])
    assert results.count(True) == 1
    left = db.session.scalars(sa.select(Member).options(*queries.WITH_ROLES)).unique()
    assert sum(m.may(Permission.MANAGE_PEOPLE) for m in left) == 1


# ── asking for a reset ──────────────────────────────────────────────────────


def test_a_reset_goes_to_the_address_on_record(cast):
    request_reset(" LIN@example.edu ", NOW)
    notice = db.session.scalars(sa.select(Notice)).one()
    assert (notice.member_id, notice.topic) == (cast.lin.id, "people.reset")
    entry = db.session.scalars(sa.select(AuditEntry)).one()
    assert (entry.verb, entry.actor_id, entry.subject_id) == ("offer reset", None, cast.lin.id)


@pytest.mark.parametrize("name", ["nobody", "nobody@example.edu", "2301002", "", "x" * 5000])
def test_nothing_is_sent_to_who_does_not_exist_or_has_no_address(cast, name):
    request_reset(name, NOW)
    assert topics() == []


def test_a_deactivated_account_gets_no_reset(cast):
    deactivate(cast.gu.id, cast.lin.id, NOW)
    request_reset("lin@example.edu", NOW)
    assert topics() == []


def test_neither_database_nor_outbox_holds_what_opens_an_account(cast):
    link = invite(cast.gu.id, cast.lin.id, NOW)
    token = links.token(link.id, link.purpose)
    stored = [
        dict(row._mapping) for t in (AccessLink, Notice, AuditEntry) for row in db.session.execute(t.__table__.select())
    ]
    assert token not in str(stored)
    assert token.rpartition(".")[2] not in str(stored)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "WzEsInJlc2V0Il0.forged", "WzEsInJlc2V0Il0"])
def test_a_forged_token_is_no_link(token):
    assert links.read(token) is None


def test_a_token_says_which_link_and_what_for():
    assert links.read(links.token(7, RESET)) == (7, RESET)


# ── passwords and sessions ──────────────────────────────────────────────────


def test_one_logs_in_with_number_or_address(cast):
    for name in ("2301001", " 2301001 ", "lin@example.edu", "LIN@Example.EDU"):
        assert authenticate(name, PASSWORD).id == cast.lin.id


@pytest.mark.parametrize("name", ["nobody", "2301001", "林可欣", "lin@example.ed_", ""])
def test_a_wrong_pair_lets_nobody_in(cast, name):
    assert authenticate(name, "wrong") is None


def test_neither_a_newcomer_nor_a_deactivated_person_logs_in(cast, newcomer):
    deactivate(cast.gu.id, cast.lin.id, NOW)
    assert authenticate("2301050", "") is None
    assert authenticate("2301001", PASSWORD) is None


def test_passwords_are_kept_as_argon2id(cast):
    link = invite(cast.gu.id, cast.lin.id, NOW)
    accept(link.id, RESET, GOOD, NOW)
    assert password_of(cast.lin.id).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_hash_made_with_weaker_parameters_is_renewed_on_log_in(cast):
    weak = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8 * 1024, parallelism=1),)).hash(GOOD)
    db.session.execute(sa.update(Member).where(Member.id == cast.lin.id).values(password_hash=weak))
    db.session.commit()
    assert authenticate("2301001", "wrong") is None
    assert password_of(cast.lin.id) == weak
    assert authenticate("2301001", GOOD)
    assert password_of(cast.lin.id).startswith("$argon2id$v=19$m=19456,t=2")
    assert authenticate("2301001", GOOD)


def test_changing_ones_password_needs_the_old_one_and_ends_sessions_and_links(cast):
    link, session = invite(cast.gu.id, cast.lin.id, NOW), cast.lin.get_id()
    with pytest.raises(rules.WrongPassword):
        change_password(cast.lin.id, "wrong", GOOD, NOW)
    with pytest.raises(rules.PasswordTooShort):
        change_password(cast.lin.id, PASSWORD, "short", NOW)
    member = change_password(cast.lin.id, PASSWORD, GOOD, NOW)
    assert verify(GOOD, password_of(cast.lin.id))
    assert users.logged_in(session) is None
    assert users.logged_in(member.get_id()).id == cast.lin.id
    assert queries.open_link(link.id, RESET, NOW) is None
    assert topics()[-1] == "people.password_changed"


def test_logging_out_everywhere_ends_every_session(cast):
    session = cast.lin.get_id()
    log_out_everywhere(cast.lin.id, NOW)
    assert users.logged_in(session) is None


def test_a_chosen_language_is_kept(cast):
    choose_language(cast.lin.id, "en")
    assert db.session.get_one(Member, cast.lin.id, populate_existing=True).language == "en"


# ── the first administrator ─────────────────────────────────────────────────


def test_the_first_administrator_comes_with_a_root_unit():
    link = create_administrator("A1", "顾云", "gu@example.edu", "管理学院", NOW)
    member = accept(link.id, INVITATION, GOOD, NOW)
    root = db.session.scalars(sa.select(Unit)).one()
    assert (root.name, root.path) == ("管理学院", f"{root.id}/")
    member = db.session.scalars(sa.select(Member).options(*queries.WITH_ROLES)).unique().one()
    assert member.may(Permission.MANAGE_PEOPLE, root.path)
    told = {
        entry.verb: entry for entry in db.session.scalars(sa.select(AuditEntry).where(AuditEntry.actor_id.is_(None)))
    }
    assert [verb for verb in told if told[verb].reason == "command line"] == ["create unit", "create member", "grant"]
    assert told["create unit"].after == {"name": "管理学院", "level": "general_branch", "parent_id": None}
    assert told["create member"].after["unit_id"] == root.id
    assert told["create member"].after.keys() >= {"number", "name", "email"}


def test_asking_again_gives_the_same_person_a_way_back_in(cast):
    deactivate(cast.gu.id, cast.lin.id, NOW)
    link = create_administrator("2301001", cast.lin.name, None, "x", NOW)
    assert accept(link.id, RESET, GOOD, NOW).id == cast.lin.id
    create_administrator("2301001", cast.lin.name, None, "x", NOW)
    assert db.session.scalars(sa.select(AuditEntry.verb)).all().count("grant") == 1
    [entry] = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == "reactivate"))
    said = (entry.actor_id, entry.subject_id, entry.before, entry.after, entry.reason)
    assert said == (None, cast.lin.id, {"active": False}, {"active": True}, "command line")


def test_the_number_of_somebody_else_makes_nobody_an_administrator(cast):
    with pytest.raises(rules.OtherName):
        create_administrator("2301001", "顾云", None, "x", NOW)
    assert not db.session.scalars(sa.select(AuditEntry.verb)).all()


def test_a_taken_address_is_refused(cast):
    with pytest.raises(rules.EmailTaken):
        create_administrator("A1", "顾云", "lin@example.edu", "x", NOW)
