"""Sealing the trail, beside the verbs that leave it, and looking whether it is whole.

Were each entry chained within its own transaction, every writer would wait for the one before to commit. So a sealer
chains what has been committed, seconds later. An entry whose transaction was slow is sealed behind those that overtook
it: it gets a later place, but none is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from activities.audit import queries, rules
from activities.audit.models import AuditCheck, AuditSeal
from activities.audit.rules import BATCH, UNSEALED, Chain, Finding, Head
from activities.kit.db import db, run, take_turn, transactional

# How far back each round looks for entries whose transactions were slow. Of an import, which leaves its entries by the
# ten thousand and takes its time, more come too late than that: `seal_left_out` finds them.
LOOK_BACK = 5000
TRIES = 10
APPEND = sa.insert(AuditSeal)


def seal_recent(now: datetime) -> int:
    """Seal what has come, as the worker does every few seconds. Return how many entries these were."""
    after = queries.newest_sealed() - LOOK_BACK
    return _seal(after, now) if queries.is_any_unsealed(after) else 0


def seal_left_out(now: datetime) -> int:
    """Seal what no round has seen, as the worker does more often than an entry may wait. Return how many these were."""
    return seal(now) if queries.count() > queries.head().position else 0


def seal(now: datetime) -> int:
    """Seal every entry that has no seal. Return how many these were."""
    return _seal(0, now)


def _seal(after: int, now: datetime) -> int:
    sealed, tries = 0, TRIES
    while True:
        try:
            count, after = _append(after, now)
        except IntegrityError:
            # Another sealer was first at this place, and at SERIALIZABLE our turn did not show us.
            tries -= 1
            if not tries:
                raise
            continue
        sealed += count
        if count < BATCH:
            return sealed


@transactional
def _append(after: int, now: datetime) -> tuple[int, int]:
    """Seal the next entries behind this one. Return how many these were, and the last."""
    take_turn("seal the trail")
    position, before = queries.head()
    rows, stamp = [], rules.stamp(now)
    for after, text in queries.unsealed(after, BATCH):  # noqa: B020 - the last of them is where the next batch begins
        before = rules.seal(before, stamp, text)
        position += 1
        rows.append({"id": position, "entry_id": after, "sealed_at": now, "hash": before})
    if rows:
        run(APPEND, rows)
    return len(rows), after


@dataclass
class Verification:
    """Going through the trail: `findings` is to be exhausted, then the rest is known. `unsealed` counts entries that
    are too young to be missed in the chain."""

    now: datetime
    known: Head | None = None
    since: Head | None = None
    chain: Chain = field(init=False)
    unsealed: int = 0

    def findings(self) -> Iterator[Finding]:
        """What should not be, in the order of places; little is in memory at a time. What comes up to `since` is not
        looked at, but its hash must be in its place, as that of `known`."""
        start = self.since or rules.START
        self.chain = Chain(start, self.known, left=queries.left_of_erased())
        if self.since and (wrong := rules.why_not_from(self.since, queries.hash_at(start.position))):
            yield wrong
        yield from self.chain.walk(queries.links(start.position))
        yield from self.chain.end()
        for salt, text, digest in queries.all_words():
            if rules.word_digest(salt, text) != digest:
                yield Finding(rules.WORD)
        for entry_id, at in queries.all_unsealed():
            if self._is_missed(at):
                yield Finding(UNSEALED, entry_id=entry_id)
            else:
                self.unsealed += 1

    def _is_missed(self, at: datetime | str) -> bool:
        try:
            return self.now - rules.moment(at) > rules.SEALED_WITHIN
        except ValueError:
            return True


def check(now: datetime) -> AuditCheck:
    """Verify the whole trail as it stands, and remember that and what came of it."""
    work = Verification(now)
    found = sum(1 for _ in work.findings())
    return remember(work, found, now)


@transactional
def remember(work: Verification, found: int, now: datetime) -> AuditCheck:
    """Keep that the whole trail was verified."""
    head = work.chain.head
    done = AuditCheck(
        at=now, position=head.position, head=head.hash.hex(), walked=work.chain.walked, erased=work.chain.erased,
        findings=found,
    )  # fmt: skip
    db.session.add(done)
    db.session.flush()
    return done
