"""Random histories of goods: whatever is done, what is there and what went is what came."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from activities.duties.kinds import kind_of
from activities.goods import queries, service
from activities.goods.models import Lot, Movement, Stock
from activities.goods.rules import held
from activities.goods.service import Part, Where
from activities.kit.db import db
from activities.kit.refusal import Refusal
from tests.cast import NOW, Cast, make_activity
from tests.goods.conftest import TODAY

HANDS, QUANTITY, DAYS, LOTS = st.integers(0, 2), st.integers(1, 12), st.integers(0, 3), st.integers(0, 2)


class Goods(RuleBasedStateMachine):
    cast: Cast

    @initialize()
    def begin(self) -> None:
        cast = self.cast
        self.activity = make_activity("捐赠", cast.first, "donation")
        db.session.commit()
        self.people = [cast.ou.id, cast.lin.id, cast.wang.id]
        self.lots: list[int] = []

    def did(self, verb, *args) -> bool:
        try:
            verb(self.cast.ou.id, *args, NOW)
        except Refusal:
            return False
        return True

    @rule(category=st.sampled_from(["clothes", "books"]), holder=HANDS, quantity=QUANTITY, before=DAYS)
    def something_comes(self, category, holder, quantity, before):
        day = TODAY - timedelta(days=before)
        self.did(service.take_in, self.activity.id, category, quantity, "一袋", self.people[holder], day)
        self.lots = list(db.session.scalars(sa.select(Lot.id).where(Lot.activity_id == self.activity.id)))

    @rule(lot=LOTS, giver=HANDS, taker=HANDS, quantity=QUANTITY, before=DAYS)
    def something_moves(self, lot, giver, taker, quantity, before):
        if lot < len(self.lots):
            day = TODAY - timedelta(days=before)
            hands = self.people[giver], self.people[taker]
            self.did(service.pass_on, self.lots[lot], *hands, quantity, day, "")

    @rule(parts=st.lists(st.tuples(LOTS, HANDS, QUANTITY), min_size=1, max_size=3), before=DAYS)
    def something_is_delivered(self, parts, before):
        chosen = [Part(self.lots[lot], self.people[giver], n) for lot, giver, n in parts if lot < len(self.lots)]
        self.did(service.deliver, self.activity.id, chosen, Where("超市"), TODAY - timedelta(days=before))

    @rule(which=st.integers(0, 20), quantity=st.integers(0, 12))
    def something_is_corrected(self, which, quantity):
        query = sa.select(Movement.id).join(Movement.lot).where(Lot.activity_id == self.activity.id)
        ids = list(db.session.scalars(query.order_by(Movement.id)))
        if which < len(ids):
            self.did(service.correct, ids[which], quantity, "数错了")

    @invariant()
    def what_is_there_and_what_went_is_what_came(self):
        if not self.lots:
            return
        kind = kind_of("donation")
        for before in range(4):
            for one in queries.balances(kind, self.activity.id, TODAY - timedelta(days=before)):
                assert one.came >= 0
                assert 0 <= one.went <= one.came
        there = {one.good.key: one.there for one in queries.balances(kind, self.activity.id) if one.there}
        stocks = sa.select(Lot.category, sa.func.sum(Stock.quantity)).join(Stock).group_by(Lot.category)
        stocks = stocks.where(Lot.activity_id == self.activity.id, Stock.quantity > 0)
        assert {category: int(n) for category, n in db.session.execute(stocks)} == there

    @invariant()
    def everybody_holds_what_the_movements_say(self):
        for lot in self.lots:
            moves = [one.move for one in queries.movements(lot)]
            stocks = sa.select(Stock.member_id, Stock.quantity).where(Stock.lot_id == lot, Stock.quantity > 0)
            assert {row[0]: row[1] for row in db.session.execute(stocks)} == held(moves)


def test_goods_are_conserved_in_every_history(ctx, cast):
    machine = type("Goods", (Goods,), {"cast": cast})
    run_state_machine_as_test(machine, settings=settings(max_examples=12, stateful_step_count=25, deadline=None))
