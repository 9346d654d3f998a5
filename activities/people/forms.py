"""Shapes of input about people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, Form, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, Email, EqualTo, InputRequired, Length, Optional, Regexp, StopValidation

from activities.kit.fields import Revision
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_refusal
from activities.kit.roles import ROLE_NAMES, Role
from activities.kit.text import clean_line
from activities.people.models import Member, Unit
from activities.people.rules import (
    LEAST_CHARACTERS,
    LEVEL_NAMES,
    STAGE_NAMES,
    STANDING_NAMES,
    Stage,
    Standing,
    UnitLevel,
    why_not_password,
)
from activities.people.service import Details, details_of

ACCOUNT = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
NEW_PASSWORD = {"autocomplete": "new-password"}
CHOOSE = [InputRequired(_l("Choose one."))]


class LogInForm(FlaskForm):
    name = StringField(
        _l("Student or staff number, or e-mail"),
        [DataRequired(_l("Enter your number or e-mail address.")), Length(max=254)],
        render_kw=ACCOUNT,
    )
    password = PasswordField(
        _l("Password"),
        [InputRequired(_l("Enter your password.")), Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )


class ForgotForm(FlaskForm):
    name = StringField(
        _l("Student or staff number, or e-mail"),
        [DataRequired(_l("Enter your number or e-mail address.")), Length(max=254)],
        render_kw=ACCOUNT,
    )


def own_password(form: Form, field: Field) -> None:
    """Ask the rule about a new password, with what is known of its owner."""
    if refusal := why_not_password(field.data or "", form.known):  # type: ignore[attr-defined]
        raise StopValidation(say_refusal(refusal))


def _new_password() -> PasswordField:
    hint = _l("At least %(least)s characters. Several words of your own are easy to keep.", least=LEAST_CHARACTERS)
    checks = [InputRequired(_l("Enter a new password.")), Length(max=1000), own_password]
    return PasswordField(_l("New password"), checks, description=hint, render_kw=NEW_PASSWORD)


def _once_more() -> PasswordField:
    same = EqualTo("password", _l("The two passwords are not the same."))
    checks = [InputRequired(_l("Enter the new password once more.")), same]
    return PasswordField(_l("New password, once more"), checks, render_kw=NEW_PASSWORD)


class _ForSomebody(FlaskForm):
    """`known` is what others know of the password's owner."""

    def __init__(self, known: Iterable[str | None]) -> None:
        super().__init__()
        self.known = known


class SetPasswordForm(_ForSomebody):
    password = _new_password()
    again = _once_more()


class ChangePasswordForm(_ForSomebody):
    old = PasswordField(
        _l("Present password"),
        [InputRequired(_l("Enter your present password.")), Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )
    password = _new_password()
    again = _once_more()


def named(names: Mapping[Any, str]) -> list[tuple[str, str]]:
    return [(str(value), _(name)) for value, name in names.items()]


def indented(units: Sequence[Unit]) -> list[tuple[str, str]]:
    """Units as choices, indented by their depth below the highest of them."""
    top = min((unit.depth for unit in units), default=0)
    return [(unit.public_id, "\u3000" * (unit.depth - top) + unit.name) for unit in units]


class _UnitField(SelectField):
    """One of these units, by public id."""

    def set_units(self, units: Sequence[Unit]) -> None:
        self.units = {unit.public_id: unit for unit in units}
        self.choices = indented(units)

    @property
    def unit(self) -> Unit:
        return self.units[str(self.data)]


class MemberForm(FlaskForm):
    number = StringField(
        _l("Student or staff number"),
        [
            DataRequired(_l("Enter the number.")),
            Length(max=32, message=_l("At most %(max)s characters.")),
            Regexp(r"^[\w.-]+$", message=_l("Letters, digits, dots and hyphens only.")),
        ],
        [clean_line],
    )
    name = StringField(
        _l("Name"),
        [DataRequired(_l("Enter the name.")), Length(max=100, message=_l("At most %(max)s characters."))],
        [clean_line],
    )
    unit = _UnitField(_l("Unit"), CHOOSE)
    class_name = StringField(
        _l("Class"), [Optional(), Length(max=50, message=_l("At most %(max)s characters."))], [clean_line]
    )
    stage = SelectField(_l("Stage"), CHOOSE, choices=lambda: named(STAGE_NAMES))
    standing = SelectField(_l("Standing"), CHOOSE, choices=lambda: named(STANDING_NAMES))
    email = StringField(
        _l("E-mail"),
        [
            Optional(),
            Length(max=254, message=_l("At most %(max)s characters.")),
            Email(_l("Enter an e-mail address such as name@example.edu.")),
        ],
        [clean_line],
        description=_l("For invitations, notices and a forgotten password."),
        render_kw={"type": "email", "autocomplete": "off"},
    )
    fingerprint = HiddenField()

    def __init__(self, units: Sequence[Unit], member: Member | None = None) -> None:
        super().__init__(data=shown(member) if member else None)
        self.unit.set_units(units)

    def details(self) -> Details:
        return Details(
            number=str(self.number.data), name=str(self.name.data), unit_id=self.unit.unit.id,
            class_name=self.class_name.data or "", stage=Stage(self.stage.data), standing=Standing(self.standing.data),
            email=(self.email.data or "").lower() or None,
        )  # fmt: skip


def shown(member: Member) -> dict[str, Any]:
    """A person as the form shows them."""
    values = {name: getattr(member, name) for name in ("number", "name", "class_name", "stage", "standing", "email")}
    return {**values, "unit": member.unit.public_id, "fingerprint": details_of(member).fingerprint}


class UnitForm(FlaskForm):
    """A unit's name, level and parent. Where `parents` is empty the unit keeps its place."""

    name = StringField(
        _l("Name of the unit"),
        [DataRequired(_l("Enter the name of the unit.")), Length(max=100, message=_l("At most %(max)s characters."))],
        [clean_line],
    )
    level = SelectField(_l("Level"), CHOOSE, choices=lambda: named(LEVEL_NAMES))
    parent = _UnitField(_l("Below"), CHOOSE)
    revision = Revision()

    def __init__(self, parents: Sequence[Unit], unit: Unit | None = None, parent: str = "") -> None:
        new = {"level": UnitLevel.BRANCH, "parent": parent}
        super().__init__(data=shown_unit(unit, parents) if unit else new)
        self.parent.set_units(parents)
        if not parents:
            del self.parent

    @property
    def unit_level(self) -> UnitLevel:
        return UnitLevel(self.level.data)


def shown_unit(unit: Unit, parents: Iterable[Unit]) -> dict[str, Any]:
    """A unit as the form shows it, which may be below one of `parents`."""
    above = next((parent.public_id for parent in parents if parent.id == unit.parent_id), "")
    return {"name": unit.name, "level": unit.level, "parent": above, "revision": unit.revision}


class SameForm(FlaskForm):
    number = StringField(
        _l("Number of the other account"),
        [DataRequired(_l("Enter the number.")), Length(max=32, message=_l("At most %(max)s characters."))],
        [clean_line], id="same-number", render_kw={"autocomplete": "off", "autocapitalize": "none"},
    )  # fmt: skip


class GrantForm(FlaskForm):
    number = StringField(
        _l("Student or staff number"),
        [DataRequired(_l("Enter the number.")), Length(max=32, message=_l("At most %(max)s characters."))],
        [clean_line],
        render_kw={"autocomplete": "off", "autocapitalize": "none"},
    )
    role = SelectField(_l("Role"), CHOOSE)
    unit = _UnitField(_l("For this unit and all below it"), CHOOSE)

    def __init__(self, roles: Iterable[Role], units: Sequence[Unit], number: str = "") -> None:
        super().__init__(data={"number": number})
        self.role.choices = [(role, _(ROLE_NAMES[role])) for role in roles]
        self.unit.set_units(units)
