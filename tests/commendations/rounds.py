"""Rounds of commendation of the cast's school."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from activities.commendations import committees, deciding, nominating, service, stories
from activities.commendations.models import Nomination, Round, Story
from activities.commendations.rules import Nominators, State, Whom
from activities.commendations.service import Terms
from activities.duties.kinds import Evidence, Ledger
from activities.kit.db import db
from activities.kit.roles import Role
from activities.outbox.models import Notice
from activities.people.models import AccountLink, Member, RoleGrant
from activities.people.rules import Stage
from activities.records.models import Record
from activities.records.rules import Attendance
from tests.cast import DAY, NOW, Cast, make_member

TODAY = date(2026, 11, 25)
TERMS = Terms(
    "优秀共产党员", 2026, "管理学院党总支", Whom.FULL, Nominators.MEMBERS, None, 1, TODAY, date(2026, 12, 1), 5
)
# After the nominations, on a Wednesday; the notice of five working days ends on the Wednesday after.
DECIDED = NOW + 7 * DAY
AWARDED = DECIDED + 8 * DAY


def opened(cast: Cast, by: Member | None = None, **terms: Any) -> str:
    """A round of the school with Gu on its committee, open from today on. Its public id."""
    public_id = service.open_round((by or cast.chen).id, cast.school.id, replace(TERMS, **terms), NOW)
    committees.name(cast.chen.id, the_round().id, cast.gu.id, NOW)
    return public_id


def nominated(cast: Cast, who: Member, by: Member | None = None, *, agrees: bool = True, now: datetime = NOW) -> int:
    """Somebody who is nominated in the latest round; by Ou, where nobody else is said."""
    one = the_round()
    address = nominating.nominate((by or cast.ou).id, one.id, who.number, "事迹突出。", [], now)
    found = nomination(address).id
    if agrees:
        nominating.agree(who.id, found, 1, now)
    return found


def chosen(cast: Cast, who: Member, by: Member | None = None) -> int:
    found = nominated(cast, who, by)
    deciding.decide(cast.gu.id, found, True, TODAY, "", NOW)
    return found


def on_notice(cast: Cast, who: Member) -> int:
    """Somebody who stands on notice, since the day after the nominations."""
    found = chosen(cast, who)
    service.publish(cast.chen.id, the_round().id, DECIDED)
    return found


def awarded(cast: Cast, who: Member) -> int:
    """Somebody to whom Zhou, a second secretary, has granted it."""
    found = on_notice(cast, who)
    second = make_member("T009", "周敏", cast.school, stage=Stage.APPLICANT)
    appoint(cast, second)
    service.award(second.id, the_round().id, AWARDED)
    return found


def appoint(cast: Cast, who: Member) -> None:
    """Make somebody a secretary of the school."""
    values = {"member_id": who.id, "role": Role.SECRETARY, "unit_id": cast.school.id, "granted_at": NOW}
    db.session.add(RoleGrant(**values))
    db.session.commit()


def the_round() -> Round:
    """The latest, as it is now."""
    query = sa.select(Round).order_by(Round.id.desc()).limit(1)
    return db.session.execute(query, execution_options={"populate_existing": True}).scalars().one()


def nomination(address: str) -> Nomination:
    return db.session.scalars(sa.select(Nomination).where(Nomination.public_id == address)).one()


def state_of(nomination_id: int) -> State:
    return db.session.execute(sa.select(Nomination.state).where(Nomination.id == nomination_id)).scalar_one()


def topics(who: Member) -> list[str]:
    """Of what of commendations somebody was told, in order."""
    query = sa.select(Notice.topic).where(Notice.member_id == who.id, Notice.topic.startswith("commendations."))
    return list(db.session.scalars(query.order_by(Notice.id)))


def one_person(*members: Member) -> None:
    """Have accounts be one person's, as if they had been all along."""
    db.session.add_all([AccountLink(member_id=one.id, person_id=members[0].id) for one in members])
    db.session.commit()


# ── stories ─────────────────────────────────────────────────────────────────


def came(cast: Cast, who: Member) -> None:
    """Somebody who came to the sweeping."""
    there = sa.select(Record.id).where(Record.slot_id == cast.slot.id, Record.member_id == who.id)
    if db.session.scalar(there) is None:
        values = {"day": TODAY, "ledger": Ledger.SERVICE, "attendance": Attendance.PRESENT, "minutes": 60}
        by = cast.ou if who is not cast.ou else cast.chen
        how = {"evidence": Evidence.ORGANIZER_TICK, "is_final": True, "recorded_at": NOW, "changed_at": NOW}
        db.session.add(Record(slot_id=cast.slot.id, member_id=who.id, recorded_by_id=by.id, **values, **how))
        db.session.commit()


def written_story(cast: Cast, who: Member | None = None, about: list[int] | None = None) -> str:
    """About Lin, by Ou. Its public id."""
    who = who or cast.lin
    came(cast, who)
    about = [cast.sweeping.id] if about is None else about
    return stories.write(cast.ou.id, who.id, "湖边的每个周三", "她每周都来。", about, NOW)


def asked_story(cast: Cast) -> str:
    address = written_story(cast)
    stories.ask(cast.ou.id, the_story().id, NOW)
    return address


def published_story(cast: Cast) -> str:
    address = asked_story(cast)
    stories.agree(cast.lin.id, the_story().id, the_story().revision, NOW)
    return address


def the_story() -> Story:
    """The latest, as it is now."""
    query = sa.select(Story).order_by(Story.id.desc()).limit(1)
    return db.session.execute(query, execution_options={"populate_existing": True}).scalars().one()
