"""Two who give of one lot at once, in real threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from activities.goods import queries, service
from activities.goods.rules import NotThatMany, ReceiptThere, SignedAlready, UndoneAlready
from activities.goods.service import Part
from activities.kit.refusal import Refusal
from activities.photos.rules import People
from tests.cast import NOW
from tests.goods.conftest import PICTURE, TODAY
from tests.goods.test_service import SHOP, deliver, hands, last_movement, receipt


def at_once(app, verbs: list[Callable[[], Any]]) -> list[type]:
    """What each verb answered or raised, all of them started together."""
    barrier = Barrier(len(verbs))

    def run(verb: Callable[[], Any]) -> type:
        with app.app_context():
            barrier.wait()
            try:
                return type(verb())
            except Refusal as refused:
                return type(refused)

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))


def test_of_two_who_move_the_same_things_one_does(app, cast, drive):
    def move(taker):
        return lambda: service.pass_on(cast.ou.id, drive.lot_id, cast.ou.id, taker.id, 30, TODAY, "", NOW)

    answers = at_once(app, [move(cast.lin), move(cast.wang)] * 2)
    assert sorted(answers, key=str) == sorted([type(None), *[NotThatMany] * 3], key=str)
    with app.app_context():
        assert sorted(hands(drive).values()) == [10, 30]


def test_many_who_deliver_at_once_deliver_no_more_than_there_is(app, cast, drive):
    part = Part(drive.lot_id, cast.ou.id, 15)
    answers = at_once(app, [lambda: service.deliver(cast.ou.id, drive.id, [part], SHOP, TODAY, NOW)] * 6)
    assert answers.count(str) == 2
    assert answers.count(NotThatMany) == 4
    with app.app_context():
        assert hands(drive) == {"欧阳慧敏": 10}
        assert len(queries.deliveries(drive.id)) == 2


def test_a_move_and_a_correction_of_what_it_moves_do_not_both_happen(app, cast, drive):
    with app.app_context():
        came = last_movement(drive).id
    verbs = [
        lambda: service.correct(cast.ou.id, came, 5, "数错了", NOW),
        lambda: service.pass_on(cast.ou.id, drive.lot_id, cast.ou.id, cast.lin.id, 30, TODAY, "", NOW),
        lambda: service.correct(cast.ou.id, came, 6, "数错了", NOW),
    ]
    answers = at_once(app, verbs)
    assert answers.count(type(None)) == 1
    assert set(answers) <= {type(None), NotThatMany, UndoneAlready}
    with app.app_context():
        assert sum(hands(drive).values()) in (5, 6, 40)


def test_a_delivery_is_signed_once_and_has_one_receipt(app, cast, drive):
    with app.app_context():
        first, second = deliver(cast, drive, 1), deliver(cast, drive, 1)
        receipt(cast, first)
    answers = at_once(app, [lambda: service.sign(cast.chen.id, first.id, 0, NOW)] * 3)
    assert (answers.count(type(None)), answers.count(SignedAlready)) == (1, 2)
    add = [lambda: service.add_receipt(cast.ou.id, second.id, PICTURE, "签收单", People.NOBODY, NOW)] * 3
    answers = at_once(app, add)
    assert (answers.count(type(None)), answers.count(ReceiptThere)) == (1, 2)
