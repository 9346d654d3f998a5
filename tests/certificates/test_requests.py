"""Asking for a certificate, and answering."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
import time_machine

from activities.certificates import queries, rules_refusals
from activities.certificates.models import CertificateRequest
from activities.certificates.requests import ask, decline, grant
from activities.certificates.rules import Answer
from activities.duties.kinds import Ledger
from activities.kit.db import db
from activities.kit.refusal import NotFound, Refusal
from activities.kit.roles import Role
from activities.outbox.models import Notice
from tests.cast import DAY, NOW, english
from tests.cast import grant as give
from tests.certificates.orders import corrected, one, recorded
from tests.house.test_races import race

FIRST, LAST = date(2026, 10, 26), date(2026, 11, 25)


def asked() -> CertificateRequest:
    query = sa.select(CertificateRequest).execution_options(populate_existing=True)
    return db.session.scalars(query.order_by(CertificateRequest.id.desc())).first()


@pytest.fixture
def wanted(ctx, cast) -> CertificateRequest:
    recorded(cast, cast.lin, 90)
    ask(cast.lin.id, Ledger.SERVICE, FIRST, LAST, NOW)
    return asked()


def topics(member_id: int) -> list[str]:
    query = sa.select(Notice.topic).where(Notice.member_id == member_id, Notice.topic.startswith("certificates."))
    return list(db.session.scalars(query.order_by(Notice.id)))


def test_it_is_issued_as_asked_for_and_says_what_the_records_say_then(cast, wanted):
    assert topics(cast.chen.id) == ["certificates.asked"]
    recorded(cast, cast.lin, 30, 3)
    found = one(grant(cast.chen.id, wanted.id, "刘明", "0431", NOW + DAY))
    assert (found.facts.minutes, found.first_day, found.last_day) == (120, FIRST, LAST)
    assert (asked().answer, asked().certificate_id) == (Answer.ISSUED, found.id)
    assert topics(cast.lin.id) == ["certificates.issued"]


def test_declined_its_person_learns_why_and_can_ask_again(cast, wanted):
    decline(cast.chen.id, wanted.id, "期间有误", NOW)
    assert (asked().answer, asked().reason) == (Answer.DECLINED, "期间有误")
    assert topics(cast.lin.id) == ["certificates.declined"]
    ask(cast.lin.id, Ledger.SERVICE, FIRST, LAST, NOW)
    assert asked().answer is Answer.ASKED


def test_only_one_of_a_kind_waits(cast, wanted):
    with pytest.raises(rules_refusals.AskedAlready):
        ask(cast.lin.id, Ledger.SERVICE, FIRST, date(2026, 11, 24), NOW)
    with pytest.raises(rules_refusals.NothingToCertify):
        ask(cast.lin.id, Ledger.DUTY, FIRST, LAST, NOW)


def test_nobody_else_answers_and_nobody_their_own(cast, wanted):
    give(cast.zhao, Role.SECRETARY, cast.second)
    give(cast.lin, Role.SECRETARY, cast.first)
    db.session.commit()
    for who in (cast.zhao, cast.ou):
        with pytest.raises(NotFound):
            grant(who.id, wanted.id, "刘明", "0431", NOW)
    with pytest.raises(rules_refusals.OwnCertificate):
        grant(cast.lin.id, wanted.id, "刘明", "0431", NOW)
    with pytest.raises(rules_refusals.OwnCertificate):
        decline(cast.lin.id, wanted.id, "不", NOW)
    assert queries.to_answer(cast.lin) == []


def test_answered_by_two_at_once_it_is_answered_once(app, cast, wanted):
    give(cast.gu, Role.SECRETARY, cast.school)
    db.session.commit()
    verbs = [
        lambda: grant(cast.chen.id, wanted.id, "刘明", "0431", NOW),
        lambda: decline(cast.gu.id, wanted.id, "不", NOW),
    ]
    results = race(app, verbs)
    assert [type(r) for r in results if isinstance(r, Refusal)] == [rules_refusals.AnsweredAlready]


def test_when_the_records_are_empty_by_then_it_waits_on(cast, ctx):
    slot = recorded(cast, cast.lin, 90)
    ask(cast.lin.id, Ledger.SERVICE, FIRST, LAST, NOW)
    corrected(cast, slot, cast.lin, 0)
    with pytest.raises(rules_refusals.NothingToCertify):
        grant(cast.chen.id, asked().id, "刘明", "0431", NOW)
    assert asked().answer is Answer.ASKED


def test_from_asking_to_issuing_on_the_pages(app, cast):
    with app.app_context():
        recorded(cast, cast.lin, 90)
    with time_machine.travel(NOW, tick=False):
        lin, chen = english(app, cast.lin), english(app, cast.chen)
        days = {"ledger": "service", "first": FIRST.isoformat(), "last": LAST.isoformat()}
        assert lin.submit("/certificates", **days).status_code == 303
        again = lin.submit("/certificates", **days)
        assert again.status_code == 422
        assert "You have asked for one of this kind of time already" in again.get_data(as_text=True)
        assert "Asked for" in lin.get("/certificates").get_data(as_text=True)
        assert "林可欣" in chen.get("/certify/requests").get_data(as_text=True)
        with app.app_context():
            address = f"/certify/requests/{asked().public_id}"
        unsaid = chen.submit(address, decline="1")
        assert unsaid.status_code == 422
        assert "Give a reason" in unsaid.get_data(as_text=True)
        assert chen.submit(address, person="刘明").status_code == 422
        assert chen.submit(address, person="刘明", contact="0431").status_code == 303
        assert "2026-000001" in lin.get("/certificates").get_data(as_text=True)
        assert chen.submit(address, decline="1", reason="晚了").status_code == 404
