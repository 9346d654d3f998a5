"""Nothing ties a voter to a vote. Two questions are asked of everything that is there after people have voted:

- What did a vote change at all? The mark of its voter and the box: no row came, no time stands anywhere, and on
  PostgreSQL no other row was written in that transaction.
- Had two people voted the other way round, what would be different? Nothing, not even with the key.

And then leaks are built in, one after the other, to see that one of the questions finds each of them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from activities.audit import service as audit
from activities.audit.models import AuditEntry
from activities.ballots import boxes, ending, routes, rules, voting
from activities.ballots.models import Ballot, BallotBox, BallotVoter
from activities.kit import sealing
from activities.kit.db import db
from activities.outbox import service as outbox
from activities.people.models import Member
from tests.ballots.held import marked, opened
from tests.ballots.traces import Traces, everything, undo, voted
from tests.cast import NOW

ONE, OTHER = {"p0": "0", "p1": "3"}, {"p0": "4", "p1": "-"}
put_in, done = rules.put_in, routes.done


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ballot(app, cast) -> Ballot:
    with app.app_context():
        return opened(cast)


def found_out(app, cast, ballot: Ballot) -> list[str]:
    """What an observer of everything learns: what votes changed beside marks and the box, and what would be different
    had Ou and Chen voted the other way round."""
    with app.app_context():
        before = everything()
    one = voted(app, ballot, [(cast.ou, ONE), (cast.chen, OTHER)])
    with app.app_context():
        assert marked(ballot) == {cast.ou.id, cast.chen.id}, "both have voted"
        undo(before)
    other = voted(app, ballot, [(cast.ou, OTHER), (cast.chen, ONE)])
    return [*map(str, sorted(beyond(app, cast, one))), *one.tell_apart(other)]


def beyond(app, cast, traces: Traces) -> set[tuple[str, int, str]]:
    """What was changed that need not be."""
    with app.app_context():
        query = sa.select(BallotVoter.id).where(BallotVoter.member_id.in_([cast.ou.id, cast.chen.id]))
        voters = db.session.scalars(query).all()
        box = db.session.scalars(sa.select(BallotBox.id)).one()
    needed = {("ballot_box", box, "sealed"), *(("ballot_voter", voter, "has_voted") for voter in voters)}
    assert needed <= traces.changed
    return traces.changed - needed - {(table, row_id, "xmin") for table, row_id, _ in needed}


def test_nothing_that_is_left_of_two_votes_says_whose_is_which(app, cast, ballot):
    assert found_out(app, cast, ballot) == []


# ── the same with a leak: it is found ───────────────────────────────────────


def leak_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trail tells what was voted."""

    def with_entry(box, shape, of_masses, ticks):
        audit.leave(NOW, None, "vote", Ballot, 1, after={"ticks": {str(place): one for place, one in ticks.items()}})
        return put_in(box, shape, of_masses, ticks)

    monkeypatch.setattr(rules, "put_in", with_entry)


def leak_bare_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trail tells no more than when somebody voted."""

    def with_entry(box, shape, of_masses, ticks):
        audit.leave(NOW, None, "vote", Ballot, 1)
        return put_in(box, shape, of_masses, ticks)

    monkeypatch.setattr(rules, "put_in", with_entry)


def leak_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Papers are kept as they came, under the seal; counting would not notice."""

    def with_papers(box, shape, of_masses, ticks):
        length = 4 * shape.cells
        papers = box[length:] + repr(sorted(ticks.items())).encode()
        return put_in(box[:length], shape, of_masses, ticks) + papers

    monkeypatch.setattr(rules, "put_in", with_papers)


def leak_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line meant for whoever debugs it."""

    def with_line(box, shape, of_masses, ticks):
        logging.getLogger("activities.ballots").debug("adding %s", ticks)
        return put_in(box, shape, of_masses, ticks)

    monkeypatch.setattr(rules, "put_in", with_line)


def leak_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ballot's own row says when its box was written last."""

    def with_time(box, shape, of_masses, ticks):
        later = NOW.replace(microsecond=1)
        db.session.execute(sa.update(Ballot).values(changed_at=later), execution_options={"synchronize_session": False})
        return put_in(box, shape, of_masses, ticks)

    monkeypatch.setattr(rules, "put_in", with_time)


def leak_confirmation(monkeypatch: pytest.MonkeyPatch) -> None:
    """A notice to who has voted."""

    def with_notice(box, shape, of_masses, ticks):
        outbox.post(NOW, [db.session.scalars(sa.select(Member.id)).first()], "ballots.opened", title="谢谢")
        return put_in(box, shape, of_masses, ticks)

    monkeypatch.setattr(rules, "put_in", with_notice)


def leak_cookie(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer says what was ticked first."""
    forms: list = []
    real = routes.vote_form
    monkeypatch.setattr(routes, "vote_form", lambda *given: forms.append(real(*given)) or forms[-1])
    monkeypatch.setattr(routes, "done", lambda message, target: done(f"{message} {forms[-1].ticks[0]}", target))


LEAKS: list[Callable[[pytest.MonkeyPatch], None]] = [
    leak_entry, leak_bare_entry, leak_order, leak_line, leak_time, leak_confirmation, leak_cookie
]  # fmt: skip


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_is_found(app, cast, ballot, monkeypatch, leak):
    leak(monkeypatch)
    assert found_out(app, cast, ballot)


# ── the box ─────────────────────────────────────────────────────────────────


def sealed() -> bytes:
    return db.session.scalars(sa.select(BallotBox.sealed)).one()


def test_the_box_is_as_long_and_never_the_same_whatever_is_put_in(ctx, cast):
    ballot = opened(cast)
    seen = [sealed()]
    for who, ticks in ((cast.ou, {}), (cast.chen, {0: 0, 1: 0}), (cast.gu, {0: 4})):
        voting.vote(who.id, ballot.id, ticks, NOW)
        seen.append(sealed())
    assert len(set(seen)) == 4
    assert len({len(one) for one in seen}) == 1


def test_a_box_opens_with_no_other_key_and_for_no_other_ballot(ctx, cast):
    one, other = opened(cast), opened(cast)
    content = db.session.scalars(sa.select(BallotBox.sealed).where(BallotBox.ballot_id == one.id)).one()
    with pytest.raises(sealing.SealedOtherwise):
        boxes.unseal(content, other.public_id)
    with pytest.raises(sealing.SealedOtherwise):
        boxes.unseal(b"short", one.public_id)


def test_the_same_statements_are_sent_whatever_is_voted(ctx, cast, statements):
    seen = []
    for ticks in ({}, {0: 0, 1: 4}):
        ballot = opened(cast)
        with statements.count() as sent:
            voting.vote(cast.ou.id, ballot.id, ticks, NOW)
        seen.append(sent)
    assert seen[0] == seen[1]


def test_the_trail_knows_nothing_of_who_voted(ctx, cast):
    ballot = opened(cast)
    before = db.session.scalar(sa.select(sa.func.count(AuditEntry.id)))
    for who in (cast.ou, cast.chen, cast.gu):
        voting.vote(who.id, ballot.id, {0: 1}, NOW)
    assert db.session.scalar(sa.select(sa.func.count(AuditEntry.id))) == before
    ending.count_those_over(ballot.ends_at)
    assert db.session.scalars(sa.select(AuditEntry.verb).order_by(AuditEntry.id.desc())).first() == "count ballot"


# ── both or neither ─────────────────────────────────────────────────────────


class Killed(BaseException):
    """As when the process is stopped: nobody catches it."""


def kill(*_: object, **__: object) -> None:
    raise Killed


@pytest.mark.parametrize(
    ("where", "what"), [(boxes, "seal"), (Session, "flush"), (Session, "commit"), (rules, "put_in")]
)
def test_a_killed_request_leaves_neither_a_mark_nor_a_paper(ctx, cast, monkeypatch, where, what):
    ballot = opened(cast)
    db.session.commit()
    before = everything()
    with monkeypatch.context() as patched:
        real = getattr(where, what)

        def after_the_mark(session, *given):
            """Where the mark is set already, and perhaps even written."""
            if any(isinstance(one, BallotVoter) and one.has_voted for one in session.identity_map.values()):
                raise Killed
            return real(session, *given)

        patched.setattr(where, what, after_the_mark if where is Session else kill)
        with pytest.raises(Killed):
            voting.vote(cast.ou.id, ballot.id, {0: 1}, NOW)
    db.session.rollback()
    assert everything() == before
    voting.vote(cast.ou.id, ballot.id, {0: 1}, NOW)
    assert marked(ballot) == {cast.ou.id}
