"""What stands on notice, objections to it, and their answers."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from activities.audit.models import AuditEntry
from activities.certificates import notice_queries, rules_notice, rules_refusals
from activities.certificates.models import Certificate, Objection
from activities.certificates.objections import answer, object_to
from activities.certificates.rules import CertificateState
from activities.certificates.rules_notice import Verdict
from activities.certificates.service import revoke
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.outbox.models import Notice
from tests.cast import DAY, NOW, english
from tests.certificates.orders import certified, objected, one, second_secretary

WEEK = 7 * DAY


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def there() -> Objection:
    query = sa.select(Objection)
    return db.session.execute(query, execution_options={"populate_existing": True}).scalars().one()


def told(member) -> list[str]:
    query = sa.select(Notice.topic).where(Notice.member_id == member.id).order_by(Notice.id)
    return [topic for topic in db.session.scalars(query) if topic.startswith("certificates.")]


def shown(viewer, now=NOW) -> list[str]:
    return [paper.number for paper in notice_queries.on_notice(viewer, 7, 1, now)]


def test_what_is_issued_stands_on_notice_for_seven_days_to_the_moment(ctx, cast):
    paper = certified(cast)
    assert shown(cast.zhao) == [paper.number]
    assert shown(cast.zhao, NOW + WEEK - DAY / 86400) == [paper.number]
    assert shown(cast.zhao, NOW + WEEK) == []


def test_what_was_revoked_stands_there_no_more(ctx, cast):
    revoke(cast.chen.id, certified(cast).id, "错了", NOW)
    assert shown(cast.zhao) == []


def test_an_objection_is_told_to_who_may_answer_and_not_to_who_issued(ctx, cast):
    objected(cast)
    assert "certificates.objected" in told(cast.chen)
    assert "certificates.objected" not in told(cast.gu)
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == "object")).one()
    assert (entry.actor_id, entry.reason) == (cast.zhao.id, "那天他不在。")


def test_where_nobody_may_answer_an_administrator_is_told(ctx, cast):
    object_to(cast.zhao.id, certified(cast).id, "不对", NOW)
    assert told(cast.gu) == ["certificates.nobody_judges"]
    assert "certificates.objected" not in told(cast.chen)


def test_upheld_it_revokes_in_the_same_act(ctx, cast):
    objected(cast)
    answer(cast.chen.id, there().id, Verdict.UPHELD, "查实", NOW)
    paper = db.session.get_one(Certificate, there().certificate_id, populate_existing=True)
    assert (paper.state, paper.reason, paper.ended_by_id) == (CertificateState.REVOKED, "查实", cast.chen.id)
    assert told(cast.zhao) == ["certificates.upheld"]
    assert "certificates.revoked" in told(cast.lin)


def test_rejected_it_leaves_the_certificate_alone(ctx, cast):
    objected(cast)
    answer(cast.chen.id, there().id, Verdict.REJECTED, "有签到记录", NOW)
    assert db.session.get_one(Certificate, there().certificate_id, populate_existing=True).is_valid
    assert told(cast.zhao) == ["certificates.rejected"]
    assert "certificates.revoked" not in told(cast.lin)


def test_it_is_answered_once(ctx, cast):
    objected(cast)
    answer(cast.chen.id, there().id, Verdict.REJECTED, "有签到记录", NOW)
    with pytest.raises(rules_notice.JudgedAlready):
        answer(cast.chen.id, there().id, Verdict.UPHELD, "查实", NOW)


def test_who_issued_it_does_not_answer(ctx, cast):
    objected(cast)
    with pytest.raises(rules_notice.Involved):
        answer(second_secretary(cast).id, there().id, Verdict.REJECTED, "没问题", NOW)


def test_who_keeps_no_certificates_does_not_answer(ctx, cast):
    objected(cast)
    with pytest.raises(NotFound):
        answer(cast.ou.id, there().id, Verdict.REJECTED, "没问题", NOW)


def test_who_has_objected_does_not_answer(ctx, cast):
    second_secretary(cast)
    object_to(cast.gu.id, certified(cast).id, "不对", NOW)
    with pytest.raises(rules_notice.Involved):
        answer(cast.gu.id, there().id, Verdict.UPHELD, "不对", NOW)


@pytest.mark.parametrize(
    ("who", "after", "refused"),
    [
        ("lin", 0 * DAY, rules_notice.OwnObjection), ("zhao", WEEK, rules_notice.NoticeOver), ("zhao", 0 * DAY, None),
    ],
)  # fmt: skip
def test_who_may_object_and_until_when(ctx, cast, who, after, refused):
    paper = certified(cast)
    if refused is None:
        assert object_to(getattr(cast, who).id, paper.id, "不对", NOW + after)
        with pytest.raises(rules_notice.ObjectedAlready):
            object_to(getattr(cast, who).id, paper.id, "不对", NOW + after)
        return
    with pytest.raises(refused):
        object_to(getattr(cast, who).id, paper.id, "不对", NOW + after)


def test_what_is_revoked_cannot_be_objected_to(ctx, cast):
    paper = certified(cast)
    revoke(cast.chen.id, paper.id, "错了", NOW)
    with pytest.raises(rules_refusals.NotValid):
        object_to(cast.zhao.id, paper.id, "不对", NOW)


# ── pages ───────────────────────────────────────────────────────────────────


def text(response) -> str:
    return response.get_data(as_text=True)


def test_anyone_of_the_school_objects_and_reads_the_answer(app, cast):
    with app.app_context():
        second_secretary(cast)
        paper = certified(cast)
    zhao = english(app, cast.zhao)
    assert "林*" in text(zhao.get("/certificates/notice"))
    answered = zhao.submit(f"/certificates/notice/{paper.public_id}", reason="那天他不在。")
    assert answered.status_code == 303
    again = zhao.submit(f"/certificates/notice/{paper.public_id}", reason="那天他不在。")
    assert again.status_code == 422
    assert "You have objected to this certificate already" in text(again)
    with app.app_context():
        public_id = there().public_id
    gu = english(app, cast.gu)
    assert "那天他不在。" in text(gu.get("/certify/objections"))
    empty = gu.submit(f"/certify/objections/{public_id}", uphold="1")
    assert empty.status_code == 422
    assert gu.submit(f"/certify/objections/{public_id}", word="查实", uphold="1").status_code == 303
    assert "Upheld: the certificate is revoked" in text(zhao.get("/certificates/notice"))
    assert "查实" in text(gu.get("/certify/objections"))


def test_who_issued_it_is_not_shown_the_objection(app, cast):
    with app.app_context():
        public_id = objected(cast)
    gu = english(app, cast.gu)
    assert "那天他不在。" not in text(gu.get("/certify/objections"))
    assert gu.submit(f"/certify/objections/{public_id}", word="没问题").status_code == 404


def test_the_page_to_check_says_that_it_stands_on_notice(app, cast, client):
    with app.app_context():
        paper = certified(cast)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert "stands on the internal notice until" in text(client.get(f"/verify/{paper.code}"))
    with time_machine.travel(NOW + WEEK, tick=False):
        assert "stands on the internal notice until" not in text(client.get(f"/verify/{paper.code}"))


def test_the_notice_takes_few_statements(app, cast, statements):
    with app.app_context():
        paper = one(certified(cast).public_id)
    zhao = english(app, cast.zhao)
    for path, most in (("/certificates/notice", 5), (f"/certificates/notice/{paper.public_id}", 4)):
        with statements.count() as sent:
            assert zhao.get(path).status_code == 200
        assert len(sent) <= most, (path, sent)
