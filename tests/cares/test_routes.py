"""The pages of people in somebody's care: for who cares, whom it is about, and those who hold the review."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from activities.cares import service
from activities.cycles import service as cycles
from activities.grades import service as grades
from activities.kit.db import db
from activities.people import sheet
from activities.people.models import Member
from tests.cares.guided import TEXT, guided, kept, the_opinions
from tests.cast import NOW, english, make_member
from tests.closings.test_closing import another, close, grade_all
from tests.cycles.opened import appoint, the_cycle
from tests.pairings.paired import CLASS, mentored, paired


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cycle(app, cast):
    with app.app_context():
        return guided(cast)


def test_who_cares_sees_whom_and_what_is_asked(app, cast, cycle):
    ou = english(app, cast.ou)
    assert "Write your opinions on 2 people in your care" in ou.get("/").text
    page = ou.get("/in-my-care/").text
    assert all(name in page for name in ("王一诺", "何一", "申请人", CLASS, "0 of 2", "Class teacher: 营销2301"))
    assert "林可欣" not in page  # is a member
    assert "People on the way into the Party whom you guide" in ou.get("/").text
    lin = english(app, cast.lin)
    assert "Nobody is in your care at present." in lin.get("/in-my-care/").text
    assert "whom you guide" not in lin.get("/").text


def test_figures_are_shown_to_who_may_see_them_anyway(app, cast, cycle):
    ou = english(app, cast.ou)
    assert "Volunteer service 0" not in ou.get("/in-my-care/").text
    with app.app_context():
        appoint(cast.ou, cast.first)
    page = ou.get("/in-my-care/").text
    assert "2026: " in page
    assert "0 h" in page


def test_an_opinion_is_kept_handed_in_and_changed(app, cast, cycle):
    ou, page = english(app, cast.ou), f"/in-my-care/{cycle}/{cast.wang.public_id}"
    assert ou.submit(page, revision=0, text="", hand_in="1").status_code == 422
    assert ou.submit(page, revision=0, text="Draft").status_code == 303
    stale = ou.submit(page, revision=0, text="Mine", hand_in="1")
    assert stale.status_code == 422
    assert all(said in stale.text for said in ("Another text was kept meanwhile", "Mine", "Draft"))
    assert ou.submit(page, revision=1, text="Steady.", hand_in="1").status_code == 303
    assert ou.submit(page, revision=2, text="No draft again").status_code == 422
    assert "Keep the draft" not in ou.get(page).text
    assert ou.submit(page, revision=2, text="Steady, and kind.", hand_in="1").status_code == 303
    assert "1 of 2" in ou.get("/in-my-care/").text
    assert "Write your opinion on 1 person in your care" in ou.get("/").text
    for who in (cast.wang, cast.chen, cast.lin):
        assert english(app, who).get(page).status_code == 404
    with app.app_context():
        assert [one.text for one in the_opinions()] == ["Steady, and kind."]


def test_those_who_hold_the_review_read_them_and_remind(app, cast, cycle):
    chen, at = english(app, cast.chen), f"/cycles/{cycle}/activists"
    with app.app_context():
        kept(cast.ou, cast.wang)
        kept(cast.gu, cast.wang, text="A draft of Gu's", hand_in=False)
        appoint(cast.zhao, cast.second)
    assert "Opinions on activists" in chen.get(f"/cycles/{cycle}").text
    assert ("3 opinions are missing" in chen.get(at).text, "1 of 4" in chen.get(at).text) == (True, True)
    unit = chen.get(f"{at}/units/{cast.first.public_id}").text
    assert "欧阳慧敏·Class teacher: handed in" in unit
    assert "顾云·Class-pairing member: missing" in unit
    person = chen.get(f"{at}/people/{cast.wang.public_id}").text
    assert (TEXT in person, "A draft" in person) == (True, False)
    assert chen.submit(f"/cycles/{cycle}/waiting/cares").status_code == 303
    assert "2 people are told." in chen.get(at).text
    assert "Opinion on an activist not handed in" in chen.get(f"/cycles/{cycle}/overview").text
    zhao = english(app, cast.zhao)
    assert TEXT not in zhao.get(at).text
    for page in (f"{at}/units/{cast.first.public_id}", f"{at}/people/{cast.wang.public_id}"):
        assert zhao.get(page).status_code == 404
    assert english(app, cast.ou).get(at).status_code == 404
    assert chen.get(f"{at}/people/{cast.lin.public_id}").status_code == 404  # a member


def test_the_workbook_has_a_sheet_of_them(app, cast, cycle):
    with app.app_context():
        kept(cast.ou, cast.wang, text="=1+1")
        appoint(cast.zhao, cast.second)
    for who, expected in ((cast.chen, [("王一诺", "欧阳慧敏", "Class teacher", "=1+1")]), (cast.zhao, [])):
        with english(app, who).get(f"/cycles/{cycle}/review.xlsx") as answer:
            book = {one.name: one.rows[1:] for one in sheet.read(answer.data, "x.xlsx")}
        rows = [[*row.cells.values()] for row in book["Activists"]]
        assert [(row[2], row[5], row[6], row[8]) for row in rows] == expected


def test_whom_it_is_about_reads_it_once_the_review_is_closed(app, cast, cycle):
    wang = english(app, cast.wang)
    with app.app_context():
        kept(cast.ou, cast.wang)
        mentored(cast, cast.lin, cast.wang)
    assert "Who guides me, and what they wrote of me" in wang.get("/my-review/").text
    page = wang.get("/in-my-care/about-me").text
    assert all(said in page for said in ("欧阳慧敏", "Mentor", "Nothing yet."))
    assert TEXT not in page
    with app.app_context():
        second = another(cast)
        grade_all(cast, second, the_cycle())
        close(cast, second, the_cycle())
    assert TEXT in wang.get("/in-my-care/about-me").text
    assert TEXT not in english(app, cast.lin).get("/in-my-care/about-me").text
    assert TEXT in english(app, cast.chen).get(f"/cycles/{cycle}/activists/people/{cast.wang.public_id}").text


def test_a_members_class_teacher_is_offered_first_and_all_are_asked_by_one_click(app, cast, cycle):
    chen = english(app, cast.chen)
    person, unit = f"/cycles/{cycle}/people/{cast.lin.public_id}", f"/cycles/{cycle}/units/{cast.first.public_id}"
    assert 'Ask for an opinion<span class="visually-hidden">: 欧阳慧敏' in chen.get(person).text
    assert chen.submit(f"{person}/ask", number="T001").status_code == 303
    assert 'visually-hidden">: 欧阳慧敏' not in chen.get(person).text
    answer = chen.post(f"{unit}/ask", data={"csrf_token": chen.token()}, follow_redirects=True)
    assert "1 opinion is asked for." in answer.text  # of Gu, since Ou was asked
    gu = english(app, cast.gu)
    assert "林可欣" in gu.get("/my-review/").text


def test_many_opinions_on_members_are_one_line(app, cast, cycle):
    with app.app_context():
        for n in range(4):
            make_member(f"230110{n}", f"党员{n}", cast.second, class_name="会计2302")
        db.session.commit()
        for member in db.session.scalars(sa.select(Member).where(Member.name.like("党员%"))).all():
            cycles.add_person(cast.chen.id, the_cycle().id, member.id, "转入", NOW)
            grades.ask_opinion(cast.chen.id, the_cycle().id, member.id, cast.lin.id, NOW)
    lin = english(app, cast.lin)
    assert "Write your opinions on 4 members until" in lin.get("/").text
    assert "党员3" in lin.get("/my-review/").text


def opened(who, page) -> int:
    with who.get(page) as answer:
        return answer.status_code


def test_pages_take_as_many_statements_for_many_as_for_few(app, cast, cycle, statements):
    chen, ou, at = english(app, cast.chen), english(app, cast.ou), f"/cycles/{cycle}/activists"
    pages = (
        (ou, "/in-my-care/"), (ou, f"/in-my-care/{cycle}/{cast.wang.public_id}"), (ou, "/"), (chen, at),
        (chen, f"{at}/units/{cast.first.public_id}"), (chen, f"{at}/people/{cast.wang.public_id}"),
        (chen, f"/cycles/{cycle}/review.xlsx"),
    )  # fmt: skip
    with app.app_context():
        kept(cast.ou, cast.wang)
    few = []
    for who, page in pages:
        with statements.count() as sent:
            assert opened(who, page) == 200
        few.append(len(sent))
    with app.app_context():
        people = [make_member(f"23{n:05}", f"同学{n}", cast.first, class_name=CLASS, stage=cast.wang.stage)
                  for n in range(9)]  # fmt: skip
        db.session.commit()
        paired(cast, cast.lin)
        for one in people[:5]:
            kept(cast.ou, one)
        service.tell(NOW)
    for (who, page), before in zip(pages, few, strict=True):
        with statements.count() as sent:
            opened(who, page)
        assert len(sent) == before, page
