"""Files of certificates. Of each that is handed out its hash is kept, so that years and versions later it is still
known as ours. A file that somebody brings is looked at for its code and its hash, opened by nothing, and not kept."""

from __future__ import annotations

import re
from hashlib import sha256

import sqlalchemy as sa
from flask import current_app

from activities.certificates import pdf
from activities.certificates.models import Certificate, CertificateFile
from activities.certificates.queries import Paper
from activities.certificates.rules import CODE_LENGTH
from activities.kit.db import db, lock, transactional

# Ours have some 50 KB; a long list of activities makes them a little larger.
MOST_BYTES = 2 * 1024 * 1024
_CODE = re.compile(rb"/verify/([0-9A-Z]{%d})(?![0-9A-Z])" % CODE_LENGTH)


def hand_out(paper: Paper) -> bytes:
    """The certificate's file, which from now on is known as one of ours."""
    made = _made(paper)
    _remember(paper.certificate_id, sha256(made).hexdigest())
    return made


def code_in(data: bytes) -> str | None:
    """Whose file it says it is: each of ours has the address at which it is verified in it, as plain text."""
    found = _CODE.search(data)
    return found[1].decode() if found else None


def is_ours(one: Certificate, data: bytes) -> bool:
    """Whether it is, byte for byte, what was handed out of this certificate. What was handed out before files were
    remembered is known as long as it would look the same today."""
    digest = sha256(data).hexdigest()
    query = sa.select(CertificateFile.hash).where(CertificateFile.certificate_id == one.id)
    known = set(db.session.scalars(query))
    return digest in known if known else data == _made(paper_of(one))


def paper_of(one: Certificate) -> Paper:
    return Paper(one.id, one.number, one.snapshot, one.hash, one.code)


def _made(paper: Paper) -> bytes:
    return pdf.render(paper.snapshot, paper.hash, paper.code, current_app.config["SETTINGS"].base_url)


def _remember(certificate_id: int, digest: str) -> None:
    if not _is_known(certificate_id, digest):
        _note(certificate_id, digest)


@transactional
def _note(certificate_id: int, digest: str) -> None:
    """Two who ask at once take turns, and leave one row."""
    lock(Certificate, certificate_id)
    if not _is_known(certificate_id, digest):
        db.session.add(CertificateFile(certificate_id=certificate_id, hash=digest))


def _is_known(certificate_id: int, digest: str) -> bool:
    known = sa.exists().where(CertificateFile.certificate_id == certificate_id, CertificateFile.hash == digest)
    return bool(db.session.scalar(sa.select(known)))
