"""What the school sets: kept in versions, read by everyone, changed by who administers the whole school."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from activities.audit.models import AuditEntry
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotAllowed
from activities.norms import queries
from activities.norms.forms import read_stars
from activities.norms.models import NormsVersion
from activities.norms.rules import NORMS, Limit, Strictness, read, star_standing, write
from activities.norms.service import set_norms
from activities.signups import facts
from tests.cast import HOUR, NOW, english

ZONE = ZoneInfo("Asia/Shanghai")
STRICT = NORMS._replace(day=Limit(360, Strictness.REFUSE), misses=3)
FORM = {
    "stars": "50, 100", "notice_days": "7",
    "travel": "20", "travel_how": "refuse", "gap": "1.5", "gap_how": "ask", "day": "6", "day_how": "off", "week": "20",
    "week_how": "off", "misses": "3", "miss_days": "60", "pause_days": "14", "answer_days": "5", "decide_days": "5",
    "check_in_before": "20", "check_out_after": "10", "grace": "0", "odd_days": "30", "odd_many": "10",
    "odd_times": "4", "odd_hours": "10", "odd_from": "22", "odd_until": "7", "reason": "新学期", "version": "0",
}  # fmt: skip


def test_what_is_kept_is_what_is_read():
    assert read(write(STRICT), ZONE) == STRICT
    assert read(None, ZONE) == NORMS
    assert write(read(write(STRICT), ZONE)) == write(STRICT)


def test_figures_that_an_older_version_did_not_have_are_the_defaults():
    assert read('{"misses": 2}', ZONE) == NORMS._replace(misses=2)


def test_the_last_version_holds_and_says_who_why_and_what_before(ctx, cast):
    set_norms(cast.gu.id, 0, STRICT, "试行", NOW)
    set_norms(cast.gu.id, queries.in_force()[1], NORMS, "取消", NOW + HOUR)
    assert queries.in_force()[0] == NORMS
    assert facts.person(cast.lin.id).norms == NORMS
    assert [(v.reason, v.set_by.name) for v in queries.history()] == [("取消", "顾云"), ("试行", "顾云")]
    trail = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.verb == "set norms").order_by(AuditEntry.id)
    ).all()
    assert trail[0].before == {"day": [480, "off"], "misses": 0}
    assert trail[0].after == {"day": [360, "refuse"], "misses": 3}


def test_the_same_again_is_no_new_version(ctx, cast):
    set_norms(cast.gu.id, 0, NORMS, "", NOW)
    assert db.session.query(NormsVersion).count() == 0


def test_nobody_overwrites_what_they_have_not_seen(ctx, cast):
    set_norms(cast.gu.id, 0, STRICT, "试行", NOW)
    with pytest.raises(ChangedMeanwhile):
        set_norms(cast.gu.id, 0, NORMS, "取消", NOW)


def test_only_who_administers_the_whole_school_sets_them(ctx, cast):
    for member in (cast.ou, cast.chen, cast.lin):
        with pytest.raises(NotAllowed):
            set_norms(member.id, 0, STRICT, "试行", NOW)


def test_the_form_sets_them_and_everyone_reads_them(app, cast):
    gu = english(app, cast.gu)
    assert gu.submit("/norms/edit", **FORM).status_code == 303
    with app.app_context():
        norms = queries.in_force()[0]
    assert norms.travel == Limit(20, Strictness.REFUSE)
    assert norms.gap == Limit(90, Strictness.ASK)
    assert (norms.misses, norms.miss_days, norms.pause_days) == (3, 60, 14)
    assert (norms.check_in_before, norms.check_out_after, norms.grace) == (20, 10, 0)
    page = english(app, cast.lin).get("/norms").get_data(as_text=True)
    assert "at least 20 minutes" in page
    assert "misses 3 duties within 60 days" in page
    assert "新学期" in page
    assert "/norms/edit" not in page


@pytest.mark.parametrize("wrong", [{"travel": "-1"}, {"day": "25"}, {"reason": ""}, {"gap_how": "x"}, {"week": "NaN"}])
def test_what_is_wrong_is_said_at_its_field(app, cast, wrong):
    answer = english(app, cast.gu).submit("/norms/edit", **FORM | wrong)
    assert answer.status_code == 422
    assert f'href="#{next(iter(wrong))}"' in answer.get_data(as_text=True)


def test_who_was_slower_sees_what_is_there_now(app, cast):
    gu = english(app, cast.gu)
    gu.submit("/norms/edit", **FORM)
    answer = gu.submit("/norms/edit", **FORM | {"travel": "30"})
    assert answer.status_code == 422
    assert "Someone else has changed this meanwhile" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("typed", "stars"),
    [
        ("100, 300", (100, 300)), ("100、300，600", (100, 300, 600)), (" 20 ", (20,)), ("300, 100", None),
        ("100, 100", None), ("0, 5", None), ("a", None), ("1.5", None), ("", None),
        (",".join(map(str, range(1, 12))), None),
    ],
)  # fmt: skip
def test_thresholds_rise(typed, stars):
    assert read_stars(typed) == stars


@pytest.mark.parametrize(
    ("minutes", "standing"),
    [(0, (0, 0, 1)), (59, (59, 0, 1)), (60, (60, 1, 3)), (179, (179, 1, 3)), (180, (180, 2, None))],
)
def test_a_level_holds_from_its_hours_on(minutes, standing):
    assert star_standing(minutes, (1, 3)) == standing
