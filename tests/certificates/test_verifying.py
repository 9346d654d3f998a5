"""What is shown of a certificate that is not as it was issued, and of one whose unit is no more."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
import time_machine

from activities.certificates.models import Certificate
from activities.certificates.rules import hash_of, is_as_issued
from activities.kit.db import db
from tests.cast import NOW, english, unrefused
from tests.certificates.orders import certified
from tests.certificates.test_rules import example


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def paper(app, cast):
    with app.app_context():
        return certified(cast)


def overwrite(app, paper: Certificate, **values: str) -> None:
    """What whoever owns the database could do."""
    with app.app_context(), unrefused() as connection:
        connection.execute(sa.update(Certificate.__table__).where(Certificate.id == paper.id).values(**values))


def more_hours(paper: Certificate) -> str:
    said = json.loads(paper.snapshot)
    return json.dumps({**said, "minutes": said["minutes"] + 600}, ensure_ascii=False)


TEXT = example().frozen()
HASH = hash_of(TEXT)


@pytest.mark.parametrize(
    ("snapshot", "digest", "number", "told", "fits"),
    [
        (TEXT, HASH, "2026-000123", HASH, True),
        (TEXT + " ", HASH, "2026-000123", HASH, False),
        (TEXT + " ", hash_of(TEXT + " "), "2026-000123", HASH, False),
        (TEXT, HASH, "2026-000124", HASH, False),
        (TEXT, HASH, "2026-000123", None, False),
        ("no json", HASH, "2026-000123", HASH, False),
    ],
)
def test_it_is_as_issued_where_all_agree(snapshot, digest, number, told, fits):
    assert is_as_issued(snapshot, digest, number, told) is fits


def test_a_changed_snapshot_is_found_and_nothing_of_it_is_shown(app, client, cast, paper):
    overwrite(app, paper, snapshot=more_hours(paper))
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    page = client.get(f"/verify/{paper.code}").get_data(as_text=True)
    assert "Not what was issued" in page
    assert "林*" not in page
    assert english(app, cast.lin).get(f"/certificates/{paper.public_id}.pdf").status_code == 409


def test_a_changed_snapshot_with_a_fitting_hash_is_found_by_the_trail(app, client, paper):
    forged = more_hours(paper)
    overwrite(app, paper, snapshot=forged, hash=hash_of(forged))
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert "Not what was issued" in client.get(f"/verify/{paper.code}").get_data(as_text=True)


def test_a_unit_that_is_no_more_is_said(app, client, cast, paper):
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert "No unit has this name any more" not in client.get(f"/verify/{paper.code}").get_data(as_text=True)
    with app.app_context():
        unit = db.session.merge(cast.first)
        unit.name = "新支部"
        db.session.commit()
    page = client.get(f"/verify/{paper.code}").get_data(as_text=True)
    assert "No unit has this name any more" in page
    assert "第一支部" in page
