"""What is shown of a certificate that is not as it was issued, and of one whose unit is no more."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from io import BytesIO

import pytest
import sqlalchemy as sa
import time_machine

from activities.certificates.models import Certificate, CertificateFile
from activities.certificates.rules import hash_of, is_as_issued
from activities.certificates.service import issue, revoke
from activities.kit.db import db
from tests.cast import NOW, english, logged_in, unrefused
from tests.certificates.orders import certified, one, order, recorded
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


class TestAFile:
    """Somebody was sent a PDF and has it compared."""

    @pytest.fixture
    def given(self, app, cast, paper) -> bytes:
        return logged_in(app, cast.lin).get(f"/certificates/{paper.public_id}.pdf").get_data()

    @pytest.fixture
    def compare(self, client):
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"

        def compare(data: bytes, status: int = 200) -> str:
            answer = client.submit("/verify/file", file=(BytesIO(data), "paper.pdf"))
            assert answer.status_code == status
            return answer.get_data(as_text=True)

        return compare

    def test_as_it_was_downloaded_it_is_what_was_issued(self, compare, given):
        page = compare(given)
        assert "The file is what was issued, byte for byte." in page
        assert "林*" in page
        assert "林可欣" not in page

    @pytest.mark.parametrize("at", [20, -40])
    def test_one_byte_changed_is_found_and_what_was_issued_is_shown(self, compare, given, at):
        page = compare(given[:at] + bytes([given[at] ^ 1]) + given[at + 1 :])
        assert "The file is not what was issued" in page
        assert "1 h 30 min" in page

    def test_another_ones_code_in_it_does_not_help(self, app, cast, compare, given, paper):
        with app.app_context():
            recorded(cast, cast.wang)
            other = one(issue(cast.chen.id, cast.wang.id, order(), NOW))
        assert "The file is not what was issued" in compare(given.replace(paper.code.encode(), other.code.encode()))

    def test_what_was_handed_out_is_known_when_it_would_look_otherwise_today(self, app, compare, given, monkeypatch):
        elsewhere = replace(app.config["SETTINGS"], base_url="https://new.example.edu")
        monkeypatch.setitem(app.config, "SETTINGS", elsewhere)
        assert "byte for byte." in compare(given)

    def test_it_is_remembered_once_however_often_it_is_handed_out(self, app, cast, given, paper):
        assert logged_in(app, cast.lin).get(f"/certificates/{paper.public_id}.pdf").get_data() == given
        with app.app_context():
            assert db.session.scalars(sa.select(CertificateFile.hash)).all() == [sha256(given).hexdigest()]

    def test_what_was_handed_out_before_that_was_remembered_is_known_by_its_looks(self, app, compare, given):
        with app.app_context():
            db.session.execute(sa.delete(CertificateFile))
            db.session.commit()
        assert "byte for byte." in compare(given)
        assert "The file is not what was issued" in compare(given + b"\n")

    def test_one_that_was_revoked_is_ours_and_counts_no_more(self, app, cast, compare, given, paper):
        with app.app_context():
            revoke(cast.chen.id, paper.id, "错了", NOW)
        page = compare(given)
        assert "Revoked: no longer valid" in page
        assert "byte for byte." in page

    @pytest.mark.parametrize("data", [b"%PDF-1.7 nothing", b"https://a.example.edu/verify/0000000000000000"])
    def test_what_has_no_code_of_ours_is_not_from_here(self, compare, paper, data):
        assert "The file is not from here" in compare(data, 404)

    def test_what_is_too_large_is_refused(self, compare, paper, monkeypatch):
        monkeypatch.setattr("activities.certificates.forms.MOST_BYTES", 1000)
        assert "larger than any certificate" in compare(b"x" * 1001, 422)
