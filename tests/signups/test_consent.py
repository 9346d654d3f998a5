"""What a person confirms with a sign-up: the risks they have read, and what speaks against it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from activities.audit.models import AuditEntry
from activities.duties.models import Activity
from activities.duties.service import edit_activity
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.norms.models import NormsVersion
from activities.norms.rules import NORMS, Limit, Strictness
from activities.outbox.models import Notice
from activities.signups.models import SignUp
from activities.signups.risks import confirm, tell_of_changes
from activities.signups.rules import SignUpState
from activities.signups.rules_soft import AskFirst, Consent, RisksNotRead
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, NOW, english, make_activity, make_post, make_slot, my_state, store


@pytest.fixture
def visit(ctx, cast):
    """A slot of an activity with risks."""
    activity = make_activity("敬老院", cast.first, risks="传染", safeguards="口罩")
    slot = make_slot(make_post(activity, "二楼", capacity=3), NOW + 3 * DAY)
    db.session.commit()
    return slot


def change_risks(cast, activity: Activity, risks: str) -> None:
    revision = db.session.scalar(sa.select(Activity.revision).where(Activity.id == activity.id))
    edit_activity(cast.ou.id, activity.id, revision, {"risks": risks}, NOW)


def mine(member_id: int) -> SignUp:
    return db.session.scalars(
        sa.select(SignUp).where(SignUp.member_id == member_id).execution_options(populate_existing=True)
    ).one()


def told(topic: str = "signups.risks") -> list[int]:
    return list(db.session.scalars(sa.select(Notice.member_id).where(Notice.topic == topic)))


def test_the_version_and_the_time_are_kept(cast, visit):
    with pytest.raises(RisksNotRead):
        sign_up(cast.lin.id, visit.id, NOW, consent=Consent())
    sign_up(cast.lin.id, visit.id, NOW, consent=Consent(1))
    assert (mine(cast.lin.id).risks_version, mine(cast.lin.id).risks_read_at) == (1, NOW)


def test_nobody_has_read_what_there_is_not(ctx, cast):
    """Risks that are written later are not confirmed beforehand."""
    sign_up(cast.lin.id, cast.slot.id, NOW, consent=Consent(999_999_999))
    assert (mine(cast.lin.id).risks_version, mine(cast.lin.id).risks_read_at) == (None, None)


def test_only_a_change_of_the_risks_makes_a_new_version(cast, visit):
    activity = visit.post.activity
    edit_activity(cast.ou.id, activity.id, 0, {"description": "聊天"}, NOW)
    assert db.session.get_one(Activity, activity.id, populate_existing=True).risks_version == 1
    change_risks(cast, activity, "跌倒")
    assert db.session.get_one(Activity, activity.id, populate_existing=True).risks_version == 2


def test_who_is_signed_up_is_asked_once_to_read_what_has_changed(cast, visit):
    later = make_slot(visit.post, NOW + 4 * DAY)
    db.session.commit()
    for slot in (visit, later):
        sign_up(cast.lin.id, slot.id, NOW, consent=Consent(1))
    tell_of_changes(NOW)
    assert told() == []
    change_risks(cast, visit.post.activity, "跌倒")
    tell_of_changes(NOW)
    tell_of_changes(NOW + HOUR)
    assert told() == [cast.lin.id]


def test_to_confirm_anew_is_noted_for_all_one_has_of_the_activity(cast, visit):
    later = make_slot(visit.post, NOW + 4 * DAY)
    db.session.commit()
    for slot in (visit, later):
        sign_up(cast.lin.id, slot.id, NOW, consent=Consent(1))
    change_risks(cast, visit.post.activity, "跌倒")
    with pytest.raises(RisksNotRead):
        confirm(cast.lin.id, visit.id, 1, NOW)
    confirm(cast.lin.id, visit.id, 2, NOW + HOUR)
    assert set(db.session.execute(sa.select(SignUp.risks_version, SignUp.risks_read_at))) == {(2, NOW + HOUR)}
    assert len(db.session.scalars(sa.select(AuditEntry.id).where(AuditEntry.verb == "read risks")).all()) == 2
    tell_of_changes(NOW + HOUR)
    assert told() == []


def test_who_has_no_seat_has_nothing_to_confirm(cast, visit):
    with pytest.raises(NotFound):
        confirm(cast.lin.id, visit.id, 1, NOW)


@pytest.fixture
def beside(ctx, cast):
    """Lin has a duty that ends when a slot elsewhere begins."""
    elsewhere = make_slot(make_post(cast.sweeping, "西岸"), NOW + DAY - HOUR)
    db.session.commit()
    sign_up(cast.lin.id, elsewhere.id, NOW)
    return cast.slot


def test_what_the_school_advises_against_is_asked_first(cast, beside):
    with pytest.raises(AskFirst) as asked:
        sign_up(cast.lin.id, beside.id, NOW, consent=Consent())
    assert [reason.key for reason in asked.value.reasons] == ["TooFarApart"]
    assert sign_up(cast.lin.id, beside.id, NOW, consent=Consent(0, frozenset({"TooFarApart"}))) is SignUpState.SEATED


# ── on the page ─────────────────────────────────────────────────────────────


@pytest.fixture
def lin(app, cast):
    with time_machine.travel(NOW, tick=False):
        yield english(app, cast.lin)


def test_the_page_says_why_to_think_twice_and_its_button_says_that_this_was_seen(lin, cast, beside):
    page = lin.get(f"/slots/{beside.public_id}").get_data(as_text=True)
    assert "less than 15 minutes" in page
    assert "Sign up anyway" in page
    assert '<input type="hidden" name="known" value="TooFarApart"' in page
    assert lin.submit(f"/slots/{beside.public_id}/sign-up", known="TooFarApart").status_code == 303
    assert my_state(cast.lin.id, beside.id) is SignUpState.SEATED


def test_a_sign_up_without_having_seen_it_comes_back_with_the_reasons(lin, cast, beside):
    answer = lin.submit(f"/slots/{beside.public_id}/sign-up")
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert 'role="alert"' in page
    assert "Sign up anyway" in page
    assert my_state(cast.lin.id, beside.id) is None


def test_the_box_must_be_ticked(lin, cast, visit):
    address = f"/slots/{visit.public_id}"
    assert 'id="risks"' in lin.get(address).get_data(as_text=True)
    answer = lin.submit(f"{address}/sign-up")
    assert answer.status_code == 422
    assert 'href="#risks"' in answer.get_data(as_text=True)
    assert lin.submit(f"{address}/sign-up", risks="1").status_code == 303


def test_a_card_of_what_the_school_advises_against_says_so(lin, cast, beside):
    assert "less than 15 minutes" in lin.get("/slots").get_data(as_text=True)


def test_the_page_asks_to_read_again_what_has_changed(lin, cast, visit):
    sign_up(cast.lin.id, visit.id, NOW, consent=Consent(1))
    change_risks(cast, visit.post.activity, "跌倒")
    address = f"/slots/{visit.public_id}"
    assert "have changed" in lin.get(address).get_data(as_text=True)
    assert lin.submit(f"{address}/risks", risks="2").status_code == 303
    assert "have changed" not in lin.get(address).get_data(as_text=True)


def test_a_strict_school_leaves_no_button(lin, cast, beside):
    store(NormsVersion(norms=NORMS._replace(travel=Limit(15, Strictness.REFUSE)), set_at=NOW, set_by_id=cast.gu.id))
    db.session.commit()
    page = lin.get(f"/slots/{beside.public_id}").get_data(as_text=True)
    assert 'form="sign-up"' not in page
    assert lin.submit(f"/slots/{beside.public_id}/sign-up", known="TooFarApart").status_code == 409
