"""What stands in a feed of each scope: what its owner sees and may at that moment, and nobody's name."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.calendars import sight
from activities.calendars.models import Feed
from activities.calendars.rules_feeds import Scope
from activities.calendars.service import Wanted, make
from activities.duties.models import Activity, ActivityOrganizer
from activities.duties.queries import organized_by, visible_to
from activities.duties.rules import WayIn
from activities.kit.db import db
from activities.kit.roles import Role
from activities.people.models import Member, RoleGrant, Unit
from activities.signups.organize import cancel_slot, edit_slot
from activities.signups.service import sign_up, withdraw
from activities.sites.models import Site
from activities.terms.models import SpecialDay
from activities.timetables.models import BusySpan, Timetable
from tests.calendars.reading import SECOND, blocks, events, fetch, make_feed
from tests.calendars.scopes import one_of, stand_at_site
from tests.cast import DAY, HOUR, NOW, grant, make_activity, make_member, make_post, make_slot, make_unit

SOON = NOW + 10 * SECOND


def names(answer) -> set[str]:
    return {entry["SUMMARY"] for entry in events(answer).values()}


def change(app, verb) -> None:
    """Do something to the database."""
    with app.app_context():
        verb()
        db.session.commit()


def left(app, client, address, verb) -> None:
    """The feed has something, is empty after the verb, and says so by ETag and date."""
    before = fetch(client, address, NOW)
    assert events(before)
    change(app, verb)
    after = fetch(client, address, SOON)
    assert events(after) == {}
    assert after.headers["ETag"] != before.headers["ETag"]
    assert after.last_modified > before.last_modified
    assert fetch(client, address, SOON + SECOND, If_Modified_Since=before.headers["Last-Modified"]).status_code == 200


@pytest.mark.parametrize("scope", Scope)
def test_each_scope_shows_the_slot_and_names_nobody(app, client, cast, scope):
    address = one_of(app, cast, scope)
    with app.app_context():
        sign_up(cast.wang.id, cast.slot.id, NOW)
        people = list(db.session.scalars(sa.select(Member.name)))
    answer = fetch(client, address)
    (entry,) = events(answer).values()
    assert entry["UID"] == str(cast.slot.uid)
    assert not [name for name in people if name in answer.text.replace("\r\n ", "")]


def test_the_post_shows_its_own_slots_only(app, client, cast):
    with app.app_context():
        make_slot(make_post(db.session.merge(cast.sweeping), "南岸"), NOW + DAY)
        db.session.commit()
    for address in (one_of(app, cast, Scope.POST), f"/posts/{cast.lake.public_id}.ics"):
        assert names(fetch(client, address)) == {"东湖责任区清扫·东湖北岸"}


def test_a_unit_shows_those_below_as_far_as_its_reader_sees_them(app, client, cast):
    with app.app_context():
        for unit, name in ((cast.school, "全校"), (cast.second, "二支部")):
            make_slot(make_post(make_activity(name, db.session.merge(unit)), name), NOW + DAY)
        db.session.commit()
    of_school = Wanted(Scope.UNIT, cast.school.public_id)
    own = "东湖责任区清扫·东湖北岸"
    assert names(fetch(client, make_feed(app, cast.lin, of_school))) == {own, "全校"}
    assert names(fetch(client, make_feed(app, cast.chen, of_school))) == {own, "全校", "二支部"}
    assert names(fetch(client, make_feed(app, cast.lin, Wanted(Scope.UNIT, cast.first.public_id)))) == {own}


@pytest.mark.parametrize("scope", [Scope.ORGANIZED, Scope.SITE])
def test_who_loses_the_role_loses_what_hangs_on_it(app, client, cast, scope):
    address = one_of(app, cast, scope)
    left(app, client, address, lambda: db.session.execute(sa.delete(RoleGrant)))


@pytest.mark.parametrize("scope", [Scope.UNIT, Scope.ACTIVITY, Scope.POST, Scope.SEARCH, Scope.OPEN])
def test_who_changes_the_unit_loses_what_only_the_old_one_sees(app, client, cast, scope):
    address = one_of(app, cast, scope)

    def move() -> None:
        db.session.get_one(Member, cast.lin.id).unit_id = cast.second.id

    left(app, client, address, move)
    if scope in (Scope.ACTIVITY, Scope.POST):
        assert "东湖责任区清扫" not in fetch(client, address, SOON).text


@pytest.mark.parametrize("scope", Scope)
def test_who_is_deactivated_has_no_feed(app, client, cast, scope):
    address = one_of(app, cast, scope)
    assert fetch(client, address).status_code == 200

    def leave() -> None:
        db.session.execute(sa.update(Member).values(active=False))

    change(app, leave)
    assert fetch(client, address, SOON).status_code == 410


# ── places I can take ───────────────────────────────────────────────────────


@pytest.fixture
def places(app, cast):
    return one_of(app, cast, Scope.OPEN)


def test_what_others_take_leaves_the_open_places_and_comes_back(app, client, cast, places):
    left(app, client, places, lambda: [sign_up(member.id, cast.slot.id, NOW) for member in (cast.wang, cast.ou)])
    change(app, lambda: setattr(db.session.get_one(Activity, cast.sweeping.id), "withdraw_minutes", 0))
    change(app, lambda: withdraw(cast.wang.id, cast.slot.id, NOW))
    assert events(fetch(client, places, SOON + SECOND))


def test_what_i_take_myself_or_clashes_with_it_leaves_too(app, client, cast, places):
    def take_another() -> None:
        other = make_slot(make_post(make_activity("同时", db.session.merge(cast.first)), "别处"), NOW + DAY, hours=2)
        db.session.commit()
        sign_up(cast.lin.id, other.id, NOW)

    left(app, client, places, take_another)


def test_time_alone_takes_a_slot_away_once_it_has_begun(client, places):
    assert events(fetch(client, places, NOW + DAY - SECOND))
    assert events(fetch(client, places, NOW + DAY)) == {}


@pytest.mark.parametrize(
    "facts",
    [
        {"way_in": WayIn.ASSIGNMENT}, {"sign_up_closes_at": NOW - HOUR}, {"sign_up_opens_at": NOW + HOUR},
        {"classes": ("会计2302",)},
    ],
)  # fmt: skip
def test_what_the_rules_of_an_activity_forbid_is_no_open_place(app, client, cast, places, facts):
    def forbid() -> None:
        activity = db.session.get_one(Activity, cast.sweeping.id)
        for name, value in {**facts, "revision": 1}.items():
            setattr(activity, name, value)

    left(app, client, places, forbid)


def test_the_last_day_on_which_a_partner_can_be_told_ends_an_open_place(app, client, cast, places):
    stand_at_site(app, cast)
    change(app, lambda: db.session.execute(sa.update(Site).values(notice_days=1)))
    assert events(fetch(client, places))
    assert events(fetch(client, places, NOW + DAY - 6 * HOUR)) == {}
    holiday = SpecialDay(day=NOW.date(), name="校庆", off=True)
    change(app, lambda: db.session.add(holiday))
    assert events(fetch(client, places)) == {}


# ── a search ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("subject", "is_there"),
    [
        ("", True), ("kind=cleaning", True), ("kind=energy", False), ("kind=energy&kind=cleaning", True),
        ("q=北岸", True), ("q=%25", False), ("part=noon", True), ("part=evening", False), ("open=1", True),
        ("open=1&part=evening", False), ("open=1&q=北岸&kind=cleaning&part=noon", True), ("nonsense=%FF&kind=x", True),
    ],
)  # fmt: skip
def test_a_search_keeps_its_filters(app, client, cast, subject, is_there):
    address = make_feed(app, cast.lin, Wanted(Scope.SEARCH, subject))
    assert bool(events(fetch(client, address))) is is_there


def test_a_search_for_what_fits_follows_the_timetable(app, client, cast):
    address = make_feed(app, cast.lin, Wanted(Scope.SEARCH, "fits=1"))

    def bring_timetable() -> None:
        timetable = Timetable(member_id=cast.lin.id, read_at=NOW)
        db.session.add(timetable)
        db.session.flush()
        db.session.add(BusySpan(timetable_id=timetable.id, starts_at=NOW + DAY, ends_at=NOW + DAY + HOUR))

    left(app, client, address, bring_timetable)
    change(app, lambda: db.session.execute(sa.delete(Timetable)))
    assert events(fetch(client, address, SOON + SECOND))


# ── visits ──────────────────────────────────────────────────────────────────


def test_a_partner_reads_how_many_come_and_each_coming_moves_the_entry(app, client, cast):
    address = one_of(app, cast, Scope.SITE)
    seen = []
    for member in (None, cast.lin, cast.wang):
        if member:
            change(app, lambda member=member: sign_up(member.id, cast.slot.id, NOW + len(seen) * SECOND))
        (entry,) = events(fetch(client, address, NOW + len(seen) * SECOND)).values()
        seen.append((entry["SUMMARY"].split()[0], int(entry["SEQUENCE"]), entry["LAST-MODIFIED"]))
    assert [count for count, *_ in seen] == ["0", "1", "2"]
    assert sorted(set(seen)) == seen


def test_only_who_keeps_the_place_reads_its_visits(app, client, cast):
    site = stand_at_site(app, cast)
    for member, reads in ((cast.ou, True), (cast.lin, False), (cast.gu, False)):
        answer = fetch(client, make_feed(app, member, Wanted(Scope.SITE, site)))
        assert bool(events(answer)) is reads
        assert ("夕阳红" in answer.text) is reads


# ── what a reader sees ──────────────────────────────────────────────────────


@given(data=st.data())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_feed_sees_what_its_reader_sees_on_the_pages(ctx, data):
    """Whatever units there are, whoever organizes, reviews or is named."""
    tag = str(db.session.scalar(sa.select(sa.func.count()).select_from(Unit)))
    units = [make_unit(f"{tag}-0")]
    for n in range(1, 6):
        units.append(make_unit(f"{tag}-{n}", parent=data.draw(st.sampled_from(units))))
    someone = make_member(f"M{tag}", "某人", data.draw(st.sampled_from(units)))
    for role in Role:
        for unit in data.draw(st.sets(st.sampled_from(units), max_size=2)):
            grant(someone, role, unit)
    activities = [make_activity(f"{tag}-{n}", unit) for n, unit in enumerate(units)]
    for activity in data.draw(st.sets(st.sampled_from(activities), max_size=2)):
        db.session.add(ActivityOrganizer(activity_id=activity.id, member_id=someone.id))
    db.session.commit()
    make(someone.id, Wanted(Scope.ORGANIZED), NOW)
    digest = db.session.scalars(sa.select(Feed.digest).where(Feed.member_id == someone.id)).one()
    db.session.refresh(someone)
    for cte, condition in ((sight.SEEN, visible_to(someone)), (sight.ORGANIZED, organized_by(someone))):
        on_pages = sa.select(Activity.id).join(Activity.unit).where(condition)
        in_feed = db.session.scalars(sa.select(cte.c.id), {"digest": digest})
        assert set(in_feed) == set(db.session.scalars(on_pages))


# ── changes ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("scope", [scope for scope in Scope if scope is not Scope.DUTIES])
def test_a_change_moves_exactly_the_entry_it_touches(app, client, cast, scope):
    address = one_of(app, cast, scope)
    with app.app_context():
        other = make_slot(db.session.merge(cast.lake), NOW + 2 * DAY)
        db.session.commit()
    old = fetch(client, address)

    def enlarge() -> None:
        edit_slot(cast.ou.id, other.id, 0, other.starts_at, other.ends_at + HOUR, 5, NOW + HOUR)

    change(app, enlarge)
    new = fetch(client, address, SOON)
    were, are = blocks(old), blocks(new)
    assert were[str(cast.slot.uid)] == are[str(cast.slot.uid)]
    assert were[""] == are[""]
    pairs = zip(were[str(other.uid)], are[str(other.uid)], strict=True)
    moved = [a.partition(":")[0].partition(";")[0] for w, a in pairs if w != a]
    assert moved == ["DTSTAMP", "DTEND", "SEQUENCE", "LAST-MODIFIED", "DESCRIPTION"]
    assert new.headers["ETag"] != old.headers["ETag"]


@pytest.mark.parametrize("scope", [s for s in Scope if s not in (Scope.OPEN, Scope.DUTIES)])
def test_a_cancelled_slot_stays_in_each_scope_marked(app, client, cast, scope):
    address = one_of(app, cast, scope)
    change(app, lambda: cancel_slot(cast.ou.id, cast.slot.id, "雨", NOW + HOUR))
    (entry,) = events(fetch(client, address, NOW + 2 * HOUR)).values()
    assert (entry["STATUS"], entry["SEQUENCE"]) == ("CANCELLED", "1")
