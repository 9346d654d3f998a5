"""No change to a sign-up, a record or a role goes without its trail: `tests.witness` looks at each verb of every test.
Here it is shown to look."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from activities.audit import service as audit
from activities.kit.db import db, transaction, transactional
from activities.kit.roles import Role
from activities.people.models import RoleGrant
from activities.signups.models import SignUp
from activities.signups.service import sign_up
from tests.cast import NOW

LEFT = "changed without a trail"


def test_a_change_without_an_entry_is_seen(ctx, cast):
    sign_up(cast.lin.id, cast.slot.id, NOW)
    for change in (
        sa.update(SignUp).values(risks_asked=7),
        sa.delete(SignUp),
        sa.delete(RoleGrant).where(RoleGrant.role == Role.ADMINISTRATOR),
        sa.insert(RoleGrant).values(member_id=cast.lin.id, role=Role.SECRETARY, unit_id=cast.first.id, granted_at=NOW),
    ):
        with pytest.raises(AssertionError, match=LEFT), transaction():
            db.session.execute(change)


def test_an_entry_about_another_row_or_of_another_transaction_does_not_cover_it(ctx, cast):
    with transaction():
        sign_up_id = _stored(cast)
        audit.leave(NOW, cast.lin.id, "sign up", SignUp, sign_up_id)
    with pytest.raises(AssertionError, match=LEFT):
        _change_with_another_entry(cast.lin.id, sign_up_id + 1)


@transactional
def _change_with_another_entry(member_id, sign_up_id) -> None:
    audit.leave(NOW, member_id, "come at", SignUp, sign_up_id)
    db.session.execute(sa.update(SignUp).values(risks_asked=7))


def _stored(cast) -> int:
    row = SignUp(
        slot_id=cast.slot.id, member_id=cast.lin.id, state="seated", ticket=1, signed_up_at=NOW, changed_at=NOW
    )
    db.session.add(row)
    db.session.flush()
    return row.id
