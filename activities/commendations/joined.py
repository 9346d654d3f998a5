"""What becomes of commendations and stories once accounts turn out to be one person's: what is under way goes back to
where it does not rest on one person in two parts; of what was granted, those who can revoke it are told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.certificates.rules_notice import Verdict
from activities.commendations import notices, notices_keeping, queries, stories
from activities.commendations.models import Nomination, NoticeObjection, Round, Story
from activities.commendations.nominating import end
from activities.commendations.rules import FURTHEST, RoundState, State
from activities.commendations.rules_stories import StoryState
from activities.commendations.uninvolved import concerned, resting_on_one
from activities.corrections.queries import holders_above
from activities.kit.db import db, lock
from activities.kit.i18n import gettext as _
from activities.kit.roles import Permission
from activities.people.joining import when_joined

# What has been shown to the person or the school.
SHOWN = (StoryState.ASKED, StoryState.PUBLISHED)


@when_joined
def see_to_rounds(actor_id: int, accounts: Collection[int], now: datetime) -> None:
    """The people are locked by now; a round's lock keeps its nominations and objections still."""
    for round_id in _rounds_of(accounts):
        one = lock(Round, round_id)
        if one.state is RoundState.AWARDED:
            if resting_on_one(one, queries.nominations(round_id, [State.AWARDED])):
                notices_keeping.look_again(_keepers(one, accounts), one, now)
        elif one.state is not RoundState.CALLED_OFF:
            _end_own(actor_id, one, accounts, now)
            undone = _open_again(actor_id, one, accounts, now) + _decide_again(actor_id, one, accounts, now)
            if undone:
                notices_keeping.joined(_keepers(one, accounts), one, now)


@when_joined
def take_down_own(actor_id: int, accounts: Collection[int], now: datetime) -> None:
    """A story that one account of somebody wrote about another goes no further until somebody else stands for it."""
    own = Story.member_id.in_(accounts), Story.by_id.in_(accounts), Story.state.in_(SHOWN)
    for story_id in db.session.scalars(sa.select(Story.id).where(*own).order_by(Story.id)).all():
        story = lock(Story, story_id)
        stories.down(actor_id, story, _("It was written by an account of the same person."), now)


def _rounds_of(accounts: Collection[int]) -> list[int]:
    """The rounds in which these accounts have any part."""
    of_nominations = (Nomination.member_id, Nomination.by_id, Nomination.decided_by_id)
    of_objections = (NoticeObjection.member_id, NoticeObjection.answered_by_id)
    of_rounds = (Round.published_by_id, Round.ended_by_id)
    columns = (*of_nominations, *of_objections, *of_rounds)
    query = (
        sa.select(Round.id)
        .outerjoin(Nomination, Nomination.round_id == Round.id)
        .outerjoin(NoticeObjection, NoticeObjection.nomination_id == Nomination.id)
        .where(sa.or_(*(column.in_(accounts) for column in columns)))
        .distinct()
        .order_by(Round.id)
    )
    return list(db.session.scalars(query))


def _end_own(actor_id: int, one: Round, accounts: Collection[int], now: datetime) -> None:
    """Nobody nominates themselves, and nobody is nominated twice."""
    theirs = [each for each in queries.nominations(one.id, FURTHEST) if each.member_id in accounts]
    by_others = sorted(
        (each for each in theirs if each.by_id not in accounts), key=lambda each: (FURTHEST.index(each.state), each.id)
    )
    for each in theirs:
        if each not in by_others[:1]:
            one.chosen -= each.state is State.CHOSEN
            end(actor_id, each, now, _("Two accounts are one person's."))
            notices.ended(each.member_id, one, each.public_id, now)


def _decide_again(actor_id: int, one: Round, accounts: Collection[int], now: datetime) -> int:
    """What was decided by the nominated person or their nominator goes back to the committee, and with it a round that
    stands on notice. Return how many."""
    decided = queries.nominations(one.id, [State.CHOSEN, State.NOT_CHOSEN])
    by_them = [each for each in decided if each.decided_by_id in accounts]
    back = [each for each in by_them if {each.member_id, each.by_id}.intersection(accounts)]
    for each in back:
        one.chosen -= each.state is State.CHOSEN
        before = {"state": each.state, "day": each.decided_on}
        each.state, each.decided_on, each.decided_by_id, each.word = State.AGREED, None, None, ""
        audit.leave(now, actor_id, "decide again", Nomination, each.id, before=before, after={"state": each.state})
    if back and one.state is RoundState.NOTICE:
        notices.begins_anew([each.member_id for each in queries.nominations(one.id, [State.CHOSEN])], one, now)
        stood = {"state": one.state, "until": one.notice_until}
        one.state, one.notice_until, one.published_by_id = RoundState.OPEN, None, None
        audit.leave(now, actor_id, "take back the notice", Round, one.id, before=stood, after={"state": one.state})
    return len(back)


def _open_again(actor_id: int, one: Round, accounts: Collection[int], now: datetime) -> int:
    """An objection to oneself is rejected; an answer by somebody whom it concerns waits for another one. Return how
    many."""
    count = 0
    for objection in queries.objections(one.id):
        nomination = objection.nomination
        is_own = {objection.member_id, nomination.member_id} <= set(accounts)
        if is_own and objection.verdict is Verdict.OPEN:
            objection.verdict, objection.answered_at, objection.answered_by_id = Verdict.REJECTED, now, actor_id
            objection.word = _("It was made by an account of the same person.")
            audit.leave(now, actor_id, "judge", NoticeObjection, objection.id, after={"verdict": objection.verdict})
        elif objection.answered_by_id in accounts and concerned(nomination, objection.member_id).intersection(accounts):
            _unanswer(actor_id, one, objection, now)
            count += 1
    return count


def _unanswer(actor_id: int, one: Round, objection: NoticeObjection, now: datetime) -> None:
    given = {"verdict": objection.verdict}
    was_upheld, nomination = objection.verdict is Verdict.UPHELD, objection.nomination
    objection.verdict, objection.answered_at, objection.answered_by_id, objection.word = Verdict.OPEN, None, None, ""
    audit.leave(now, actor_id, "open again", NoticeObjection, objection.id, before=given)
    if was_upheld and nomination.state is State.SET_ASIDE and not queries.is_upheld(nomination.id):
        nomination.state, one.chosen = State.CHOSEN, one.chosen + 1
        before, after = {"state": State.SET_ASIDE}, {"state": nomination.state}
        audit.leave(now, actor_id, "open again", Nomination, nomination.id, before=before, after=after)


def _keepers(one: Round, but: Collection[int]) -> list[int]:
    return list(dict(holders_above(one.unit.path, Permission.COMMEND, but)))
