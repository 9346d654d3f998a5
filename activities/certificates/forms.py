"""Shapes of input about certificates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from activities.certificates.files import MOST_BYTES
from activities.certificates.service import Order
from activities.duties.kinds import LEDGER_NAMES, Ledger
from activities.kit.fields import Day
from activities.kit.i18n import gettext as _
from activities.kit.text import clean_line

LONGEST = _l("At most %(max)s characters.")
MOST_REASON = 200
MOST_WORD = 500


class DaysForm(FlaskForm):
    """Which time."""

    ledger = SelectField(
        _l("Kind of time"), [InputRequired()],
        choices=lambda: [(str(key), _(name)) for key, name in LEDGER_NAMES.items()],
        description=_l("Only volunteer service is certified as volunteer service; the rest is called what it is."),
    )  # fmt: skip
    first = Day(_l("First day"), [InputRequired(_l("Choose a day."))])
    last = Day(_l("Last day"), [InputRequired(_l("Choose a day."))])


class AskForm(DaysForm):
    """What a person asks for."""


class OfficeForm(FlaskForm):
    """Whom to ask about it."""

    person = StringField(
        _l("Person in charge"), [DataRequired(_l("Enter a name.")), Length(max=60, message=LONGEST)],
        filters=[clean_line], description=_l("Who answers for these records; stands on the certificate."),
    )  # fmt: skip
    contact = StringField(
        _l("Contact"), [DataRequired(_l("Enter an office phone number or address.")), Length(max=100, message=LONGEST)],
        filters=[clean_line], description=_l("An office's, not a private one: it stands on the certificate."),
    )  # fmt: skip


class OrderForm(DaysForm, OfficeForm):
    """What is to be certified of whom, and whom to ask about it."""

    number = StringField(
        _l("Number"), [DataRequired(_l("Enter a number.")), Length(max=32, message=LONGEST)], filters=[clean_line],
        description=_l("The student or staff number of a person of your units."),
    )  # fmt: skip

    def order(self) -> Order:
        return order_of(self, self)


class BatchForm(DaysForm, OfficeForm):
    """The same for everyone of a class."""

    class_name = SelectField(_l("Class"), [InputRequired(_l("Choose a class."))])

    def __init__(self, classes: Sequence[str], suggestion: Mapping[str, str]) -> None:
        super().__init__(data=suggestion)
        self.class_name.choices = [(name, name) for name in classes]

    def order(self) -> Order:
        return order_of(self, self)


def order_of(days: DaysForm, office: OfficeForm) -> Order:
    assert days.first.data  # asked for by the form
    assert days.last.data
    return Order(
        ledger=Ledger(days.ledger.data), first=days.first.data, last=days.last.data,
        person=office.person.data or "", contact=office.contact.data or "",
    )  # fmt: skip


class AnswerForm(OfficeForm):
    """Whom to ask about what is issued, or why it is not."""

    reason = StringField(_l("Reason for declining"), [Length(max=MOST_REASON, message=LONGEST)], filters=[clean_line])

    def validate_answer(self, *, is_declined: bool) -> bool:
        """Who declines gives a reason and need not say whom to ask."""
        if not is_declined:
            return bool(self.validate())
        if not self.reason.data:
            self.reason.errors = [_("Give a reason.")]
        elif len(self.reason.data) > MOST_REASON:
            self.reason.errors = [_("At most %(max)s characters.", max=MOST_REASON)]
        return not self.reason.errors


class ReasonForm(FlaskForm):
    """Why a certificate is replaced or revoked."""

    reason = StringField(
        _l("Reason"), [DataRequired(_l("Give a reason.")), Length(max=MOST_REASON, message=LONGEST)],
        filters=[clean_line], description=_l("The person is told."),
    )  # fmt: skip


class ObjectionForm(FlaskForm):
    """What is wrong about a certificate, or what is answered to that."""

    reason = StringField(
        _l("What is wrong"), [DataRequired(_l("Say what is wrong.")), Length(max=MOST_WORD, message=LONGEST)],
        filters=[clean_line], description=_l("Who answers reads it with your name; the person it is about does not."),
    )  # fmt: skip


class VerdictForm(FlaskForm):
    word = StringField(
        _l("Answer"), [DataRequired(_l("Say why.")), Length(max=MOST_WORD, message=LONGEST)], filters=[clean_line]
    )


class CodeForm(FlaskForm):
    """The code of a certificate, as somebody types it."""

    code = StringField(
        _l("Code"), [DataRequired(_l("Enter the code.")), Length(max=64, message=LONGEST)], filters=[clean_line],
        description=_l("16 letters and digits, printed beside the QR code. Upper or lower case makes no difference."),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )  # fmt: skip


class FileForm(FlaskForm):
    """A certificate's file, as somebody was given it."""

    file = FileField(
        _l("PDF file"), [FileRequired(_l("Choose a file."))],
        description=_l("It is compared with what was issued, and not kept. At most 2 MB."),
        render_kw={"accept": "application/pdf,.pdf"},
    )  # fmt: skip

    def read(self) -> bytes | None:
        """What is in it, once the form is valid; None where it is too large, with the reason beside it."""
        data: bytes = self.file.data.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            self.file.errors = [_("This file is larger than any certificate. Choose the PDF that you were given.")]
            return None
        return data


class CompareForm(FlaskForm):
    """What stands on paper."""

    number = StringField(
        _l("Certificate number"),
        [DataRequired(_l("Enter the number of the certificate.")), Length(max=32, message=LONGEST)],
        filters=[clean_line], render_kw={"autocomplete": "off", "placeholder": "2026-000123"},
    )  # fmt: skip
    name = StringField(
        _l("Name"), [DataRequired(_l("Enter a name.")), Length(max=100, message=LONGEST)], filters=[clean_line],
        render_kw={"autocomplete": "off"},
    )  # fmt: skip


def suggested(number: str, contact: tuple[str, str] | None, name: str) -> dict[str, Any]:
    """What a new order begins with: the person who was asked for, and who was named on the issuer's last one."""
    person, place = contact or (name, "")
    return {"number": number, "person": person, "contact": place}
