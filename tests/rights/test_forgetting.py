"""Being forgotten: restricted as long as records must be kept, and out of everything afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import DBAPIError

from activities.audit import erasing, seals
from activities.audit import service as audit
from activities.audit.models import AuditEntry, AuditWord
from activities.audit.rules import DIFFERS, WORD
from activities.calendars.models import Feed
from activities.calendars.rules_feeds import Detail
from activities.calendars.service import change, feed_of
from activities.certificates.models import Certificate
from activities.commendations.story_photos import add_photo
from activities.dossiers.models import Entry
from activities.dossiers.rules import Block, Said
from activities.dossiers.service import enter
from activities.exchanges.models import Cover
from activities.exchanges.rules import CoverEnd
from activities.goods.models import GoodsDelivery
from activities.holders.models import Absence
from activities.kit.clock import local_day
from activities.kit.db import db, transaction
from activities.kit.refusal import NotFound
from activities.outbox.models import Notice
from activities.outcomes.models import Outcome
from activities.people import consents
from activities.people.models import ForgetRequest, Member
from activities.people.rules import Restricted
from activities.people.rules_consents import Forgetting, Purpose
from activities.people.service import details_of, edit_member, reactivate
from activities.photos.apart import Picture
from activities.photos.models import Photo
from activities.photos.rules import People
from activities.rights import retention, rules
from activities.rights.service import ask_to_be_forgotten, restrict, take_back
from activities.signups.models import Pause, SignUp, Team, TeamMember
from activities.signups.rules import SignUpState
from activities.signups.service import sign_up
from tests.cast import DAY, NOW, english, logged_in, make_holder, make_member, store, unrefused
from tests.certificates.orders import certified
from tests.commendations.rounds import the_story, written_story

YEARS_ON = NOW + timedelta(days=3660)
NAME, NUMBER, MAIL = "林可欣", "2301001", "lin@example.edu"


def request() -> ForgetRequest:
    query = sa.select(ForgetRequest)
    return db.session.execute(query, execution_options={"populate_existing": True}).scalars().one()


def again(member: Member) -> Member:
    return db.session.get_one(Member, member.id, populate_existing=True)


def lived(cast) -> Certificate:
    """Lin has a record, a certificate, an entry in the dossier, and was renamed once."""
    details = details_of(again(cast.lin))
    changed = type(details)(**{**vars(details), "name": "林可"})
    edit_member(cast.gu.id, cast.lin.id, details.fingerprint, changed, NOW)
    back = details_of(again(cast.lin))
    edit_member(cast.gu.id, cast.lin.id, back.fingerprint, details, NOW)
    enter(
        cast.chen.id, cast.lin.id, Block.COMMENDATION, Said("优秀志愿者林可欣", local_day(NOW), "", None, "学院"), NOW
    )
    aid = {"recipient": cast.lin.name, "recipient_id": cast.lin.id, "is_personal": True, "handler_id": cast.ou.id}
    store(GoodsDelivery(activity_id=cast.sweeping.id, point="资助中心", day=NOW.date(), recorded_at=NOW, **aid))
    db.session.commit()
    return certified(cast)


def restricted(cast, now: datetime = NOW) -> None:
    ask_to_be_forgotten(cast.lin.id, "毕业", now)
    restrict(cast.gu.id, request().id, now)


def everything() -> str:
    """All texts in the database, whatever the table."""
    rows = (row for table in Member.metadata.sorted_tables for row in db.session.execute(sa.select(table)))
    return "\n".join(repr(tuple(row)) for row in rows)


def findings(now: datetime = YEARS_ON) -> tuple[list[str], int]:
    work = seals.Verification(now)
    return [one.what for one in work.findings()], work.chain.erased


# ── asking and restricting ──────────────────────────────────────────────────


def test_administrators_are_told_and_it_can_be_taken_back(ctx, cast):
    ask_to_be_forgotten(cast.lin.id, "", NOW)
    told = set(db.session.scalars(sa.select(Notice.member_id).where(Notice.topic == "rights.asked")))
    assert told == {cast.gu.id}
    with pytest.raises(rules.AskedAlready):
        ask_to_be_forgotten(cast.lin.id, "", NOW)
    take_back(cast.lin.id, NOW)
    assert request().state is Forgetting.WITHDRAWN
    with pytest.raises(rules.NothingAsked):
        take_back(cast.lin.id, NOW)


def test_what_need_not_be_kept_goes_at_once_and_what_must_stays(ctx, cast):
    paper = lived(cast)
    sign_up(cast.lin.id, cast.slot.id, NOW)
    feed_of(cast.lin.id, NOW)
    consents.agree(cast.lin.id, Purpose.NAME_ON_NOTICE, NOW)
    ask_to_be_forgotten(cast.lin.id, "毕业", NOW)
    assert restrict(cast.gu.id, request().id, NOW) == 1
    lin = again(cast.lin)
    assert (lin.active, lin.email, lin.password_hash, lin.restricted_at) == (False, None, None, NOW)
    assert (lin.name, db.session.get_one(Certificate, paper.id).is_valid) == (NAME, True)
    assert consents.in_force(lin.id) == {}


def test_how_somebody_called_a_feed_goes_from_the_trail_with_the_feed(ctx, cast):
    feed_of(cast.lin.id, NOW)
    feed_id = db.session.scalars(sa.select(Feed.id)).one()
    change(cast.lin.id, feed_id, "给林妈妈看的日历", Detail.FULL, NOW)
    assert "林妈妈" in everything()
    restricted(cast)
    assert "林妈妈" not in everything()
    seals.seal(NOW)
    assert findings(NOW)[0] == []


def test_who_is_restricted_is_not_brought_back(ctx, cast):
    restricted(cast)
    with pytest.raises(Restricted):
        reactivate(cast.gu.id, cast.lin.id, NOW)


@pytest.mark.parametrize(("who", "refused"), [("chen", NotFound), ("ou", NotFound), ("lin", NotFound)])
def test_only_an_administrator_restricts(ctx, cast, who, refused):
    ask_to_be_forgotten(cast.lin.id, "", NOW)
    with pytest.raises(refused):
        restrict(getattr(cast, who).id, request().id, NOW)


def test_nobody_restricts_themselves(ctx, cast):
    ask_to_be_forgotten(cast.gu.id, "", NOW)
    with pytest.raises(rules.OwnRequest):
        restrict(cast.gu.id, request().id, NOW)


# ── the run ─────────────────────────────────────────────────────────────────


def counts(planned) -> dict[str, int]:
    return {one.rule.name: one.count for one in planned}


PEOPLE = "People of whom nothing has to be kept any more"


@pytest.mark.parametrize(
    ("last", "today", "over"),
    [
        ("2026-11-23", "2036-11-22", False), ("2026-11-23", "2036-11-23", False), ("2026-11-23", "2036-11-24", True),
        ("2024-02-29", "2034-02-28", False), ("2024-02-29", "2034-03-01", True),
    ],
)  # fmt: skip
def test_ten_years_are_kept_to_the_day(last, today, over):
    first, now = (datetime.fromisoformat(text).date() for text in (last, today))
    assert (first < rules.kept_since(now)) is over
    assert (now > rules.kept_until(first)) is over


def test_it_says_what_it_would_do_and_does_nothing(ctx, cast):
    lived(cast)
    restricted(cast)
    assert counts(retention.plan(NOW))[PEOPLE] == 0
    assert counts(retention.plan(YEARS_ON))[PEOPLE] == 1
    assert again(cast.lin).name == NAME


def test_a_run_does_what_was_said_and_then_there_is_nothing(ctx, cast):
    lived(cast)
    restricted(cast)
    planned = counts(retention.plan(YEARS_ON))
    assert counts(retention.run(cast.gu.id, YEARS_ON)) == planned
    assert set(counts(retention.plan(YEARS_ON)).values()) == {0}


def test_who_is_active_is_never_erased(ctx, cast):
    lived(cast)
    assert counts(retention.plan(YEARS_ON))[PEOPLE] == 0


def test_whose_account_was_shut_long_ago_is_erased_too(ctx, cast):
    gone = make_member("1601001", "钱一", cast.first, active=False)
    gone.created_at = NOW - timedelta(days=4000)
    fresh = make_member("2601001", "孙二", cast.first, active=False)
    db.session.commit()
    retention.run(None, NOW)
    assert (again(gone).name, again(fresh).name) == ("—", "孙二")


def spoken(cast) -> None:
    """Lin's name wherever else people write: what a team is called, and reasons with their entries of the trail."""
    word = f"{NAME}说了原因"
    team = Team(slot_id=cast.slot.id, name=f"{NAME}和朋友们", whole=False, made_at=NOW)
    holder = make_holder(cast.lake, cast.lin, reason=word)
    seat = SignUp(
        slot_id=cast.slot.id, member_id=cast.lin.id, state=SignUpState.WITHDRAWN, ticket=1, signed_up_at=NOW,
        withdrawn_at=NOW, changed_at=NOW,
    )  # fmt: skip
    db.session.add_all((team, seat))
    db.session.flush()
    lifted = {"begun_at": NOW, "until": NOW + DAY, "misses": 3, "miss_days": 90}
    ended = {"asked_at": NOW, "ended_at": NOW, "how": CoverEnd.TAKEN_BACK}
    amount = {"measure": "characters", "amount": 1, "day": local_day(NOW), "entered_at": NOW}
    absence = Absence(holder_id=holder.id, begins_at=NOW, ends_at=NOW + DAY, told_at=NOW, reason=word)
    cover = Cover(sign_up_id=seat.id, reason=word, **ended)
    told = Outcome(slot_id=cast.slot.id, member_id=cast.lin.id, reason=word, entered_by_id=cast.ou.id, **amount)
    pause = Pause(member_id=cast.lin.id, lifted_at=NOW, lifted_by_id=cast.chen.id, lift_reason=word, **lifted)
    joined = TeamMember(team_id=team.id, member_id=cast.lin.id, joined_at=NOW)
    db.session.add_all((absence, cover, told, pause, joined))
    db.session.flush()
    for row in (holder, absence, cover, told):
        audit.leave(NOW, cast.lin.id, "say", type(row), row.id, after={"called": word}, reason=word)
    db.session.commit()


def test_reasons_given_elsewhere_and_what_teams_were_called_go_too(ctx, cast):
    lived(cast)
    spoken(cast)
    restricted(cast)
    seals.seal(NOW)
    assert everything().count(NAME) > 12
    assert counts(retention.run(cast.gu.id, YEARS_ON))[PEOPLE] == 1
    assert NAME not in everything()
    assert findings()[0] == []


def test_pictures_of_stories_about_the_person_go_for_good(ctx, cast):
    written_story(cast)
    story = the_story()
    add_photo(story.by_id, story.id, Picture(4, 3, b"whole", b"small"), f"{NAME}在湖边", People.NOBODY, NOW)
    photo_id = db.session.scalars(sa.select(Photo.id)).one()
    restricted(cast)
    seals.seal(NOW)
    retention.run(cast.gu.id, YEARS_ON)
    seals.seal(YEARS_ON)
    photo = db.session.get_one(Photo, photo_id, populate_existing=True)
    assert (photo.whole, photo.small, photo.caption, photo.removed_at) == (None, None, "—", YEARS_ON)
    assert NAME not in everything()
    assert findings()[0] == []


def test_nothing_of_the_person_is_left_and_the_chain_is_whole(ctx, cast):
    paper = lived(cast)
    restricted(cast)
    seals.seal(NOW)
    assert NAME in everything()
    retention.run(cast.gu.id, YEARS_ON)
    seals.seal(YEARS_ON)
    text = everything()
    assert [word for word in (NAME, NUMBER, MAIL, "林可", "优秀志愿者") if word in text] == []
    assert findings()[0] == []
    lin = again(cast.lin)
    assert (lin.name, lin.number, lin.erased_at) == ("—", f"erased-{lin.id}", YEARS_ON)
    assert db.session.get_one(Certificate, paper.id, populate_existing=True).snapshot == ""
    assert db.session.scalars(sa.select(Entry.title).where(Entry.member_id == lin.id)).all() == [""]


def test_the_page_to_check_says_that_it_is_kept_no_longer(app, client, cast):
    with app.app_context():
        paper = lived(cast)
        restricted(cast)
        retention.run(cast.gu.id, YEARS_ON)
    chen = english(app, cast.chen)
    assert chen.get("/certify").status_code == 200
    assert chen.get("/certify/issue").status_code == 200
    assert chen.get(f"/certify/{paper.public_id}").status_code == 404
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert "Kept no longer" in client.get(f"/verify/{paper.code}").get_data(as_text=True)


# ── the trail ───────────────────────────────────────────────────────────────


def test_new_entries_hold_no_names_and_their_words_can_be_read_until_they_go(ctx, cast):
    lived(cast)
    entries = db.session.execute(sa.select(AuditEntry.before, AuditEntry.after)).all()
    said = "".join(f"{before}{after}" for before, after in entries)
    assert [word for word in (NAME, NUMBER, MAIL, "优秀志愿者") if word in said] == []
    texts = set(db.session.scalars(sa.select(AuditWord.text).where(AuditWord.member_id == cast.lin.id)))
    assert texts >= {NAME, "林可", "优秀志愿者林可欣"}


def test_a_word_that_was_changed_is_found(ctx, cast):
    lived(cast)
    seals.seal(NOW)
    db.session.commit()
    with unrefused() as connection:
        connection.exec_driver_sql("UPDATE audit_word SET text = 'another' WHERE id = (SELECT min(id) FROM audit_word)")
    assert findings()[0] == [WORD]


def old_entry(cast, **values) -> int:
    """An entry from before words stood beside the trail."""
    with transaction():
        audit.leave(
            NOW, cast.gu.id, "edit member", Member, cast.lin.id, before=values, after={"unit_id": 2}, reason="因病"
        )
    return db.session.scalars(sa.select(sa.func.max(AuditEntry.id))).one()


def test_an_old_entry_loses_its_words_and_its_place_is_counted(ctx, cast):
    entry_id = old_entry(cast, name=NAME, stage="full", unit_id=1)
    seals.seal(NOW)
    with transaction():
        assert erasing.forget(cast.lin.id, {"member": [cast.lin.id]}, cast.gu.id, NOW) == 1
    entry = db.session.get_one(AuditEntry, entry_id, populate_existing=True)
    assert (entry.before, entry.after, entry.reason) == (
        {"name": {"erased": True}, "stage": "full", "unit_id": 1}, {"unit_id": 2}, "",
    )  # fmt: skip
    seals.seal(NOW)
    assert findings() == ([], 1)
    with transaction():
        assert erasing.forget(cast.lin.id, {"member": [cast.lin.id]}, cast.gu.id, NOW) == 0


def test_what_is_changed_beyond_what_the_trail_tells_is_still_found(ctx, cast):
    entry_id = old_entry(cast, name=NAME)
    seals.seal(NOW)
    with transaction():
        erasing.forget(cast.lin.id, {"member": [cast.lin.id]}, cast.gu.id, NOW)
    seals.seal(NOW)
    db.session.commit()
    with unrefused() as connection:
        connection.exec_driver_sql(f"UPDATE audit_entry SET subject_id = 1 + subject_id WHERE id = {entry_id}")
    assert findings()[0] == [DIFFERS]


@pytest.mark.parametrize(
    "change", ["verb = 'x'", "actor_id = NULL", "subject_id = 99", "reason = 'another'", "id = id + 900"]
)
def test_even_of_an_entry_that_is_erased_nothing_else_can_be_changed(ctx, cast, change):
    entry_id = old_entry(cast, name=NAME)
    with transaction():
        erasing.forget(cast.lin.id, {"member": [cast.lin.id]}, cast.gu.id, NOW)
    with pytest.raises(DBAPIError, match="append-only"), transaction():
        db.session.execute(sa.text(f"UPDATE audit_entry SET {change} WHERE id = {entry_id}"))


# ── pages ───────────────────────────────────────────────────────────────────


def test_one_asks_and_an_administrator_restricts(app, cast):
    with time_machine.travel(NOW, tick=False):
        lin, gu = english(app, cast.lin), english(app, cast.gu)
        assert lin.submit("/account/data/forget", reason="毕业").status_code == 303
        assert "You asked for it" in lin.get("/account/data").get_data(as_text=True)
        page = gu.get("/people/forgetting").get_data(as_text=True)
        assert NAME in page
        assert "毕业" in page
        with app.app_context():
            public_id = request().public_id
        assert gu.submit(f"/people/forgetting/{public_id}").status_code == 303
        assert "nothing has to be kept" in gu.get("/people/forgetting").get_data(as_text=True)
        assert logged_in(app, cast.lin).get("/account/data").status_code == 302
        assert PEOPLE in gu.get("/retention").get_data(as_text=True)
        assert gu.submit("/retention").status_code == 303
        assert "There is nothing to do" in gu.get("/retention").get_data(as_text=True)


def test_the_command_says_first_and_does_when_it_is_meant(app, cast, monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    with app.app_context():
        restricted(cast)
    runner = app.test_cli_runner()
    from activities.rights.commands import retention as command

    with time_machine.travel(NOW + DAY, tick=False):
        said = runner.invoke(command, [])
        assert "Nothing was done yet" in said.output
        with app.app_context():
            assert again(cast.lin).name == NAME
        assert f"1  {PEOPLE}" in runner.invoke(command, ["--do"]).output
    with app.app_context():
        assert again(cast.lin).name == "—"
