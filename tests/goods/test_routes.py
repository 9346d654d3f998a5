"""Pages about goods."""

from __future__ import annotations

from io import BytesIO

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from activities.goods import queries, service
from activities.goods.models import GoodsDelivery, Lot, Movement
from activities.goods.service import Part, Where
from activities.kit.db import db
from tests.cast import NOW, english, make_activity
from tests.goods.conftest import TODAY
from tests.goods.test_service import SECRET, deliver, hands, last_movement, receipt
from tests.photos.files import HTML, SVG, telling

pytestmark = pytest.mark.usefixtures("at_noon")


def photo(data: bytes = b"", **said):
    return {"caption": "签收单", "people": "nobody", "photo": (BytesIO(data or telling()), "a.jpg"), **said}


def test_from_what_came_to_a_signed_delivery(app, cast, drive):
    ou, chen = english(app, cast.ou), english(app, cast.chen)
    goods = f"/organize/activities/{drive.public_id}/goods"
    lot = {"category": "books", "quantity": "１2", "label": "教材一箱", "holder": "2301001", "day": "2026-11-24"}
    made = ou.submit(f"{goods}/new", **lot)
    assert made.status_code == 303
    passed = {"giver": "2301001", "quantity": "5", "taker": "T001", "day": "2026-11-25"}
    assert ou.submit(f"{made.location}/pass-on", **passed).status_code == 303
    page = ou.get(made.location).text
    assert "林可欣 → 欧阳慧敏" in page
    public_id = made.location.rsplit("/", 1)[1]
    given = {f"give-{public_id}-2301001": "7", f"give-{public_id}-T001": "2", f"give-{drive.lot}-T001": "10"}
    sent = ou.submit(f"{goods}/deliver", point="爱心超市", day="2026-11-25", **given)
    assert sent.status_code == 303
    assert "No delivery waits" in chen.get("/goods/to-sign").text
    assert "There is no photo of the receipt yet." in chen.get(sent.location).text
    assert ou.submit(f"{sent.location}/receipt/new", **photo()).status_code == 303
    assert "爱心超市" in chen.get("/goods/to-sign").text
    assert chen.get(f"{sent.location}/receipt/whole.webp").mimetype == "image/webp"
    assert "Sign under my name" not in ou.get(sent.location).text
    assert "Sign under my name" in chen.get(sent.location).text
    assert chen.submit(f"{sent.location}/sign", revision="0").status_code == 303
    assert "Signed by 陈静" in ou.get(goods).text
    summary = english(app, cast.lin).get(f"/activities/{drive.public_id}/goods").text
    assert "Clothes 10 pieces" in summary
    assert "Books 9 books" in summary


def test_the_balance_of_any_day(app, cast, drive):
    ou, address = english(app, cast.ou), f"/organize/activities/{drive.public_id}/goods"
    with app.app_context():
        deliver(cast, drive, 15)
    for on, shown in (("", ">25<"), ("?on=2026-11-24", ">40<"), ("?on=2026-11-23", "Nothing had come by then")):
        assert shown in ou.get(address + on).text.replace("<b>", "").replace("</b>", "")


def test_whom_it_was_for_is_shown_to_the_handler_alone_and_on_no_other_page(app, cast, drive):
    ou, chen = english(app, cast.ou), english(app, cast.chen)
    goods = f"/organize/activities/{drive.public_id}/goods"
    given = {f"give-{drive.lot}-T001": "1"}
    aid = {"point": "资助中心", "recipient": SECRET, "recipient_number": "2301002", "day": "2026-11-25"}
    address = ou.submit(f"{goods}/deliver", **aid, **given).location
    ou.submit(f"{address}/receipt/new", **photo())
    assert SECRET in ou.submit(f"{address}/recipient").text
    for visitor in (chen, english(app, cast.wang), english(app, cast.gu), english(app, cast.zhao)):
        assert visitor.submit(f"{address}/recipient").status_code == 404
        assert visitor.get(f"{address}/receipt/whole.webp").status_code == 404
    assert "known to 欧阳慧敏 alone" in chen.get(address).text
    pages = [
        address,
        goods,
        f"{goods}/deliver",
        f"/organize/goods/lots/{drive.lot}",
        f"/activities/{drive.public_id}/goods",
    ]
    for visitor in (ou, chen):
        for page in (*pages, "/goods/to-sign", "/notices"):
            assert SECRET not in visitor.get(page).text, page
    assert SECRET not in str(_workbook(ou, drive))
    assert "资助中心" not in english(app, cast.lin).get(f"/activities/{drive.public_id}/goods").text


def _workbook(visitor, drive) -> list[list[list[object]]]:
    answer = visitor.get(f"/organize/activities/{drive.public_id}/goods.xlsx")
    book = CalamineWorkbook.from_filelike(BytesIO(answer.data))
    return [book.get_sheet_by_index(n).to_python() for n in range(3)]


def test_the_workbook_has_the_balance_the_holders_and_every_movement(app, cast, drive):
    with app.app_context():
        service.take_in(cast.ou.id, drive.id, "books", 3, '=HYPERLINK("http://x")', cast.ou.id, TODAY, NOW)
        service.pass_on(cast.ou.id, drive.lot_id, cast.ou.id, cast.lin.id, 30, TODAY, "", NOW)
        deliver(cast, drive, 10, giver=cast.lin)
        service.correct(cast.ou.id, last_movement(drive).id, 8, "少一袋", NOW)
    balance, holders, moves = _workbook(english(app, cast.ou), drive)
    assert balance[3:] == [
        ["Category", "Unit", "Came in", "Delivered", "There now"],
        ["Clothes", "pieces", 40, 8, 32],
        ["Books", "books", 3, 0, 3],
    ]
    assert sorted(row[3:] for row in holders[1:]) == [["2301001", 22], ["T001", 3], ["T001", 10]]
    assert holders[-1][1] == '=HYPERLINK("http://x")'
    assert [(row[3], row[6], row[9]) for row in moves[1:]][-3:] == [
        (10, "爱心超市", ""),
        (10, "爱心超市", "yes"),
        (8, "爱心超市", ""),
    ]


WRONG = [
    ("new", {"quantity": "-3"}, "Enter a whole number above 0."),
    ("new", {"quantity": "1.5"}, "Enter a whole number above 0."),
    ("new", {"quantity": "0"}, "Enter a whole number above 0."),
    ("new", {"quantity": "100001"}, "At most 100000 at once."),
    ("new", {"category": "gold"}, "Not a valid choice"),
    ("new", {"holder": "2302001"}, "Nobody with this number is in your units."),
    ("new", {"day": "2026-11-26"}, "This day has not come yet."),
    ("new", {"label": ""}, "Fill this in."),
    ("deliver", {"give": "41"}, "only 40 of these were there"),
    ("deliver", {"give": "-1"}, "Enter a whole number above 0."),
    ("deliver", {"give": "0"}, "Enter how many of at least one lot"),
    ("deliver", {"give": ""}, "Enter how many of at least one lot"),
    ("deliver", {"point": ""}, "Fill this in."),
    ("deliver", {"day": "2026-11-23"}, "only 0 of these were there"),
    ("deliver", {"recipient": "欧阳慧敏"}, "You cannot have a part in what is given to yourself."),
    ("deliver", {"recipient_number": "T001"}, "You cannot have a part in what is given to yourself."),
    ("deliver", {"recipient_number": "2302001"}, "Nobody with this number is in your units."),
]


@pytest.mark.parametrize(("view", "wrong", "said"), WRONG)
def test_what_cannot_be_comes_back_with_what_was_typed(app, cast, drive, view, wrong, said):
    right = {
        "new": {"category": "books", "quantity": "3", "label": "教材一箱", "holder": "T001", "day": "2026-11-25"},
        "deliver": {"point": "爱心超市", "day": "2026-11-25", "give": "3"},
    }[view]
    form = {**right, **wrong}
    if "give" in form:
        form[f"give-{drive.lot}-T001"] = form.pop("give")
    answer = english(app, cast.ou).submit(f"/organize/activities/{drive.public_id}/goods/{view}", **form)
    assert answer.status_code == 422
    assert said in answer.text
    assert all(f'value="{typed}"' in answer.text for name, typed in form.items() if typed and name != "category")
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Movement.id))) == 1


def test_a_stock_that_is_not_offered_is_not_given(app, cast, drive):
    """Made-up fields of a form: somebody else's hands, a lot of another activity."""
    with app.app_context():
        other = make_activity("另一次捐赠", cast.second, "donation")
        db.session.commit()
        db.session.add(Lot(activity_id=other.id, category="books", label="x", created_at=NOW))
        db.session.commit()
        theirs = db.session.scalars(sa.select(Lot.public_id).where(Lot.activity_id == other.id)).one()
    ou, address = english(app, cast.ou), f"/organize/activities/{drive.public_id}/goods/deliver"
    for key in (f"give-{drive.lot}-2301001", f"give-{theirs}-T001", "give-", "give-x-y"):
        assert ou.submit(address, point="爱心超市", day="2026-11-25", **{key: "1"}).status_code == 422
    assert ou.get(f"/organize/goods/lots/{theirs}").status_code == 404


def test_a_correction_from_the_lots_page(app, cast, drive):
    ou = english(app, cast.ou)
    with app.app_context():
        public_id = last_movement(drive).public_id
    address = f"/organize/goods/movements/{public_id}/correct"
    assert ou.submit(address, quantity="40", reason="x").status_code == 422
    assert ou.submit(address, quantity="30").status_code == 422
    assert ou.submit(address, quantity="30", reason="数错了").status_code == 303
    assert "数错了" in ou.get(f"/organize/goods/lots/{drive.lot}").text
    assert english(app, cast.zhao).get(address).status_code == 404
    assert english(app, cast.lin).get(address).status_code == 404
    with app.app_context():
        assert hands(drive) == {"欧阳慧敏": 30}


@pytest.mark.parametrize("data", [HTML, SVG, b""])
def test_a_receipt_is_a_photo(app, cast, drive, data):
    with app.app_context():
        address = f"/goods/deliveries/{deliver(cast, drive).public_id}/receipt/new"
    answer = english(app, cast.ou).submit(address, **photo(data or b"\0"))
    assert answer.status_code == 422
    with app.app_context():
        assert db.session.scalars(sa.select(GoodsDelivery.receipt_id)).one() is None


@pytest.mark.parametrize("seen", ["", "x", "-1", "²", "9" * 30, "1"])
def test_only_what_was_seen_is_signed(app, cast, drive, seen):
    with app.app_context():
        delivery = deliver(cast, drive)
        receipt(cast, delivery)
    address = f"/goods/deliveries/{delivery.public_id}/sign"
    assert english(app, cast.chen).submit(address, revision=seen).status_code == 409


def test_pages_ask_as_much_for_many_as_for_one(app, cast, drive, statements):
    ou, chen, lin = english(app, cast.ou), english(app, cast.chen), english(app, cast.lin)
    addresses = [
        (ou, f"/organize/activities/{drive.public_id}/goods"), (ou, f"/organize/goods/lots/{drive.lot}"),
        (ou, f"/organize/activities/{drive.public_id}/goods.xlsx"), (chen, "/goods/to-sign"),
        (lin, f"/activities/{drive.public_id}/goods"),
    ]  # fmt: skip
    counts = []
    for _ in range(2):
        with app.app_context():
            service.take_in(cast.ou.id, drive.id, "books", 3, "x", cast.lin.id, TODAY, NOW)
            service.pass_on(cast.ou.id, drive.lot_id, cast.ou.id, cast.lin.id, 1, TODAY, "", NOW)
            receipt(cast, deliver(cast, drive, 2))
            service.deliver(
                cast.ou.id, drive.id, [Part(drive.lot_id, cast.ou.id, 1)], Where("资助中心", "某"), TODAY, NOW
            )
        seen = []
        for visitor, address in addresses:
            with statements.count() as asked:
                assert visitor.get(address, buffered=True).status_code == 200
            seen.append(len(asked))
            assert not [one for one in asked if ".recipient" in one or "photo.whole" in one]
        counts.append(seen)
    assert counts[0] == counts[1]
    with app.app_context():
        assert len(queries.deliveries(drive.id)) == 4
