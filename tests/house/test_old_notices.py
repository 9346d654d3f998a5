"""What an earlier release told people survives the way up and down again."""

from __future__ import annotations

import flask_migrate
import sqlalchemy as sa

from activities.kit.columns import UtcDateTime
from activities.kit.db import db
from tests.cast import NOW

OLD = sa.text(
    "INSERT INTO notice (member_id, topic, params, created_at, due_at, sent_at, tries, trouble)"
    " VALUES (:member, :topic, '{}', :now, :due, :sent, :tries, :trouble)"
)
TOLD = (("sent", None, NOW, 1, ""), ("waits", NOW, None, 2, "SMTPDataError"),
        ("failed", None, None, 8, "SMTPDataError"),
        ("no address", None, None, 0, "no address"))  # fmt: skip


def rows(sql: str) -> list[tuple[object, ...]]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(sql))]


def test_old_notices_survive_the_way_up_and_down(ctx, cast):
    flask_migrate.downgrade(revision="0007")
    with db.engine.connect().execution_options(write=True) as connection, connection.begin():
        insert = OLD.bindparams(*(sa.bindparam(name, type_=UtcDateTime()) for name in ("now", "due", "sent")))
        for topic, due, sent, tries, trouble in TOLD:
            values = {"topic": topic, "due": due, "sent": sent, "tries": tries, "trouble": trouble}
            connection.execute(insert, {"member": cast.lin.id, "now": NOW, **values})
    flask_migrate.upgrade()
    found = "SELECT topic, state, tries, trouble FROM delivery JOIN notice ON notice.id = notice_id ORDER BY notice.id"
    assert rows(found) == [
        ("sent", "sent", 1, ""), ("waits", "waiting", 2, "SMTPDataError"), ("failed", "failed", 8, "SMTPDataError"),
        ("no address", "dropped", 0, "no address"),
    ]  # fmt: skip
    assert rows("SELECT count(*) FROM notice WHERE read_at IS NULL OR planned_at IS NULL") == [(0,)]
    flask_migrate.downgrade(revision="0007")
    told = rows("SELECT topic, due_at IS NOT NULL, sent_at IS NOT NULL, tries, trouble FROM notice ORDER BY id")
    assert told == [(topic, due is not None, sent is not None, *rest) for topic, due, sent, *rest in TOLD]
    flask_migrate.upgrade()
