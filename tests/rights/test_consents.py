"""Agreeing, withdrawing, and what follows."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.kit.db import db
from activities.people import consents
from activities.people.models import Consent
from activities.people.rules_consents import PURPOSES, Purpose
from activities.rights.service import withdraw
from activities.timetables.models import Timetable
from activities.timetables.service import forget
from tests.cast import HOUR, NOW, english, store
from tests.house.test_races import race

NAME = Purpose.NAME_ON_NOTICE


def kept(cast) -> list[tuple[str, int, bool]]:
    query = sa.select(Consent).where(Consent.member_id == cast.lin.id).order_by(Consent.id)
    found = db.session.execute(query, execution_options={"populate_existing": True}).scalars()
    return [(str(one.purpose), one.version, one.withdrawn_at is None) for one in found]


def test_it_is_kept_with_version_and_times(ctx, cast):
    consents.agree(cast.lin.id, NAME, NOW)
    consents.agree(cast.lin.id, NAME, NOW + HOUR)
    assert kept(cast) == [("name_on_notice", 1, True)]
    withdraw(cast.lin.id, NAME, NOW + HOUR)
    consents.agree(cast.lin.id, NAME, NOW + 2 * HOUR)
    assert kept(cast) == [("name_on_notice", 1, False), ("name_on_notice", 1, True)]
    verbs = db.session.scalars(
        sa.select(AuditEntry.verb).where(AuditEntry.subject == "consent").order_by(AuditEntry.id)
    ).all()
    assert list(verbs) == ["agree", "withdraw agreement", "agree"]


def test_a_changed_text_is_agreed_to_anew(ctx, cast, monkeypatch):
    consents.agree(cast.lin.id, NAME, NOW)
    assert consents.agreeing(NAME, {cast.lin.id, cast.zhao.id}) == {cast.lin.id}
    monkeypatch.setitem(PURPOSES, NAME, replace(PURPOSES[NAME], version=2))
    assert consents.agreeing(NAME, {cast.lin.id}) == set()
    consents.agree(cast.lin.id, NAME, NOW + HOUR)
    assert kept(cast) == [("name_on_notice", 1, False), ("name_on_notice", 2, True)]


def test_withdrawing_the_timetable_deletes_it(ctx, cast):
    store(Timetable(member_id=cast.lin.id))
    consents.agree(cast.lin.id, Purpose.TIMETABLE, NOW)
    withdraw(cast.lin.id, Purpose.TIMETABLE, NOW)
    assert db.session.scalars(sa.select(Timetable)).all() == []


def test_forgetting_the_timetable_withdraws_the_agreement(ctx, cast):
    store(Timetable(member_id=cast.lin.id))
    consents.agree(cast.lin.id, Purpose.TIMETABLE, NOW)
    forget(cast.lin.id, NOW)
    assert kept(cast) == [("timetable", 1, False)]


def test_agreeing_twice_at_once_is_once(ctx, cast):
    member_id = cast.lin.id
    race(ctx, [lambda: consents.agree(member_id, NAME, NOW)] * 4)
    assert kept(cast) == [("name_on_notice", 1, True)]


def test_the_page_says_what_one_agrees_to(app, cast):
    lin = english(app, cast.lin)
    assert "Not agreed" in lin.get("/account/data").get_data(as_text=True)
    assert lin.submit("/account/data/consents/name_on_notice/agree").status_code == 303
    assert "version 1" in lin.get("/account/data").get_data(as_text=True)
    assert lin.submit("/account/data/consents/name_on_notice/withdraw").status_code == 303
    assert "withdrawn" in lin.get("/account/data").get_data(as_text=True)


@pytest.mark.parametrize("verb", ["agree", "withdraw"])
def test_what_is_no_purpose_is_not_found(app, cast, verb):
    assert english(app, cast.lin).submit(f"/account/data/consents/gold/{verb}").status_code == 404
