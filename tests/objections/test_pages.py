"""The pages of grades on notice: what one has objected to is seen there, and what is answered is asked no more."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from activities.kit.db import db
from activities.objections.models import GradeObjection
from tests.cast import DAY, english
from tests.closings.test_closing import ON_NOTICE, another, grade_all
from tests.cycles.opened import opened, the_cycle


@pytest.fixture
def on_notice(app, cast):
    """The address of a review whose grades stand on notice, and who has given none of them."""
    with time_machine.travel(ON_NOTICE, tick=False):
        with app.app_context():
            second, address = another(cast), opened(cast)
            grade_all(cast, second, the_cycle())
        yield address, second


def test_what_one_has_objected_to_stands_beside_the_grade_and_is_not_asked_again(app, cast, on_notice):
    address, _ = on_notice
    wang, notice = english(app, cast.wang), f"/my-review/{address}/notice"
    about = f"{notice}/{cast.lin.public_id}"
    assert "You have objected" not in wang.get(notice).text
    assert wang.submit(about, reason="Too low").status_code == 303
    page = wang.get(notice).text
    assert page.index("What you objected to") < page.index("You have objected<")
    assert f'href="{about}"' not in page
    asked = wang.get(about).text
    assert "You have objected to this grade already. You are told of the answer." in asked
    assert 'name="reason"' not in asked


def test_ones_own_page_says_what_was_decided_by_whom_and_keeps_the_answer_after_the_notice(app, cast, on_notice):
    address, second = on_notice
    lin, part, notice = english(app, cast.lin), f"/my-review/{address}", f"/my-review/{address}/notice"
    assert "·Public notice until" in lin.get("/my-review/").text
    stands = lin.get(part).text
    assert (
        stands.index("My grade") < stands.index("称职。") < stands.index(cast.chen.name) < stands.index('id="evidence"')
    )
    assert f'href="{notice}/{cast.lin.public_id}"' in stands
    lin.submit(f"{notice}/{cast.lin.public_id}", reason="Too low")
    raised = lin.get(part).text
    assert "Too low" in raised
    assert f'href="{notice}/{cast.lin.public_id}"' not in raised
    with app.app_context():
        one = db.session.scalars(sa.select(GradeObjection.public_id)).one()
    english(app, second).submit(f"/cycles/objections/{one}", word="It is right.")
    with time_machine.travel(ON_NOTICE + 90 * DAY, tick=False):
        later = english(app, cast.lin)
        assert later.get(notice).headers["Location"] == part
        kept = later.get(part).text
        assert "It is right." in kept
        assert "Object to my grade" not in kept
        assert english(app, cast.zhao).get(notice).headers["Location"] == part
        assert english(app, cast.wang).get(notice).status_code == 404  # takes part in none


def test_who_answers_can_look_at_the_person_and_an_answer_is_given_once(app, cast, on_notice):
    address, second = on_notice
    english(app, cast.wang).submit(f"/my-review/{address}/notice/{cast.lin.public_id}", reason="Too low")
    with app.app_context():
        one = db.session.scalars(sa.select(GradeObjection.public_id)).one()
    he, page = english(app, second), f"/cycles/objections/{one}"
    person = f"/cycles/{address}/people/{cast.lin.public_id}"
    assert f'href="{person}"' in he.get(page).text
    assert he.get(person).status_code == 200
    assert he.submit(page, word="It is right.").status_code == 303
    answered = he.get(page).text
    assert "It is right." in answered
    assert 'name="word"' not in answered


def test_the_page_of_the_review_says_that_an_objection_waits_also_to_who_may_not_answer_it(app, cast, on_notice):
    address, second = on_notice
    waits, review = "1 objection to a grade waits for an answer", f"/cycles/{address}"
    assert waits not in english(app, cast.chen).get(review).text
    english(app, cast.lin).submit(f"/my-review/{address}/notice/{cast.lin.public_id}", reason="Too low")
    for holder in (cast.chen, second):  # Chen gave the grade
        assert waits in english(app, holder).get(review).text
    with app.app_context():
        one = db.session.scalars(sa.select(GradeObjection.public_id)).one()
    english(app, second).submit(f"/cycles/objections/{one}", word="It is right.")
    assert waits not in english(app, second).get(review).text
