"""Telling those for whom a review waits, by one click of who holds it."""

from __future__ import annotations

from datetime import datetime

from activities.audit import service as audit
from activities.cycles import queries as cycles
from activities.cycles.models import Cycle
from activities.cycles.rules_refusals import NotOpen
from activities.cycles.waits import WAITS, why_not_wait
from activities.kit.clock import local_day
from activities.kit.db import lock, transactional
from activities.kit.refusal import NotFound
from activities.overviews import notices, queries
from activities.people.service import acting


@transactional
def remind(actor_id: int, cycle_id: int, key: str, now: datetime) -> int:
    """Tell those for whom the actor's units wait, once a person and day, and never the actor. Return how many it were.
    Raises the rules' Refusal, NotFound for who holds none of the cycle's units."""
    cycle, actor, sort = lock(Cycle, cycle_id), acting(actor_id), WAITS.get(key)
    paths = cycles.paths_in(actor, cycle)
    if not paths or sort is None:
        raise NotFound
    if not cycle.is_open:
        raise NotOpen
    today = local_day(now)
    if refusal := why_not_wait(sort, cycle.windows, today):
        raise refusal
    asked = {who for _unit, who, _name, _number in queries.waited_for(paths, cycle_id, sort)}
    told = notices.remind(asked - {actor_id}, cycle, sort, today, now)
    if told:
        audit.leave(now, actor_id, "remind", Cycle, cycle_id, after={"step": sort.step, "people": told})
    return told
