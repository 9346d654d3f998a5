"""What a person wants to be told, and how."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.validators import InputRequired, Optional, ValidationError

from activities.kit.fields import Chips, Clock
from activities.kit.i18n import gettext as _
from activities.notices.rules import GROUP_NAMES, REMINDER_NAMES, WAY_NAMES
from activities.outbox.models import Wishes
from activities.outbox.rules import DEFAULT_WAYS, DIGEST_AT, REMINDED_BY_DEFAULT, Group, Reminders, Way


class Ways(RadioField):
    """One of the ways, as a segment."""

    def __init__(self, group: Group, **more: Any) -> None:
        name, what = GROUP_NAMES[group]
        super().__init__(_l(name), [InputRequired(_l("Choose how."))], description=_l(what), **more)


class WishesForm(FlaskForm):
    """What a person chose. Who organizes nothing is not asked about it."""

    duties = Ways(Group.DUTIES)
    answers = Ways(Group.ANSWERS)
    records = Ways(Group.RECORDS)
    owed = Ways(Group.OWED)
    organizing = Ways(Group.ORGANIZING)
    digest_at = Clock(_l("The daily letter comes at"), [InputRequired(_l("Enter a time, for example 16:00."))])
    quiet_from = Clock(_l("Quiet from"), [Optional()])
    quiet_to = Clock(_l("until"), [Optional()])
    reminders = Chips(_l("Remind me of my duties"), [Optional()], description=_l("None chosen: no reminder."))

    def __init__(self, present: Wishes | None, *, organizes: bool) -> None:
        super().__init__(data=_shown(present))
        if not organizes:
            del self.organizing
        for field in self.ways():
            field.choices = [(way.value, _(name)) for way, name in WAY_NAMES.items() if way in ways_of(field.name)]
        self.reminders.choices = [(when.name, _(name)) for when, name in REMINDER_NAMES.items()]

    def ways(self) -> list[RadioField]:
        """The fields that choose a way, in their order."""
        return [field for field in self if isinstance(field, Ways)]

    def validate_quiet_to(self, field: Clock) -> None:
        if field.data == self.quiet_from.data:
            raise ValidationError(_("Quiet hours end when they begin: leave both empty to have none."))

    def validate(self, extra_validators: Any = None) -> bool:
        """Quiet hours have both ends or none."""
        fine = bool(super().validate(extra_validators))
        for one, other in ((self.quiet_from, self.quiet_to), (self.quiet_to, self.quiet_from)):
            if other.data and not one.data and not one.errors:
                one.errors = [_("Enter both times, or none.")]
                fine = False
        return fine

    def wishes(self) -> dict[str, Any]:
        """The columns of what was chosen."""
        ways = {field.name: field.data for field in self.ways() if field.data != DEFAULT_WAYS[Group(field.name)]}
        chosen = Reminders(sum(Reminders[name] for name in self.reminders.data or ()))
        return {
            "ways": ways, "quiet_from": self.quiet_from.data, "quiet_to": self.quiet_to.data,
            "digest_at": self.digest_at.data, "reminders": chosen,
        }  # fmt: skip


def ways_of(group: str) -> list[Way]:
    """The ways there are for a group: only duties come with invitations."""
    return [way for way in Way if way is not Way.INVITED or group == Group.DUTIES]


def _shown(wishes: Wishes | None) -> dict[str, Any]:
    """The choices as the form shows them."""
    ways = {group.value: DEFAULT_WAYS[group].value for group in GROUP_NAMES} | (wishes.ways if wishes else {})
    chosen = wishes.reminders if wishes else REMINDED_BY_DEFAULT
    return {
        **ways,
        "quiet_from": wishes and wishes.quiet_from,
        "quiet_to": wishes and wishes.quiet_to,
        "digest_at": wishes.digest_at if wishes else DIGEST_AT,
        "reminders": [when.name for when in Reminders if when in chosen],
    }
