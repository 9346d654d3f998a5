"""The pages about certificates."""

from __future__ import annotations

from io import BytesIO

import pytest
import time_machine
from pypdf import PdfReader

from activities.certificates.rules import grouped
from activities.certificates.service import issue
from tests.cast import NOW, english
from tests.certificates.orders import certified, corrected, order, recorded


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def paper(app, cast):
    with app.app_context():
        return certified(cast)


def text(answer) -> str:
    return answer.get_data(as_text=True)


def form(**fields):
    values = {"number": "2301001", "ledger": "service", "first": "2026-10-26", "last": "2026-11-25", "person": "刘明",
              "contact": "0431"}  # fmt: skip
    return {**values, **fields}


def test_a_secretary_issues_one_and_its_owner_downloads_it(app, cast):
    with app.app_context():
        recorded(cast, cast.lin, 90)
    answer = english(app, cast.chen).submit("/certify/issue", **form())
    assert answer.status_code == 303
    page = text(english(app, cast.lin).get("/certificates"))
    assert "2026-000001" in page
    with app.app_context():
        public_id = certified(cast).public_id
    pdf = english(app, cast.lin).get(f"/certificates/{public_id}.pdf")
    assert pdf.mimetype == "application/pdf"
    assert "certificate-2026-000001.pdf" in pdf.headers["Content-Disposition"]
    assert "林可欣" in PdfReader(BytesIO(pdf.data)).pages[0].extract_text()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"number": "nobody"}, "nobody with this number is in your units"),
        ({"number": "T002"}, "Nobody issues, replaces or revokes their own"),
        ({"first": "2026-11-24", "last": "2026-11-23"}, "The last day is before the first"),
        ({"last": "2026-11-26"}, "Only what has been can be certified"),
        ({"number": "2301002"}, "There is no recorded time of this kind"),
        ({"ledger": "gold"}, "Not a valid choice"),
    ],
)  # fmt: skip
def test_what_cannot_be_issued_is_said_at_the_field_and_what_was_typed_stays(app, cast, fields, said):
    answer = english(app, cast.chen).submit("/certify/issue", **form(**fields))
    assert answer.status_code == 422
    assert said in text(answer)
    assert "刘明" in text(answer)


def test_the_next_order_names_whom_the_last_one_named(app, cast, paper):
    page = text(english(app, cast.chen).get("/certify/issue"))
    assert "刘明" in page
    assert "0431-85160000" in page


def test_anyone_sees_the_least(app, cast, client, paper):
    page = text(client.get(f"/verify/{grouped(paper.code).lower()}"))
    assert "林*" in page
    assert "第一支部" in page
    assert paper.hash[:12] in page
    assert not [said for said in ("林可欣", "2301001", "刘明", "陈静", "东湖") if said in page]


def test_number_and_name_can_be_compared(app, client, paper):
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    right = client.submit(f"/verify/{paper.code}", number="2026-000001", name="林可欣")
    wrong = client.submit(f"/verify/{paper.code}", number="2026-000001", name="林可心")
    assert "Number and name are those of this certificate" in text(right)
    assert "Number and name are not both those" in text(wrong)
    assert "林可欣" not in text(wrong)


def test_a_typed_code_leads_to_its_certificate(client, paper):
    answer = client.submit("/verify", code=grouped(paper.code).lower())
    assert answer.location == f"/verify/{paper.code}"
    assert client.submit("/verify", code="no code").location == "/verify/unknown"


def test_an_unknown_code_is_told_what_to_do(client, paper):
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    answer = client.get("/verify/0000000000000000")
    assert answer.status_code == 404
    assert "Check each character" in text(answer)


def test_whoever_tries_codes_is_slowed_down(client, paper, monkeypatch):
    monkeypatch.setattr("activities.certificates.routes.SECONDS", 0)
    answers = [client.get(f"/verify/{n:016}").status_code for n in range(61)]
    assert answers == [404] * 60 + [429]


def test_one_that_was_replaced_names_the_next_and_cannot_be_downloaded(app, cast, client):
    with app.app_context():
        slot = recorded(cast, cast.lin, 90)
        old = certified(cast)
        corrected(cast, slot, cast.lin, 60)
    chen = english(app, cast.chen)
    page = text(chen.get(f"/certify/{old.public_id}"))
    assert "Altogether 1 h now, on the certificate 1 h 30 min" in page
    answer = chen.submit(f"/certify/{old.public_id}", reason="更正", replace="1")
    assert answer.status_code == 303
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    page = text(client.get(f"/verify/{old.code}"))
    assert "Genuine, but superseded" in page
    assert "2026-000002" in page
    assert "1 h 30 min" in page
    assert english(app, cast.lin).get(f"/certificates/{old.public_id}.pdf").status_code == 409


def test_one_that_was_revoked_says_so_to_anyone_but_not_why(app, cast, client, paper):
    answer = english(app, cast.chen).submit(f"/certify/{paper.public_id}", reason="私人的理由", revoke="1")
    assert answer.status_code == 303
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    page = text(client.get(f"/verify/{paper.code}"))
    assert "Revoked: no longer valid" in page
    assert "私人的理由" not in page
    assert "私人的理由" in text(english(app, cast.lin).get("/certificates"))


def test_ending_one_asks_for_a_reason(app, cast, paper):
    answer = english(app, cast.chen).submit(f"/certify/{paper.public_id}", revoke="1")
    assert answer.status_code == 422
    assert "Give a reason" in text(answer)


def test_pages_take_few_statements_whatever_there_is(app, cast, client, paper, statements):
    with app.app_context():
        for days in range(3, 9):
            recorded(cast, cast.lin, 30, days)
            issue(cast.chen.id, cast.lin.id, order(days=days), NOW)
    for who, path, most in (
        (cast.lin, "/certificates", 5), (cast.chen, "/certify", 2), (cast.chen, f"/certify/{paper.public_id}", 3),
        (None, f"/verify/{paper.code}", 3),
    ):  # fmt: skip
        visitor = english(app, who) if who else client
        with statements.count() as sent:
            assert visitor.get(path).status_code == 200
        assert len(sent) <= most, (path, sent)


def test_the_search_finds_by_number_and_name(app, cast, paper):
    chen = english(app, cast.chen)
    for asked in ("000001", "2301001", "可欣"):
        assert "2026-000001" in text(chen.get(f"/certify?q={asked}"))
    assert "None matches" in text(chen.get("/certify?q=nobody"))
