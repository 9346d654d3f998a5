"""SQLite keeps in a text whatever bytes it is given. What is no UTF-8 is found as what it is: tampering."""

from __future__ import annotations

import pytest

from activities.audit import queries, seals, service
from activities.audit.rules import DIFFERS
from activities.kit.db import db
from activities.people.models import Member
from tests.cast import DAY, NOW, unrefused

pytestmark = [pytest.mark.usefixtures("ctx"), pytest.mark.only_on("sqlite")]


def leave(count: int) -> None:
    from activities.kit.db import transaction

    with transaction():
        service.leave_all(NOW, None, "act", Member, [(n, {}, {"n": n}) for n in range(count)])


def overwrite(column: str, place: int) -> None:
    entry_id = queries.sealed_entry(place)
    db.session.commit()
    with unrefused() as connection:
        connection.exec_driver_sql(f"UPDATE audit_entry SET {column} = CAST(x'e4bdff' AS TEXT) WHERE id = {entry_id}")


@pytest.mark.parametrize("column", ["verb", "subject", "before", "after", "reason", "at"])
def test_what_is_no_text_is_found_in_its_place(cast, column):
    leave(5)
    seals.seal(NOW)
    places = queries.head().position
    overwrite(column, places - 2)
    work = seals.Verification(NOW + DAY)
    assert [(one.what, one.first) for one in work.findings()] == [(DIFFERS, places - 2)]
    assert work.chain.walked == places
    assert queries.about(queries.sealed_entry(places - 2)) is not None


def test_what_is_no_text_is_sealed_as_it_stands(cast):
    leave(1)
    seals.seal(NOW)
    leave(1)
    db.session.commit()
    with unrefused() as connection:
        connection.exec_driver_sql(
            "UPDATE audit_entry SET reason = CAST(x'ff' AS TEXT) WHERE id = (SELECT max(id) FROM audit_entry)"
        )
    assert seals.seal(NOW) == 1
    assert list(seals.Verification(NOW).findings()) == []
