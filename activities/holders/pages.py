"""What the pages show of who holds which post."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from activities.duties import board
from activities.duties.models import Activity, Post
from activities.holders import pasted, queries, rules, seats
from activities.holders.forms import span_of
from activities.holders.models import Absence, Holder
from activities.holders.pasted import Fault
from activities.holders.rules import Held, HolderState, Span
from activities.holders.service import Proposal
from activities.kit import clock
from activities.kit.db import db
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_fully
from activities.people.models import Member
from activities.terms import queries as terms

USUAL = timedelta(weeks=18)


@dataclass(frozen=True)
class Standing:
    """One who holds a post or is asked to: with how many of the slots to come they have, and when they cannot come."""

    holder: Holder
    seats: int
    slots: int
    absences: list[Absence]

    @property
    def is_asked(self) -> bool:
        return self.holder.state is HolderState.PROPOSED


@dataclass(frozen=True)
class OfPost:
    """A post with who holds it in the days shown, and the days on which nobody does."""

    post: Post
    standing: list[Standing]
    gaps: list[tuple[date, date]]


@dataclass(frozen=True)
class Board:
    """The posts of an activity in a stretch of days."""

    first: date
    last: date
    posts: list[OfPost]
    declined: list[Holder]

    @property
    def held(self) -> int:
        """How many posts have somebody on all these days."""
        return sum(not one.gaps for one in self.posts)


def usual_days(today: date) -> tuple[date, date]:
    """From today, or the next term's first day, to the end of that term; without terms as long as one lasts."""
    ahead = [term for term in terms.all_terms() if term.ends_on >= today]
    if not ahead:
        return today, today + USUAL
    return max(today, ahead[-1].starts_on), ahead[-1].ends_on


def board_of(activity: Activity, first: date, last: date, now: datetime) -> Board:
    """Five statements, however many posts there are."""
    whole = span_of(first, last)
    holders = [one for one in queries.of_activity(activity.id, whole.begins_at) if one.begins_at < whole.ends_at]
    by_post: dict[int, list[Standing]] = {}
    for one in standing_of(holders, now):
        by_post.setdefault(one.holder.post_id, []).append(one)
    return Board(
        first, last, [_of_post(post, by_post.get(post.id, []), whole) for post in board.posts(activity)],
        queries.declined(activity.id, now),
    )  # fmt: skip


def standing_of(holders: Sequence[Holder], now: datetime) -> list[Standing]:
    """Two statements."""
    ids = [one.id for one in holders]
    counts, absences = queries.seat_counts(ids, now), queries.absences(ids, now)
    return [
        Standing(one, *counts.get(one.id, (0, 0)), [absence for absence in absences if absence.holder_id == one.id])
        for one in holders
    ]


def _of_post(post: Post, standing: list[Standing], whole: Span) -> OfPost:
    held = [one.holder.span for one in standing if one.holder.state is HolderState.ACCEPTED]
    empty = [(clock.local_day(gap.begins_at), _last_day(gap)) for gap in rules.gaps(held, whole)]
    return OfPost(post, standing, empty)


def _last_day(span: Span) -> date:
    return clock.local_day(span.ends_at - timedelta(microseconds=1))


# ── what it would mean to hold a post ───────────────────────────────────────


def what_it_means(holder: Holder, now: datetime) -> seats.Seating:
    """The slots that come with it, and those in which there is no seat for the person, and why."""
    since = holder.answered_at if holder.state is HolderState.ACCEPTED else None
    left = queries.left_slots(holder.member_id, holder.post_id, since) if since else ()
    offers = queries.offers(holder.post_id, holder.span, now)
    if holder.state is HolderState.PROPOSED:
        before = [one.id for one in queries.overlapping(holder.post_id, holder.span)]
        free = {one.slot_id for one in db.session.scalars(queries.seats(before, now))}  # these are handed over
        offers = [offer._replace(taken=offer.taken - (offer.id in free)) for offer in offers]
    return seats.seating(holder.member_id, offers, now, left)


# ── a pasted list ───────────────────────────────────────────────────────────


def read_list(activity: Activity, text: str, span: Span, now: datetime) -> tuple[list[Proposal], list[Fault]]:
    """What a pasted list proposes, or what is wrong with it, by row and column."""
    rows = pasted.read(text)
    if len(rows) > pasted.MOST_ROWS:
        return [], [Fault(rows[-1].line, 0, _("These are more than %(most)s lines.", most=pasted.MOST_ROWS))]
    posts = board.posts(activity)
    named = _by_name(posts)
    people = queries.by_numbers(activity, {row.cells[1] for row in rows if len(row.cells) > 1})
    held = queries.held([post.id for post in posts], now)
    proposals: list[Proposal] = []
    faults: list[Fault] = []
    for row in rows:
        found = _why_not(row, named, people)
        if isinstance(found, Fault):
            faults.append(found)
            continue
        post, member = found
        if reason := rules.why_not_beside(member.id, span, held[post.id]):
            faults.append(Fault(row.line, 1, say_fully(reason)))
            continue
        proposals.append(Proposal(post.id, member.id, span))
        held[post.id].append(Held(member.id, member.name, span, _last_day(span), HolderState.PROPOSED))
    return proposals, faults


def _by_name(posts: Iterable[Post]) -> dict[str, list[Post]]:
    """Posts by what they are called: their names, and their places."""
    found: dict[str, list[Post]] = {}
    for post in posts:
        for name in {post.name, post.place}:
            found.setdefault(name, []).append(post)
    return found


def _why_not(
    row: pasted.Row, posts: Mapping[str, list[Post]], people: Mapping[str, Member]
) -> tuple[Post, Member] | Fault:
    if len(row.cells) != 2:
        return Fault(row.line, 0, _("Two cells are needed: the post and the student number."))
    name, number = row.cells
    named = posts.get(name, []) if name else []
    if len(named) != 1:
        several = _("Several posts are called “%(name)s”.", name=name)
        return Fault(row.line, 1, several if named else _("No post is called “%(name)s”.", name=name))
    if number not in people:
        return Fault(row.line, 2, _("Nobody who sees the activity has the number “%(number)s”.", number=number))
    return named[0], people[number]
