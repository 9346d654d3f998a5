"""Pages about what was achieved."""

from __future__ import annotations

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from activities.kit.db import db
from activities.outcomes.rules import Cell
from activities.outcomes.service import enter
from tests.cast import HOUR, NOW, english, make_post, make_slot

pytestmark = pytest.mark.usefixtures("at_noon")


def page(client, address: str) -> str:
    return client.get(address).get_data(as_text=True)


def test_a_seated_person_enters_and_corrects_from_the_slot(app, cast, begun):
    slot, lin = f"/slots/{begun['energy'].public_id}", english(app, cast.lin)
    assert "Enter or correct" in page(lin, slot)
    assert (
        lin.submit(f"{slot}/outcomes", **{"amount-rooms_checked": "6", "amount-energy_saved": "1.5"}).status_code == 303
    )
    assert "1.5 kWh" in page(lin, slot)
    again = {"amount-rooms_checked": "7", "was-amount-rooms_checked": "6"}
    refused = lin.submit(f"{slot}/outcomes", **again)
    assert refused.status_code == 422
    assert 'value="7"' in refused.get_data(as_text=True)
    assert lin.submit(f"{slot}/outcomes", **again, reason="走廊里还有一间").status_code == 303
    shown = page(lin, f"{slot}/outcomes")
    assert "走廊里还有一间" in shown
    assert "corrected since" in shown


@pytest.mark.parametrize("typed", ["-1", "x", "1.5", "999999999", "1e9", "٣²"])
def test_what_is_no_amount_comes_back_with_a_reason(app, cast, begun, typed):
    slot = f"/slots/{begun['energy'].public_id}/outcomes"
    answer = english(app, cast.ou).submit(slot, **{"amount-rooms_checked": typed})
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.get_data(as_text=True)


def test_a_clash_is_shown_and_not_swallowed(app, cast, begun):
    with app.app_context():
        enter(cast.lin.id, begun["energy"].id, {Cell("rooms_checked"): 6_000}, NOW)
    sent = {"amount-rooms_checked": "7", "was-amount-rooms_checked": "", "reason": "x"}
    address = f"/slots/{begun['energy'].public_id}/outcomes"
    answer = english(app, cast.ou).submit(address, **sent)
    assert answer.status_code == 422
    shown = answer.get_data(as_text=True)
    assert "Someone else has changed this meanwhile" in shown
    assert 'name="was-amount-rooms_checked" value="6"' in shown
    assert english(app, cast.ou).submit(address, **{**sent, "was-amount-rooms_checked": "6"}).status_code == 303


def test_a_person_sees_only_their_own_line(app, cast, begun):
    slot = begun["study"]
    with app.app_context():
        enter(cast.ou.id, slot.id, {Cell("characters", cast.wang.id): 8_001_000}, NOW)
        enter(cast.ou.id, slot.id, {Cell("characters", cast.lin.id): 9_002_000}, NOW)
    shown = page(english(app, cast.lin), f"/slots/{slot.public_id}/outcomes")
    assert "9002" in shown
    assert "8001" not in shown
    assert english(app, cast.zhao).get(f"/slots/{slot.public_id}/outcomes").status_code == 404


def test_totals_stand_with_their_target(app, cast, begun):
    ou = english(app, cast.ou)
    with app.app_context():
        enter(cast.ou.id, begun["cleaning"].id, {Cell("zone_score"): 88_500}, NOW)
    shown = page(ou, f"/organize/activities/{cast.sweeping.public_id}/outcomes?time=2026")
    assert "<b>88.5</b>" in shown
    assert "on average" in shown
    assert "<svg" in shown
    assert "88.5" in page(english(app, cast.chen), "/review/2026/outcomes")


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_totals_as_files(app, cast, begun, form):
    with app.app_context():
        enter(cast.ou.id, begun["cleaning"].id, {Cell("zone_score"): 88_500}, NOW)
    for client, address in (
        (english(app, cast.ou), f"/organize/activities/{cast.sweeping.public_id}/outcomes.{form}?time=2026"),
        (english(app, cast.chen), f"/review/2026/outcomes.{form}"),
    ):
        data = client.get(address, buffered=True).data
        if form == "csv":
            assert "88.5" in data.decode("utf-8-sig")
        else:
            rows = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python()
            assert 88.5 in rows[-1]


def test_pages_ask_a_fixed_number_of_statements(app, cast, begun, statements):
    def counts() -> list[int]:
        found = []
        for client, address in (
            (english(app, cast.ou), f"/slots/{begun['cleaning'].public_id}/outcomes"),
            (english(app, cast.ou), f"/organize/activities/{cast.sweeping.public_id}/outcomes"),
            (english(app, cast.chen), "/review/2026/outcomes"),
        ):
            client.get(address)
            with statements.count() as seen:
                assert client.get(address).status_code == 200
            found.append(len(seen))
        return found

    with app.app_context():
        enter(cast.ou.id, begun["cleaning"].id, {Cell("zone_score"): 88_000}, NOW)
    before = counts()
    with app.app_context():
        for n in range(10):
            slot = make_slot(make_post(cast.sweeping, f"第{n}段"), NOW - (n + 2) * 30 * HOUR)
            entered(cast, slot, n)
    assert counts() == before


def entered(cast, slot, n: int) -> None:
    db.session.commit()
    enter(cast.ou.id, slot.id, {Cell("zone_score"): n * 1000}, NOW)
