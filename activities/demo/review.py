"""A review of the demo, taken through its steps at the times at which they were open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from random import Random

import sqlalchemy as sa

from activities.appraisals import service as appraisals
from activities.appraisals.models import CycleBallot
from activities.ballots import ending
from activities.cycles import rules_settings
from activities.cycles.models import Cycle
from activities.cycles.opening import REACH, open_cycle
from activities.cycles.rules import DEFAULT_DAYS, WINDOWED
from activities.demo import article, papers
from activities.demo.papers import Part, Share
from activities.kit.clock import at, local_day
from activities.kit.db import db
from activities.kit.roles import Role
from activities.peers import service as peers
from activities.peers.rules import PeerRule
from activities.people.models import RoleGrant, Unit
from activities.terms.queries import special_days
from activities.terms.rules import add_working_days

HOUR = timedelta(hours=1)
NINE, EVENING = time(9, 0), time(20, 0)
SETTINGS = rules_settings.Settings(least=200)
ACCOUNTS = {account.number for account in article.ACCOUNTS}


def year_of(now: datetime) -> int:
    """The season begins in December, and what is open in February is still of the year before."""
    return (now - timedelta(days=60)).year


class Review:
    """A review that is open. `holders`: by unit who holds its review, the nearest first."""

    def __init__(self, unit: str, year: int, starts: date, days: Mapping[str, int], rng: Random) -> None:
        self.holders, self.rng = _holders(), rng
        self.by = self.holders[unit][0]
        unit_id = db.session.scalars(sa.select(Unit.id).where(Unit.name == unit)).one()
        public_id = open_cycle(self.by, unit_id, year, starts, days, SETTINGS, at(starts, NINE))
        cycle = db.session.scalars(sa.select(Cycle).where(Cycle.public_id == public_id)).one()
        self.id, self.windows = cycle.id, cycle.windows

    @classmethod
    def standing_in(
        cls, step: str, unit: str, now: datetime, rng: Random, days: Mapping[str, int] = DEFAULT_DAYS
    ) -> Review:  # fmt: skip
        """One that was opened when it must have been to be in the third day of a step today."""
        before = sum(days[key] for key in WINDOWED[: WINDOWED.index(step)])
        today = local_day(now)
        starts = add_working_days(today, -before - 2, special_days(today - REACH, today))
        return cls(unit, year_of(now), starts, days, rng)

    def up_to(self, step: str) -> None:
        """Let everything happen that is over by then."""
        for key, verb in self._verbs().items():
            if key == step:
                return
            verb()

    def _verbs(self) -> dict[str, Callable[[], None]]:
        return {
            "essay": lambda: papers.hand_in(self.id, nearly_all, self.moments("essay"), self.rng),
            "peers": self._peers,
            "ballot": self._ballots,
            "grade": lambda: papers.grade(self.id, 1, self.holders, self.moments("grade"), self.rng),
        }

    def moments(self, step: str, until: datetime | None = None) -> Callable[[], datetime]:
        """Moments within the window of a step, and before another one."""
        first, last = at(self.windows[step].first, NINE) + HOUR, at(self.windows[step].last, EVENING)
        span = min(last, until or last) - first
        return lambda: (first + span * self.rng.random()).replace(microsecond=0)

    def draw_peers(self) -> None:
        peers.draw(self.by, self.id, PeerRule(), at(self.windows["peers"].first, NINE))

    def open_ballots(self) -> list[tuple[int, str]]:
        """Return them with the names of their units."""
        appraisals.open_all(self.by, self.id, at(self.windows["ballot"].first, NINE))
        query = sa.select(CycleBallot.ballot_id, Unit.name).join(CycleBallot.unit)
        found = db.session.execute(query.where(CycleBallot.cycle_id == self.id).order_by(CycleBallot.id))
        return [(ballot_id, unit) for ballot_id, unit in found]

    def review_peers(self, share: Share, until: datetime | None = None) -> None:
        papers.review_peers(self.id, share, self.moments("peers", until), self.rng)

    def _peers(self) -> None:
        self.draw_peers()
        self.review_peers(nearly_all)

    def _ballots(self) -> None:
        for ballot_id, _unit in self.open_ballots():
            papers.vote(ballot_id, 0.9, (), self.rng)
        over = at(self.windows["ballot"].last + timedelta(days=1), time())
        ending.remind_those_due(over - 20 * HOUR)
        ending.count_those_over(over)


def nearly_all(part: Part) -> float:
    return 1.0 if part.number in ACCOUNTS else 0.96


def _holders() -> dict[str, list[int]]:
    """By unit, those who hold its review, from the nearest up."""
    query = (
        sa.select(Unit.name, RoleGrant.member_id)
        .join(RoleGrant, RoleGrant.unit_id == Unit.id)
        .where(RoleGrant.role == Role.SECRETARY)
        .order_by(RoleGrant.id)
    )
    found: dict[str, list[int]] = {}
    for unit, member_id in db.session.execute(query):
        found.setdefault(unit, []).append(member_id)
    school = found[article.SCHOOL]
    above = {name: [*found.get(name, ()), *school] for name, _level, _parent in article.UNITS}
    return above | {article.SCHOOL: school}
