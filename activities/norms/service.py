"""Setting the norms. Whoever sets them must administer a unit above all, and each change waits for the one before."""

from __future__ import annotations

from datetime import datetime

from activities.audit import service as audit
from activities.kit.db import db, transactional
from activities.kit.refusal import ChangedMeanwhile, NotAllowed
from activities.kit.roles import Permission
from activities.norms import queries
from activities.norms.models import NormsVersion
from activities.norms.rules import Norms, plain
from activities.people.service import acting, lock_roots


@transactional
def set_norms(actor_id: int, version: int, norms: Norms, reason: str, now: datetime) -> None:
    """Have other norms hold from now on; the same ones again change nothing. ChangedMeanwhile where `version` is not
    the present one any more."""
    lock_roots()
    if not acting(actor_id).may(Permission.SET_NORMS):
        raise NotAllowed
    present, newest = queries.in_force()
    if newest != version:
        raise ChangedMeanwhile
    before, after = plain(present), plain(norms)
    if after == before:
        return
    row = NormsVersion(norms=norms, set_at=now, set_by_id=actor_id, reason=reason)
    db.session.add(row)
    db.session.flush()
    changed = [name for name in after if after[name] != before[name]]
    audit.leave(
        now, actor_id, "set norms", NormsVersion, row.id, before={name: before[name] for name in changed},
        after={name: after[name] for name in changed}, reason=reason,
    )  # fmt: skip
