"""Certificates of accounts that turn out to be one person's: who may issue them is told which to look at again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from activities.certificates import notices, queries
from activities.people.joining import when_joined
from activities.records import joining  # noqa: F401 - what the records say afterwards is looked at here


@when_joined
def look_again(_: int, accounts: Collection[int], now: datetime) -> None:
    """Valid ones that one of the accounts issued to another, or that rest on what these recorded or countersigned."""
    numbers: list[str] = []
    issuers: set[int] = set()
    for found in queries.valid_of(accounts):
        lines = queries.lines(found.member_id, found.ledger, found.first_day, found.last_day)
        if found.issued_by_id in accounts or found.facts.lines != lines:
            numbers.append(found.number)
            issuers.update(queries.issuers_for(found.member))
    if numbers:
        notices.look_again(sorted(issuers.difference(accounts)), numbers, now)
