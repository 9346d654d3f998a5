"""The tick list."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from activities.duties.models import Slot
from activities.kit.db import db
from activities.kit.roles import Role
from activities.people.models import Member
from activities.records.models import Record
from activities.records.rules import Attendance, Mark
from activities.records.service import record_attendance
from activities.signups.service import sign_up
from tests.cast import DAY, NOW, grant, logged_in, make_member, make_post, make_slot
from tests.records.conftest import seat

pytestmark = pytest.mark.usefixtures("at_noon")
PRESENT, LATE, _LEFT_EARLY, EXCUSED, ABSENT, _DEFERRED = Attendance


def address(slot: Slot) -> str:
    return f"/slots/{slot.public_id}/attendance"


def saved(app) -> dict[int, Mark]:
    with app.app_context():
        rows = db.session.scalars(sa.select(Record))
        return {r.member_id: Mark(r.attendance, r.minutes, r.minutes_late) for r in rows}


def test_a_list_is_marked_in_one_post(app, cast, past):
    visitor = logged_in(app, cast.ou)
    page = visitor.get(address(past))
    assert page.status_code == 200
    assert page.text.count('class="btn btn-go') == 1
    lin, wang = cast.lin.public_id, cast.wang.public_id
    answer = visitor.submit(
        address(past),
        **{f"mark-{lin}": "late", f"late-{lin}": "１５", f"mark-{wang}": "present", f"hours-{wang}": "0,5"},
    )
    assert (answer.status_code, answer.location) == (303, address(past))
    assert saved(app) == {cast.lin.id: Mark(LATE, 75, 15), cast.wang.id: Mark(PRESENT, 30)}
    page = visitor.get(address(past)).text
    assert "2 people recorded." in page
    assert (checked(page, cast.lin), checked(page, cast.wang)) == (["late"], ["present"])
    assert shown(page, cast.lin) == {
        f"late-{lin}": "15",
        f"hours-{lin}": "",
        f"was-{lin}": "late|15|",
        f"mark-{lin}": "late",
    }
    assert shown(page, cast.wang)[f"hours-{wang}"] == "0.5"


def test_nothing_marked_is_nothing_saved(app, cast, past):
    visitor = logged_in(app, cast.ou)
    assert visitor.submit(address(past)).status_code == 303
    assert saved(app) == {}


def test_who_typed_minutes_or_hours_has_said_that_the_person_came(app, cast, past):
    typed = {f"late-{cast.lin.public_id}": "10", f"hours-{cast.wang.public_id}": "1"}
    logged_in(app, cast.ou).submit(address(past), **typed)
    assert saved(app) == {cast.lin.id: Mark(LATE, 80, 10), cast.wang.id: Mark(PRESENT, 60)}


def test_the_rest_is_filled_in_but_not_saved_and_never_ones_own(app, cast, past):
    answer = logged_in(app, cast.ou).submit(address(past), **{"fill": "1", f"mark-{cast.lin.public_id}": "absent"})
    assert answer.status_code == 200
    assert saved(app) == {}
    assert checked(answer.text, cast.lin) == ["absent"]
    assert checked(answer.text, cast.wang) == ["present"]
    assert checked(answer.text, cast.ou) == []


def checked(page: str, who: Member) -> list[str]:
    return re.findall(rf'name="mark-{re.escape(who.public_id)}" value="(\w+)"[^>]* checked', page)


def test_ones_own_row_cannot_be_marked_and_is_refused_when_posted(app, cast, past):
    visitor = logged_in(app, cast.ou)
    assert f'name="mark-{cast.ou.public_id}"' not in visitor.get(address(past)).text
    marks = {f"mark-{cast.ou.public_id}": "present", f"mark-{cast.lin.public_id}": "present"}
    answer = visitor.submit(address(past), **marks)
    assert answer.status_code == 422
    assert "欧阳慧敏: nobody records their own attendance." in answer.text
    assert saved(app) == {}


def test_a_correction_without_reason_comes_back_with_everything_typed(app, cast, recorded):
    visitor = logged_in(app, cast.ou)
    page = visitor.get(address(recorded)).text
    typed = {
        **shown(page, cast.lin), **shown(page, cast.wang), f"mark-{cast.lin.public_id}": "late",
        f"late-{cast.lin.public_id}": "20",
    }  # fmt: skip
    answer = visitor.submit(address(recorded), **typed)
    assert answer.status_code == 422
    assert 'href="#reason"' in answer.text
    assert checked(answer.text, cast.lin) == ["late"]
    assert f'name="late-{cast.lin.public_id}" value="20"' in answer.text
    answer = visitor.submit(address(recorded), **typed, reason="came at 9:20")
    assert answer.status_code == 303
    assert saved(app) == {cast.lin.id: Mark(LATE, 70, 20), cast.wang.id: Mark(LATE, 60, 10)}


def shown(page: str, who: Member) -> dict[str, str]:
    """What a browser sends of a row that nobody touched."""
    key = re.escape(who.public_id)
    fields = dict(re.findall(rf'name="((?:late|hours|was)-{key})" value="([^"]*)"', page))
    return {**fields, **{f"mark-{who.public_id}": mark for mark in checked(page, who)}}


def test_a_page_opened_before_somebody_else_saved_does_not_undo_it(app, cast, recorded):
    visitor = logged_in(app, cast.ou)
    page = visitor.get(address(recorded)).text
    with app.app_context():
        record_attendance(
            cast.chen.id, recorded.id, {cast.wang.id: Mark(ABSENT)}, recorded.ends_at, reason="left at once"
        )
    typed = {**shown(page, cast.lin), **shown(page, cast.wang), f"mark-{cast.lin.public_id}": "excused"}
    assert visitor.submit(address(recorded), **typed, reason="had asked").status_code == 303
    assert saved(app) == {cast.lin.id: Mark(EXCUSED), cast.wang.id: Mark(ABSENT)}


def test_of_two_who_mark_the_same_person_differently_the_second_is_asked(app, cast, recorded):
    visitor = logged_in(app, cast.ou)
    answer = visitor.submit(address(recorded), **{f"mark-{cast.lin.public_id}": "absent"})
    assert answer.status_code == 422
    assert "Say why what was saved is being changed: 林可欣." in answer.text
    assert "Saved: Present, 1.5 hours" in answer.text


def test_who_came_without_signing_up_is_added(app, cast, past):
    with app.app_context():
        extra = make_member("2301009", "冯欣悦", cast.first)
        db.session.commit()
    visitor = logged_in(app, cast.ou)
    answer = visitor.submit(address(past), **{"number": " ２３０１００９ ", "mark-new": "present", "hours-new": "1"})
    assert answer.status_code == 303
    assert saved(app) == {extra.id: Mark(PRESENT, 60)}
    again = visitor.submit(address(past), number="2301009", **{"mark-new": "present"})
    assert again.status_code == 422
    assert "冯欣悦 is already on the list." in again.text


def test_a_number_of_another_unit_is_nobodys(app, cast, past):
    answer = logged_in(app, cast.ou).submit(address(past), number=cast.zhao.number, **{"mark-new": "present"})
    assert answer.status_code == 422
    assert "赵明" not in answer.text
    assert f'value="{cast.zhao.number}"' in answer.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"mark": "late"}, "林可欣: enter how many minutes late."),
        ({"mark": "late", "late": "soon"}, "林可欣: enter the minutes late as a whole number"),
        ({"mark": "late", "late": "91"}, "林可欣: nobody can be more than 1 hour 30 minutes late here"),
        ({"mark": "late", "late": "30", "hours": "1.5"}, "林可欣: at most 1 hour can be recorded."),
        ({"mark": "present", "hours": "1.51"}, "林可欣: at most 1 hour 30 minutes can be recorded."),
        ({"mark": "present", "hours": "-1"}, "林可欣: enter the hours as a number"),
        ({"mark": "present", "hours": "1e3"}, "林可欣: enter the hours as a number"),
        ({"mark": "present", "hours": "NaN"}, "林可欣: enter the hours as a number"),
        ({"mark": "present", "hours": "<b>"}, "林可欣: enter the hours as a number"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(app, cast, past, typed, sentence):
    fields = {f"{name}-{cast.lin.public_id}": value for name, value in typed.items()}
    answer = logged_in(app, cast.ou).submit(address(past), **fields)
    assert answer.status_code == 422
    assert answer.text.count(sentence) == 2  # in the summary, and at the field
    assert saved(app) == {}


def test_no_input_makes_an_error_of_ours(app, cast, past):
    visitor = logged_in(app, cast.ou)
    for text in ("", " ", "\0", "９" * 400, "-" * 3000, "present", "<script>", "😀", "0x10", "1" * 5000, "||"):
        for key in (cast.lin.public_id, "new", "nobody", ""):
            fields = {f"{name}-{key}": text for name in ("mark", "late", "hours", "was")}
            fields |= {"number": text, "reason": text}
            assert visitor.submit(address(past), **fields).status_code < 500
            assert visitor.submit(address(past), **fields, fill=text).status_code < 500


def test_a_row_that_is_not_on_the_list_is_not_lost_in_silence(app, cast, past):
    answer = logged_in(app, cast.ou).submit(address(past), **{f"mark-{cast.zhao.public_id}": "present"})
    assert answer.status_code == 422
    assert "no longer on this list" in answer.text


def test_before_the_slot_the_page_says_when_marking_opens_and_takes_nothing(app, cast):
    visitor = logged_in(app, cast.ou)
    with app.app_context():
        soon = make_slot(make_post(cast.sweeping, "北门"), NOW + DAY)
        db.session.commit()
        sign_up(cast.lin.id, soon.id, NOW)
    page = visitor.get(address(soon))
    assert page.status_code == 200
    assert "Attendance can be recorded from" in page.text
    assert "btn-go" not in page.text
    assert visitor.submit(address(soon), **{f"mark-{cast.lin.public_id}": "present"}).status_code == 409


def test_only_organizers_of_the_unit_mark(app, cast, past):
    with app.app_context():
        zhao = db.session.get(Member, cast.zhao.id)
        grant(zhao, Role.ORGANIZER, db.session.merge(cast.second))
        db.session.commit()
    for who in (cast.lin, cast.zhao, cast.gu):
        visitor = logged_in(app, who)
        assert visitor.get(address(past)).status_code == 404
        assert visitor.submit(address(past), **{f"mark-{cast.lin.public_id}": "present"}).status_code == 404
    assert saved(app) == {}


def test_a_post_without_the_token_is_refused(app, cast, past):
    answer = logged_in(app, cast.ou).post(address(past), data={f"mark-{cast.lin.public_id}": "present"})
    assert answer.status_code == 400
    assert saved(app) == {}


def test_the_page_takes_a_fixed_number_of_statements(app, cast, past, statements):
    visitor = logged_in(app, cast.ou)
    counts = []
    for size in (3, 597):
        with app.app_context():
            people = [make_member(f"7{size}{n:04}", f"某{n}", cast.first) for n in range(size)]
            seat(past, people)
        with statements.count() as sent:
            page = visitor.get(address(past))
        counts.append(len(sent))
        marks = {f"mark-{m.public_id}": "absent" for m in people}
        with statements.count() as sent:
            assert visitor.submit(address(past), **marks).status_code == 303
        counts.append(len(sent))
    assert page.text.count("data-row") == 603
    assert counts[0] == counts[2] <= 4
    assert counts[1] == counts[3] <= 13
