"""Certificates for a whole class. Who is in it is fixed when the batch is made; the worker then issues one after the
other, each in a transaction that also says so in the batch, so that whoever is killed loses and doubles nothing."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from activities.audit import service as audit
from activities.certificates import notices, queries, rules_refusals
from activities.certificates.models import BatchItem, CertificateBatch
from activities.certificates.rules import ItemState
from activities.certificates.service import Order, write
from activities.kit.db import db, lock, transactional
from activities.kit.refusal import Refusal
from activities.kit.roles import Permission
from activities.outbox.jobs import every
from activities.people.models import Member
from activities.people.service import acting

# So many at a time: then other jobs have their turn.
PORTION = 100
REFUSED: dict[type[Refusal], ItemState] = {
    rules_refusals.OwnCertificate: ItemState.OWN, rules_refusals.OnlyYourWord: ItemState.ON_YOUR_WORD,
}  # fmt: skip


@transactional
def make(issuer_id: int, class_name: str, order: Order, now: datetime) -> str:
    """Take a class in. Return the batch's public id. Raises the rules' Refusal."""
    issuer = acting(issuer_id)
    members = queries.class_of(issuer, class_name)
    if not members:
        raise rules_refusals.NobodyInClass(class_name)
    batch = CertificateBatch(
        made_by_id=issuer_id, made_at=now, class_name=class_name, ledger=order.ledger, first_day=order.first,
        last_day=order.last, person=order.person, contact=order.contact,
    )  # fmt: skip
    db.session.add(batch)
    db.session.flush()
    rows = [{"batch_id": batch.id, "member_id": member_id, "state": ItemState.WAITING} for member_id in members]
    db.session.execute(sa.insert(BatchItem), rows)
    after = {"class": class_name, "people": len(rows)}
    audit.leave(now, issuer_id, "make", CertificateBatch, batch.id, after=after)
    return batch.public_id


@every(2, "issue certificates of batches")
def issue_batches(now: datetime) -> None:
    for item_id in queries.waiting_items(PORTION):
        issue_item(item_id, now)


@transactional
def issue_item(item_id: int, now: datetime) -> None:
    """Issue the certificate of one person of a batch, unless that has been done or something speaks against it."""
    item = db.session.get_one(BatchItem, item_id)
    batch = db.session.get_one(CertificateBatch, item.batch_id)
    member, item = lock(Member, item.member_id), lock(BatchItem, item_id)
    if item.state is not ItemState.WAITING:
        return
    order = Order(
        ledger=batch.ledger, first=batch.first_day, last=batch.last_day, person=batch.person, contact=batch.contact
    )
    issuer = queries.active(batch.made_by_id)
    if issuer is None or not issuer.may(Permission.CERTIFY, member.unit.path):
        item.state = ItemState.NOT_ALLOWED
        return
    try:
        certificate = write(issuer, member, order, now)
    except rules_refusals.CertifiedAlready:
        there = queries.valid(member.id, order.ledger, order.first, order.last)
        item.state, item.certificate_id = ItemState.THERE, there and there.id
    except Refusal as refusal:
        item.state = REFUSED.get(type(refusal), ItemState.NOTHING)
    else:
        item.state, item.certificate_id = ItemState.ISSUED, certificate.id
        notices.issued(member.id, certificate.number, now)
