"""The pages on which a secretary says who cares for which class."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from activities.kit.db import db
from activities.pairings.models import Pairing
from activities.people.rules import Stage
from tests.cast import NOW, at_once, english, make_member
from tests.cycles.opened import appoint
from tests.pairings.paired import CLASS, mentored, paired


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def class_page(cast, more: str = "") -> str:
    return f"/pairings/classes/{cast.first.public_id}{more}?class={CLASS}"


def test_classes_that_have_nobody_stand_out(app, cast):
    chen = english(app, cast.chen)
    with app.app_context():
        make_member("2302011", "积极分子", cast.second, class_name="会计2302", stage=Stage.ACTIVIST)
        make_member("2302012", "党员", cast.second, class_name="会计2303")
        db.session.commit()
    assert "2 classes have nobody" in chen.get("/pairings/").text  # and one needs nobody
    with app.app_context():
        paired(cast, cast.ou)
    page = chen.get("/pairings/?alone=1").text
    assert ("1 class has nobody" in page, CLASS in page, "会计2302" in page, "会计2303" in page) == (
        True, False, True, False,
    )  # fmt: skip
    assert "欧阳慧敏" in chen.get(f"/pairings/?unit={cast.first.public_id}").text
    with app.app_context():
        appoint(cast.zhao, cast.second)
    page = english(app, cast.zhao).get("/pairings/").text
    assert (CLASS in page, "会计2302" in page) == (False, True)
    assert english(app, cast.zhao).get(class_page(cast)).status_code == 404


def test_somebody_is_found_by_name_and_paired_and_it_ends(app, cast):
    chen, new = english(app, cast.chen), class_page(cast, "/new")
    assert "欧阳慧敏 T001" in chen.get(f"{new}&q=欧阳").text
    assert "Nobody in the school is called so." in chen.get(f"{new}&q=没有").text
    typed = {"q": "T001", "number": "T001", "sort": "paired", "first": "2026-09-01"}
    assert chen.submit(new, **typed | {"first": "2026-12-01"}).status_code == 422
    assert chen.submit(new, **typed | {"number": "T003"}).status_code == 422  # not among those found
    assert chen.submit(new, **typed | {"sort": "mentor"}).status_code == 422
    assert chen.submit(new, **typed).status_code == 303
    again = chen.submit(new, **typed)
    assert (again.status_code, "is paired already" in again.text) == (422, True)
    page = chen.get(class_page(cast)).text
    assert ("Class-pairing member·as from 1 Sep 2026" in page, "王一诺" in page) == (True, True)
    with app.app_context():
        end = f"/pairings/{db.session.scalar(sa.select(Pairing.public_id))}/end"
    assert chen.submit(end, last="2026-11-25", reason="").status_code == 422
    assert chen.submit(end, last="2026-08-25", reason="Moved").status_code == 422
    assert chen.submit(end, last="2026-11-25", reason="Moved").status_code == 303
    assert "1 Sep 2026 to 25 Nov 2026·Moved" in chen.get(class_page(cast)).text


def test_a_person_gets_a_mentor_on_the_page_of_their_class(app, cast):
    chen = english(app, cast.chen)
    new = f"{class_page(cast, '/new')}&person={cast.wang.public_id}"
    assert "A mentor for 王一诺" in chen.get(f"{new}&q=T001").text
    typed = {"q": "T001", "number": "T001", "sort": "mentor", "first": "2026-09-01"}
    assert chen.submit(new, **typed).status_code == 303
    assert "Mentor 欧阳慧敏" in chen.get(class_page(cast)).text
    assert chen.get(new.replace(cast.first.public_id, cast.second.public_id)).status_code == 404


def test_pages_take_as_many_statements_for_many_as_for_few(app, cast, statements):
    chen, pages = english(app, cast.chen), ("/pairings/", class_page(cast), class_page(cast, "/new") + "&q=同学")
    with app.app_context():
        paired(cast, cast.ou)
        mentored(cast, cast.lin, cast.wang)
    few = []
    for page in pages:
        with statements.count() as sent:
            assert chen.get(page).status_code == 200
        few.append(len(sent))
    with app.app_context():
        with at_once():
            people = [
                make_member(f"23{n:05}", f"同学{n}", cast.first, class_name=CLASS if n % 2 else f"营销{n}",
                            stage=Stage.ACTIVIST)
                for n in range(12)
            ]  # fmt: skip
        db.session.commit()
        for one in people[:6]:
            mentored(cast, cast.ou, one)
        paired(cast, cast.gu)
    for page, before in zip(pages, few, strict=True):
        with statements.count() as sent:
            chen.get(page)
        assert len(sent) == before
