"""The changes to the school's calendar as verbs, each in a transaction of its own."""

from __future__ import annotations

from activities.kit.db import transactional
from activities.terms import changes

add_term = transactional(changes.add_term)
change_term = transactional(changes.change_term)
remove_term = transactional(changes.remove_term)
add_day = transactional(changes.add_day)
change_day = transactional(changes.change_day)
remove_day = transactional(changes.remove_day)
fill_days = transactional(changes.fill_days)
add_periods = transactional(changes.add_periods)
change_periods = transactional(changes.change_periods)
remove_periods = transactional(changes.remove_periods)
