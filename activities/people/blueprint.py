"""The room's blueprint, onto which each file of routes puts its own, and the names its templates say."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from activities.kit.roles import ROLE_NAMES
from activities.people.directory import ACCOUNT_NAMES, Account
from activities.people.rules import LEVEL_NAMES, STAGE_NAMES, STANDING_NAMES

people = Blueprint("people", __name__)

MARKS = {Account.ACTIVE: "ok", Account.UNUSED: "wait", Account.INACTIVE: "off"}


@people.context_processor
def names() -> dict[str, Any]:
    return {
        "stage_names": STAGE_NAMES, "standing_names": STANDING_NAMES, "level_names": LEVEL_NAMES,
        "role_names": ROLE_NAMES, "account_names": ACCOUNT_NAMES, "marks": MARKS,
    }  # fmt: skip
