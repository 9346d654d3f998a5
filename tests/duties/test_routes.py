"""The organizer's pages: what they show, what they refuse, and what they cost."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

import pytest
import time_machine

from activities.duties import board, service
from activities.duties.models import Activity, Post, Slot
from activities.duties.rules import SlotState, WayIn
from activities.kit.db import db
from activities.kit.roles import Role
from activities.people.models import Member
from activities.people.rules import Stages
from activities.terms.models import SpecialDay, Term
from tests.cast import DAY, HOUR, NOW, grant, logged_in, make_activity, make_member, make_post, make_slot

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ou(app, cast):
    visitor = logged_in(app, cast.ou)
    visitor.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return visitor


def page(visitor, address: str, **query) -> str:
    answer = visitor.get(address, query_string=query)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def form(text: str) -> dict[str, str]:
    """The hidden values of a page's forms."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text))


def activity_values(cast, **changes):
    return {
        "kind_key": "energy", "name": "晚间关灯", "unit_id": cast.first.id, "description": "", "risks": "",
        "safeguards": "", "mailbox": "", "sign_up_opens_at": "", "sign_up_closes_at": "", "withdraw_hours": "24",
        "offer_hours": "12", "way_in": "first_come", "draw_minutes": "2880", "draw_days": "90",
        "eligible_unit_id": "0", "revision": "0", **changes,
    }  # fmt: skip


def one(app, model, **conditions):
    with app.app_context():
        return db.session.query(model).filter_by(**conditions).one()


# ── the door ────────────────────────────────────────────────────────────────


def test_the_door_shows_my_activities_and_the_days_ahead(app, cast, ou):
    with app.app_context():
        make_activity("别人的", cast.second)
        make_slot(make_post(make_activity("早读", cast.first, "study"), "A101", capacity=4), NOW + 5 * DAY)
        db.session.commit()
    shown = page(ou, "/organize/")
    assert "东湖责任区清扫" in shown
    assert "早读" in shown
    assert "别人的" not in shown
    assert "1 slot may stay without people" in shown
    ahead = shown[shown.index('id="ahead"') :]
    assert ahead.index("东湖北岸") < ahead.index("A101")  # at risk first
    assert "2 missing" in ahead
    assert "4 missing" not in ahead  # five days away nobody worries yet


def test_what_is_still_to_be_drawn_misses_nobody(app, cast, ou):
    with app.app_context():
        drawn = make_activity("晚会", cast.first, "reception", way_in=WayIn.DRAW)
        make_slot(make_post(drawn, "礼堂", capacity=4), NOW + DAY)
        address = f"/organize/activities/{drawn.public_id}"
        db.session.commit()
    assert "4 missing" not in page(ou, "/organize/")
    assert "礼堂" in page(ou, address)
    assert "missing" not in page(ou, address)


def test_activities_are_found_by_words_place_and_kind(app, cast, ou):
    with app.app_context():
        make_post(make_activity("早读", cast.first, "study"), "A101")
        db.session.commit()
    names = ["早读", "东湖责任区清扫"]
    for query, found in (
        ({"q": "早"}, names[:1]),
        ({"q": "a10"}, names[:1]),
        ({"kind": "cleaning"}, names[1:]),
        ({"kind": "x"}, names),
        ({"kind": "study", "q": "东湖"}, []),
        ({"q": "100%"}, []),
        ({"q": "_"}, []),
    ):
        shown = page(ou, "/organize/", **query).split('id="ahead"')[0]
        assert [name for name in names if name in shown] == found


def test_long_lists_come_in_pages(app, cast, ou):
    with app.app_context():
        for n in range(25):
            make_activity(f"活动 {n:02}", cast.first)
        db.session.commit()
    first, second = page(ou, "/organize/"), page(ou, "/organize/", page=2)
    assert len(re.findall("活动 ..", first)) == 19
    assert len(re.findall("活动 ..", second)) == 6
    assert "page=2" in first
    assert "page=3" not in second


def test_who_runs_nothing_is_told_what_to_do(app, cast):
    with app.app_context():
        sun = make_member("T009", "孙立", db.session.merge(cast.second))
        grant(sun, Role.ORGANIZER, db.session.merge(cast.second))
        db.session.commit()
        visitor = logged_in(app, sun)
    shown = visitor.get("/organize/", headers=ENGLISH).get_data(as_text=True)
    assert "You run no activity yet" in shown


def test_the_door_costs_the_same_whatever_stands_behind_it(app, cast, ou, statements):
    counts = []
    for n in range(2):
        with statements.count() as sent:
            page(ou, "/organize/")
        counts.append(len(sent))
        with app.app_context():
            first = db.session.merge(cast.first)
            for k in range(15):
                post = make_post(make_activity(f"活动 {n}{k}", first), f"{k} 号")
                make_slot(post, NOW + HOUR * (k + 1))
            db.session.commit()
    assert counts[0] == counts[1] <= 5


# ── activities ──────────────────────────────────────────────────────────────


def test_an_activity_is_created_and_shown(app, cast, ou):
    answer = ou.submit(
        "/organize/activities/new",
        **activity_values(
            cast, name="  晚间\u2028关灯\x07 ", description="一\r\n二", stages=["full", "probationary"],
            sign_up_opens_at="2026-11-26T08:00", sign_up_closes_at="2026-11-30T20:00", withdraw_hours="1.5",
            mailbox=" lights@example.edu\r\n",
        ),
    )  # fmt: skip
    assert answer.status_code == 303
    activity = one(app, Activity, kind_key="energy")
    assert (activity.name, activity.description, activity.withdraw_minutes) == ("晚间关灯", "一\n二", 90)
    assert activity.stages == Stages.FULL | Stages.PROBATIONARY
    assert activity.mailbox == "lights@example.edu"
    assert activity.sign_up_opens_at == NOW.replace(hour=0) + DAY
    shown = page(ou, answer.location)
    for text in ("晚间关灯", "Energy-saving post", "until 1.5 hours before", "Full member", "opens"):
        assert text in shown


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " \u2028\x00 "}, "Enter a name."),
        ({"name": "长" * 101}, "At most 100 characters."),
        ({"description": "长" * 5001}, "At most 5000 characters."),
        ({"mailbox": "lights"}, "Enter an e-mail address such as name@example.edu."),
        ({"mailbox": "a@example.edu, b@example.edu"}, "Enter an e-mail address such as name@example.edu."),
        ({"mailbox": "a@example.edu\nBcc: b@example.edu"}, "Enter an e-mail address such as name@example.edu."),
        ({"kind_key": ""}, "Choose a kind."),
        ({"kind_key": "nonsense"}, "Kind"),
        ({"unit_id": "x"}, "Unit"),
        ({"unit_id": "999999999999999999999999"}, "Unit"),
        ({"withdraw_hours": "soon"}, "Hours"),
        ({"withdraw_hours": "NaN"}, "Enter a number from 0 to 1440."),
        ({"withdraw_hours": "1e400"}, "Enter a number from 0 to 1440."),
        ({"withdraw_hours": "-1"}, "Enter a number from 0 to 1440."),
        ({"sign_up_opens_at": "tomorrow"}, "Enter a day and a time, for example"),
        ({"sign_up_opens_at": "0001-01-01T00:00"}, "Enter a year between 2000 and 2100."),
        ({"sign_up_opens_at": "2026-12-02T08:00", "sign_up_closes_at": "2026-12-01T08:00"}, "closes before it opens"),
        ({"stages": ["full", "pope"]}, "Only these stages"),
        ({"eligible_unit_id": "77777"}, "Only members of"),
    ],
)
def test_what_is_wrong_comes_back_with_what_was_typed(app, cast, ou, changes, sentence):
    answer = ou.submit("/organize/activities/new", **activity_values(cast, risks="台阶湿滑", **changes))
    shown = answer.get_data(as_text=True)
    if "\x00" in changes.get("name", ""):
        assert answer.status_code == 400  # refused before any page
        return
    assert answer.status_code == 422
    summary = shown[shown.index('class="errors"') : shown.index("</ul>", shown.index('class="errors"'))]
    assert sentence in summary.replace("&#39;", "'")
    assert "台阶湿滑" in shown
    with app.app_context():
        assert db.session.query(Activity).count() == 1


def test_anothers_unit_is_no_choice(app, cast, ou):
    answer = ou.submit("/organize/activities/new", **activity_values(cast, unit_id=cast.second.id))
    assert answer.status_code == 422


def test_only_members_of_another_unit_is_refused_at_its_field(app, cast):
    with app.app_context():
        grant(db.session.merge(cast.ou), Role.ORGANIZER, db.session.merge(cast.school))
        db.session.commit()
    ou = logged_in(app, cast.ou)
    answer = ou.submit("/organize/activities/new", **activity_values(cast, eligible_unit_id=cast.second.id))
    assert answer.status_code == 422
    assert 'id="eligible_unit_id-error"' in answer.get_data(as_text=True)


def test_editing_shows_what_is_there_and_saves_it_again(app, cast, ou):
    address = f"/organize/activities/{cast.sweeping.public_id}/edit"
    shown = page(ou, address)
    assert 'value="东湖责任区清扫"' in shown
    answer = ou.submit(address, **activity_values(cast, kind_key="cleaning", name="西湖清扫", stages=["full"]))
    assert answer.status_code == 303
    assert one(app, Activity).name == "西湖清扫"
    assert re.search(r'checked[^>]*value="full"', page(ou, address))


def test_who_is_overtaken_sees_what_is_there_now_and_may_insist(app, cast, ou):
    address = f"/organize/activities/{cast.sweeping.public_id}/edit"
    ou.submit(address, **activity_values(cast, kind_key="cleaning", name="甲"))
    answer = ou.submit(address, **activity_values(cast, kind_key="cleaning", name="乙"))
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Someone else has changed this meanwhile" in shown
    assert '<dd class="pre">甲</dd>' in shown
    assert 'value="乙"' in shown
    assert one(app, Activity).name == "甲"
    revision = re.search(r'name="revision"[^>]*value="(\d+)"', shown)[1]
    ou.submit(address, **activity_values(cast, kind_key="cleaning", name="乙", revision=revision))
    assert one(app, Activity).name == "乙"


@pytest.mark.parametrize("revision", ["", "x", "-1", "99999999999999999999", "²"])
def test_a_revision_nobody_was_given_is_long_outdated(app, cast, ou, revision):
    address = f"/organize/activities/{cast.sweeping.public_id}/edit"
    answer = ou.submit(address, **activity_values(cast, kind_key="cleaning", name="乙", revision=revision))
    assert answer.status_code == 422


def test_the_kind_of_an_activity_with_people_is_refused_at_its_field(app, cast, ou):
    with app.app_context():
        db.session.get(Slot, cast.slot.id).tickets = 1
        db.session.commit()
    answer = ou.submit(f"/organize/activities/{cast.sweeping.public_id}/edit", **activity_values(cast))
    assert answer.status_code == 422
    assert "the kind and with it the ledger stay" in answer.get_data(as_text=True)


def test_an_activity_is_copied_after_a_look(app, cast, ou):
    address = f"/organize/activities/{cast.sweeping.public_id}/copy"
    opened = page(ou, address)
    assert 'value="东湖责任区清扫"' in opened
    assert opened.count('value="2026-11-26"') == 2
    asked = {"name": "明年的", "first": "2026-11-26", "last": "2026-11-26", "start": "2026-12-04"}
    shown = page(ou, address, **asked)
    assert "1 slot would be created" in shown
    assert "on another weekday" in shown
    assert "on another weekday" not in page(ou, address, **asked | {"start": "2026-12-03"})
    assert ou.submit(address, **asked, digest="stale").status_code == 409
    answer = ou.submit(address, **form(shown))
    assert "The copy is there, with 1 slot." in ou.get(answer.location).get_data(as_text=True)
    with app.app_context():
        assert db.session.query(Activity).count() == 2


def test_an_activity_is_copied_without_slots(app, cast, ou):
    address = f"/organize/activities/{cast.sweeping.public_id}/copy"
    shown = page(ou, address, name="空的", first="2026-11-26", last="2026-11-26", start="")
    assert "Copy without slots" in shown
    answer = ou.submit(address, **form(shown))
    assert "The copy is there, with 0 slots." in ou.get(answer.location).get_data(as_text=True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": ""}, "name"), ({"first": ""}, "start"), ({"first": "x"}, "first"), ({"start": "2031-01-01"}, "start"),
     ({"last": "2026-11-25"}, "last")],
)  # fmt: skip
def test_a_copy_that_cannot_be_says_why_at_its_field(cast, ou, changes, field):
    asked = {"name": "明年的", "first": "2026-11-26", "last": "2026-11-26", "start": "2026-12-03", **changes}
    address = f"/organize/activities/{cast.sweeping.public_id}/copy"
    for answer in (ou.get(address, query_string=asked), ou.submit(address, **asked)):
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.get_data(as_text=True)


def test_organizers_are_named_and_removed(app, cast, ou):
    address = f"/organize/activities/{cast.sweeping.public_id}"
    assert f'value="{cast.ou.public_id}"' in page(ou, address)
    assert ou.submit(f"{address}/organizers", member=cast.ou.public_id).status_code == 303
    assert "Remove 欧阳慧敏" in page(ou, address)
    assert ou.submit(f"{address}/organizers/remove", member=cast.lin.public_id).status_code == 404
    assert ou.submit(f"{address}/organizers/remove", member=cast.ou.public_id).status_code == 303
    for nobody in (cast.lin.public_id, "", "x"):
        assert ou.submit(f"{address}/organizers", member=nobody).status_code == 409


def test_what_is_seen_but_run_by_others_is_forbidden_and_what_is_not_seen_is_not_there(app, cast, ou):
    with app.app_context():
        schools = make_post(make_activity("全院大会", cast.school, "meeting"), "礼堂")
        others = make_post(make_activity("别人的", cast.second), "西岸")
        rows = [(schools, make_slot(schools, NOW + DAY), 403), (others, make_slot(others, NOW + DAY), 404)]
        db.session.commit()
        addresses = []
        for post, slot, code in rows:
            activity = f"/organize/activities/{post.activity.public_id}"
            organize = (activity, f"{activity}/edit", f"{activity}/plan")
            slots = (f"/slots/{slot.public_id}/roster", f"/organize/slots/{slot.public_id}/edit")
            addresses += [(address, code) for address in (*organize, *slots)]
    for address, code in addresses:
        assert ou.get(address).status_code == code, address


def test_an_activitys_week_is_paged_and_leads_to_where_slots_are(app, cast, ou):
    with app.app_context():
        for n in range(60):
            make_slot(make_post(cast.sweeping, f"{n} 号"), NOW + 14 * DAY)
        db.session.commit()
    address = f"/organize/activities/{cast.sweeping.public_id}"
    assert "week=2026-12-07" in page(ou, address)
    assert page(ou, address, week="2026-12-09").count('<article class="slot') == 50
    assert page(ou, address, week="2026-12-07", page=2).count('<article class="slot') == 10
    between = page(ou, address, week="2026-12-01")
    assert "No slots in this week." in between
    assert "week=2026-11-23" in between
    for odd in ({"week": "x"}, {"week": "9999-99-99"}, {"week": "0001-01-01"}, {"page": "9" * 30}, {"page": "²"}):
        page(ou, address, **odd)


def test_an_activitys_page_costs_the_same_whatever_it_shows(app, cast, ou, statements):
    address, counts = f"/organize/activities/{cast.sweeping.public_id}", []
    for batch in range(2):
        with statements.count() as sent:
            page(ou, address)
        counts.append(len(sent))
        with app.app_context():
            sweeping = db.session.merge(cast.sweeping)
            for n in range(30):
                make_slot(make_post(sweeping, f"{n} 号"), NOW + DAY)
                grant(make_member(f"T{batch}-{n}", f"某{n}", sweeping.unit), Role.ORGANIZER, sweeping.unit)
            db.session.commit()
    assert counts[0] == counts[1] <= 10


def test_who_is_named_from_another_unit_names_nobody_there_and_copies_nothing(app, cast, ou):
    with app.app_context():
        first, second = db.session.merge(cast.first), db.session.merge(cast.second)
        sun, li = make_member("T009", "孙立", second), make_member("T010", "李岩", first)
        grant(sun, Role.ORGANIZER, second)
        grant(li, Role.ORGANIZER, first)
        db.session.commit()
        service.name_organizer(cast.ou.id, cast.sweeping.id, sun.id, NOW)
        activity = db.session.merge(cast.sweeping)
        hu = make_member("T011", "胡兵", second)
        grant(hu, Role.ORGANIZER, second)
        db.session.commit()
        assert {m.name for m in board.candidates(db.session.get(Member, cast.ou.id), activity)} == {"欧阳慧敏", "李岩"}
        assert {m.name for m in board.candidates(sun, activity)} == {"欧阳慧敏", "李岩", "胡兵"}
    address = f"/organize/activities/{cast.sweeping.public_id}"
    assert f'{address}/copy"' in page(ou, address)
    visitor = logged_in(app, sun)
    assert f'{address}/copy"' not in page(visitor, address)
    assert "/roster" in page(visitor, f"/slots/{cast.slot.public_id}")


# ── posts and rows of slots ─────────────────────────────────────────────────


def test_posts_are_added_and_changed(app, cast, ou):
    address = f"/organize/activities/{cast.sweeping.public_id}/posts/new"
    answer = ou.submit(address, name="南岸", place="东湖", standard="无落叶", capacity="4")
    post = one(app, Post, name="南岸")
    assert answer.location.endswith(f"/plan?post={post.public_id}")
    chosen = re.findall(
        r'<input checked[^>]*name="posts"[^>]*value="([^"]+)"', ou.get(answer.location).get_data(as_text=True)
    )
    assert chosen == [post.public_id]
    edit = f"/organize/posts/{post.public_id}/edit"
    assert "无落叶" in page(ou, edit)
    ou.submit(edit, name="南岸", place="西湖", standard="", capacity="4", revision="0")
    assert one(app, Post, name="南岸").place == "西湖"
    overtaken = ou.submit(edit, name="南岸", place="北湖", standard="", capacity="4", revision="0")
    assert overtaken.status_code == 422
    assert '<dd class="pre">西湖</dd>' in overtaken.get_data(as_text=True)
    for capacity in ("0", "-1", "many", "10001", "9" * 5000, ""):
        assert ou.submit(address, name="南岸", capacity=capacity).status_code == 422


ROW = {
    "posts": ["all"], "first": "2026-11-26", "last": "2026-12-17", "weekdays": ["3"], "starts": "16:00",
    "ends": "18:00", "capacity": "3",
}  # fmt: skip


def plan_address(cast) -> str:
    return f"/organize/activities/{cast.sweeping.public_id}/plan"


def test_a_row_is_shown_then_created_as_shown(app, cast, ou):
    with app.app_context():
        db.session.add(SpecialDay(day=date(2026, 12, 3), name="校庆", off=True))
        db.session.add(SpecialDay(day=date(2026, 12, 5), name="校庆补课", off=False, acts_as=date(2026, 12, 3)))
        db.session.commit()
    shown = page(ou, plan_address(cast), **ROW)
    assert "4 slots would be created" in shown
    assert "1 falls out" in shown
    assert "校庆补课" in shown
    values = ROW | {"digest": form(shown)["digest"]}
    answer = ou.submit(plan_address(cast), **values)
    assert "4 slots are planned." in ou.get(answer.location).get_data(as_text=True)
    again = page(ou, plan_address(cast), **ROW)
    assert "Nothing would be created." in again
    assert again.count("already planned") == 4


def test_what_the_confirming_form_sends_is_what_was_asked(cast, ou):
    shown = page(ou, plan_address(cast), **ROW)
    confirming = shown[shown.index("bulk-go") :]
    for name, value in ROW.items():
        for one_value in value if isinstance(value, list) else [value]:
            assert f'name="{name}" value="{one_value}"' in confirming


def test_a_changed_plan_is_shown_again(app, cast, ou):
    digest = form(page(ou, plan_address(cast), **ROW))["digest"]
    with app.app_context():
        db.session.add(SpecialDay(day=date(2026, 12, 3), name="校庆", off=True))
        db.session.commit()
    answer = ou.submit(plan_address(cast), **ROW, digest=digest)
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "What would be created has changed since you looked." in shown
    assert "3 slots would be created" in shown
    assert form(shown)["digest"] != digest
    with app.app_context():
        assert db.session.query(Slot).count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"first": ""}, "Choose a day."),
        ({"first": "26.11."}, "Enter a day, for example"),
        ({"first": "9999-12-31"}, "Enter a year between"),
        ({"first": "2026-11-24"}, "This time is over."),
        ({"last": "2026-11-01"}, "The last day is before the first."),
        ({"last": "2029-11-01"}, "Plans reach until"),
        ({"weekdays": []}, "Choose at least one weekday."),
        ({"weekdays": ["7"]}, "On these weekdays"),
        ({"weekdays": ["x"]}, "On these weekdays"),
        ({"last": ""}, "Say until which day the row goes"),
        ({"ends": "16:00"}, "The end is the same as the start."),
        ({"starts": "25:00"}, "Enter a time, for example 16:00."),
        ({"capacity": "0"}, "Enter a number from 1 to 10000."),
        ({"posts": []}, "Choose at least one post."),
        ({"posts": ["nonsense"]}, "Posts"),
        ({"excluded": "soon"}, "Enter days, for example"),
        ({"excluded": "0001-01-01"}, "Enter a year between"),
        ({"also": "noon"}, "Enter times, for example"),
        ({"also": "11:40"}, "Enter times, for example"),
        ({"also": "11:40-25:00"}, "Enter times, for example"),
        ({"also": "11:40-11:40"}, "The end is the same as the start."),
        ({"exceptions": ["x"]}, "Holidays and make-up workdays"),
        ({"term": "2026-09-08"}, "In the term"),
    ],
)
def test_a_row_that_cannot_be_planned_says_why_at_its_field(cast, ou, changes, sentence):
    for answer in (
        ou.get(plan_address(cast), query_string=ROW | changes), ou.submit(plan_address(cast), **ROW | changes),
    ):  # fmt: skip
        assert answer.status_code == 422
        assert sentence in answer.get_data(as_text=True)


def test_a_plan_starts_from_a_slot_like_it(app, cast, ou):
    shown = page(ou, plan_address(cast), like=cast.slot.public_id)
    assert 'value="12:00"' in shown
    assert 'value="14:00"' in shown
    assert ou.get(plan_address(cast), query_string={"like": "nonsense"}).status_code == 404


def test_a_row_fills_a_term_from_today_on(app, cast, ou):
    with app.app_context():
        db.session.add(Term(name="2026 秋", starts_on=date(2026, 9, 7), weeks=15))
        db.session.add(Term(name="2026 春", starts_on=date(2026, 3, 2), weeks=18))
        db.session.commit()
    first = page(ou, plan_address(cast))
    assert "2026 秋" in first
    assert "2026 春" not in first  # it is over
    row = ROW | {"first": "", "last": "", "term": "2026-09-07"}
    shown = page(ou, plan_address(cast), **row)
    assert "4 slots would be created" in shown  # on Thursdays from Wednesday 25 November to 20 December
    less = page(ou, plan_address(cast), **row | {"excluded": "2026-12-10"})
    assert "3 slots would be created" in less
    assert "left out" in less
    assert "2026 is unconfirmed." in shown


def test_more_times_of_the_same_days_are_planned_at_once(cast, ou):
    row = ROW | {"also": "11:40–11:50， 22:00-0:30"}
    shown = page(ou, plan_address(cast), **row)
    assert "12 slots would be created" in shown
    assert shown.count("11:40–11:50") >= 4
    assert "00:30" in shown
    answer = ou.submit(plan_address(cast), **row, digest=form(shown)["digest"])
    after = ou.get(answer.location).get_data(as_text=True)
    for text in ("12 slots are planned.", "Thu 11:40–11:50", "Thu 16:00–18:00", "Thu 22:00–00:30"):
        assert text in after


def test_each_day_has_a_link_that_leaves_it_out(cast, ou):
    shown = page(ou, plan_address(cast), **ROW)
    address = unescape(re.search(r'href="([^"]*excluded=[^"]*12-10)"', shown)[1])
    assert "3 slots would be created" in ou.get(address).get_data(as_text=True)


def test_every_post_is_chosen_at_first_also_the_only_one(app, cast, ou):
    chosen = r'<input checked[^>]*name="posts"[^>]*value="([^"]+)"'
    assert re.findall(chosen, page(ou, plan_address(cast))) == [cast.lake.public_id]
    with app.app_context():
        make_post(cast.sweeping, "南岸")
        db.session.commit()
    assert re.findall(chosen, page(ou, plan_address(cast))) == ["all"]


def test_an_activity_without_posts_has_nothing_to_plan(app, cast, ou):
    with app.app_context():
        public_id = make_activity("空的", db.session.merge(cast.first)).public_id
        db.session.commit()
    assert "this activity has none yet" in page(ou, f"/organize/activities/{public_id}/plan")


def test_a_week_is_copied_after_a_look(app, cast, ou):
    address = f"/organize/activities/{cast.sweeping.public_id}/copy-week"
    assert 'name="times"' in page(ou, address, week="2026-11-23")
    shown = page(ou, address, week="2026-11-23", times=2)
    assert "2 slots would be created" in shown
    answer = ou.submit(f"{address}?week=2026-11-23", times=2, digest=form(shown)["digest"])
    assert answer.status_code == 303
    with app.app_context():
        assert db.session.query(Slot).count() == 3
    assert ou.submit(f"{address}?week=2026-11-23", times=3, digest="stale").status_code == 409
    assert ou.get(address, query_string={"times": "31"}).status_code == 422


def test_a_preview_costs_the_same_whatever_its_length(cast, ou, statements):
    counts = []
    for weeks in (1, 80):
        with statements.count() as sent:
            page(ou, plan_address(cast), **ROW | {"last": str(date(2026, 11, 26) + timedelta(weeks=weeks))})
        counts.append(len(sent))
    assert counts[0] == counts[1]


# ── one slot ────────────────────────────────────────────────────────────────


def slot_address(cast, what: str) -> str:
    return f"/organize/slots/{cast.slot.public_id}/{what}"


def test_a_slot_is_changed(app, cast, ou):
    assert 'value="2026-11-26T12:00"' in page(ou, slot_address(cast, "edit"))
    values = {"starts_at": "2026-11-27T22:00", "ends_at": "2026-11-28T01:00", "capacity": "5", "revision": "0"}
    assert ou.submit(slot_address(cast, "edit"), **values).status_code == 303
    slot = one(app, Slot)
    assert (slot.ends_at - slot.starts_at, slot.capacity) == (3 * HOUR, 5)
    overtaken = ou.submit(slot_address(cast, "edit"), **values | {"capacity": "6"})
    assert overtaken.status_code == 422
    assert '<dd class="pre">5</dd>' in overtaken.get_data(as_text=True)
    for changes in ({"ends_at": "2026-11-27T22:00"}, {"starts_at": "2026-11-24T22:00"}, {"capacity": "x"}):
        answer = ou.submit(slot_address(cast, "edit"), **values | {"revision": "1"} | changes)
        assert answer.status_code == 422


def test_fewer_seats_than_people_come_back_at_the_field(app, cast, ou):
    logged_in(app, cast.lin).submit(f"/slots/{cast.slot.public_id}/sign-up")
    logged_in(app, cast.wang).submit(f"/slots/{cast.slot.public_id}/sign-up")
    values = {"starts_at": "2026-11-26T12:00", "ends_at": "2026-11-26T14:00", "capacity": "1", "revision": "0"}
    answer = ou.submit(slot_address(cast, "edit"), **values)
    assert answer.status_code == 422
    assert "2 people already have a seat" in answer.get_data(as_text=True)


def test_cancelling_names_the_people_before_and_after(app, cast, ou):
    logged_in(app, cast.lin).submit(f"/slots/{cast.slot.public_id}/sign-up")
    shown = page(ou, slot_address(cast, "cancel"))
    assert "Cancel it and tell 1 person" in shown
    assert "Delete slot" not in shown
    assert ou.submit(slot_address(cast, "cancel"), reason=" ").status_code == 422
    assert ou.submit(slot_address(cast, "cancel"), reason="长" * 201).status_code == 422
    answer = ou.submit(slot_address(cast, "cancel"), reason="暴雨")
    assert "1 person is told" in ou.get(answer.location).get_data(as_text=True)
    assert one(app, Slot).state is SlotState.CANCELLED
    assert ou.submit(slot_address(cast, "cancel"), reason="又").status_code == 409
    assert ou.submit(slot_address(cast, "delete")).status_code == 409


def test_a_slot_nobody_wanted_is_deleted(app, cast, ou):
    assert "Delete slot" in page(ou, slot_address(cast, "cancel"))
    assert ou.submit(slot_address(cast, "delete")).status_code == 303
    assert ou.get(slot_address(cast, "edit")).status_code == 404


def test_the_roster_costs_the_same_whoever_is_on_it(app, cast, ou, statements):
    address, counts = f"/slots/{cast.slot.public_id}/roster", []
    for member in (cast.lin, cast.wang):
        with statements.count() as sent:
            page(ou, address)
        counts.append(len(sent))
        logged_in(app, member).submit(f"/slots/{cast.slot.public_id}/sign-up")
    shown = page(ou, address)
    assert counts[0] == counts[1] <= 7
    assert shown.index("林可欣") < shown.index("王一诺")
    assert "2301001" in shown
    assert "营销2301" in shown
